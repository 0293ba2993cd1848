//! Accepts an invitation.

use serde_json::json;

use crate::app::Ctx;
use crate::audit::{Action, Event, Events, query};
use crate::auth::current_user::CurrentUser;
use crate::authz::role::Role;
use crate::common::error::AppError;
use crate::common::id::MembershipId;
use crate::common::time::Time;
use crate::common::token::Token;
use crate::db::Conn;
use crate::db::types::organization::{InvitationStatus, UnitLabel};
use crate::mail::outbox;
use crate::models::invitation;
use crate::models::invitation::{CompanyGrant, Invitation, pairs};
use crate::models::membership;
use crate::models::membership::Origin;
use crate::models::membership::add::NewMembership;
use crate::models::membership::record::Membership;
use crate::services::invitations::resolve::ResolvedInvitation;
use crate::services::invitations::situation::InvitationSituation;
use crate::services::invitations::supersede;
use crate::services::members::errors::RoleChangeError;
use crate::services::members::role;
use crate::services::organizations::security::policy;

/// Why an invitation was not accepted.
pub enum AcceptError {
    /// The page of the link says why.
    Unavailable,
    Failed(AppError),
}

crate::change_error!(AcceptError);

/// The organization that the person is a member of now.
pub struct AcceptedInvitation {
    pub slug: String,
    pub organization: String,
    pub unit: UnitLabel,
    /// The role, unless they were a member before.
    pub joined_as: Option<Role>,
}

/// Makes the person a member.
pub fn accept(
    conn: &mut Conn,
    person: &CurrentUser,
    token: &Token,
) -> Result<(AcceptedInvitation, Events), AcceptError> {
    let cx = &person.cx;
    invitation::lock_row(conn, token)?;
    let resolved = find(conn, person, token)?;
    match resolved.situation {
        InvitationSituation::Ready => {}
        InvitationSituation::Member => {
            let events = supersede::supersede(conn, cx, &resolved.invitation)?;
            return Ok((outcome(resolved, None), events));
        }
        _ => return Err(AcceptError::Unavailable),
    }
    let was = &resolved.invitation;
    policy::require_of_newcomer(conn, person, was.organization_id, was.role)?;
    if !invitation::accept(conn, cx, was.organization_id, was.id)? {
        // Another request accepted it first: then the person is a member now.
        let resolved = find(conn, person, token)?;
        return match resolved.situation {
            InvitationSituation::Member => Ok((outcome(resolved, None), Events::none("another request was faster"))),
            _ => Err(AcceptError::Unavailable),
        };
    }
    let mut events = join(conn, person, &resolved)?;
    if was.hands_over
        && let Some(inviter) = resolved.inviter_membership
    {
        events = events.and(hand_over(conn, cx, was, inviter)?);
    }
    let role = was.role;
    Ok((outcome(resolved, Some(role)), events))
}

/// Records that an account tried to accept the invitation of another address. The refusal rolled back, so this is a write of
/// its own. Each account is recorded once for each invitation, so that no one can fill the log.
pub fn note_refusal(conn: &mut Conn, person: &CurrentUser, token: &Token) -> Result<Events, AppError> {
    invitation::lock_row(conn, token)?;
    let resolved = find(conn, person, token)?;
    let (was, action) = (&resolved.invitation, Action::InvitationRefused);
    if resolved.situation != InvitationSituation::Other {
        return Ok(Events::none("the account was not the reason"));
    }
    let target = ("invitation", was.id.as_str());
    if query::has_done(conn, was.organization_id, person.id, action, target)? {
        return Ok(Events::none("recorded before"));
    }
    let event = Event::new(action, "invitation", was.id, &was.email);
    Ok(Events::organization(was.organization_id, event))
}

fn find(conn: &mut Conn, person: &CurrentUser, token: &Token) -> Result<ResolvedInvitation, AppError> {
    ResolvedInvitation::find(conn, &person.cx, token, Some(person))?.ok_or(AppError::NotFound)
}

fn outcome(resolved: ResolvedInvitation, joined_as: Option<Role>) -> AcceptedInvitation {
    AcceptedInvitation {
        slug: resolved.organization.slug,
        organization: resolved.organization.name,
        unit: resolved.organization.unit,
        joined_as,
    }
}

fn join(conn: &mut Conn, person: &CurrentUser, resolved: &ResolvedInvitation) -> Result<Events, AppError> {
    let (cx, was) = (&person.cx, &resolved.invitation);
    let grants: Vec<CompanyGrant> = resolved.active_grants().cloned().collect();
    let new = NewMembership {
        role: was.role,
        access_until: was.access_until,
        invited_by: Some(was.invited_by),
        origin: Origin::Invite,
        companies: pairs(&grants),
    };
    // None: they joined in another way between two statements. The next try finds a member.
    let membership = membership::add(conn, cx, was.organization_id, person.id, &new)?.ok_or(AppError::Busy)?;
    if let Some(mail) = was.mail_id {
        outbox::withdraw(conn, mail)?;
    }
    let companies: Vec<String> = grants.iter().map(CompanyGrant::label).collect();
    let event = Event::new(Action::InvitationAccepted, "member", membership, &person.name)
        .before(json!({ "invitation": was.id.as_str(), "status": InvitationStatus::Pending.as_str() }))
        .after(json!({
            "role": was.role.as_str(),
            "companies": companies,
            "email": was.email,
            "access_until": was.access_until.map(Time::iso),
        }));
    Ok(Events::organization(was.organization_id, event))
}

/// The inviter gave the organization to the new owner and becomes an admin.
fn hand_over(conn: &mut Conn, cx: &Ctx, was: &Invitation, inviter: MembershipId) -> Result<Events, AppError> {
    let organization = was.organization_id;
    let member = Membership::find(conn, organization, inviter)?;
    role::step_down(conn, cx, organization, &member).map_err(|error| match error {
        RoleChangeError::Failed(error) => error,
        _ => AppError::Busy,
    })
}
