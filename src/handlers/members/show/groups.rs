//! The groups on a member's page, and what the member gets from them.

use crate::auth::actor::Actor;
use crate::authz::decision::Reach;
use crate::authz::permission::{ViewAccess, ViewMembers};
use crate::authz::role::Role;
use crate::common::error::AppError;
use crate::common::id::CompanyId;
use crate::db::Conn;
use crate::models::group;
use crate::models::group::{Group, GroupGrant};
use crate::models::membership::record::Membership;

/// How many companies of a group are named.
const NAMED: usize = 4;

/// A group of the member, and what it gives.
pub(super) struct InheritedGroup {
    pub name: String,
    /// The page of the group, for an actor who may see it.
    pub href: Option<String>,
    pub gives: String,
}

/// The groups of a member with the companies they give access to.
pub(super) struct MemberGroups(Vec<(Group, Vec<GroupGrant>)>);

impl MemberGroups {
    pub fn load(conn: &mut Conn, actor: &Actor, member: &Membership) -> Result<Self, AppError> {
        if member.access.groups == 0 {
            return Ok(Self(Vec::new()));
        }
        let mut groups = Vec::new();
        for found in group::of_member(conn, actor.organization, member.id)? {
            let grants = group::grants(conn, actor.organization, found.id)?;
            groups.push((found, grants));
        }
        Ok(Self(groups))
    }

    /// The names of the groups that give access to a company.
    pub fn giving(&self, company: CompanyId) -> Vec<String> {
        let gives = |grants: &[GroupGrant]| grants.iter().any(|grant| grant.company == company);
        let giving = self.0.iter().filter(|(_, grants)| gives(grants));
        giving.map(|(group, _)| group.name.clone()).collect()
    }

    pub fn effective_role(&self, member: &Membership) -> Option<String> {
        if member.role == member.access.direct_role {
            return None;
        }
        let (group, _) = self.0.iter().find(|(group, _)| group.role == member.role)?;
        Some(format!("{} by group {}", member.role.label(), group.name))
    }

    /// All of them for an actor who sees the whole organization, else none.
    pub fn inherited(&self, actor: &Actor) -> Vec<InheritedGroup> {
        let links = actor.reach::<ViewAccess>() == Reach::Everywhere;
        if !links && actor.reach::<ViewMembers>() != Reach::Everywhere {
            return Vec::new();
        }
        let inherited = |(group, grants): &(Group, Vec<GroupGrant>)| InheritedGroup {
            name: group.name.clone(),
            href: links.then(|| actor.path(&format!("/access/groups/{}", group.id))),
            gives: gives(group, grants, actor.unit.many()),
        };
        self.0.iter().map(inherited).collect()
    }
}

fn gives(group: &Group, grants: &[GroupGrant], many: &str) -> String {
    let mut gives: Vec<String> = Vec::new();
    if group.role != Role::Member {
        gives.push(group.role.label().to_owned());
    }
    let named = grants.iter().take(NAMED);
    gives.extend(named.map(|grant| format!("{} of {}", grant.role.label(), grant.name)));
    if grants.len() > NAMED {
        gives.push(format!("{} more {many}", grants.len() - NAMED));
    }
    if gives.is_empty() {
        "Gives nothing yet".into()
    } else {
        gives.join(", ")
    }
}
