//! The list of invitations.

use std::collections::HashMap;

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::auth::Gate;
use crate::auth::actor::Actor;
use crate::authz::permission::InviteMembers;
use crate::common::error::AppError;
use crate::common::html::{on_this_page, query_value};
use crate::common::id::InvitationId;
use crate::common::paging::{Cursor, Page};
use crate::common::token::Seed;
use crate::db::Conn;
use crate::db::types::organization::{InvitationStatus, UnitLabel};
use crate::handlers::invitations::deliveries::DeliveryPoll;
use crate::handlers::invitations::row::InvitationRow;
use crate::handlers::members::tabs;
use crate::handlers::members::tabs::{MembersTab, MembersTabLink};
use crate::models::invitation;
use crate::models::invitation::search::InvitationListing;
use crate::models::invitation::{CompanyGrant, list, search};
use crate::services::invitations::authority::InviteAuthority;
use crate::web::layout::{Layout, PageLayout};

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct InvitationsQuery {
    q: String,
    status: String,
    after: String,
}

impl InvitationsQuery {
    /// `None` for all; an unknown word is pending.
    fn status(&self) -> Option<InvitationStatus> {
        match self.status.as_str() {
            "all" => None,
            status => Some(InvitationStatus::parse(status).unwrap_or(InvitationStatus::Pending)),
        }
    }

    fn is_plain(&self) -> bool {
        self.q.trim().is_empty() && self.status() == Some(InvitationStatus::Pending)
    }

    fn link(&self, after: &str) -> String {
        format!(
            "?status={}&q={}&after={after}",
            self.status().map_or("all", InvitationStatus::as_str),
            query_value(&self.q)
        )
    }
}

const STATUSES: &[(&str, &str)] = &[
    ("pending", "Pending"),
    ("accepted", "Accepted"),
    ("declined", "Declined"),
    ("cancelled", "Cancelled"),
    ("expired", "Expired"),
    ("all", "All"),
];

#[derive(Template)]
#[template(path = "invitations/index.html", blocks = ["roster"])]
struct InvitationsPage {
    layout: Layout,
    base: String,
    organization: String,
    unit: UnitLabel,
    q: String,
    status: &'static str,
    statuses: &'static [(&'static str, &'static str)],
    plain: bool,
    rows: Vec<InvitationRow>,
    poll: DeliveryPoll,
    previous: Option<String>,
    next: Option<String>,
    tabs: Vec<MembersTabLink>,
}

crate::page!(InvitationsPage => as_roster);

impl InvitationsPage {
    fn load(conn: &mut Conn, actor: &Actor, query: &InvitationsQuery) -> Result<Self, AppError> {
        let authority = InviteAuthority::of(conn, actor)?;
        let (organization, scope) = (actor.organization, authority.scope());
        let cursor = Cursor::parse(&query.after);
        let listed = list::page(
            conn,
            organization,
            &scope,
            query.status(),
            &query.q,
            (cursor.as_ref(), list::PAGE),
        )?;
        let page = Page::cut(listed, list::PAGE, cursor.as_ref(), list::key);
        let base = actor.path("/invitations");
        let link = |after: Option<String>| after.map(|after| format!("{base}{}", query.link(&after)));
        let rows = rows(conn, actor, &authority, page.rows)?;
        Ok(Self {
            layout: actor.layout(conn, "members")?,
            tabs: tabs::links(conn, actor, MembersTab::Invitations)?,
            organization: actor.organization_name.clone(),
            unit: actor.unit,
            q: query.q.clone(),
            status: query.status().map_or("all", InvitationStatus::as_str),
            statuses: STATUSES,
            plain: query.is_plain(),
            previous: link(page.previous),
            next: link(page.next),
            poll: DeliveryPoll::of(&base, &rows),
            rows,
            base,
        })
    }

    fn some_send(&self) -> bool {
        self.rows.iter().any(|row| row.sends)
    }

    fn caption(&self) -> String {
        on_this_page(self.rows.len(), "invitation", "invitations")
    }
}

fn rows(
    conn: &mut Conn,
    actor: &Actor,
    authority: &InviteAuthority,
    listed: Vec<InvitationListing>,
) -> Result<Vec<InvitationRow>, AppError> {
    let (organization, cx) = (actor.organization, &actor.cx);
    let ids: Vec<InvitationId> = listed.iter().map(|row| row.invitation.id).collect();
    // Links are shown only when no email brings them.
    let seeds: HashMap<InvitationId, Seed> = if cx.config().sends_mail() {
        HashMap::new()
    } else {
        search::seeds(conn, organization, &ids)?.into_iter().collect()
    };
    let mut grants: HashMap<InvitationId, Vec<CompanyGrant>> = HashMap::new();
    for (id, grant) in invitation::grants(conn, organization, &ids)? {
        grants.entry(id).or_default().push(grant);
    }
    Ok(listed
        .into_iter()
        .map(|listing| {
            let id = listing.invitation.id;
            let companies = grants.remove(&id).unwrap_or_default();
            InvitationRow::new((cx, actor.zone), authority, listing, companies, seeds.get(&id))
        })
        .collect())
}

pub async fn index(gate: Gate<InviteMembers>, query: web::Query<InvitationsQuery>) -> Result<HttpResponse, AppError> {
    let query = query.into_inner();
    gate.show(move |actor, conn| InvitationsPage::load(conn, actor, &query))
        .await
}
