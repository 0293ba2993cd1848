//! The list of groups.

use actix_web::HttpResponse;
use askama::Template;

use crate::auth::Gate;
use crate::authz::permission::ViewAccess;
use crate::authz::role::Role;
use crate::common::error::AppError;
use crate::db::types::organization::UnitLabel;
use crate::models::group as group_reads;
use crate::services::groups;
use crate::services::groups::{Group, GroupGrant};
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;
use crate::web::nav;
use crate::web::nav::NavTab;

struct GroupRow {
    group: Group,
    grants: Vec<GroupGrant>,
}

impl GroupRow {
    fn role(&self) -> &'static str {
        match self.group.role {
            Role::Member => "None",
            role => role.label(),
        }
    }

    fn companies(&self) -> String {
        let named: Vec<String> = self
            .grants
            .iter()
            .take(2)
            .map(|grant| format!("{} ({})", grant.name, grant.role.label()))
            .collect();
        match (named.len(), self.grants.len()) {
            (0, _) => "None".into(),
            (shown, all) if shown == all => named.join(", "),
            (shown, all) => format!("{} +{}", named.join(", "), all - shown),
        }
    }
}

#[derive(Template)]
#[template(path = "groups/index.html")]
struct IndexPage {
    layout: Layout,
    organization: String,
    unit: UnitLabel,
    tabs: Vec<&'static NavTab>,
    tab: &'static str,
    base: String,
    path: String,
    may_make: bool,
    rows: Vec<GroupRow>,
}

crate::page!(IndexPage);

/// `GET /organizations/{slug}/access/groups`
pub async fn index(gate: Gate<ViewAccess>) -> Result<HttpResponse, AppError> {
    gate.show(|actor, conn| {
        let listed = groups::list(conn, actor)?;
        let mut grants = group_reads::grants_of(conn, actor.organization, &listed)?;
        let rows = listed.into_iter().map(|group| GroupRow {
            grants: grants.remove(&group.id).unwrap_or_default(),
            group,
        });
        let rows = rows.collect();
        Ok(IndexPage {
            layout: actor.layout(conn, "access")?,
            organization: actor.organization_name.clone(),
            unit: actor.unit,
            tabs: nav::access(actor.permissions),
            tab: "/groups",
            base: actor.path("/access"),
            path: actor.path("/access/groups"),
            may_make: groups::missing_permission(actor).is_none(),
            rows,
        })
    })
    .await
}
