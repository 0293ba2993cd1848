//! What another role would change for a member, before it is saved.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::auth::Gate;
use crate::auth::actor::Actor;
use crate::authz::decision::{AccessInputs, Reach};
use crate::authz::permission::{ChangeRoles, Permission, PermissionSet, ViewMembers};
use crate::authz::role::CompanyRole;
use crate::common::error::AppError;
use crate::common::id::MembershipId;
use crate::db::Conn;
use crate::db::types::organization::UnitLabel;
use crate::handlers::permissions::labels;
use crate::handlers::permissions::person::PermissionSubject;
use crate::models::membership::record::Membership;
use crate::services::members::role;
use crate::services::members::role::Title;
use crate::services::members::rules::MemberTarget;
use crate::services::members::visible::visible;
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;

struct PreviewChange {
    label: String,
    was: String,
    is: String,
}

struct PreviewSection {
    label: String,
    changes: Vec<PreviewChange>,
}

#[derive(Template)]
#[template(path = "permissions/preview.html")]
struct PreviewPage {
    layout: Layout,
    profile: String,
    unit: UnitLabel,
    person: Membership,
    present: Title,
    title: Title,
    titles: Vec<Title>,
    may_save: bool,
    gained: Vec<PreviewSection>,
    lost: Vec<PreviewSection>,
    inherited: Option<CompanyRole>,
    inherits: Option<CompanyRole>,
}

impl PreviewPage {
    fn is_chosen(&self, title: &Title) -> bool {
        *title == self.title
    }

    fn everywhere(&self) -> String {
        let word = self.inherits.map_or("", CompanyRole::label);
        format!(
            "{word} of all {}, including future ones, without assignments.",
            self.unit.many()
        )
    }

    fn assigned(&self) -> String {
        format!(
            "The current role gives access to all {}. Assign some before you save.",
            self.unit.many()
        )
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct RoleQuery {
    role: String,
}

fn sections(before: &AccessInputs, after: &AccessInputs, gained: bool, unit: UnitLabel) -> Vec<PreviewSection> {
    let (was, is) = (before.permissions(), after.permissions());
    let width = |reach| match reach {
        Reach::Everywhere => 2,
        Reach::OwnCompanies => 1,
        Reach::Nowhere => 0,
    };
    let differs = PermissionSet::AVAILABLE.iter().filter(|permission| {
        let (was, is) = (width(was.reach(*permission)), width(is.reach(*permission)));
        if gained { is > was } else { is < was }
    });
    PermissionSet::of(differs)
        .by_area()
        .into_iter()
        .map(|(area, permissions)| PreviewSection {
            label: labels::heading(area, unit),
            changes: permissions
                .into_iter()
                .map(|permission| PreviewChange {
                    label: labels::label(permission, unit),
                    was: labels::reach(was.reach(permission), unit),
                    is: labels::reach(is.reach(permission), unit),
                })
                .collect(),
        })
        .collect()
}

crate::page!(PreviewPage);

impl PreviewPage {
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
        let unit = actor.unit;
        Ok(Self {
            layout: actor.layout(conn, "members")?,
            profile: actor.path(&format!("/members/{id}")),
            unit,
            may_save: titles.contains(&title) && title != present,
            titles,
            gained: sections(&subject.inputs, &after, true, unit),
            lost: sections(&subject.inputs, &after, false, unit),
            inherited: subject.inputs.role().inherited(),
            inherits: after.role().inherited(),
            person: subject.person,
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
