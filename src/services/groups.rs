//! Groups: people who inherit a role and companies together. Who sees them, who may change them, and the verbs.

use diesel::prelude::*;
use serde_json::{Value, json};

use crate::audit::{Action, Event, Events};
use crate::auth::actor::Actor;
use crate::authz::decision::Reach;
use crate::authz::permission::{AssignCompanies, ChangeRoles, Permission, PermissionId, ViewAccess};
use crate::authz::role::{CompanyRole, Role};
use crate::common::error::AppError;
use crate::common::id::{CompanyId, GroupId, MembershipId};
use crate::common::time::Time;
use crate::db::Conn;
use crate::db::schema::{companies, group_grants, group_members, groups, memberships};
use crate::db::types::org_id::OrgId;
use crate::db::types::organization::CompanyStatus;
use crate::models::membership::group as verbs;
use crate::models::membership::group::GroupTerms;
use crate::models::membership::record::Membership;
use crate::services::Done;
use crate::services::members::ceiling::PermissionCeiling;
use crate::services::members::rules::ActorRank;

/// So many groups an organization has, and so many members a group: each change of a group reaches all of them at once.
pub const GROUPS: i64 = 200;
/// How many members a group has at most.
pub const MEMBERS: i64 = 2_000;

/// A group.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct Group {
    pub id: GroupId,
    pub name: String,
    /// What it is for, or nothing.
    pub description: String,
    /// The role that its members inherit; Member is none.
    pub role: Role,
    /// How many members are in it.
    pub people: i64,
    pub created_at: Time,
}

/// A company that a group gives.
#[derive(Debug, Clone, Queryable)]
pub struct Grant {
    pub company: CompanyId,
    pub name: String,
    /// The role in it.
    pub role: CompanyRole,
    /// Whether it works.
    pub status: CompanyStatus,
}

/// Why a group stays as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GroupError {
    /// The group's role is not theirs to give.
    HigherRole,
    /// Somebody in it stands higher.
    HigherRank,
    /// Nobody raises themselves.
    Oneself,
    /// It has as many members as it can.
    Full,
    /// There are as many groups as there can be.
    Many,
    /// Another group has the name.
    Taken,
    /// It was deleted meanwhile, or the person is no member any more.
    Gone,
}

impl GroupError {
    /// The sentence for the person who tried.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::HigherRole => "This group gives a role that is not yours to give",
            Self::HigherRank => "Somebody in this group has a role higher than yours allows you to change",
            Self::Oneself => "You are in this group yourself. Ask somebody else: nobody gives themselves more",
            Self::Full => "A group has at most 2,000 members",
            Self::Many => "There are 200 groups, and no more are possible",
            Self::Taken => "Another group has this name",
            Self::Gone => "Somebody changed this in the meantime. Look at the new state and try again",
        }
    }
}

type Columns = (
    groups::id,
    groups::name,
    groups::description,
    groups::role,
    groups::member_count,
    groups::created_at,
);

const COLUMNS: Columns = (
    groups::id,
    groups::name,
    groups::description,
    groups::role,
    groups::member_count,
    groups::created_at,
);

/// The companies by which somebody sees groups; `None`: they see all. A group that gives one of them has nobody in it
/// whom they do not see in that company anyway.
fn sight(conn: &mut Conn, actor: &Actor) -> QueryResult<Option<Vec<CompanyId>>> {
    Ok(match actor.reach::<ViewAccess>() {
        Reach::Everywhere => None,
        _ => Some(actor.own_companies(conn, ViewAccess::ID)?),
    })
}

/// The groups that a member sees, by name.
pub fn all(conn: &mut Conn, actor: &Actor) -> QueryResult<Vec<Group>> {
    let own = sight(conn, actor)?;
    let mut query = groups::table
        .filter(groups::organization_id.eq(actor.organization))
        .order((groups::name, groups::id))
        .limit(GROUPS)
        .select(COLUMNS)
        .into_boxed();
    if let Some(own) = own {
        let giving = group_grants::table
            .filter(group_grants::organization_id.eq(actor.organization))
            .filter(group_grants::company_id.eq_any(own))
            .select(group_grants::group_id);
        query = query.filter(groups::id.eq_any(giving));
    }
    query.load(conn)
}

