//! What was done: one line for each change, written in the change's own transaction, chained to the line before.

#![warn(missing_docs, clippy::missing_errors_doc)]

pub mod action;
pub mod chain;
pub mod describe;
pub mod entry;
pub mod query;
pub mod seal;
pub mod verify;
pub mod visibility;

use std::collections::BTreeMap;

use diesel::prelude::*;
use serde_json::{Value, json};

pub use crate::audit::action::{Action, Category};
pub use crate::audit::entry::Entry;

use crate::app::Ctx;
use crate::common::id::{DeedId, UserId};
use crate::db::Conn;
use crate::db::schema::{account_events, memberships};
use crate::db::types::MembershipStatus;
use crate::db::types::org_id::OrgId;

/// One thing that was done, to what, and what it was before and after.
#[derive(Debug, Clone)]
pub struct Event {
    action: Action,
    kind: &'static str,
    id: String,
    label: String,
    before: Value,
    after: Value,
}

impl Event {
    /// A deed on a target: its kind (`member`, `company`, …), id, and the name by which a reader knows it.
    pub fn new(action: Action, kind: &'static str, id: impl std::fmt::Display, label: impl Into<String>) -> Self {
        Self {
            action,
            kind,
            id: id.to_string(),
            label: label.into(),
            before: json!({}),
            after: json!({}),
        }
    }

    /// The changed fields as they were.
    #[must_use]
    pub fn before(mut self, before: Value) -> Self {
        self.before = before;
        self
    }

    /// The changed fields as they are.
    #[must_use]
    pub fn after(mut self, after: Value) -> Self {
        self.after = after;
        self
    }
}

#[derive(Debug, Clone, Copy)]
enum Realm {
    Organization(OrgId),
    Account(UserId),
}

/// The deeds of one write, each in the log of the organization or of the account that it concerns.
#[derive(Debug, Default)]
#[must_use]
pub struct Events {
    lines: Vec<(Realm, Event)>,
    on_behalf_of: Option<String>,
}

impl Events {
    /// Nothing was changed; `reason` says to the reader of the code how that can be.
    pub fn none(_reason: &'static str) -> Self {
        Self::default()
    }

    fn one(realm: Realm, event: Event) -> Self {
        Self {
            lines: vec![(realm, event)],
            on_behalf_of: None,
        }
    }

    /// Whether nothing was changed.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// Done by the actor in somebody's stead: the name of who allowed it stands beside the actor's.
    pub fn on_behalf_of(mut self, name: Option<String>) -> Self {
        self.on_behalf_of = name;
        self
    }

    /// A deed in an organization.
    pub fn organization(organization: OrgId, event: Event) -> Self {
        Self::one(Realm::Organization(organization), event)
    }

    /// A deed on an account.
    pub fn account(user: UserId, event: Event) -> Self {
        Self::one(Realm::Account(user), event)
    }

    /// Together with further deeds.
    pub fn and(mut self, more: Self) -> Self {
        self.lines.extend(more.lines);
        self.on_behalf_of = self.on_behalf_of.or(more.on_behalf_of);
        self
    }

    /// All of them.
    pub fn all(events: impl IntoIterator<Item = Self>) -> Self {
        events.into_iter().fold(Self::default(), Self::and)
    }
}

/// Who did it. `None` is the house itself (the clock, a command).
#[derive(Debug, Clone)]
pub struct ActorRef {
    /// The account.
    pub id: UserId,
    /// The name at the time.
    pub name: String,
}

/// Writes the lines; called by the gate alone, inside the change's transaction, as the last thing in it.
pub fn append(conn: &mut Conn, cx: &Ctx, actor: Option<&ActorRef>, done: &Events) -> QueryResult<()> {
    if done.lines.is_empty() {
        return Ok(());
    }
    let line = |event: &Event| Entry {
        seq: 0,
        id: DeedId::fresh().to_string(),
        at: cx.now,
        actor_id: actor.map(|actor| actor.id.to_string()),
        actor_name: actor.map_or("Tenantry", |actor| actor.name.as_str()).to_owned(),
        on_behalf_of: done.on_behalf_of.clone(),
        ip: cx.request.ip.clone(),
        agent: cx.request.agent.clone(),
        request_id: cx.request.id.clone(),
        action: event.action.as_str().to_owned(),
        target_kind: event.kind.to_owned(),
        target_id: event.id.clone(),
        target_label: event.label.clone(),
        before: event.before.to_string(),
        after: event.after.to_string(),
        prev_hash: String::new(),
        hash: String::new(),
    };
    // In one order, so that two writes that concern the same organizations do not wait for each other.
    let mut chains: BTreeMap<OrgId, Vec<Entry>> = BTreeMap::new();
    for (realm, event) in &done.lines {
        match realm {
            Realm::Organization(organization) => chains.entry(*organization).or_default().push(line(event)),
            Realm::Account(user) => {
                of_account(conn, *user, &line(event))?;
                if event.action.concerns_organizations() {
                    for organization in organizations_of(conn, *user)? {
                        chains.entry(organization).or_default().push(line(event));
                    }
                }
            }
        }
    }
    for (organization, lines) in chains {
        chain::append(conn, organization, lines)?;
    }
    Ok(())
}

/// So many organizations learn of one person's sign-in.
const ORGANIZATIONS: i64 = 200;

fn organizations_of(conn: &mut Conn, user: UserId) -> QueryResult<Vec<OrgId>> {
    memberships::table
        .filter(memberships::user_id.eq(user))
        .filter(memberships::status.ne(MembershipStatus::Removed))
        .order(memberships::last_seen_at.desc())
        .limit(ORGANIZATIONS)
        .select(memberships::organization_id)
        .load(conn)
}

fn of_account(conn: &mut Conn, user: UserId, line: &Entry) -> QueryResult<()> {
    diesel::insert_into(account_events::table)
        .values((
            account_events::user_id.eq(user),
            account_events::id.eq(&line.id),
            account_events::at.eq(line.at),
            account_events::actor_id.eq(&line.actor_id),
            account_events::actor_name.eq(&line.actor_name),
            account_events::on_behalf_of.eq(&line.on_behalf_of),
            account_events::ip.eq(&line.ip),
            account_events::agent.eq(&line.agent),
            account_events::request_id.eq(&line.request_id),
            account_events::action.eq(&line.action),
            account_events::target_kind.eq(&line.target_kind),
            account_events::target_id.eq(&line.target_id),
            account_events::target_label.eq(&line.target_label),
            account_events::before.eq(&line.before),
            account_events::after.eq(&line.after),
        ))
        .execute(conn)?;
    Ok(())
}
