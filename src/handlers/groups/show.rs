//! One group: what it gives, who is in it, and who could come in.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::auth::Gate;
use crate::auth::actor::Actor;
use crate::authz::permission::{Permission, ViewAccess};
use crate::authz::role::Role;
use crate::common::error::AppError;
use crate::common::form::FormErrors;
use crate::common::html::{html, number, query_value, refused};
use crate::common::id::MembershipId;
use crate::common::name;
use crate::common::paging;
use crate::common::paging::Page;
use crate::db::Conn;
use crate::db::types::MembershipStatus;
use crate::db::types::organization::UnitLabel;
use crate::handlers::groups::form::Place;
use crate::handlers::groups::queries;
use crate::handlers::groups::queries::Inside;
use crate::models::member_search;
use crate::models::member_search::{AccessStatus, MemberFilter, Sort};
use crate::services::groups;
use crate::services::groups::{Grant, Group};
use crate::services::members::rules::ActorRank;
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;

const SIZE: usize = 50;

/// So many people are offered by a search.
const FOUND: usize = 10;

/// What is looked at.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct GroupQuery {
    q: String,
    after: String,
}

struct GroupMemberRow {
    inside: Inside,
    /// Whether the reader may take them out.
    mine: bool,
}

struct Candidate {
    id: MembershipId,
    name: String,
    email: String,
    role: &'static str,
    /// Why they cannot come in, or nothing.
    closed: Option<&'static str>,
}

#[derive(Template)]
#[template(path = "groups/show.html", blocks = ["add"])]
pub struct ShowPage {
    layout: Layout,
    organization: String,
    unit: UnitLabel,
    groups: String,
    path: String,
    members: String,
    group: Group,
    grants: Vec<Grant>,
    /// Whether the reader may change what it is and gives; if not, why.
    closed: Option<&'static str>,
    may_add: bool,
    rows: Vec<GroupMemberRow>,
    previous: Option<String>,
    next: Option<String>,
    q: String,
    found: Vec<Candidate>,
    errors: FormErrors,
}

impl ShowPage {
    pub fn load(
        conn: &mut Conn,
        actor: &Actor,
        id: &str,
        asked: &GroupQuery,
        errors: FormErrors,
    ) -> Result<Self, AppError> {
        let organization = actor.organization;
        let group = groups::find(conn, actor, id)?;
        let manages = groups::lacking(actor).is_none();
        let given = actor.authority().may_grant(group.role);
        let closed = if manages {
            groups::changeable(conn, actor, &group)?
                .err()
                .map(groups::GroupError::sentence)
        } else {
            Some("")
        };
        let place = paging::Cursor::parse(&asked.after);
        let inside = queries::members(conn, organization, group.id, place.as_ref(), SIZE)?;
        let Page { rows, previous, next } = Page::cut(inside, SIZE, place.as_ref(), |row| {
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
        let found = if may_add && !asked.q.trim().is_empty() {
            candidates(conn, actor, &group, &asked.q)?
        } else {
            Vec::new()
        };
        let path = actor.path(&format!("/access/groups/{}", group.id));
        let link = |after: String| format!("{path}?after={}", query_value(&after));
        Ok(Self {
            layout: actor.layout(conn, "access")?,
            organization: actor.organization_name.clone(),
            unit: actor.unit,
            groups: actor.path("/access/groups"),
            members: actor.path("/members"),
            grants: groups::grants(conn, organization, group.id)?,
            closed,
            may_add,
            rows,
            previous: previous.map(link),
            next: next.map(link),
            q: asked.q.clone(),
            found,
            errors,
            path,
            group,
        })
    }

    fn people(&self) -> String {
        match self.group.people {
            1 => "1 member".into(),
            n => format!("{} members", number(&n)),
        }
    }

    fn deletion(&self) -> String {
        format!("{}/deletion", self.path)
    }
}

/// Who could come in.
fn candidates(conn: &mut Conn, actor: &Actor, group: &Group, q: &str) -> Result<Vec<Candidate>, AppError> {
    let wanted = MemberFilter {
        words: name::query(q),
        role: None,
        given: None,
        company: None,
        standing: Some(AccessStatus::Active),
        within: None,
        sort: Sort::Name,
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
        .map(|row| Candidate {
            closed: if inside.contains(&row.id) {
                Some("In the group")
            } else if row.id != actor.id && !rank.may_touch(row.role) {
                Some("Not yours to change")
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
pub async fn page(
    gate: Gate<ViewAccess>,
    place: Place,
    asked: web::Query<GroupQuery>,
) -> Result<HttpResponse, AppError> {
    let ((_, id), asked) = (place.into_inner(), asked.into_inner());
    let page = gate
        .read(move |actor, conn| ShowPage::load(conn, actor, &id, &asked, FormErrors::none()))
        .await?;
    if gate.fragment() {
        html(page.as_add())
    } else {
        html(page)
    }
}

/// The page again, with what is wrong.
pub async fn again<P: Permission>(
    gate: &Gate<P>,
    id: String,
    q: String,
    sentence: String,
) -> Result<HttpResponse, AppError> {
    let asked = GroupQuery {
        q,
        ..GroupQuery::default()
    };
    let page = gate
        .read(move |actor, conn| ShowPage::load(conn, actor, &id, &asked, FormErrors::one("filter-q", sentence)))
        .await?;
    refused(page)
}
