//! Groups: people who inherit a role and companies together. Who sees them, who may change them, and the verbs.

use diesel::prelude::*;
use serde_json::{Value, json};

use crate::audit::{Action, Deed, Deeds};
use crate::auth::actor::Member;
use crate::authz::decision::Reach;
use crate::authz::permission::{AssignCompanies, ChangeRoles, Permission, Right, ViewAccess};
use crate::authz::role::{CompanyRole, Role};
use crate::common::error::AppError;
use crate::common::id::{CompanyId, GroupId, MembershipId};
use crate::common::time::Time;
use crate::db::Conn;
use crate::db::schema::{companies, group_grants, group_members, groups, memberships};
use crate::db::types::org_id::OrgId;
use crate::db::types::organization::CompanyStatus;
use crate::models::membership::group as verbs;
use crate::models::membership::group::Terms;
use crate::models::membership::record::Standing;
use crate::services::Done;
use crate::services::members::ceiling::Before;
use crate::services::members::rules::Actor;

/// So many groups an organization has, and so many members a group: each change of a group reaches all of them at once.
pub const GROUPS: i64 = 200;
/// How many members a group has at most.
pub const MEMBERS: i64 = 2_000;

/// A group.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct Group {
    /// Its id.
    pub id: GroupId,
    /// Its name.
    pub name: String,
    /// What it is for, or nothing.
    pub description: String,
    /// The role that its members inherit; Member is none.
    pub role: Role,
    /// How many members are in it.
    pub people: i64,
    /// Since when.
    pub created_at: Time,
}

/// A company that a group gives.
#[derive(Debug, Clone, Queryable)]
pub struct Grant {
    /// The company.
    pub company: CompanyId,
    /// Its name.
    pub name: String,
    /// The role in it.
    pub role: CompanyRole,
    /// Whether it works.
    pub status: CompanyStatus,
}

/// Why a group stays as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
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

impl Refused {
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
    groups::people,
    groups::created_at,
);

const COLUMNS: Columns = (
    groups::id,
    groups::name,
    groups::description,
    groups::role,
    groups::people,
    groups::created_at,
);

/// The companies by which somebody sees groups; `None`: they see all. A group that gives one of them has nobody in it
/// whom they do not see in that company anyway.
fn sight(conn: &mut Conn, member: &Member) -> QueryResult<Option<Vec<CompanyId>>> {
    Ok(match member.reach::<ViewAccess>() {
        Reach::Everywhere => None,
        _ => Some(member.own_companies(conn, ViewAccess::RIGHT)?),
    })
}

/// The groups that a member sees, by name.
///
/// # Errors
/// When the database fails.
pub fn all(conn: &mut Conn, member: &Member) -> QueryResult<Vec<Group>> {
    let own = sight(conn, member)?;
    let mut query = groups::table
        .filter(groups::organization_id.eq(member.organization))
        .order((groups::name, groups::id))
        .limit(GROUPS)
        .select(COLUMNS)
        .into_boxed();
    if let Some(own) = own {
        let giving = group_grants::table
            .filter(group_grants::organization_id.eq(member.organization))
            .filter(group_grants::company_id.eq_any(own))
            .select(group_grants::group_id);
        query = query.filter(groups::id.eq_any(giving));
    }
    query.load(conn)
}

/// One of the groups that a member sees, out of a path or a form.
///
/// # Errors
/// `NotFound` for every other one.
pub fn find(conn: &mut Conn, member: &Member, id: &str) -> Result<Group, AppError> {
    let id = GroupId::parse(id).ok_or(AppError::NotFound)?;
    let group: Group = groups::table
        .find((member.organization, id))
        .select(COLUMNS)
        .first(conn)?;
    if let Some(own) = sight(conn, member)? {
        let gives = grants(conn, member.organization, id)?;
        if !gives.iter().any(|grant| own.contains(&grant.company)) {
            return Err(AppError::NotFound);
        }
    }
    Ok(group)
}

/// The companies that a group gives, by name.
///
/// # Errors
/// When the database fails.
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
///
/// # Errors
/// When the database fails.
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
///
/// # Errors
/// When the database fails.
pub fn has(conn: &mut Conn, organization: OrgId, id: GroupId, person: MembershipId) -> QueryResult<bool> {
    diesel::select(diesel::dsl::exists(group_members::table.find((
        organization,
        id,
        person,
    ))))
    .get_result(conn)
}

/// The right that somebody lacks who may not change groups at all: a group gives roles and companies everywhere.
pub fn lacking(member: &Member) -> Option<Right> {
    [ChangeRoles::RIGHT, AssignCompanies::RIGHT]
        .into_iter()
        .find(|right| member.rights.reach(*right) != Reach::Everywhere)
}

