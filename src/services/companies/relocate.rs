//! Moves a company to another organization of the same account. It is the only change in two organizations at once.
//!
//! The actor needs permission to delete the company here, and to create companies and assign members there. Members of both
//! organizations keep their assignment if the actor can assign them there. Others lose it. Everything else that names the
//! company blocks the move until it is resolved, so that nothing is dropped silently. The earlier events stay in the audit
//! log of the organization that the company leaves.

use serde_json::json;

use crate::audit::{Action, Event, Events};
use crate::auth::actor::Actor;
use crate::auth::company::Company;
use crate::authz::decision::{Authority, Reach};
use crate::authz::permission::{AssignCompanies, CreateCompanies, Permission};
use crate::authz::role::CompanyRole;
use crate::change_error;
use crate::common::error::AppError;
use crate::common::id::{CompanyId, MembershipId};
use crate::common::slug::Slug;
use crate::common::time::Time;
use crate::db::Conn;
use crate::db::types::MembershipStatus;
use crate::db::types::org_id::OrgId;
use crate::db::types::organization::{CompanyStatus, UnitLabel};
use crate::db::types::usage::SumScope;
use crate::models::company_move;
use crate::models::company_move::obstacles;
use crate::models::company_move::obstacles::MoveObstacles;
use crate::models::company_move::{MovedAssignment, MovedCompany};
use crate::models::company_slug;
use crate::models::membership;
use crate::models::membership::Origin;
use crate::models::membership::access;
use crate::models::new_company;
use crate::models::organization::of_user;
use crate::models::usage::{fact_sums, sums};
use crate::services::assignments::{AssignmentCheck, AssignmentSource, NamedAssignment};
use crate::services::companies::carried::CarriedAlong;

/// How many organizations of the account are considered.
const ORGANIZATIONS: i64 = 200;

#[derive(Debug)]
pub enum MoveError {
    UnknownDestination,
    NotConfirmed,
    Blocked,
    Failed(AppError),
}

change_error!(MoveError);

/// Another organization in which the actor can create companies and assign members.
#[derive(Debug, Clone)]
pub struct MoveDestination {
    organization: OrgId,
    /// The actor's membership there, and what they can grant there.
    actor: (MembershipId, Authority),
    pub name: String,
    pub slug: String,
    pub unit: UnitLabel,
}

/// By name.
pub fn destinations(conn: &mut Conn, actor: &Actor) -> Result<Vec<MoveDestination>, AppError> {
    let mut found = Vec::new();
    // The versions of a page are those of its own organization.
    actor.cx.request.page.never_store();
    for other in of_user::others(conn, actor.person.id, actor.organization, ORGANIZATIONS)? {
        let authority = access::access_inputs(conn, actor.cx.now, other.id, other.membership)?.authority();
        let everywhere = |permission| authority.permissions.reach(permission) == Reach::Everywhere;
        if everywhere(CreateCompanies::ID) && everywhere(AssignCompanies::ID) {
            found.push(MoveDestination {
                organization: other.id,
                actor: (other.membership, authority),
                name: other.name,
                slug: other.slug,
                unit: other.unit,
            });
        }
    }
    Ok(found)
}

/// An assignment in the company, and the membership that keeps it in the other organization.
struct PlannedAssignment {
    member: MembershipId,
    name: String,
    role: CompanyRole,
    until: Option<Time>,
    kept_by: Option<MembershipId>,
}

/// What a move changes. The page shows it, and the move applies it.
pub struct MovePlan {
    pub to: MoveDestination,
    pub carried: CarriedAlong,
    assignments: Vec<PlannedAssignment>,
}

impl MovePlan {
    pub fn new(conn: &mut Conn, actor: &Actor, company: CompanyId, to: MoveDestination) -> Result<Self, AppError> {
        let assignments = company_move::assignments(conn, actor.organization, company)?;
        let accounts: Vec<_> = assignments.iter().map(|assignment| assignment.user).collect();
        let members = company_move::members_among(conn, to.organization, &accounts)?;
        let plan = |assignment: MovedAssignment| {
            let role = assignment.direct_role?;
            let may_keep = |target: &(MembershipId, _)| {
                let check = AssignmentCheck::new(to.actor, AssignCompanies::ID, *target);
                assignment.status == MembershipStatus::Active && check.give(true, None, role).is_ok()
            };
            let kept_by = members.get(&assignment.user).filter(|target| may_keep(target));
            Some(PlannedAssignment {
                member: assignment.member,
                role,
                until: assignment.access_until,
                kept_by: kept_by.map(|(id, _)| *id),
                name: assignment.name,
            })
        };
        let assignments = assignments.into_iter().filter_map(plan).collect();
        let carried = CarriedAlong::plan(conn, actor.organization, to.organization, company)?;
        Ok(Self {
            to,
            carried,
            assignments,
        })
    }

