//! The dialog that changes a member's role, and shows before what the new role changes for them.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::auth::Gate;
use crate::auth::actor::Actor;
use crate::authz::decision::Reach;
use crate::authz::permission::{ChangeRoles, Permission, ViewMembers};
use crate::common::error::AppError;
use crate::common::id::MembershipId;
use crate::db::Conn;
use crate::db::types::organization::UnitLabel;
use crate::handlers::permissions::effect::PermissionEffect;
use crate::handlers::permissions::person::PermissionSubject;
use crate::models::membership::record::Membership;
use crate::services::members::role;
use crate::services::members::role::Title;
use crate::services::members::rules::MemberTarget;
use crate::services::members::visible::visible;
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;

#[derive(Template)]
#[template(path = "permissions/preview.html", blocks = ["dialog"])]
struct PreviewPage {
    layout: Layout,
    profile: String,
    unit: UnitLabel,
    person: Membership,
    present: Title,
    title: Title,
    titles: Vec<Title>,
    effect: PermissionEffect,
}

crate::page!(PreviewPage => as_dialog);

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct RoleQuery {
    role: String,
}

impl PreviewPage {
    fn question(&self) -> String {
        format!("Change the role of {}", self.person.name)
    }

    fn lead(&self) -> String {
        format!("{} is {} now", self.person.name, self.present.label())
    }

    fn is_chosen(&self, title: &Title) -> bool {
        *title == self.title
    }

    fn is_present(&self) -> bool {
        self.title == self.present
    }

    /// Whether the shown role can be saved.
    fn may_save(&self) -> bool {
        self.titles.contains(&self.title) && self.title != self.present
    }

    fn load(conn: &mut Conn, actor: &Actor, id: &str, chosen: &str) -> Result<Self, AppError> {
        if actor.reach::<ChangeRoles>() != Reach::Everywhere {
            return Err(actor.refusal(conn, ChangeRoles::ID)?);
        }
        let id = MembershipId::parse(id).ok_or(AppError::NotFound)?;
        let person = visible(conn, actor, ViewMembers::ID, id)?;
        let present = Title::of(conn, actor.organization, &person)?;
        let title = Title::parse(conn, actor.organization, chosen)?.unwrap_or_else(|| present.clone());
        let titles = role::offered(conn, actor, &MemberTarget::from(&person))?;
        let subject = PermissionSubject::of(conn, actor, person)?;
        let mut after = subject.inputs.clone();
        if let Some(own) = after.roles.first_mut() {
            *own = title.grant();
        }
        let (person, you) = (subject.person, id == actor.id);
        Ok(Self {
            layout: actor.layout(conn, "members")?,
            profile: actor.path(&format!("/members/{id}")),
            unit: actor.unit,
            effect: PermissionEffect::of(&person.name, you, &subject.inputs, &after, actor.unit),
            titles,
            person,
            present,
            title,
        })
    }
}

/// `GET /organizations/{slug}/members/{id}/role-preview`
pub async fn show(
    gate: Gate<ChangeRoles>,
    path: web::Path<(String, String)>,
    query: web::Query<RoleQuery>,
) -> Result<HttpResponse, AppError> {
    let (id, chosen) = (path.into_inner().1, query.into_inner().role);
    gate.show(move |actor, conn| PreviewPage::load(conn, actor, &id, &chosen))
        .await
}