/// One of the groups that a member sees, out of a path or a form.
pub fn find(conn: &mut Conn, actor: &Actor, id: &str) -> Result<Group, AppError> {
    let id = GroupId::parse(id).ok_or(AppError::NotFound)?;
    let group: Group = groups::table
        .find((actor.organization, id))
        .select(COLUMNS)
        .first(conn)?;
    if let Some(own) = sight(conn, actor)? {
        let gives = grants(conn, actor.organization, id)?;
        if !gives.iter().any(|grant| own.contains(&grant.company)) {
            return Err(AppError::NotFound);
        }
    }
    Ok(group)
}

/// The companies that a group gives, by name.
pub fn grants(conn: &mut Conn, organization: OrgId, id: GroupId) -> QueryResult<Vec<Grant>> {
    group_grants::table
        .inner_join(
            companies::table.on(companies::organization_id
                .eq(group_grants::organization_id)
                .and(companies::id.eq(group_grants::company_id))),
        )
        .filter(group_grants::organization_id.eq(organization))
        .filter(group_grants::group_id.eq(id))
        .order((companies::sort_name, companies::id))
        .select((companies::id, companies::name, group_grants::role, companies::status))
        .load(conn)
}

/// The groups that somebody is in, by name.
pub fn of(conn: &mut Conn, organization: OrgId, id: MembershipId) -> QueryResult<Vec<Group>> {
    groups::table
        .inner_join(
            group_members::table.on(group_members::organization_id
                .eq(groups::organization_id)
                .and(group_members::group_id.eq(groups::id))),
        )
        .filter(group_members::organization_id.eq(organization))
        .filter(group_members::membership_id.eq(id))
        .order((groups::name, groups::id))
        .select(COLUMNS)
        .load(conn)
}

/// Whether somebody is in a group.
pub fn has(conn: &mut Conn, organization: OrgId, id: GroupId, person: MembershipId) -> QueryResult<bool> {
    diesel::select(diesel::dsl::exists(group_members::table.find((
        organization,
        id,
        person,
    ))))
    .get_result(conn)
}

/// The right that somebody lacks who may not change groups at all: a group gives roles and companies everywhere.
pub fn lacking(actor: &Actor) -> Option<PermissionId> {
    [ChangeRoles::ID, AssignCompanies::ID]
        .into_iter()
        .find(|permission| actor.permissions.reach(*permission) != Reach::Everywhere)
}

/// The roles that a group may be given by this member, highest first. An owner is one by name, never by a group.
pub fn roles(actor: &Actor) -> Vec<Role> {
    let authority = actor.authority();
    let given = |role: &Role| *role != Role::Owner && authority.may_grant(*role);
    Role::ALL.iter().copied().filter(given).collect()
}

/// Whether a member may change what a group is and gives.
pub fn changeable(conn: &mut Conn, actor: &Actor, group: &Group) -> QueryResult<Result<(), GroupError>> {
    if !actor.authority().may_grant(group.role) {
        return Ok(Err(GroupError::HigherRole));
    }
    let inside: Vec<Role> = in_group(actor.organization, group.id)
        .select(memberships::role)
        .distinct()
        .load(conn)?;
    let rank = ActorRank::from(actor);
    let oneself = has(conn, actor.organization, group.id, actor.id)?;
    if oneself && raises_oneself(actor) {
        return Ok(Err(GroupError::Oneself));
    }
    Ok(if inside.iter().all(|role| rank.may_touch(*role)) {
        Ok(())
    } else {
        Err(GroupError::HigherRank)
    })
}

/// Whoever does not manage every company anyway could give themselves one.
fn raises_oneself(actor: &Actor) -> bool {
    actor.role.inherited() != Some(CompanyRole::Manager)
}

