//! Several changes of one member's access at once: role, end date and assignments, all of them or none. Each goes through
//! the function that every other page uses. The plan is found by applying the changes and rolling them back, so that no
//! rule exists twice.

use diesel::Connection;

use crate::audit::Events;
use crate::auth::actor::Actor;
use crate::authz::decision::AccessInputs;
use crate::authz::permission::{AssignCompanies, Permission};
use crate::authz::role::CompanyRole;
use crate::common::error::AppError;
use crate::common::id::CompanyId;
use crate::common::time::Time;
use crate::db::Conn;
use crate::models::membership;
use crate::models::membership::access;
use crate::models::membership::assigned;
use crate::models::membership::assigned::AssignedCompany;
use crate::models::membership::record::Membership;
use crate::services::assignments;
use crate::services::assignments::AssignmentError;
use crate::services::members::errors::{AccessEndError, RoleChangeError};
use crate::services::members::role::Title;
use crate::services::members::{MemberOutcome, access_end, role};

/// What is to change.
#[derive(Debug, Clone, Default)]
pub struct AccessEdit {
    pub role: Option<Title>,
    /// The new end of the whole access; `Some(None)` is no end.
    pub access_until: Option<Option<Time>>,
    pub companies: Vec<AssignmentEdit>,
}

/// A change of one assignment.
#[derive(Debug, Clone, Copy)]
pub struct AssignmentEdit {
    pub company: CompanyId,
    /// `None` removes the assignment.
    pub role: Option<CompanyRole>,
    /// The new end; `Some(None)` is no end.
    pub until: Option<Option<Time>>,
}

/// Why nothing was changed.
#[derive(Debug)]
pub enum AccessEditError {
    Role(RoleChangeError),
    AccessEnd(AccessEndError),
    Assignment(CompanyId, AssignmentError),
    Failed(AppError),
}

crate::change_error!(AccessEditError);

impl From<RoleChangeError> for AccessEditError {
    fn from(error: RoleChangeError) -> Self {
        match error {
            RoleChangeError::Failed(error) => Self::Failed(error),
            error => Self::Role(error),
        }
    }
}

impl From<AccessEndError> for AccessEditError {
    fn from(error: AccessEndError) -> Self {
        match error {
            AccessEndError::Failed(error) => Self::Failed(error),
            error => Self::AccessEnd(error),
        }
    }
}

impl AccessEditError {
    fn at(company: CompanyId) -> impl Fn(AssignmentError) -> Self {
        move |error| match error {
            AssignmentError::Failed(error) => Self::Failed(error),
            error => Self::Assignment(company, error),
        }
    }
}

/// A member's access at one time.
#[derive(Debug, Clone)]
pub struct AccessState {
    pub title: Title,
    pub access_until: Option<Time>,
    pub companies: Vec<AssignedCompany>,
    pub inputs: AccessInputs,
}

impl AccessState {
    fn of(conn: &mut Conn, actor: &Actor, member: &Membership) -> Result<Self, AppError> {
        Ok(Self {
            title: Title::of(conn, actor.organization, member)?,
            access_until: member.access_until,
            companies: assigned::companies_of(conn, actor.organization, member.id)?,
            inputs: access::access_inputs(conn, actor.cx.now, actor.organization, member.id)?,
        })
    }
}

/// What the changes do: what a page shows, and what is applied.
#[derive(Debug, Clone)]
pub struct AccessPlan {
    pub member: Membership,
    pub before: AccessState,
    pub after: AccessState,
    /// How the change of the role ends.
    pub role: MemberOutcome,
    /// The role that was chosen, if any.
    chosen: Option<Title>,
}

impl AccessPlan {
    /// Finds out what the changes would do, and changes nothing.
    pub fn of(conn: &mut Conn, actor: &Actor, member: &Membership, edit: &AccessEdit) -> Result<Self, AccessEditError> {
        let rolled_back: Result<(), PlanRollback> = conn.transaction(|conn| match apply(conn, actor, member, edit) {
            Ok((plan, _)) => Err(PlanRollback::Planned(Box::new(plan))),
            Err(error) => Err(PlanRollback::Refused(error)),
        });
        match rolled_back {
            Err(PlanRollback::Planned(plan)) => Ok(*plan),
            Err(PlanRollback::Refused(error)) => Err(error),
            Err(PlanRollback::Failed(error)) => Err(error.into()),
            Ok(()) => Err(AppError::internal("a plan is always rolled back").into()),
        }
    }

    /// The role that the member has then, or when another owner approved it.
    pub fn wanted(&self) -> &Title {
        self.chosen.as_ref().unwrap_or(&self.after.title)
    }

    /// Whether another owner has to approve the role.
    pub fn is_pending(&self) -> bool {
        matches!(self.role, MemberOutcome::Pending(_) | MemberOutcome::AlreadyPending(_))
    }
}

/// Ends the transaction of a plan.
enum PlanRollback {
    Planned(Box<AccessPlan>),
    Refused(AccessEditError),
    Failed(AppError),
}

crate::change_error!(PlanRollback);

/// Applies all of the changes, each with its own audit event, or none of them.
pub fn apply(
    conn: &mut Conn,
    actor: &Actor,
    member: &Membership,
    edit: &AccessEdit,
) -> Result<(AccessPlan, Events), AccessEditError> {
    let organization = actor.organization;
    membership::lock_members(conn, organization, &[member.id])?;
    let mut now = Membership::find(conn, organization, member.id)?;
    let before = AccessState::of(conn, actor, &now)?;
    let (mut outcome, mut events) = (MemberOutcome::Unchanged, Events::none("nothing was changed"));
    // Owners have no end date, so an end is removed before the role is given, and set after it.
    if edit.access_until == Some(None) {
        events = events.and(access_end::set(conn, actor, &now, None)?.1);
        now = Membership::find(conn, organization, member.id)?;
    }
    if let Some(title) = &edit.role {
        let (ended, changed) = role::change(conn, actor, &now, title)?;
        (outcome, events) = (ended, events.and(changed));
        now = Membership::find(conn, organization, member.id)?;
    }
    if let Some(until @ Some(_)) = edit.access_until {
        events = events.and(access_end::set(conn, actor, &now, until)?.1);
        now = Membership::find(conn, organization, member.id)?;
    }
    for assignment in &edit.companies {
        events = events.and(apply_one(conn, actor, &now, assignment)?);
    }
    let plan = AccessPlan {
        after: AccessState::of(conn, actor, &now)?,
        member: now,
        before,
        role: outcome,
        chosen: edit.role.clone(),
    };
    Ok((plan, events))
}

fn apply_one(
    conn: &mut Conn,
    actor: &Actor,
    member: &Membership,
    edit: &AssignmentEdit,
) -> Result<Events, AccessEditError> {
    let (permission, company) = (AssignCompanies::ID, edit.company);
    let refused = AccessEditError::at(company);
    let Some(role) = edit.role else {
        return match assignments::take(conn, actor, permission, member, company) {
            Ok(taken) => Ok(taken.events),
            Err(AssignmentError::NotAssigned) => Ok(Events::none("not assigned before")),
            Err(error) => Err(refused(error)),
        };
    };
    let given = assignments::give(conn, actor, permission, member, company, role).map_err(&refused)?;
    let Some(until) = edit.until else {
        return Ok(given.events);
    };
    let ended = assignments::end(conn, actor, permission, member, company, until).map_err(&refused)?;
    Ok(given.events.and(ended.events))
}
