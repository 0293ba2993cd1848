//! Who was removed or left within the last day, and bringing them back.

use actix_web::HttpResponse;
use askama::Template;

use crate::audit::Deeds;
use crate::auth::Gate;
use crate::auth::actor::Member;
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
use crate::web::layout::Shell;

struct Row {
    gone: Gone,
    /// Whether the reader may bring them back.
    mine: bool,
    path: String,
}

#[derive(Template)]
#[template(path = "members/removed.html")]
struct RemovedPage {
    shell: Shell,
    organization: String,
    members: String,
    rows: Vec<Row>,
    now: Time,
}

/// Who only manages companies removes nobody, and brings nobody back.
fn everywhere(conn: &mut Conn, member: &Member) -> Result<(), AppError> {
    for right in [RemoveMembers::RIGHT, ChangeRoles::RIGHT] {
        if member.rights.reach(right) != Reach::Everywhere {
            return Err(member.refusal(conn, right)?);
        }
    }
    Ok(())
}

/// `GET /organizations/{slug}/members/removed`
///
/// # Errors
/// What the gate refuses.
pub async fn page(gate: Gate<RemoveMembers>) -> Result<HttpResponse, AppError> {
    let page = gate
        .read(|member, conn| {
            everywhere(conn, member)?;
            let rows = store::list(conn, member.organization, member.cx.now)?
                .into_iter()
                .map(|gone| Row {
                    mine: member.may_grant(gone.role),
                    path: member.path(&format!("/members/{}/reinstatement", gone.id)),
                    gone,
                })
                .collect();
            Ok(RemovedPage {
                shell: member.shell(conn, "members")?,
                organization: member.organization_name.clone(),
                members: member.path("/members"),
                rows,
                now: member.cx.now,
            })
        })
        .await?;
    html(page)
}

/// `POST /organizations/{slug}/members/{id}/reinstatement`
///
/// # Errors
/// What the gate or the order of command refuses; somebody who was never here.
pub async fn undo(gate: Gate<RemoveMembers>, place: Place) -> Result<HttpResponse, AppError> {
    let (_, id) = place.into_inner();
    let (tone, word, path) = gate
        .write(move |member, conn| {
            everywhere(conn, member)?;
            let id = MembershipId::parse(&id).ok_or(AppError::NotFound)?;
            let name = store::name(conn, member.organization, id)?.ok_or(AppError::NotFound)?;
            if let Some(done) = removal::undo(conn, member, id)? {
                let path = member.path(&format!("/members/{id}"));
                return Ok((("success", done.word, path), done.deeds));
            }
            let word = format!("{name} cannot be brought back this way any more. Invite them again");
            Ok((
                ("danger", word, member.path("/members/removed")),
                Deeds::none("too late, or they are back already"),
            ))
        })
        .await?;
    gate.tell(tone, word);
    Ok(see_other(gate.fragment(), &path))
}
