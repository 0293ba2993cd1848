//! The menu of one member in the list: what the reader may do with them.

use actix_web::HttpResponse;
use askama::Template;

use crate::auth::Gate;
use crate::auth::actor::Actor;
use crate::authz::permission::{AssignCompanies, Permission, RemoveMembers, ViewMembers};
use crate::authz::role::CompanyRole;
use crate::common::error::AppError;
use crate::common::html::see_other;
use crate::db::Conn;
use crate::db::types::MembershipStatus;
use crate::db::types::organization::UnitLabel;
use crate::handlers::members::{MemberPath, visible};
use crate::services::assignments::AssignmentCheck;
use crate::services::members::rules;
use crate::services::members::rules::{ActorRank, MemberTarget};

#[expect(clippy::struct_excessive_bools, reason = "each is one thing the actor may do")]
#[derive(Template)]
#[template(path = "members/menu.html")]
struct MenuPage {
    path: String,
    unit: UnitLabel,
    changes_role: bool,
    assigns: bool,
    removes: bool,
    suspended: bool,
}

crate::page!(MenuPage);

impl MenuPage {
    fn at(&self, page: &str) -> String {
        format!("{}/{page}", self.path)
    }

    fn load(conn: &mut Conn, actor: &Actor, id: &str) -> Result<Self, AppError> {
        let member = visible(conn, actor, id)?;
        let (rank, target) = (ActorRank::from(actor), MemberTarget::from(&member));
        let check = AssignmentCheck::of(actor, AssignCompanies::ID, member.id, member.role);
        Ok(Self {
            path: actor.path(&format!("/members/{}", member.id)),
            unit: actor.unit,
            changes_role: rules::may_give(&rank, &target, member.role),
            assigns: check.give(true, None, CompanyRole::Viewer).is_ok(),
            removes: actor.permissions.has(RemoveMembers::ID) && rules::may_remove(&rank, &target),
            suspended: member.status == MembershipStatus::Suspended,
        })
    }
}

/// `GET /organizations/{slug}/members/{id}/menu`
pub async fn show(gate: Gate<ViewMembers>, path: MemberPath) -> Result<HttpResponse, AppError> {
    let (_, id) = path.into_inner();
    if gate.fragment() {
        return gate.show(move |actor, conn| MenuPage::load(conn, actor, &id)).await;
    }
    // Without JavaScript, the member's page has everything of the menu.
    let path = gate
        .read(move |actor, conn| Ok(MenuPage::load(conn, actor, &id)?.path))
        .await?;
    Ok(see_other(false, &path))
}
