//! Groups: which ones an actor sees and may change, and the changes.

pub mod create;
pub mod delete;
pub mod edit;
pub mod members;

use serde_json::{Value, json};

use crate::auth::actor::Actor;
use crate::authz::decision::Reach;
use crate::authz::permission::{AssignCompanies, ChangeRoles, Permission, PermissionId, ViewAccess};
use crate::authz::role::{CompanyRole, Role};
use crate::common::error::AppError;
use crate::common::id::{CompanyId, GroupId};
use crate::db::Conn;
use crate::db::types::org_id::OrgId;
use crate::models::group;
use crate::models::membership::group::GroupTerms;
use crate::services::members::rules::ActorRank;

pub use crate::models::group::{Group, GroupGrant};

/// The most groups of an organization. A change of a group updates all of its members in one transaction.
pub const MAX_GROUPS: i64 = 200;
/// The most members of a group.
pub const MAX_MEMBERS: i64 = 2_000;

/// Why a group was not changed.
#[derive(Debug)]
pub enum GroupError {
    /// The actor may not grant the role of the group.
    HigherRole,
    /// The actor may not change a member of the group.
    HigherRank,
    /// Members give themselves nothing.
    Oneself,
    TooManyMembers,
    TooManyGroups,
    NameTaken,
    /// The group or the member no longer exists.
    Gone,
    Failed(AppError),
}

crate::change_error!(GroupError);

/// A group's terms with the companies in words, for the audit log.
#[derive(Debug, Clone)]
pub struct NamedTerms {
    pub terms: GroupTerms,
    pub companies: Vec<String>,
}

impl NamedTerms {
    fn json(&self) -> Value {
        json!({
            "name": self.terms.name,
            "description": self.terms.description,
            "role": self.terms.role.as_str(),
            "companies": self.companies,
        })
    }
}

/// The companies that limit which groups an actor sees; `None` when they see all. A group is visible when it gives access
/// to one of them, because its members are visible in that company anyway.
fn scope(conn: &mut Conn, actor: &Actor) -> Result<Option<Vec<CompanyId>>, AppError> {
    Ok(match actor.reach::<ViewAccess>() {
        Reach::Everywhere => None,
        _ => Some(actor.own_companies(conn, ViewAccess::ID)?),
    })
}

/// The groups that an actor sees, by name.
pub fn list(conn: &mut Conn, actor: &Actor) -> Result<Vec<Group>, AppError> {
    let within = scope(conn, actor)?;
    Ok(group::list(conn, actor.organization, within, MAX_GROUPS)?)
}

/// A group that an actor sees, from a path or a form.
pub fn find(conn: &mut Conn, actor: &Actor, id: &str) -> Result<Group, AppError> {
    let id = GroupId::parse(id).ok_or(AppError::NotFound)?;
    let found = group::find(conn, actor.organization, id)?;
    if let Some(own) = scope(conn, actor)? {
        let grants = group::grants(conn, actor.organization, id)?;
        if !grants.iter().any(|grant| own.contains(&grant.company)) {
            return Err(AppError::NotFound);
        }
    }
    Ok(found)
}

/// The permission that an actor lacks to change groups. Groups give roles and companies, so both permissions are needed
/// in the whole organization.
pub fn missing_permission(actor: &Actor) -> Option<PermissionId> {
    [ChangeRoles::ID, AssignCompanies::ID]
        .into_iter()
        .find(|permission| actor.permissions.reach(*permission) != Reach::Everywhere)
}

/// The roles that an actor may give to a group, highest first. A group never makes owners.
pub fn roles(actor: &Actor) -> Vec<Role> {
    let authority = actor.authority();
    let given = |role: &Role| *role != Role::Owner && authority.may_grant(*role);
    Role::ALL.iter().copied().filter(given).collect()
}

fn check_role(actor: &Actor, role: Role) -> Result<(), GroupError> {
    if role == Role::Owner || !actor.authority().may_grant(role) {
        Err(GroupError::HigherRole)
    } else {
        Ok(())
    }
}

/// Whether an actor may change what a group is and gives.
pub fn check_change(conn: &mut Conn, actor: &Actor, found: &Group) -> Result<(), GroupError> {
    if !actor.authority().may_grant(found.role) {
        return Err(GroupError::HigherRole);
    }
    let roles = group::member_roles(conn, actor.organization, found.id)?;
    let is_member = group::has_member(conn, actor.organization, found.id, actor.id)?;
    if is_member && could_gain(actor) {
        return Err(GroupError::Oneself);
    }
    let rank = ActorRank::from(actor);
    if roles.iter().all(|role| rank.may_touch(*role)) {
        Ok(())
    } else {
        Err(GroupError::HigherRank)
    }
}

/// Whether a group could give the actor access to a company that they don't manage already.
fn could_gain(actor: &Actor) -> bool {
    actor.role.inherited() != Some(CompanyRole::Manager)
}

/// What a group is and gives, as a form has it.
pub fn terms(conn: &mut Conn, organization: OrgId, found: &Group) -> Result<NamedTerms, AppError> {
    let grants = group::grants(conn, organization, found.id)?;
    Ok(NamedTerms {
        companies: grants
            .iter()
            .map(|grant| format!("{} ({})", grant.name, grant.role.label()))
            .collect(),
        terms: GroupTerms {
            name: found.name.clone(),
            description: found.description.clone(),
            role: found.role,
            companies: grants.iter().map(|grant| (grant.company, grant.role)).collect(),
        },
    })
}
