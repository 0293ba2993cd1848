//! Editing groups, and with them what their members inherit.

use crate::audit::{Action, Event, Events};
use crate::auth::actor::Actor;
use crate::common::error::AppError;
use crate::common::id::{GroupId, MembershipId};
use crate::db::Conn;
use crate::db::types::organization::CompanyStatus;
use crate::models::group;
use crate::models::membership::group as writes;
use crate::services::groups::{Group, GroupError, NamedTerms, check_change, check_role, terms};
use crate::services::members::ceiling::PermissionCeiling;

pub fn edit(conn: &mut Conn, actor: &Actor, found: &Group, wanted: &NamedTerms) -> Result<Events, GroupError> {
    check_role(actor, wanted.terms.role)?;
    check_change(conn, actor, found)?;
    let before = terms(conn, actor.organization, found)?;
    let ceilings = ceilings(conn, actor, found.id)?;
    let after = with_archived(conn, actor, found, wanted)?;
    if !writes::edit(conn, &actor.cx, actor.organization, found.id, &after.terms)? {
        return Err(GroupError::NameTaken);
    }
    for (member, ceiling) in ceilings {
        ceiling.check(conn, actor, member)?;
    }
    let event = Event::new(Action::GroupEdited, "group", found.id, &after.terms.name)
        .before(before.json())
        .after(after.json());
    Ok(actor.event(event))
}

/// Keeps the grants of archived companies: they are read-only, so the form does not show them.
fn with_archived(conn: &mut Conn, actor: &Actor, found: &Group, wanted: &NamedTerms) -> Result<NamedTerms, AppError> {
    let mut after = wanted.clone();
    for grant in group::grants(conn, actor.organization, found.id)? {
        if grant.status == CompanyStatus::Archived {
            after.terms.companies.push((grant.company, grant.role));
            after.companies.push(format!("{} ({})", grant.name, grant.role.label()));
        }
    }
    Ok(after)
}

/// The ceilings of the members who could gain more than the group gives: those with overrides, which may depend on a role,
/// and the actor.
fn ceilings(conn: &mut Conn, actor: &Actor, id: GroupId) -> Result<Vec<(MembershipId, PermissionCeiling)>, AppError> {
    group::members_with_overrides(conn, actor.organization, id, actor.id)?
        .into_iter()
        .map(|member| Ok((member, PermissionCeiling::of(conn, actor, member)?)))
        .collect()
}
