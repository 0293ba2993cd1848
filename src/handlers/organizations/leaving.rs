//! Leaving an organization.

use actix_web::HttpResponse;
use askama::Template;
use serde_json::json;

use crate::audit::{Action, Deed, Deeds};
use crate::auth::Gate;
use crate::auth::actor::Member;
use crate::authz::permission::ViewOrganization;
use crate::authz::role::Role;
use crate::common::error::AppError;
use crate::common::form::FormErrors;
use crate::common::html::{html, refused, see_other};
use crate::handlers::organizations::queries;
use crate::models::membership;
use crate::models::membership::Outcome;
use crate::models::membership::record::Standing;
use crate::web::layout::Shell;

const LAST_OWNER: &str = "You are the only owner. Make somebody else an owner first";

#[derive(Template)]
#[template(path = "organizations/leaving.html", blocks = ["dialog"])]
struct LeavingPage {
    shell: Shell,
    name: String,
    slug: String,
    errors: FormErrors,
    last_owner: bool,
}

/// `GET /organizations/{slug}/leaving`
///
/// # Errors
/// What the gate refuses.
pub async fn confirm(gate: Gate<ViewOrganization>) -> Result<HttpResponse, AppError> {
    let page = gate
        .read(|member, conn| {
            // Who looks in by a support session has nothing to leave.
            Standing::find(conn, member.organization, member.id)?;
            let last_owner = member.role == Role::Owner && queries::has_one_owner(conn, member.organization)?;
            page(member, conn, last_owner, FormErrors::none())
        })
        .await?;
    if gate.fragment() {
        html(page.as_dialog())
    } else {
        html(page)
    }
}

/// `POST /organizations/{slug}/leaving`
///
/// # Errors
/// What the gate refuses.
pub async fn leave(gate: Gate<ViewOrganization>) -> Result<HttpResponse, AppError> {
    let left = gate
        .write(|member, conn| {
            let standing = Standing::find(conn, member.organization, member.id)?;
            let outcome = membership::expel(conn, &member.cx, member.organization, &standing, member.person.id)?;
            let deeds = match outcome {
                Outcome::Done => member.did(
                    Deed::new(Action::MemberLeft, "member", member.id, &member.person.name)
                        .before(json!({ "role": standing.role.as_str() })),
                ),
                Outcome::LastOwner | Outcome::Changed => Deeds::none("refused"),
            };
            Ok(((outcome, member.organization_name.clone()), deeds))
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
        .read(move |member, conn| page(member, conn, last_owner, FormErrors::one("leaving", sentence)))
        .await?;
    if gate.fragment() {
        refused(page.as_dialog())
    } else {
        refused(page)
    }
}

fn page(
    member: &Member,
    conn: &mut crate::db::Conn,
    last_owner: bool,
    errors: FormErrors,
) -> Result<LeavingPage, AppError> {
    Ok(LeavingPage {
        shell: member.shell(conn, "overview")?,
        name: member.organization_name.clone(),
        slug: member.slug.clone(),
        errors,
        last_owner,
    })
}
