//! Removing members.

use serde_json::{Value, json};

use crate::audit::{Action, Event, Events};
use crate::auth::actor::Actor;
use crate::authz::role::Role;
use crate::common::error::AppError;
use crate::db::Conn;
use crate::models::approval::ApprovalAction;
use crate::models::membership;
use crate::models::membership::assigned::{self, AssignedCompany};
use crate::models::membership::record::Membership;
use crate::models::membership::sent_invitations::{self, SentInvitation};
use crate::services::invitations::cancel;
use crate::services::members::email;
use crate::services::members::errors::RemovalError;
use crate::services::members::rules;
use crate::services::members::rules::MemberTarget;
use crate::services::members::{MemberOutcome, request_approval};

/// A removal that the rules allow: what a page shows, and what is applied.
#[derive(Debug, Clone)]
pub struct MemberRemoval {
    pub member: Membership,
    /// The assignments that the member loses.
    pub companies: Vec<AssignedCompany>,
    /// The pending invitations that the member sent.
    pub invitations: Vec<SentInvitation>,
}

impl MemberRemoval {
    pub fn plan(conn: &mut Conn, actor: &Actor, member: &Membership) -> Result<Self, RemovalError> {
        if !rules::may_remove(&actor.into(), &MemberTarget::from(member)) {
            return Err(RemovalError::NotAllowed);
        }
        Ok(Self::of(conn, actor, member)?)
    }

    fn of(conn: &mut Conn, actor: &Actor, member: &Membership) -> Result<Self, AppError> {
        Ok(Self {
            companies: assigned::companies_of(conn, actor.organization, member.id)?,
            invitations: sent_invitations::pending(conn, actor.organization, member.user)?,
            member: member.clone(),
        })
    }

    /// Removes the member, or requests the approval of another owner.
    pub fn apply(
        &self,
        conn: &mut Conn,
        actor: &Actor,
        cancel_invitations: bool,
    ) -> Result<(MemberOutcome, Events), RemovalError> {
        let member = &self.member;
        if member.access.direct_role == Role::Owner {
            actor.confirmed()?;
            let label = format!("remove the owner {}", member.name);
            let cancel = if cancel_invitations { "yes" } else { "no" };
            let details = [("cancel_invitations", cancel)];
            if let Some(pending) = request_approval(conn, actor, ApprovalAction::Removal, member, &details, label)? {
                return Ok(pending);
            }
        }
        Ok((MemberOutcome::Done, self.write(conn, actor, cancel_invitations)?))
    }

    fn write(&self, conn: &mut Conn, actor: &Actor, cancel_invitations: bool) -> Result<Events, RemovalError> {
        let member = &self.member;
        let outcome = membership::remove(conn, &actor.cx, actor.organization, member, actor.person.id)?;
        RemovalError::check(outcome)?;
        email::removed(conn, actor, member)?;
        let event = Event::new(Action::MemberRemoved, "member", member.id, &member.name)
            .before(access_json(member, &self.companies));
        let mut events = actor.event(event);
        if cancel_invitations {
            events = events.and(cancel::cancel_sent_by(conn, actor, member.user)?);
        }
        Ok(events)
    }
}

/// What a member had, or has again, in an audit event.
pub(super) fn access_json(member: &Membership, companies: &[AssignedCompany]) -> Value {
    let companies: Vec<_> = companies
        .iter()
        .map(|company| json!({ "company": company.name, "role": company.role.as_str() }))
        .collect();
    json!({ "role": member.role.as_str(), "email": member.email, "companies": companies })
}

/// Removes a member. They get an email.
pub fn remove(
    conn: &mut Conn,
    actor: &Actor,
    member: &Membership,
    cancel_invitations: bool,
) -> Result<(MemberOutcome, Events), RemovalError> {
    MemberRemoval::plan(conn, actor, member)?.apply(conn, actor, cancel_invitations)
}

/// Removes a member after an approval. The caller has checked the rules for the member who requested it.
pub fn remove_now(
    conn: &mut Conn,
    actor: &Actor,
    member: &Membership,
    cancel_invitations: bool,
) -> Result<Events, RemovalError> {
    MemberRemoval::of(conn, actor, member)?.write(conn, actor, cancel_invitations)
}

/// Removes the actor at their own request.
pub fn leave(conn: &mut Conn, actor: &Actor) -> Result<Events, RemovalError> {
    let member = Membership::find(conn, actor.organization, actor.id)?;
    let outcome = membership::remove(conn, &actor.cx, actor.organization, &member, actor.person.id)?;
    RemovalError::check(outcome)?;
    let event = Event::new(Action::MemberLeft, "member", actor.id, &actor.person.name)
        .before(json!({ "role": member.role.as_str() }));
    Ok(actor.event(event))
}
