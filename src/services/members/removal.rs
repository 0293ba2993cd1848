//! Removing somebody, and taking that back for a day.

use diesel::prelude::*;
use serde_json::json;

use crate::audit::{Action, Event, Events};
use crate::auth::actor::Actor;
use crate::authz::role::Role;
use crate::common::error::AppError;
use crate::common::id::{InvitationId, MailId, MembershipId, UserId};
use crate::db::Conn;
use crate::db::schema::{companies, company_assignments, invitations};
use crate::db::types::org_id::OrgId;
use crate::db::types::organization::InvitationStatus;
use crate::mail::outbox;
use crate::models::approval::ApprovalAction;
use crate::models::invitation;
use crate::models::membership;
use crate::models::membership::Outcome;
use crate::models::membership::record::Membership;
use crate::models::organization;
use crate::services::Done;
use crate::services::approvals::dual_control;
use crate::services::members::ceiling::PermissionCeiling;
use crate::services::members::email;
use crate::services::members::rules;
use crate::services::members::rules::{MemberChangeError, Target};

/// A pending invitation: its id, its address, its latest letter.
pub type Pending = (InvitationId, String, Option<MailId>);

/// The pending invitations that somebody sent.
pub fn invitations_by(conn: &mut Conn, organization: OrgId, user: UserId) -> QueryResult<Vec<Pending>> {
    invitations::table
        .filter(invitations::organization_id.eq(organization))
        .filter(invitations::status.eq(InvitationStatus::Pending))
        .filter(invitations::invited_by.eq(user))
        .order((invitations::created_at, invitations::id))
        .select((invitations::id, invitations::email, invitations::mail_id))
        .load(conn)
}

/// Removes somebody, tells them, and cancels what they sent when that is wanted.
pub fn remove(
    conn: &mut Conn,
    actor: &Actor,
    person: &Membership,
    cancel_invitations: bool,
) -> Result<Result<Done, MemberChangeError>, AppError> {
    if !rules::may_remove(&actor.into(), &Target::from(person)) {
        return Ok(Err(MemberChangeError::NotAllowed));
    }
    if person.access.direct_role == Role::Owner {
        let label = format!("remove the owner {}", person.name);
        let cancel = if cancel_invitations { "yes" } else { "no" };
        let more = [("cancel_invitations", cancel)];
        if let Some(waits) = dual_control::hold_person(conn, actor, ApprovalAction::Removal, person, &more, label)? {
            return Ok(Ok(waits));
        }
    }
    carry_out(conn, actor, person, cancel_invitations)
}

/// Removes somebody; the rules were asked.
pub fn carry_out(
    conn: &mut Conn,
    actor: &Actor,
    person: &Membership,
    cancel_invitations: bool,
) -> Result<Result<Done, MemberChangeError>, AppError> {
    let places = places(conn, actor.organization, person.id)?;
    match membership::remove(conn, &actor.cx, actor.organization, person, actor.person.id)? {
        Outcome::Done => {}
        Outcome::LastOwner => return Ok(Err(MemberChangeError::LastOwner)),
        Outcome::Changed => return Ok(Err(MemberChangeError::Changed)),
    }
    email::removed(conn, actor, person)?;
    let places: Vec<_> = places
        .into_iter()
        .map(|(company, role)| json!({"company": company, "role": role}))
        .collect();
    let event = Event::new(Action::MemberRemoved, "member", person.id, &person.name)
        .before(json!({"role": person.role.as_str(), "email": person.email, "companies": places}));
    let mut events = actor.event(event);
    if cancel_invitations {
        events = events.and(cancel(conn, actor, person)?);
    }
    Ok(Ok(Done {
        word: format!(
            "{} is no longer a member of {}. Under “Recently removed” it can be undone for 24 hours",
            person.name, actor.organization_name
        ),
        events,
    }))
}

fn places(conn: &mut Conn, organization: OrgId, id: MembershipId) -> QueryResult<Vec<(String, String)>> {
    company_assignments::table
        .inner_join(
            companies::table.on(companies::organization_id
                .eq(company_assignments::organization_id)
                .and(companies::id.eq(company_assignments::company_id))),
        )
        .filter(company_assignments::organization_id.eq(organization))
        .filter(company_assignments::membership_id.eq(id))
        .order((companies::sort_name, companies::id))
        .select((companies::name, company_assignments::role))
        .load::<(String, crate::authz::role::CompanyRole)>(conn)
        .map(|rows| rows.into_iter().map(|(name, role)| (name, role.to_string())).collect())
}

/// Cancels what somebody sent and nobody has answered.
fn cancel(conn: &mut Conn, actor: &Actor, person: &Membership) -> Result<Events, AppError> {
    let mut events = Events::none("as many as were still pending");
    for (id, email, letter) in invitations_by(conn, actor.organization, person.user)? {
        if invitation::close(conn, &actor.cx, actor.organization, id, InvitationStatus::Cancelled)? {
            if let Some(letter) = letter {
                outbox::withdraw(conn, letter)?;
            }
            let event = Event::new(Action::InvitationCancelled, "invitation", id, email)
                .before(json!({"status": InvitationStatus::Pending.as_str()}))
                .after(json!({"status": InvitationStatus::Cancelled.as_str()}));
            events = events.and(actor.event(event));
        }
    }
    Ok(events)
}

/// Takes a removal back within `membership::UNDO`. `None` when it is too late, or when they came back in another way.
pub fn restore(conn: &mut Conn, actor: &Actor, id: MembershipId) -> Result<Option<Done>, AppError> {
    let control = organization::control(conn, actor.organization)?;
    let Some(person) = membership::restore(conn, &actor.cx, actor.organization, id)? else {
        return Ok(None);
    };
    if !rules::may_remove(&actor.into(), &Target::from(&person)) {
        let permission = <crate::authz::permission::RemoveMembers as crate::authz::permission::Permission>::ID;
        return Err(actor.refusal(conn, permission)?);
    }
    if person.access.direct_role == Role::Owner && control.holds() {
        return Err(dual_control::refusal(actor, &person.name));
    }
    PermissionCeiling::NOTHING.check(conn, actor, person.id)?;
    email::restored(conn, actor, &person)?;
    let places: Vec<_> = places(conn, actor.organization, id)?
        .into_iter()
        .map(|(company, role)| json!({"company": company, "role": role}))
        .collect();
    let event = Event::new(Action::MemberRemovalUndone, "member", person.id, &person.name)
        .after(json!({"role": person.role.as_str(), "email": person.email, "companies": places}));
    Ok(Some(Done {
        word: format!("{} is a member again, with everything they had", person.name),
        events: actor.event(event),
    }))
}
