//! One group: what it gives, its members, and a search for new ones.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::auth::Gate;
use crate::auth::actor::Actor;
use crate::authz::permission::{Permission, ViewAccess};
use crate::authz::role::Role;
use crate::common::error::AppError;
use crate::common::form::FormErrors;
use crate::common::html::{counted, query_value};
use crate::common::id::MembershipId;
use crate::common::paging;
use crate::common::paging::Page;
use crate::common::search;
use crate::db::Conn;
use crate::db::types::MembershipStatus;
use crate::db::types::organization::UnitLabel;
use crate::handlers::groups::GroupPath;
use crate::handlers::groups::queries;
use crate::handlers::groups::queries::GroupMember;
use crate::models::group as group_reads;
use crate::models::member_search;
use crate::models::member_search::{AccessStatus, MemberFilter, MemberSort};
use crate::services::groups;
use crate::services::groups::{Group, GroupError, GroupGrant};
use crate::services::members::rules::ActorRank;
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;
use crate::web::nav;
use crate::web::nav::NavTab;

const SIZE: usize = 50;

/// How many members a search finds.
const FOUND: usize = 10;

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct GroupQuery {
    q: String,
    after: String,
}

struct GroupMemberRow {
    inside: GroupMember,
    /// Whether the actor may remove them.
    mine: bool,
}

struct GroupCandidate {
    id: MembershipId,
    name: String,
    email: String,
    role: &'static str,
    /// Why they can't be added.
    closed: Option<&'static str>,
}

#[derive(Template)]
#[template(path = "groups/show.html", blocks = ["add"])]
pub struct ShowPage {
    layout: Layout,
    tabs: Vec<&'static NavTab>,
    tab: &'static str,
    base: String,
    organization: String,
    unit: UnitLabel,
    groups: String,
    path: String,
    members: String,
    group: Group,
    grants: Vec<GroupGrant>,
    /// Why the actor can't edit the group. Empty without the permission for groups.
    closed: Option<&'static str>,
    may_add: bool,
    rows: Vec<GroupMemberRow>,
    previous: Option<String>,
    next: Option<String>,
    q: String,
    found: Vec<GroupCandidate>,
    errors: FormErrors,
}

crate::page!(ShowPage => as_add);

/// Why someone who manages groups can't edit this one.
fn locked(conn: &mut Conn, actor: &Actor, group: &Group) -> Result<Option<&'static str>, AppError> {
    match groups::check_change(conn, actor, group) {
        Ok(()) => Ok(None),
        Err(GroupError::Failed(error)) => Err(error),
        Err(error) => Ok(Some(error.message())),
    }
}

impl ShowPage {
    pub fn load(
        conn: &mut Conn,
        actor: &Actor,
        id: &str,
        query: &GroupQuery,
        errors: FormErrors,
    ) -> Result<Self, AppError> {
        let organization = actor.organization;
        let group = groups::find(conn, actor, id)?;
        let manages = groups::missing_permission(actor).is_none();
        let given = actor.authority().may_grant(group.role);
        let closed = if manages {
            locked(conn, actor, &group)?
        } else {
            Some("")
        };
        let cursor = paging::Cursor::parse(&query.after);
        let inside = queries::members(conn, organization, group.id, cursor.as_ref(), SIZE)?;
        let Page { rows, previous, next } = Page::cut(inside, SIZE, cursor.as_ref(), |row| {
            (row.sort_name.clone().unwrap_or_default(), row.id.to_string())
        });
        let rank = ActorRank::from(actor);
        let rows = rows
            .into_iter()
            .map(|inside| GroupMemberRow {
                mine: manages && (inside.id == actor.id || given && rank.may_touch(inside.role)),
                inside,
            })
            .collect();
        let may_add = manages && given;
        let found = if may_add && !query.q.trim().is_empty() {
            candidates(conn, actor, &group, &query.q)?
        } else {
            Vec::new()
        };
        let path = actor.path(&format!("/access/groups/{}", group.id));
        let link = |after: String| format!("{path}?after={}", query_value(&after));
        Ok(Self {
            layout: actor.layout(conn, "access")?,
            tabs: nav::access(actor.permissions),
            tab: "/groups",
            base: actor.path("/access"),
            organization: actor.organization_name.clone(),
            unit: actor.unit,
            groups: actor.path("/access/groups"),
            members: actor.path("/members"),
            grants: group_reads::grants(conn, organization, group.id)?,
            closed,
            may_add,
            rows,
            previous: previous.map(link),
            next: next.map(link),
            q: query.q.clone(),
            found,
            errors,
            path,
            group,
        })
    }

    fn people(&self) -> String {
        counted(self.group.member_count, "member", "members")
    }

    fn deletion(&self) -> String {
        format!("{}/deletion", self.path)
    }
}

/// The members that a search finds.
fn candidates(conn: &mut Conn, actor: &Actor, group: &Group, q: &str) -> Result<Vec<GroupCandidate>, AppError> {
    let wanted = MemberFilter {
        words: search::query(q),
        role: None,
        given: None,
        company: None,
        access_status: Some(AccessStatus::Active),
        last_seen: None,
        second_factor: None,
        within: None,
        sort: MemberSort::Name,
        now: actor.cx.now,
    };
    let found = member_search::page(conn, actor.organization, &wanted, None, FOUND)?;
    let ids: Vec<MembershipId> = found.page.rows.iter().map(|row| row.id).collect();
    let inside = queries::among(conn, actor.organization, group.id, &ids)?;
    let rank = ActorRank::from(actor);
    Ok(found
        .page
        .rows
        .into_iter()
        .map(|row| GroupCandidate {
            closed: if inside.contains(&row.id) {
                Some("In the group")
            } else if row.id != actor.id && !rank.may_touch(row.role) {
                Some("You can’t change this member")
            } else {
                None
            },
            id: row.id,
            name: row.name,
            email: row.email,
            role: row.role.label(),
        })
        .collect())
}

/// `GET /organizations/{slug}/access/groups/{id}`
pub async fn show(
    gate: Gate<ViewAccess>,
    path: GroupPath,
    query: web::Query<GroupQuery>,
) -> Result<HttpResponse, AppError> {
    let ((_, id), query) = (path.into_inner(), query.into_inner());
    gate.show(move |actor, conn| ShowPage::load(conn, actor, &id, &query, FormErrors::none()))
        .await
}

/// The page again after a member could not be added: status 422, always whole.
struct RefusedPage(ShowPage);

impl crate::common::html::Page for RefusedPage {
    fn respond(self, status: actix_web::http::StatusCode, _fragment: bool) -> Result<HttpResponse, AppError> {
        crate::common::html::html_with(status, self.0)
    }
}

pub(super) async fn refused<P: Permission>(
    gate: &Gate<P>,
    id: String,
    q: String,
    message: &'static str,
) -> Result<HttpResponse, AppError> {
    let query = GroupQuery {
        q,
        ..GroupQuery::default()
    };
    gate.refused(move |actor, conn| {
        let errors = FormErrors::one("filter-q", message);
        Ok(RefusedPage(ShowPage::load(conn, actor, &id, &query, errors)?))
    })
    .await
}