    /// How many people keep their assignment.
    pub fn keep_count(&self) -> usize {
        self.assignments
            .iter()
            .filter(|planned| planned.kept_by.is_some())
            .count()
    }

    /// How many people lose their assignment.
    pub fn loss_count(&self) -> usize {
        self.assignments.len() - self.keep_count()
    }
}

pub fn find_obstacles(conn: &mut Conn, actor: &Actor, company: CompanyId) -> Result<MoveObstacles, AppError> {
    Ok(obstacles::find(conn, actor.cx.now, actor.organization, company)?)
}

/// What the actor chose and typed.
#[derive(Debug, Clone)]
pub struct MoveRequest {
    /// The slug of the other organization.
    pub to: String,
    /// The name of the company, to confirm.
    pub name: String,
}

/// A company at its destination.
#[derive(Debug, Clone)]
pub struct RelocatedCompany {
    pub organization: String,
    pub organization_slug: String,
    /// Another one than before, when that is taken there.
    pub slug: Slug,
}

pub fn relocate(
    conn: &mut Conn,
    actor: &Actor,
    company: &Company,
    request: &MoveRequest,
) -> Result<(RelocatedCompany, Events), MoveError> {
    let destinations = destinations(conn, actor)?;
    let Some(to) = destinations.into_iter().find(|to| to.slug == request.to) else {
        return Err(MoveError::UnknownDestination);
    };
    if request.name.trim() != company.name {
        return Err(MoveError::NotConfirmed);
    }
    to.organization.advisory_lock(conn)?;
    if !find_obstacles(conn, actor, company.id)?.is_empty() {
        return Err(MoveError::Blocked);
    }
    let moved = MovedCompany {
        id: company.id,
        name: company.name.clone(),
        status: company.status,
        created_at: company.created_at,
        archived_at: company.archived_at,
    };
    let own = Slug::parse(&company.slug).map_err(AppError::internal)?;
    let slug = new_company::free_slug(conn, to.organization, &own)?.ok_or(AppError::Busy)?;
    company_move::insert(conn, to.organization, &moved, &slug)?;
    let plan = MovePlan::new(conn, actor, company.id, to)?;
    let events = move_assignments(conn, actor, company, &plan)?;
    plan.carried
        .apply(conn, actor.organization, plan.to.organization, &moved)?;
    company_move::delete(conn, actor.organization, &moved)?;
    company_slug::release(conn, actor.organization, company.id)?;
    if company.status == CompanyStatus::Active {
        // What it reported stays here, as of a company that is not active. It may have been there before.
        sums::move_company(conn, actor.organization, company.id, SumScope::Archived)?;
        fact_sums::move_company(conn, actor.organization, company.id, SumScope::Archived)?;
        sums::move_company(conn, plan.to.organization, company.id, SumScope::Active)?;
        fact_sums::move_company(conn, plan.to.organization, company.id, SumScope::Active)?;
    }
    let events = events.and(company_events(actor, company, &plan.to, &slug));
    let relocated = RelocatedCompany {
        organization: plan.to.name,
        organization_slug: plan.to.slug,
        slug,
    };
    Ok((relocated, events))
}

fn move_assignments(conn: &mut Conn, actor: &Actor, company: &Company, plan: &MovePlan) -> Result<Events, AppError> {
    let (cx, from, to) = (&actor.cx, actor.organization, plan.to.organization);
    let mut events = Events::none("the events of the company follow");
    for planned in &plan.assignments {
        membership::unassign(conn, cx, from, planned.member, company.id)?;
        let here = NamedAssignment::new(from, planned.member, &planned.name, company.id, &company.name);
        events = events.and(here.unassigned(Some(planned.role), &AssignmentSource::Direct));
        if let Some(member) = planned.kept_by {
            membership::assign(conn, cx, to, member, company.id, planned.role, Origin::Direct)?;
            if planned.until.is_some() {
                membership::set_assignment_end(conn, to, member, company.id, planned.until)?;
            }
            let there = NamedAssignment::new(to, member, &planned.name, company.id, &company.name);
            events = events.and(there.assigned(None, planned.role, &AssignmentSource::Direct));
        }
    }
    Ok(events)
}

fn company_events(actor: &Actor, company: &Company, to: &MoveDestination, slug: &Slug) -> Events {
    let away = Event::new(Action::CompanyMovedAway, "company", company.id, &company.name)
        .before(json!({ "slug": company.slug }))
        .after(json!({ "organization": to.name }));
    let arrived = Event::new(Action::CompanyMovedIn, "company", company.id, &company.name)
        .before(json!({ "organization": actor.organization_name }))
        .after(json!({ "slug": slug.as_str() }));
    Events::organization(actor.organization, away).and(Events::organization(to.organization, arrived))
}
