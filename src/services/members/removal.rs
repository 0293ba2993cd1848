//! Removing somebody, and taking that back for a day.

use diesel::prelude::*;
use serde_json::json;

use crate::audit::{Action, Deed, Deeds};
use crate::auth::actor::Member;
use crate::authz::role::Role;
use crate::common::error::AppError;
use crate::common::id::{InvitationId, MailId, MembershipId, UserId};
use crate::db::Conn;
use crate::db::schema::{companies, company_assignments, invitations};
use crate::db::types::org_id::OrgId;
use crate::db::types::organization::InvitationStatus;
use crate::mail::outbox;
use crate::models::approval::Matter;
use crate::models::invitation;
use crate::models::membership;
use crate::models::membership::Outcome;
use crate::models::membership::record::Standing;
use crate::models::organization;
use crate::services::Done;
use crate::services::approvals::dual_control;
use crate::services::members::ceiling::Before;
use crate::services::members::email;
use crate::services::members::rules;
use crate::services::members::rules::{Refused, Target};

/// A pending invitation: its id, its address, its latest letter.
pub type Pending = (InvitationId, String, Option<MailId>);

/// The pending invitations that somebody sent.
///
/// # Errors
/// When the database fails.
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
///
/// # Errors
/// When the database fails; the inner error says why nothing was changed.
pub fn remove(
    conn: &mut Conn,
    member: &Member,
    person: &Standing,
    cancel_invitations: bool,
) -> Result<Result<Done, Refused>, AppError> {
    if !rules::may_remove(&member.into(), &Target::from(person)) {
        return Ok(Err(Refused::Right));
    }
    if person.facts.own_role == Role::Owner {
        let label = format!("remove the owner {}", person.name);
        let cancel = if cancel_invitations { "yes" } else { "no" };
        let more = [("cancel_invitations", cancel)];
        if let Some(waits) = dual_control::hold_person(conn, member, Matter::Removal, person, &more, label)? {
            return Ok(Ok(waits));
        }
    }
    carry_out(conn, member, person, cancel_invitations)
}

/// Removes somebody; the rules were asked.
///
/// # Errors
/// When the database fails; the inner error says why nothing was changed.
pub fn carry_out(
    conn: &mut Conn,
    member: &Member,
    person: &Standing,
    cancel_invitations: bool,
) -> Result<Result<Done, Refused>, AppError> {
    let places = places(conn, member.organization, person.id)?;
    match membership::expel(conn, &member.cx, member.organization, person, member.person.id)? {
        Outcome::Done => {}
        Outcome::LastOwner => return Ok(Err(Refused::LastOwner)),
        Outcome::Changed => return Ok(Err(Refused::Changed)),
    }
    email::removed(conn, member, person)?;
    let places: Vec<_> = places
        .into_iter()
        .map(|(company, role)| json!({"company": company, "role": role}))
        .collect();
    let deed = Deed::new(Action::MemberRemoved, "member", person.id, &person.name)
        .before(json!({"role": person.role.as_str(), "email": person.email, "companies": places}));
    let mut deeds = member.did(deed);
    if cancel_invitations {
        deeds = deeds.and(cancel(conn, member, person)?);
    }
    Ok(Ok(Done {
        word: format!(
            "{} is no longer a member of {}. Under “Recently removed” it can be undone for 24 hours",
            person.name, member.organization_name
        ),
        deeds,
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
fn cancel(conn: &mut Conn, member: &Member, person: &Standing) -> Result<Deeds, AppError> {
    let mut deeds = Deeds::none("as many as were still pending");
    for (id, email, letter) in invitations_by(conn, member.organization, person.user)? {
        if invitation::close(conn, &member.cx, member.organization, id, InvitationStatus::Cancelled)? {
            if let Some(letter) = letter {
                outbox::withdraw(conn, letter)?;
            }
            let deed = Deed::new(Action::InvitationCancelled, "invitation", id, email)
                .before(json!({"status": InvitationStatus::Pending.as_str()}))
                .after(json!({"status": InvitationStatus::Cancelled.as_str()}));
            deeds = deeds.and(member.did(deed));
        }
    }
    Ok(deeds)
}

/// Takes a removal back within `membership::UNDO`. `None` when it is too late, or when they came back in another way.
///
/// # Errors
/// The refusal of who may not touch somebody of that rank, or would give back a right that is not theirs.
pub fn undo(conn: &mut Conn, member: &Member, id: MembershipId) -> Result<Option<Done>, AppError> {
    let control = organization::control(conn, member.organization)?;
    let Some(person) = membership::undo(conn, &member.cx, member.organization, id)? else {
        return Ok(None);
    };
    if !rules::may_remove(&member.into(), &Target::from(&person)) {
        let right = <crate::authz::permission::RemoveMembers as crate::authz::permission::Permission>::RIGHT;
        return Err(member.refusal(conn, right)?);
    }
    if person.facts.own_role == Role::Owner && control.holds() {
        return Err(dual_control::refusal(member, &person.name));
    }
    Before::NOTHING.check(conn, member, person.id)?;
    email::restored(conn, member, &person)?;
    let places: Vec<_> = places(conn, member.organization, id)?
        .into_iter()
        .map(|(company, role)| json!({"company": company, "role": role}))
        .collect();
    let deed = Deed::new(Action::MemberRemovalUndone, "member", person.id, &person.name)
        .after(json!({"role": person.role.as_str(), "email": person.email, "companies": places}));
    Ok(Some(Done {
        word: format!("{} is a member again, with everything they had", person.name),
        deeds: member.did(deed),
    }))
}
