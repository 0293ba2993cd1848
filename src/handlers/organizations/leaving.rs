use actix_web::HttpResponse;
use askama::Template;

use crate::auth::Gate;
use crate::auth::actor::Actor;
use crate::authz::permission::ViewOrganization;
use crate::authz::role::Role;
use crate::common::error::AppError;
use crate::common::form::FormErrors;
use crate::db::Conn;
use crate::models::api_key::list;
use crate::models::membership::record::Membership;
use crate::models::organization;
use crate::services::members::errors::RemovalError;
use crate::services::members::removal;
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;

#[derive(Template)]
#[template(path = "organizations/leaving.html", blocks = ["dialog"])]
struct LeavingPage {
    layout: Layout,
    name: String,
    slug: String,
    errors: FormErrors,
    last_owner: bool,
    /// The API keys that stop working.
    keys: Vec<String>,
}

crate::page!(LeavingPage => as_dialog);

impl LeavingPage {
    fn load(conn: &mut Conn, actor: &Actor, last_owner: bool, errors: FormErrors) -> Result<Self, AppError> {
        Ok(Self {
            layout: actor.layout(conn, "overview")?,
            name: actor.organization_name.clone(),
            slug: actor.slug.clone(),
            errors,
            last_owner,
            keys: list::names_of_owners(conn, actor.cx.now, actor.organization, &[actor.id], list::NAMED)?,
        })
    }
}

/// `GET /organizations/{slug}/leaving`
pub async fn new(gate: Gate<ViewOrganization>) -> Result<HttpResponse, AppError> {
    gate.show(|actor, conn| {
        // An operator in a support session is no member.
        Membership::find(conn, actor.organization, actor.id)?;
        let last_owner = actor.role == Role::Owner && organization::control(conn, actor.organization)?.owners == 1;
        LeavingPage::load(conn, actor, last_owner, FormErrors::none())
    })
    .await
}

/// `POST /organizations/{slug}/leaving`
pub async fn create(gate: Gate<ViewOrganization>) -> Result<HttpResponse, AppError> {
    let left = gate
        .try_write(|actor, conn| {
            let events = removal::leave(conn, actor)?;
            Ok((actor.organization_name.clone(), events))
        })
        .await;
    let (last_owner, message) = match left {
        Ok(name) => return Ok(gate.done(format!("You left {name}"), "/organizations")),
        Err(RemovalError::Failed(error)) => return Err(error),
        Err(RemovalError::LastOwner) => (true, "You are the only owner. Make another member an owner first"),
        Err(RemovalError::Changed | RemovalError::NotAllowed) => {
            (false, "Your role has just changed. Check it and try again")
        }
    };
    let errors = FormErrors::one("leaving", message);
    gate.refused(move |actor, conn| LeavingPage::load(conn, actor, last_owner, errors))
        .await
}
