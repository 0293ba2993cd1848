//! Assigning members to companies: one rule and one set of changes for every page.

pub mod check;
pub mod events;

use crate::app::Ctx;
use crate::audit::Events;
use crate::auth::actor::Actor;
use crate::authz::decision::Reach;
use crate::authz::permission::PermissionId;
use crate::authz::role::CompanyRole;
use crate::common::error::AppError;
use crate::common::id::CompanyId;
use crate::common::time::Time;
use crate::db::Conn;
use crate::db::types::organization::CompanyStatus;
use crate::models::membership;
use crate::models::membership::assigned::{self, CompanyAssignment};
use crate::models::membership::record::Membership;
use crate::models::membership::{DirectAssignment, Origin};
use crate::services::members::access_end;

pub use crate::models::membership::assigned::role_in;
pub use crate::services::assignments::check::{AssignmentCheck, AssignmentError, grantable};
pub use crate::services::assignments::events::{AssignmentSource, NamedAssignment};

/// What was changed.
#[derive(Debug)]
pub struct AssignmentChange {
    /// The company's name.
    pub company: String,
    /// Empty when nothing had to be changed.
    pub events: Events,
}

/// Assigns a member to a company, or changes their role in it.
pub fn give(
    conn: &mut Conn,
    actor: &Actor,
    permission: PermissionId,
    member: &Membership,
    company: CompanyId,
    role: CompanyRole,
) -> Result<AssignmentChange, AssignmentError> {
    let (check, own, now) = read(conn, actor, permission, member, company)?;
    check.give(own, now.role, role)?;
    is_open(&now)?;
    if now.direct == Some(role) {
        let events = Events::none("the same role");
        return Ok(AssignmentChange {
            company: now.company,
            events,
        });
    }
    let organization = actor.organization;
    membership::assign(conn, &actor.cx, organization, member.id, company, role, Origin::Direct)?;
    let assignment = NamedAssignment::new(organization, member.id, &member.name, company, &now.company);
    let events = assignment.assigned(now.direct, role, &AssignmentSource::Direct);
    Ok(AssignmentChange {
        company: now.company,
        events,
    })
}

/// Removes a member's direct assignment to a company.
pub fn take(
    conn: &mut Conn,
    actor: &Actor,
    permission: PermissionId,
    member: &Membership,
    company: CompanyId,
) -> Result<AssignmentChange, AssignmentError> {
    let (check, own, now) = read(conn, actor, permission, member, company)?;
    if now.role.is_none() {
        return Err(AssignmentError::NotAssigned);
    }
    check.touch(own, now.role)?;
    is_open(&now)?;
    let direct = now.direct.ok_or(AssignmentError::ByGroup)?;
    membership::unassign(conn, &actor.cx, actor.organization, member.id, company)?;
    let assignment = NamedAssignment::new(actor.organization, member.id, &member.name, company, &now.company);
    let events = assignment.unassigned(Some(direct), &AssignmentSource::Direct);
    Ok(AssignmentChange {
        company: now.company,
        events,
    })
}

/// Changes when a direct assignment ends; `None` is no end.
pub fn end(
    conn: &mut Conn,
    actor: &Actor,
    permission: PermissionId,
    member: &Membership,
    company: CompanyId,
    until: Option<Time>,
) -> Result<AssignmentChange, AssignmentError> {
    let (check, own, now) = read(conn, actor, permission, member, company)?;
    let role = now.role.ok_or(AssignmentError::NotAssigned)?;
    check.give(own, now.role, role)?;
    is_open(&now)?;
    if now.direct.is_none() {
        return Err(AssignmentError::ByGroup);
    }
    if now.until == until {
        let events = Events::none("the same day");
        return Ok(AssignmentChange {
            company: now.company,
            events,
        });
    }
    membership::set_assignment_end(conn, actor.organization, member.id, company, until)?;
    let assignment = NamedAssignment::new(actor.organization, member.id, &member.name, company, &now.company);
    let events = access_end::changed(
        actor.organization,
        (member.id, &member.name),
        Some(assignment.end_json(now.until)),
        assignment.end_json(until),
    );
    Ok(AssignmentChange {
        company: now.company,
        events,
    })
}

/// Assigns a member who used an onboarding link. The link was checked by the caller.
pub fn assign_by_link(
    conn: &mut Conn,
    cx: &Ctx,
    assignment: &NamedAssignment<'_>,
    role: CompanyRole,
    link: &str,
) -> Result<Events, AppError> {
    let NamedAssignment {
        organization,
        member,
        company,
        ..
    } = *assignment;
    membership::assign(conn, cx, organization, member, company, role, Origin::Link)?;
    Ok(assignment.assigned(None, role, &AssignmentSource::Link(link)))
}

/// Gives back a direct assignment that an access review removed. The caller has checked that the actor may assign it.
pub fn restore_after_review(
    conn: &mut Conn,
    cx: &Ctx,
    assignment: &NamedAssignment<'_>,
    restored: DirectAssignment,
    review: &str,
) -> Result<Events, AppError> {
    let NamedAssignment {
        organization,
        member,
        company,
        ..
    } = *assignment;
    membership::restore_assignment(conn, cx, organization, member, company, restored)?;
    Ok(assignment.assigned(None, restored.role, &AssignmentSource::RestoredReview(review)))
}

/// Removes assignments whose end has passed, at most `limit`. They give no permission from that moment anyway; what a group
/// gives in the same company takes effect again.
pub fn end_due(conn: &mut Conn, cx: &Ctx, limit: i64) -> Result<Events, AppError> {
    let mut events = Events::none("nothing was due");
    for due in membership::due_assignments(conn, cx.now, limit)? {
        if !membership::unassign(conn, cx, due.organization, due.member, due.company)? {
            continue;
        }
        let (member, company) = membership::names_of(conn, due.organization, due.member, due.company)?;
        let assignment = NamedAssignment::new(due.organization, due.member, &member, due.company, &company);
        events = events.and(assignment.unassigned(due.role, &AssignmentSource::Ended(due.until)));
    }
    Ok(events)
}

/// The check of the actor, whether the company is one of their own, and the current assignment.
fn read(
    conn: &mut Conn,
    actor: &Actor,
    permission: PermissionId,
    member: &Membership,
    company: CompanyId,
) -> Result<(AssignmentCheck, bool, CompanyAssignment), AppError> {
    let now = assigned::assignment(conn, actor.organization, member.id, company)?;
    let own = actor.permissions.reach(permission) == Reach::OwnCompanies
        && actor.own_companies(conn, permission)?.contains(&company);
    let check = AssignmentCheck::of(actor, permission, member.id, member.role);
    Ok((check, own, now))
}

fn is_open(assignment: &CompanyAssignment) -> Result<(), AssignmentError> {
    if assignment.status == CompanyStatus::Archived {
        Err(AssignmentError::Archived)
    } else {
        Ok(())
    }
}
