//! Leaving an organization.

use actix_web::HttpResponse;
use askama::Template;
use serde_json::json;

use crate::audit::{Action, Event, Events};
use crate::auth::Gate;
use crate::auth::actor::Actor;
use crate::authz::permission::ViewOrganization;
use crate::authz::role::Role;
use crate::common::error::AppError;
use crate::common::form::FormErrors;
use crate::common::html::{html, refused, see_other};
use crate::handlers::organizations::queries;
use crate::models::membership;
use crate::models::membership::Outcome;
use crate::models::membership::record::Membership;
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;

const LAST_OWNER: &str = "You are the only owner. Make somebody else an owner first";

#[derive(Template)]
#[template(path = "organizations/leaving.html", blocks = ["dialog"])]
struct LeavingPage {
    layout: Layout,
    name: String,
    slug: String,
    errors: FormErrors,
    last_owner: bool,
}

/// `GET /organizations/{slug}/leaving`
pub async fn confirm(gate: Gate<ViewOrganization>) -> Result<HttpResponse, AppError> {
    let page = gate
        .read(|actor, conn| {
            // Who looks in by a support session has nothing to leave.
            Membership::find(conn, actor.organization, actor.id)?;
            let last_owner = actor.role == Role::Owner && queries::has_one_owner(conn, actor.organization)?;
            page(actor, conn, last_owner, FormErrors::none())
        })
        .await?;
    if gate.fragment() {
        html(page.as_dialog())
    } else {
        html(page)
    }
}

/// `POST /organizations/{slug}/leaving`
pub async fn leave(gate: Gate<ViewOrganization>) -> Result<HttpResponse, AppError> {
    let left = gate
        .write(|actor, conn| {
            let standing = Membership::find(conn, actor.organization, actor.id)?;
            let outcome = membership::remove(conn, &actor.cx, actor.organization, &standing, actor.person.id)?;
            let events = match outcome {
                Outcome::Done => actor.event(
                    Event::new(Action::MemberLeft, "member", actor.id, &actor.person.name)
                        .before(json!({ "role": standing.role.as_str() })),
                ),
                Outcome::LastOwner | Outcome::Changed => Events::none("refused"),
            };
            Ok(((outcome, actor.organization_name.clone()), events))
        })
        .await?;
    let (last_owner, sentence) = match left {
        (Outcome::Done, name) => {
            gate.tell("success", format!("You left {name}"));
            return Ok(see_other(gate.fragment(), "/organizations"));
        }
        (Outcome::LastOwner, _) => (true, LAST_OWNER),
        (Outcome::Changed, _) => (false, "Your role was changed in this moment. Look again and decide"),
    };
    let page = gate
        .read(move |actor, conn| page(actor, conn, last_owner, FormErrors::one("leaving", sentence)))
        .await?;
    if gate.fragment() {
        refused(page.as_dialog())
    } else {
        refused(page)
    }
}

fn page(
    actor: &Actor,
    conn: &mut crate::db::Conn,
    last_owner: bool,
    errors: FormErrors,
) -> Result<LeavingPage, AppError> {
    Ok(LeavingPage {
        layout: actor.layout(conn, "overview")?,
        name: actor.organization_name.clone(),
        slug: actor.slug.clone(),
        errors,
        last_owner,
    })
}