/// The roles that a group may be given by this member, highest first. An owner is one by name, never by a group.
pub fn roles(member: &Member) -> Vec<Role> {
    let authority = member.authority();
    let given = |role: &Role| *role != Role::Owner && authority.may_grant(*role);
    Role::ALL.iter().copied().filter(given).collect()
}

/// Whether a member may change what a group is and gives.
///
/// # Errors
/// The inner error says why not.
pub fn changeable(conn: &mut Conn, member: &Member, group: &Group) -> QueryResult<Result<(), Refused>> {
    if !member.authority().may_grant(group.role) {
        return Ok(Err(Refused::HigherRole));
    }
    let inside: Vec<Role> = in_group(member.organization, group.id)
        .select(memberships::role)
        .distinct()
        .load(conn)?;
    let actor = Actor::from(member);
    let oneself = has(conn, member.organization, group.id, member.id)?;
    if oneself && raises_oneself(member) {
        return Ok(Err(Refused::Oneself));
    }
    Ok(if inside.iter().all(|role| actor.may_touch(*role)) {
        Ok(())
    } else {
        Err(Refused::HigherRank)
    })
}

/// Whoever does not manage every company anyway could give themselves one.
fn raises_oneself(member: &Member) -> bool {
    member.role.inherited() != Some(CompanyRole::Manager)
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

fn as_json(terms: &Terms, named: &[String]) -> Value {
    json!({
        "name": terms.name,
        "description": terms.description,
        "role": terms.role.as_str(),
        "companies": named,
    })
}

/// What a group is, as a form has it.
///
/// # Errors
/// When the database fails.
pub fn terms(conn: &mut Conn, organization: OrgId, group: &Group) -> QueryResult<(Terms, Vec<String>)> {
    let grants = grants(conn, organization, group.id)?;
    let named = grants
        .iter()
        .map(|grant| format!("{} ({})", grant.name, grant.role.label()))
        .collect();
    let terms = Terms {
        name: group.name.clone(),
        description: group.description.clone(),
        role: group.role,
        companies: grants.iter().map(|grant| (grant.company, grant.role)).collect(),
    };
    Ok((terms, named))
}

/// Makes a group. `named` are its companies in words, for the log.
///
/// # Errors
/// When the database fails; the inner error says why there is none.
pub fn create(
    conn: &mut Conn,
    member: &Member,
    terms: &Terms,
    named: &[String],
) -> Result<Result<(GroupId, Done), Refused>, AppError> {
    if terms.role == Role::Owner || !member.authority().may_grant(terms.role) {
        return Ok(Err(Refused::HigherRole));
    }
    let there: i64 = groups::table
        .filter(groups::organization_id.eq(member.organization))
        .count()
        .get_result(conn)?;
    if there >= GROUPS {
        return Ok(Err(Refused::Many));
    }
    let Some(id) = verbs::create(conn, &member.cx, member.organization, member.person.id, terms)? else {
        return Ok(Err(Refused::Taken));
    };
    let deed = Deed::new(Action::GroupCreated, "group", id, &terms.name).after(as_json(terms, named));
    let done = Done {
        word: format!("The group {} is made. Add its members", terms.name),
        deeds: member.did(deed),
    };
    Ok(Ok((id, done)))
}

/// Changes a group, and with it what its members inherit.
///
/// # Errors
/// The refusal of who would hand out a right that is not theirs; the inner error says why nothing was changed.
pub fn edit(
    conn: &mut Conn,
    member: &Member,
    group: &Group,
    wanted: &Terms,
    named: &[String],
) -> Result<Result<Done, Refused>, AppError> {
    if wanted.role == Role::Owner || !member.authority().may_grant(wanted.role) {
        return Ok(Err(Refused::HigherRole));
    }
    if let Err(why) = changeable(conn, member, group)? {
        return Ok(Err(why));
    }
    let (was, were) = terms(conn, member.organization, group)?;
    let befores = befores(conn, member, group.id)?;
    // An archived company is read-only, also in what a group gives: it is not in the form, and stays.
    let mut wanted = wanted.clone();
    let mut named = named.to_vec();
    for grant in grants(conn, member.organization, group.id)? {
        if grant.status == CompanyStatus::Archived {
            wanted.companies.push((grant.company, grant.role));
            named.push(format!("{} ({})", grant.name, grant.role.label()));
        }
    }
    if !verbs::edit(conn, &member.cx, member.organization, group.id, &wanted)? {
        return Ok(Err(Refused::Taken));
    }
    for (id, before) in befores {
        before.check(conn, member, id)?;
    }
    let deed = Deed::new(Action::GroupEdited, "group", group.id, &wanted.name)
        .before(as_json(&was, &were))
        .after(as_json(&wanted, &named));
    Ok(Ok(Done {
        word: format!("The group {} is changed, for all its members at once", wanted.name),
        deeds: member.did(deed),
    }))
}

/// What those could do before whose gain does not follow from the group alone. A group's role gives what
/// `Authority::may_grant` has seen; more comes out of it only where an override waits for a role that leaves its cell
/// open.
fn befores(conn: &mut Conn, member: &Member, id: GroupId) -> Result<Vec<(MembershipId, Before)>, AppError> {
    let ids: Vec<MembershipId> = in_group(member.organization, id)
        .filter(memberships::overrides.ne("").or(memberships::id.eq(member.id)))
        .select(memberships::id)
        .load(conn)?;
    ids.into_iter()
        .map(|id| Ok((id, Before::of(conn, member, id)?)))
        .collect()
}

/// Deletes a group; its members lose what only it gave them.
///
/// # Errors
/// When the database fails; the inner error says why nothing was changed.
pub fn delete(conn: &mut Conn, member: &Member, group: &Group) -> Result<Result<Done, Refused>, AppError> {
    if let Err(why) = changeable(conn, member, group)? {
        return Ok(Err(why));
    }
    let (was, were) = terms(conn, member.organization, group)?;
    let people = group.people;
    if !verbs::delete(conn, &member.cx, member.organization, group.id)? {
        return Ok(Err(Refused::Gone));
    }
    let mut before = as_json(&was, &were);
    before["people"] = people.into();
    let deed = Deed::new(Action::GroupDeleted, "group", group.id, &group.name).before(before);
    Ok(Ok(Done {
        word: format!("The group {} is deleted", group.name),
        deeds: member.did(deed),
    }))
}

/// Puts somebody into a group.
///
/// # Errors
/// The refusal of who would hand out a right that is not theirs; the inner error says why nothing was changed.
pub fn put(
    conn: &mut Conn,
    member: &Member,
    group: &Group,
    person: &Standing,
) -> Result<Result<Done, Refused>, AppError> {
    if !member.authority().may_grant(group.role) {
        return Ok(Err(Refused::HigherRole));
    }
    if person.id == member.id {
        if raises_oneself(member) {
            return Ok(Err(Refused::Oneself));
        }
    } else if !Actor::from(member).may_touch(person.role) {
        return Ok(Err(Refused::HigherRank));
    }
    if has(conn, member.organization, group.id, person.id)? {
        return Ok(Ok(Done {
            word: format!("{} is in {} already", person.name, group.name),
            deeds: Deeds::none("already in it"),
        }));
    }
    let people: i64 = groups::table
        .find((member.organization, group.id))
        .select(groups::people)
        .first(conn)?;
    if people >= MEMBERS {
        return Ok(Err(Refused::Full));
    }
    let before = Before::of(conn, member, person.id)?;
    if !verbs::put(conn, &member.cx, member.organization, group.id, person.id)? {
        return Ok(Err(Refused::Gone));
    }
    before.check(conn, member, person.id)?;
    let deed = Deed::new(Action::GroupMemberAdded, "member", person.id, &person.name).after(in_json(group));
    Ok(Ok(Done {
        word: format!("{} is in {} now", person.name, group.name),
        deeds: member.did(deed),
    }))
}

/// Takes somebody out of a group. Oneself one takes out freely.
///
/// # Errors
/// When the database fails; the inner error says why nothing was changed.
pub fn take(
    conn: &mut Conn,
    member: &Member,
    group: &Group,
    person: &Standing,
) -> Result<Result<Done, Refused>, AppError> {
    if person.id != member.id {
        if !member.authority().may_grant(group.role) {
            return Ok(Err(Refused::HigherRole));
        }
        if !Actor::from(member).may_touch(person.role) {
            return Ok(Err(Refused::HigherRank));
        }
    }
    if !verbs::take(conn, &member.cx, member.organization, group.id, person.id)? {
        return Ok(Err(Refused::Gone));
    }
    let deed = Deed::new(Action::GroupMemberRemoved, "member", person.id, &person.name).before(in_json(group));
    Ok(Ok(Done {
        word: format!("{} is no longer in {}", person.name, group.name),
        deeds: member.did(deed),
    }))
}

fn in_json(group: &Group) -> Value {
    json!({ "group": group.name, "group_id": group.id.as_str(), "role": group.role.as_str() })
}
