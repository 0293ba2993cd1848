//! An organization with its companies and groups.

use diesel::prelude::*;
use tenantry::common::search;
use tenantry::db::schema::{
    companies, group_grants, group_members, groups, organization_slugs, organizations, role_counts,
};

use super::people::{Member, Person, ROLES};
use super::{audit, dice, fresh, integer, invitations, people, words};
use crate::options::Sizes;

/// Members of each group of the large organization.
const IN_A_GROUP: usize = 4;

/// What an organization has.
pub struct Plan {
    pub slug: String,
    pub members: usize,
    pub companies: usize,
    pub groups: usize,
    pub invitations: usize,
    pub events: usize,
}

impl Plan {
    pub fn large(sizes: &Sizes) -> Self {
        Self {
            slug: "large".to_owned(),
            members: sizes.members,
            companies: sizes.companies,
            groups: sizes.groups,
            invitations: sizes.invitations,
            events: sizes.events,
        }
    }

    pub fn named(slug: &str, members: usize) -> Self {
        Self {
            slug: slug.to_owned(),
            members,
            companies: 5,
            groups: 3,
            invitations: 5,
            events: 60,
        }
    }

    /// Most organizations: a few people, one or two companies.
    pub fn small(at: usize, sizes: &Sizes) -> Self {
        let others = sizes.organizations - 3;
        Self {
            slug: format!("organization-{at}"),
            members: 1 + dice(at) % 30,
            companies: 1 + dice(at) % 5,
            groups: dice(at) % 3,
            invitations: sizes.other_invitations / others + usize::from(at % others < sizes.other_invitations % others),
            events: 10 + dice(at) % 20,
        }
    }
}

pub fn owner_email(at: usize) -> String {
    format!("owner-{at}@organization-{at}.example")
}

pub struct Company {
    pub id: String,
    pub name: String,
}

pub fn insert(
    conn: &mut SqliteConnection,
    plan: &Plan,
    owner: &Person,
    guest: Option<&Person>,
    now: i64,
) -> QueryResult<()> {
    let org = fresh();
    head(conn, plan, &org, &owner.id, now)?;
    let companies = companies(conn, plan, &org, now)?;
    let members = people::make(plan, owner, guest);
    let groups = groups(conn, plan, &org, &members, &companies, now)?;
    people::insert(conn, &org, &members, &companies, &groups, now)?;
    for role in ROLES {
        let having = members.iter().filter(|member| member.role == *role).count();
        diesel::insert_into(role_counts::table)
            .values((
                role_counts::organization_id.eq(&org),
                role_counts::role.eq(role),
                role_counts::members.eq(integer(having)),
            ))
            .execute(conn)?;
    }
    invitations::insert(conn, plan, &org, &owner.id, &companies, now)?;
    audit::insert(conn, plan, &org, &owner.id, &companies, now)
}

fn head(conn: &mut SqliteConnection, plan: &Plan, org: &str, owner: &str, now: i64) -> QueryResult<()> {
    diesel::insert_into(organizations::table)
        .values((
            organizations::id.eq(org),
            organizations::name.eq(format!("The {} organization", plan.slug.replace('-', " "))),
            organizations::organization_type.eq("enterprise"),
            organizations::unit_label.eq("company"),
            organizations::status.eq("active"),
            organizations::region.eq("eu"),
            organizations::domain.eq(""),
            organizations::owner_count.eq(1),
            organizations::active_companies.eq(integer(plan.companies)),
            organizations::created_by.eq(owner),
            organizations::created_at.eq(now),
        ))
        .execute(conn)?;
    diesel::insert_into(organization_slugs::table)
        .values((
            organization_slugs::slug.eq(&plan.slug),
            organization_slugs::organization_id.eq(org),
            organization_slugs::is_current.eq(true),
            organization_slugs::created_at.eq(now),
        ))
        .execute(conn)?;
    Ok(())
}

fn companies(conn: &mut SqliteConnection, plan: &Plan, org: &str, now: i64) -> QueryResult<Vec<Company>> {
    let made: Vec<Company> = (0..plan.companies)
        .map(|at| Company {
            id: fresh(),
            name: format!("Company {at:04}"),
        })
        .collect();
    for (at, company) in made.iter().enumerate() {
        diesel::insert_into(companies::table)
            .values((
                companies::organization_id.eq(org),
                companies::id.eq(&company.id),
                companies::name.eq(&company.name),
                companies::slug.eq(format!("company-{at}")),
                companies::sort_name.eq(search::sort_key(&company.name)),
                companies::status.eq("active"),
                companies::created_at.eq(now),
            ))
            .execute(conn)?;
    }
    let named: Vec<(&str, &str)> = made.iter().map(|one| (one.id.as_str(), one.name.as_str())).collect();
    words::of_companies(conn, org, &named)?;
    Ok(made)
}

/// Groups of four members, each with a company. What the groups of a member give is in the second half of the answer: by the
/// member's place, the number of a company.
fn groups(
    conn: &mut SqliteConnection,
    plan: &Plan,
    org: &str,
    members: &[Member],
    companies: &[Company],
    now: i64,
) -> QueryResult<Vec<Option<usize>>> {
    let mut given = vec![None; members.len()];
    let mut next = 1;
    for at in 0..plan.groups {
        let group = fresh();
        let company = at % companies.len();
        let mut count = 0;
        diesel::insert_into(groups::table)
            .values((
                groups::organization_id.eq(org),
                groups::id.eq(&group),
                groups::name.eq(format!("Group {at:05}")),
                groups::description.eq("People who work together"),
                groups::role.eq("member"),
                groups::created_by.eq(&members[0].id),
                groups::created_at.eq(now),
            ))
            .execute(conn)?;
        diesel::insert_into(group_grants::table)
            .values((
                group_grants::organization_id.eq(org),
                group_grants::group_id.eq(&group),
                group_grants::company_id.eq(&companies[company].id),
                group_grants::role.eq("viewer"),
            ))
            .execute(conn)?;
        while next < members.len() && count < IN_A_GROUP {
            diesel::insert_into(group_members::table)
                .values((
                    group_members::organization_id.eq(org),
                    group_members::group_id.eq(&group),
                    group_members::membership_id.eq(&members[next].id),
                    group_members::added_at.eq(now),
                ))
                .execute(conn)?;
            given[next] = Some(company);
            next += 1;
            count += 1;
        }
        diesel::update(groups::table.find((org, &group)))
            .set(groups::member_count.eq(integer(count)))
            .execute(conn)?;
    }
    Ok(given)
}