#[diesel::dsl::auto_type(no_type_alias)]
fn in_group(organization: OrgId, id: GroupId) -> _ {
    memberships::table
        .inner_join(
            group_members::table.on(group_members::organization_id
                .eq(memberships::organization_id)
                .and(group_members::membership_id.eq(memberships::id))),
        )
        .filter(group_members::organization_id.eq(organization))
        .filter(group_members::group_id.eq(id))
}

fn as_json(terms: &GroupTerms, named: &[String]) -> Value {
    json!({
        "name": terms.name,
        "description": terms.description,
        "role": terms.role.as_str(),
        "companies": named,
    })
}

/// What a group is, as a form has it.
pub fn terms(conn: &mut Conn, organization: OrgId, group: &Group) -> QueryResult<(GroupTerms, Vec<String>)> {
    let grants = grants(conn, organization, group.id)?;
    let named = grants
        .iter()
        .map(|grant| format!("{} ({})", grant.name, grant.role.label()))
        .collect();
    let terms = GroupTerms {
        name: group.name.clone(),
        description: group.description.clone(),
        role: group.role,
        companies: grants.iter().map(|grant| (grant.company, grant.role)).collect(),
    };
    Ok((terms, named))
}

/// Makes a group. `named` are its companies in words, for the log.
pub fn create(
    conn: &mut Conn,
    actor: &Actor,
    terms: &GroupTerms,
    named: &[String],
) -> Result<Result<(GroupId, Done), GroupError>, AppError> {
    if terms.role == Role::Owner || !actor.authority().may_grant(terms.role) {
        return Ok(Err(GroupError::HigherRole));
    }
    let there: i64 = groups::table
        .filter(groups::organization_id.eq(actor.organization))
        .count()
        .get_result(conn)?;
    if there >= GROUPS {
        return Ok(Err(GroupError::Many));
    }
    let Some(id) = verbs::create(conn, &actor.cx, actor.organization, actor.person.id, terms)? else {
        return Ok(Err(GroupError::Taken));
    };
    let event = Event::new(Action::GroupCreated, "group", id, &terms.name).after(as_json(terms, named));
    let done = Done {
        word: format!("The group {} is made. Add its members", terms.name),
        events: actor.event(event),
    };
    Ok(Ok((id, done)))
}

/// Changes a group, and with it what its members inherit.
pub fn edit(
    conn: &mut Conn,
    actor: &Actor,
    group: &Group,
    wanted: &GroupTerms,
    named: &[String],
) -> Result<Result<Done, GroupError>, AppError> {
    if wanted.role == Role::Owner || !actor.authority().may_grant(wanted.role) {
        return Ok(Err(GroupError::HigherRole));
    }
    if let Err(why) = changeable(conn, actor, group)? {
        return Ok(Err(why));
    }
    let (was, were) = terms(conn, actor.organization, group)?;
    let befores = befores(conn, actor, group.id)?;
    // An archived company is read-only, also in what a group gives: it is not in the form, and stays.
    let mut wanted = wanted.clone();
    let mut named = named.to_vec();
    for grant in grants(conn, actor.organization, group.id)? {
        if grant.status == CompanyStatus::Archived {
            wanted.companies.push((grant.company, grant.role));
            named.push(format!("{} ({})", grant.name, grant.role.label()));
        }
    }
    if !verbs::edit(conn, &actor.cx, actor.organization, group.id, &wanted)? {
        return Ok(Err(GroupError::Taken));
    }
    for (id, before) in befores {
        before.check(conn, actor, id)?;
    }
    let event = Event::new(Action::GroupEdited, "group", group.id, &wanted.name)
        .before(as_json(&was, &were))
        .after(as_json(&wanted, &named));
    Ok(Ok(Done {
        word: format!("The group {} is changed, for all its members at once", wanted.name),
        events: actor.event(event),
    }))
}

