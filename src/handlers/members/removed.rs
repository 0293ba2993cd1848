//! Who was removed or left within the last day, and bringing them back.

use actix_web::HttpResponse;
use askama::Template;

use crate::audit::Events;
use crate::auth::Gate;
use crate::auth::actor::Actor;
use crate::authz::decision::Reach;
use crate::authz::permission::{ChangeRoles, Permission, RemoveMembers};
use crate::common::error::AppError;
use crate::common::html::{html, see_other};
use crate::common::id::MembershipId;
use crate::common::time::Time;
use crate::db::Conn;
use crate::handlers::members::profile::Place;
use crate::handlers::members::queries::removed as store;
use crate::handlers::members::queries::removed::Gone;
use crate::services::members::removal;
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;

struct RemovedMemberRow {
    gone: Gone,
    /// Whether the reader may bring them back.
    mine: bool,
    path: String,
}

#[derive(Template)]
#[template(path = "members/removed.html")]
struct RemovedPage {
    layout: Layout,
    organization: String,
    members: String,
    rows: Vec<RemovedMemberRow>,
    now: Time,
}

/// Who only manages companies removes nobody, and brings nobody back.
fn everywhere(conn: &mut Conn, actor: &Actor) -> Result<(), AppError> {
    for permission in [RemoveMembers::ID, ChangeRoles::ID] {
        if actor.permissions.reach(permission) != Reach::Everywhere {
            return Err(actor.refusal(conn, permission)?);
        }
    }
    Ok(())
}

/// `GET /organizations/{slug}/members/removed`
pub async fn page(gate: Gate<RemoveMembers>) -> Result<HttpResponse, AppError> {
    let page = gate
        .read(|actor, conn| {
            everywhere(conn, actor)?;
            let rows = store::list(conn, actor.organization, actor.cx.now)?
                .into_iter()
                .map(|gone| RemovedMemberRow {
                    mine: actor.may_grant(gone.role),
                    path: actor.path(&format!("/members/{}/reinstatement", gone.id)),
                    gone,
                })
                .collect();
            Ok(RemovedPage {
                layout: actor.layout(conn, "members")?,
                organization: actor.organization_name.clone(),
                members: actor.path("/members"),
                rows,
                now: actor.cx.now,
            })
        })
        .await?;
    html(page)
}

/// `POST /organizations/{slug}/members/{id}/reinstatement`
pub async fn undo(gate: Gate<RemoveMembers>, place: Place) -> Result<HttpResponse, AppError> {
    let (_, id) = place.into_inner();
    let (tone, word, path) = gate
        .write(move |actor, conn| {
            everywhere(conn, actor)?;
            let id = MembershipId::parse(&id).ok_or(AppError::NotFound)?;
            let name = store::name(conn, actor.organization, id)?.ok_or(AppError::NotFound)?;
            if let Some(done) = removal::restore(conn, actor, id)? {
                let path = actor.path(&format!("/members/{id}"));
                return Ok((("success", done.word, path), done.events));
            }
            let word = format!("{name} cannot be brought back this way any more. Invite them again");
            Ok((
                ("danger", word, actor.path("/members/removed")),
                Events::none("too late, or they are back already"),
            ))
        })
        .await?;
    gate.tell(tone, word);
    Ok(see_other(gate.fragment(), &path))
}
