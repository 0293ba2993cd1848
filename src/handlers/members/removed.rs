//! The members who were removed or left in the last 24 hours.

use actix_web::HttpResponse;
use askama::Template;

use crate::auth::Gate;
use crate::auth::actor::Actor;
use crate::authz::decision::Reach;
use crate::authz::permission::{ChangeRoles, Permission, RemoveMembers};
use crate::common::error::AppError;
use crate::common::time::Time;
use crate::db::Conn;
use crate::db::types::organization::UnitLabel;
use crate::handlers::members::queries::removed;
use crate::handlers::members::queries::removed::RemovedMember;
use crate::handlers::members::tabs;
use crate::handlers::members::tabs::{MembersTab, MembersTabLink};
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;

struct RemovedMemberRow {
    gone: RemovedMember,
    /// Whether the actor may restore them.
    mine: bool,
    path: String,
}

#[derive(Template)]
#[template(path = "members/removed.html")]
struct RemovedPage {
    layout: Layout,
    organization: String,
    unit: UnitLabel,
    members: String,
    tabs: Vec<MembersTabLink>,
    rows: Vec<RemovedMemberRow>,
    now: Time,
}

crate::page!(RemovedPage);

/// Managers of single companies neither remove nor restore members.
pub fn check_reach(conn: &mut Conn, actor: &Actor) -> Result<(), AppError> {
    for permission in [RemoveMembers::ID, ChangeRoles::ID] {
        if actor.permissions.reach(permission) != Reach::Everywhere {
            return Err(actor.refusal(conn, permission)?);
        }
    }
    Ok(())
}

/// `GET /organizations/{slug}/members/removed`
pub async fn index(gate: Gate<RemoveMembers>) -> Result<HttpResponse, AppError> {
    gate.show(|actor, conn| {
        check_reach(conn, actor)?;
        let rows = removed::list(conn, actor.organization, actor.cx.now)?
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
            unit: actor.unit,
            members: actor.path("/members"),
            tabs: tabs::links(conn, actor, MembersTab::Removed)?,
            rows,
            now: actor.cx.now,
        })
    })
    .await
}