/// What those could do before whose gain does not follow from the group alone. A group's role gives what
/// `Authority::may_grant` has seen; more comes out of it only where an override waits for a role that leaves its cell
/// open.
fn befores(conn: &mut Conn, actor: &Actor, id: GroupId) -> Result<Vec<(MembershipId, PermissionCeiling)>, AppError> {
    let ids: Vec<MembershipId> = in_group(actor.organization, id)
        .filter(memberships::overrides.ne("").or(memberships::id.eq(actor.id)))
        .select(memberships::id)
        .load(conn)?;
    ids.into_iter()
        .map(|id| Ok((id, PermissionCeiling::of(conn, actor, id)?)))
        .collect()
}

/// Deletes a group; its members lose what only it gave them.
pub fn delete(conn: &mut Conn, actor: &Actor, group: &Group) -> Result<Result<Done, GroupError>, AppError> {
    if let Err(why) = changeable(conn, actor, group)? {
        return Ok(Err(why));
    }
    let (was, were) = terms(conn, actor.organization, group)?;
    let people = group.people;
    if !verbs::delete(conn, &actor.cx, actor.organization, group.id)? {
        return Ok(Err(GroupError::Gone));
    }
    let mut before = as_json(&was, &were);
    before["people"] = people.into();
    let event = Event::new(Action::GroupDeleted, "group", group.id, &group.name).before(before);
    Ok(Ok(Done {
        word: format!("The group {} is deleted", group.name),
        events: actor.event(event),
    }))
}

/// Puts somebody into a group.
pub fn put(
    conn: &mut Conn,
    actor: &Actor,
    group: &Group,
    person: &Membership,
) -> Result<Result<Done, GroupError>, AppError> {
    if !actor.authority().may_grant(group.role) {
        return Ok(Err(GroupError::HigherRole));
    }
    if person.id == actor.id {
        if raises_oneself(actor) {
            return Ok(Err(GroupError::Oneself));
        }
    } else if !ActorRank::from(actor).may_touch(person.role) {
        return Ok(Err(GroupError::HigherRank));
    }
    if has(conn, actor.organization, group.id, person.id)? {
        return Ok(Ok(Done {
            word: format!("{} is in {} already", person.name, group.name),
            events: Events::none("already in it"),
        }));
    }
    let people: i64 = groups::table
        .find((actor.organization, group.id))
        .select(groups::member_count)
        .first(conn)?;
    if people >= MEMBERS {
        return Ok(Err(GroupError::Full));
    }
    let before = PermissionCeiling::of(conn, actor, person.id)?;
    if !verbs::put(conn, &actor.cx, actor.organization, group.id, person.id)? {
        return Ok(Err(GroupError::Gone));
    }
    before.check(conn, actor, person.id)?;
    let event = Event::new(Action::GroupMemberAdded, "member", person.id, &person.name).after(in_json(group));
    Ok(Ok(Done {
        word: format!("{} is in {} now", person.name, group.name),
        events: actor.event(event),
    }))
}

/// Takes somebody out of a group. Oneself one takes out freely.
pub fn take(
    conn: &mut Conn,
    actor: &Actor,
    group: &Group,
    person: &Membership,
) -> Result<Result<Done, GroupError>, AppError> {
    if person.id != actor.id {
        if !actor.authority().may_grant(group.role) {
            return Ok(Err(GroupError::HigherRole));
        }
        if !ActorRank::from(actor).may_touch(person.role) {
            return Ok(Err(GroupError::HigherRank));
        }
    }
    if !verbs::take(conn, &actor.cx, actor.organization, group.id, person.id)? {
        return Ok(Err(GroupError::Gone));
    }
    let event = Event::new(Action::GroupMemberRemoved, "member", person.id, &person.name).before(in_json(group));
    Ok(Ok(Done {
        word: format!("{} is no longer in {}", person.name, group.name),
        events: actor.event(event),
    }))
}

fn in_json(group: &Group) -> Value {
    json!({ "group": group.name, "group_id": group.id.as_str(), "role": group.role.as_str() })
}
