//! How a request can be granted: by a role in the company, by an override, or by a role that has the permission.

use diesel::OptionalExtension;

use crate::auth::actor::Actor;
use crate::authz::decision::{AccessInputs, Reach};
use crate::authz::permission::{AssignCompanies, Permission, PermissionId};
use crate::authz::role::CompanyRole;
use crate::common::error::AppError;
use crate::common::id::CompanyId;
use crate::db::Conn;
use crate::db::types::organization::CompanyStatus;
use crate::models::access_matrix;
use crate::models::access_request::AccessRequest;
use crate::models::membership::record::Membership;
use crate::services::assignments;
use crate::services::assignments::AssignmentCheck;
use crate::services::members::role;
use crate::services::members::role::Title;
use crate::services::members::rules::{ActorRank, MemberTarget, may_override};
use crate::services::overrides;

/// One way of granting a request.
#[derive(Debug, Clone)]
pub enum AccessGrant {
    CompanyRole(CompanyId, CompanyRole),
    Override(PermissionId),
    Role(Title),
}

impl AccessGrant {
    /// The form's value.
    pub fn value(&self) -> String {
        match self {
            Self::CompanyRole(_, role) => format!("company:{role}"),
            Self::Override(_) => "override".into(),
            Self::Role(title) => format!("role:{}", title.value()),
        }
    }
}

/// The grants that give what is requested and that the actor may make, the smallest first.
pub fn offered(
    conn: &mut Conn,
    actor: &Actor,
    member: &Membership,
    inputs: &AccessInputs,
    request: &AccessRequest,
) -> Result<Vec<AccessGrant>, AppError> {
    let Some(permission) = request.permission().filter(|_| inputs.in_force) else {
        return Ok(Vec::new());
    };
    let mut grants = Vec::new();
    let mut present = None;
    if let Some(id) = request.company {
        let Some(company) = access_matrix::company(conn, actor.organization, id).optional()? else {
            return Ok(grants);
        };
        present = access_matrix::active_role(conn, actor.cx.now, actor.organization, member.id, id)?;
        if company.status == CompanyStatus::Active {
            let roles = company_roles(conn, actor, member, id, present)?;
            let leading = roles.filter(|role| inputs.in_company(Some(*role)).has(permission));
            grants.extend(leading.map(|role| AccessGrant::CompanyRole(id, role)));
        }
    }
    let gives = |inputs: &AccessInputs| match request.company {
        None => inputs.permissions().reach(permission) == Reach::Everywhere,
        Some(_) => inputs.in_company(present).has(permission),
    };
    if gives(&with_override(inputs, permission)) && may_allow(actor, member, inputs, permission) {
        grants.push(AccessGrant::Override(permission));
    }
    let own = Title::of(conn, actor.organization, member)?;
    for title in role::offered(conn, actor, &MemberTarget::from(member))?
        .into_iter()
        .rev()
    {
        let mut after = inputs.clone();
        if let Some(first) = after.roles.first_mut() {
            *first = title.grant();
        }
        if gives(&after) && title.label() != own.label() {
            grants.push(AccessGrant::Role(title));
        }
    }
    Ok(grants)
}

/// The roles that the actor may give in a company, lowest first.
fn company_roles(
    conn: &mut Conn,
    actor: &Actor,
    member: &Membership,
    company: CompanyId,
    present: Option<CompanyRole>,
) -> Result<impl Iterator<Item = CompanyRole>, AppError> {
    let reach = actor.reach::<AssignCompanies>();
    let own = reach == Reach::OwnCompanies && actor.own_companies(conn, AssignCompanies::ID)?.contains(&company);
    let check = AssignmentCheck::of(actor, AssignCompanies::ID, member.id, member.role);
    let roles = assignments::grantable(reach).iter().rev().copied();
    Ok(roles.filter(move |role| present != Some(*role) && check.give(own, present, *role).is_ok()))
}

fn with_override(inputs: &AccessInputs, permission: PermissionId) -> AccessInputs {
    AccessInputs {
        overrides: inputs.overrides.set(permission, Some(true)),
        ..inputs.clone()
    }
}

fn may_allow(actor: &Actor, member: &Membership, inputs: &AccessInputs, permission: PermissionId) -> bool {
    let after = inputs.overrides.set(permission, Some(true));
    may_override(&ActorRank::from(actor), &MemberTarget::from(member))
        && overrides::rules::may_change(&actor.authority(), inputs.open(), inputs.overrides, after).is_ok()
}
