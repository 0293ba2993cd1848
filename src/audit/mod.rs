//! The audit log: one event for each change, written in the change's own transaction and chained to the event before.
//! Functions that return a `QueryResult` fail only when the database does.

#![warn(missing_docs)]

pub mod action;
pub mod chain;
pub mod describe;
pub mod entry;
pub mod event;
pub mod fault;
pub mod query;
pub mod seal;
pub mod verify;
pub mod visibility;
pub mod walk;

use std::collections::BTreeMap;

use diesel::prelude::*;

pub use crate::audit::action::{Action, Category};
pub use crate::audit::entry::AuditEntry;
pub use crate::audit::event::{ActorRef, Event, Events};

use crate::app::Ctx;
use crate::audit::event::EventRealm;
use crate::authz::actor_kind::ActorKind;
use crate::common::id::{EventId, UserId};
use crate::db::schema::{account_events, memberships};
use crate::db::types::MembershipStatus;
use crate::db::types::org_id::OrgId;
use crate::db::{Conn, affected};

/// Records the events of a write. Only the gate calls it: inside the transaction of the change, as its last step.
pub fn append(conn: &mut Conn, cx: &Ctx, actor: Option<&ActorRef>, done: &Events) -> QueryResult<()> {
    // In one order, so that two writes that concern the same organizations do not wait for each other.
    let mut chains: BTreeMap<OrgId, Vec<AuditEntry>> = BTreeMap::new();
    for (realm, event) in &done.lines {
        let line = entry(cx, actor, done.on_behalf_of.as_deref(), event);
        match realm {
            EventRealm::Organization(organization) => chains.entry(*organization).or_default().push(line),
            EventRealm::Account(user) => {
                affected::person(*user);
                of_account(conn, *user, &line)?;
                if event.action.concerns_organizations() {
                    for organization in organizations_of(conn, *user)? {
                        let line = entry(cx, actor, done.on_behalf_of.as_deref(), event);
                        chains.entry(organization).or_default().push(line);
                    }
                }
            }
        }
    }
    for (organization, lines) in chains {
        affected::organization(organization);
        chain::append(conn, organization, lines)?;
    }
    Ok(())
}

/// The event as a row, not chained yet.
fn entry(cx: &Ctx, actor: Option<&ActorRef>, on_behalf_of: Option<&str>, event: &Event) -> AuditEntry {
    AuditEntry {
        v: entry::VERSION,
        seq: 0,
        id: EventId::fresh().to_string(),
        at: cx.now,
        actor_kind: actor.map_or(ActorKind::System, |actor| actor.kind).as_str().to_owned(),
        actor_id: actor.map(ActorRef::logged_id),
        actor_name: actor.map_or("Tenantry", |actor| actor.name.as_str()).to_owned(),
        on_behalf_of: on_behalf_of.map(str::to_owned),
        company_id: event.company.clone(),
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
    }
}

/// An event on an account is recorded in at most this many organizations of the person.
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

fn of_account(conn: &mut Conn, user: UserId, line: &AuditEntry) -> QueryResult<()> {
    diesel::insert_into(account_events::table)
        .values((
            account_events::user_id.eq(user),
            account_events::id.eq(&line.id),
            account_events::v.eq(line.v),
            account_events::at.eq(line.at),
            account_events::actor_kind.eq(&line.actor_kind),
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
