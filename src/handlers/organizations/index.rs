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
use crate::common::html::query_value;
use crate::common::search;
use crate::common::time::Time;
use crate::db::types::MembershipStatus;
use crate::db::types::organization::OrganizationStatus;
use crate::handlers::organizations::queries;
use crate::handlers::organizations::queries::{MemberCounts, OwnOrganization};
use crate::models::invitation;
use crate::models::membership::access_everywhere::inputs_everywhere;
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
    status: OrganizationState,
}

/// What someone can do with an organization now, as a badge.
struct OrganizationState {
    /// By urgency, for the order of the list.
    rank: u8,
    tone: &'static str,
    label: String,
}

impl OrganizationState {
    /// The first of these that applies, the most serious first.
    fn of(mine: &OwnOrganization, now: Time) -> Self {
        let (rank, tone, label) = match (mine.status, mine.access_until, mine.organization_status) {
            (MembershipStatus::Suspended, ..) | (_, _, OrganizationStatus::Suspended) => {
                (4, "danger", "Suspended".into())
            }
            (_, Some(end), _) if end < now => (3, "danger", format!("Access ended on {}", end.date(mine.timezone))),
            (_, Some(end), _) => (1, "warning", format!("Access ends on {}", end.date(mine.timezone))),
            _ => match mine.delete_after {
                Some(day) => (2, "warning", format!("Pending deletion on {}", day.date(mine.timezone))),
                None => (0, "success", "Active".into()),
            },
        };
        Self { rank, tone, label }
    }

    fn owner_invited() -> Self {
        Self {
            rank: 1,
            tone: "info",
            label: "Owner invited".into(),
        }
    }

    /// Whether the person can open it.
    fn opens(&self) -> bool {
        self.tone != "danger"
    }
}

#[derive(Template)]
#[template(path = "organizations/index.html", blocks = ["results"])]
struct IndexPage {
    layout: Layout,
    q: String,
    order: OrganizationOrder,
    rows: Vec<OrganizationRow>,
    total: usize,
}

crate::page!(IndexPage => as_results);

impl IndexPage {
    /// The list in the order of a column, or in the opposite order.
    fn sort_href(&self, column: &str) -> String {
        let minus = if self.order.column == column && !self.order.turned {
            "-"
        } else {
            ""
        };
        format!("/organizations?sort={minus}{column}&q={}", query_value(&self.q))
    }

    /// `aria-sort` of a column.
    fn sorted(&self, column: &str) -> &'static str {
        match (
            self.order.column == column,
            self.order.turned == (DOWN.contains(&column)),
        ) {
            (false, _) => "none",
            (true, true) => "ascending",
            (true, false) => "descending",
        }
    }
}

/// The columns that the list can be ordered by, and those of them that begin with the greatest.
const COLUMNS: [&str; 5] = ["used", "name", "type", "role", "status"];
const DOWN: [&str; 3] = ["used", "role", "status"];

/// The order of the list: `-name` is the opposite of `name`.
#[derive(Debug, Clone, Copy)]
struct OrganizationOrder {
    column: &'static str,
    turned: bool,
}

impl OrganizationOrder {
    fn parse(sort: &str) -> Self {
        let (asked, turned) = sort.strip_prefix('-').map_or((sort, false), |column| (column, true));
        match COLUMNS.into_iter().find(|column| *column == asked) {
            Some(column) => Self { column, turned },
            None => Self {
                column: "used",
                turned: false,
            },
        }
    }

    fn apply(self, mine: &mut [OwnOrganization], now: Time) {
        mine.sort_by_key(|row| search::sort_key(&row.name));
        match self.column {
            "used" => mine.sort_by_key(|row| Reverse(row.last_seen_at.unwrap_or(row.joined_at))),
            "type" => mine.sort_by_key(|row| row.organization_type.title()),
            "role" => mine.sort_by_key(|row| Reverse(row.role.rank())),
            "status" => mine.sort_by_key(|row| Reverse(OrganizationState::of(row, now).rank)),
            _ => {}
        }
        if self.turned {
            mine.reverse();
        }
    }
}

/// `GET /organizations`
pub async fn index(gate: SignedIn, query: web::Query<OrganizationsQuery>) -> Result<HttpResponse, AppError> {
    let OrganizationsQuery { q, sort } = query.into_inner();
    gate.show(move |person, conn| {
        let mut mine = queries::mine(conn, person.id)?;
        let total = mine.len();
        let order = OrganizationOrder::parse(&sort);
        mine.retain(|row| found(row, &q));
        order.apply(&mut mine, person.cx.now);
        let awaited = invitation::waiting_for_owner(conn, person.cx.now, person.id)?;
        let (members, assigned) = (queries::members(conn, person.id)?, queries::assigned(conn, person.id)?);
        let inputs = inputs_everywhere(conn, person.cx.now, person.id)?;
        Ok(IndexPage {
            layout: person.layout(conn, "organizations")?,
            rows: mine
                .into_iter()
                .map(|mine| {
                    let permissions = inputs.get(&mine.id).ok_or(AppError::NotFound)?.permissions();
                    let owner_invited = mine.role == Role::Owner && awaited.contains(&mine.id);
                    let mut row = row(mine, permissions, person, &members, &assigned);
                    if owner_invited && row.status.rank == 0 {
                        row.status = OrganizationState::owner_invited();
                    }
                    Ok(row)
                })
                .collect::<Result<_, AppError>>()?,
            q,
            order,
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
    assigned: &MemberCounts,
) -> OrganizationRow {
    let count = |counts: &MemberCounts| counts.get(&mine.id).copied().unwrap_or_default();
    let now = person.cx.now;
    let status = OrganizationState::of(&mine, now);
    let works = status.opens();
    let companies = match permissions.reach(ViewCompany::ID) {
        Reach::Everywhere => Some(mine.active_companies),
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
        status,
    }
}
