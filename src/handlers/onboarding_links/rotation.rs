//! Regenerating the URL of a link.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::auth::Gate;
use crate::auth::actor::Actor;
use crate::authz::permission::ManageOnboardingLinks;
use crate::common::error::AppError;
use crate::common::html::see_other;
use crate::db::Conn;
use crate::models::onboarding_link;
use crate::services::onboarding_links::switch;
use crate::services::onboarding_links::switch::RotationError;
use crate::web::layout::{Layout, PageLayout};

#[derive(Template)]
#[template(path = "onboarding_links/rotation.html", blocks = ["dialog"])]
struct RotationPage {
    layout: Layout,
    name: String,
    action: String,
    back: String,
}

crate::page!(RotationPage => as_dialog);

impl RotationPage {
    fn load(conn: &mut Conn, actor: &Actor, id: &str) -> Result<Self, AppError> {
        let link = onboarding_link::find(conn, actor.organization, id)?;
        Ok(Self {
            layout: actor.layout(conn, "settings")?,
            action: actor.path(&format!("/settings/onboarding/{}/rotation", link.id)),
            back: actor.path("/settings/onboarding"),
            name: link.name,
        })
    }
}

pub async fn new(
    gate: Gate<ManageOnboardingLinks>,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, AppError> {
    let (_, id) = path.into_inner();
    gate.show(move |actor, conn| RotationPage::load(conn, actor, &id)).await
}

pub async fn create(
    gate: Gate<ManageOnboardingLinks>,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, AppError> {
    let (slug, id) = path.into_inner();
    let list = format!("/organizations/{slug}/settings/onboarding");
    match gate
        .try_write(move |actor, conn| switch::rotate(conn, actor, &id))
        .await
    {
        Ok(name) => Ok(gate.done(
            format!("{name} has a new URL. The previous one doesn’t work anymore"),
            &list,
        )),
        Err(RotationError::Changed(name)) => {
            gate.tell("warning", format!("Someone else regenerated {name} a moment ago"));
            Ok(see_other(gate.fragment(), &list))
        }
        Err(RotationError::Failed(error)) => Err(error),
    }
}
