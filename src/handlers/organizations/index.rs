//! The organizations of the account.

use std::cmp::Reverse;

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::auth::SignedIn;
use crate::auth::current_user::CurrentUser;
use crate::authz::decision::{Permissions, Reach};
use crate::authz::permission::{Permission, ViewCompany, ViewMembers};
use crate::authz::role::Role;
use crate::common::error::AppError;
use crate::common::search;
use crate::db::types::MembershipStatus;
use crate::handlers::organizations::queries;
use crate::handlers::organizations::queries::{MemberCounts, OwnOrganization};
use crate::models::invitation;
use crate::models::membership::access;
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;

#[derive(Debug, Clone, Default, serde::Deserialize)]
#[serde(default)]
pub struct OrganizationsQuery {
    q: String,
    sort: String,
}

struct OrganizationRow {
    name: String,
    slug: String,
    kind: &'static str,
    role: &'static str,
    companies: Option<String>,
    members: Option<i64>,
    used: Option<(String, String)>,
    /// Tone and words, when it is not the usual one.
    state: Option<(&'static str, String)>,
}

#[derive(Template)]
#[template(path = "organizations/index.html", blocks = ["results"])]
struct IndexPage {
    layout: Layout,
    q: String,
    sort: &'static str,
    rows: Vec<OrganizationRow>,
    total: usize,
}

crate::page!(IndexPage => as_results);

const SORTS: [&str; 3] = ["used", "name", "role"];

/// `GET /organizations`
pub async fn index(gate: SignedIn, query: web::Query<OrganizationsQuery>) -> Result<HttpResponse, AppError> {
    let OrganizationsQuery { q, sort } = query.into_inner();
    gate.show(move |person, conn| {
        let mut mine = queries::mine(conn, person.id)?;
        let total = mine.len();
        let sort = SORTS.into_iter().find(|key| *key == sort).unwrap_or("used");
        mine.retain(|row| found(row, &q));
        mine.sort_by_key(|row| search::sort_key(&row.name));
        match sort {
            "used" => mine.sort_by_key(|row| Reverse(row.last_seen_at.unwrap_or(row.joined_at))),
            "role" => mine.sort_by_key(|row| Reverse(row.role.rank())),
            _ => {}
        }
        let awaited = invitation::waiting_for_owner(conn, person.cx.now, person.id)?;
        let (members, companies, assigned) = (
            queries::members(conn, person.id)?,
            queries::companies(conn, person.id)?,
            queries::assigned(conn, person.id)?,
        );
        Ok(IndexPage {
            layout: person.layout(conn, "organizations")?,
            rows: mine
                .into_iter()
                .map(|mine| {
                    let inputs = access::access_inputs(conn, person.cx.now, mine.id, mine.membership)?;
                    let owner_invited = mine.role == Role::Owner && awaited.contains(&mine.id);
                    let mut row = row(mine, inputs.permissions(), person, &members, &companies, &assigned);
                    if owner_invited && row.state.is_none() {
                        row.state = Some(("info", "Owner invited".to_owned()));
                    }
                    Ok(row)
                })
                .collect::<Result<_, AppError>>()?,
            q,
            sort,
            total,
        })
    })
    .await
}

/// Whether each word begins a word of the name or is part of the slug.
fn found(row: &OwnOrganization, q: &str) -> bool {
    let words = search::query(q);
    search::begins(&row.name, &words) || search::contains(&row.slug, &words)
}

fn row(
    mine: OwnOrganization,
    permissions: Permissions,
    person: &CurrentUser,
    members: &MemberCounts,
    companies: &MemberCounts,
    assigned: &MemberCounts,
) -> OrganizationRow {
    let count = |counts: &MemberCounts| counts.get(&mine.id).copied().unwrap_or_default();
    let now = person.cx.now;
    let state = match (mine.status, mine.access_until) {
        (MembershipStatus::Suspended, _) => Some(("danger", "Suspended".to_owned())),
        (_, Some(end)) if end < now => Some(("danger", format!("Access ended on {}", end.date(mine.timezone)))),
        (_, Some(end)) => Some(("warning", format!("Access ends on {}", end.date(mine.timezone)))),
        _ => mine
            .delete_after
            .map(|day| ("warning", format!("Will be deleted on {}", day.date(mine.timezone)))),
    };
    let works = state.as_ref().is_none_or(|(tone, _)| *tone != "danger");
    let companies = match permissions.reach(ViewCompany::ID) {
        Reach::Everywhere => Some(count(companies)),
        _ => Some(count(assigned)),
    };
    let all = permissions.reach(ViewMembers::ID) == Reach::Everywhere;
    OrganizationRow {
        companies: companies.filter(|_| works).map(|n| mine.unit.count(&n)),
        members: Some(count(members)).filter(|_| works && all),
        used: mine
            .last_seen_at
            .map(|at| (at.iso(), at.ago(now, person.zone.unwrap_or(mine.timezone)))),
        kind: mine.organization_type.title(),
        role: mine.role.label(),
        name: mine.name,
        slug: mine.slug,
        state,
    }
}
