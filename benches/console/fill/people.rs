//! The people of an organization: accounts, memberships, words to find them by, assignments.

use diesel::prelude::*;
use tenantry::common::search;
use tenantry::db::schema::{company_assignments, member_search_terms, memberships, sessions, users};

use super::organizations::{Company, Plan};
use super::{dice, fresh, integer, sha256};

pub const ROLES: &[&str] = &[
    "owner",
    "admin",
    "billing_admin",
    "user_admin",
    "editor",
    "viewer",
    "member",
];

#[rustfmt::skip]
const FIRST: &[&str] = &[
    "Maya", "Daniel", "Ingrid", "Tomasz", "Priya", "Leon", "Aaliyah", "Kenji", "Sofia", "Oluwaseun", "Hana", "Olivia", "Noah",
    "Emma", "Liam", "Ava", "Mateo", "Zoé", "Jürgen", "Chloé", "Ravi", "Mei", "Fatima", "Omar", "Elena", "Ivan", "Sara", "Tim",
    "Nora", "Ana",
];
#[rustfmt::skip]
const LAST: &[&str] = &[
    "Okonkwo", "Reyes", "Solberg", "Wójcik", "Raman", "Fischer", "Brooks", "Watanabe", "Marchetti", "Adeyemi", "Kim", "Hart",
    "Stone", "Berg", "Costa", "Novak", "Silva", "Müller", "Dubois", "Ortega", "Larsen", "Kowalski", "Rossi", "Haddad", "Ivanova",
    "Petrov", "Lindqvist", "Moreau",
];

/// Rows in one statement: SQLite limits the number of its parameters.
const ROWS: usize = 500;

pub struct Member {
    pub id: String,
    user: String,
    name: String,
    email: String,
    pub role: &'static str,
    /// Whether the account is there already.
    known: bool,
    at: usize,
}

/// Someone whose account is there already.
pub struct Person {
    pub id: String,
    name: &'static str,
    email: String,
}

impl Person {
    pub fn new(id: &str, name: &'static str, email: &str) -> Self {
        Self {
            id: id.to_owned(),
            name,
            email: email.to_owned(),
        }
    }
}

/// The owner, the members, and the guest as an admin.
pub fn make(plan: &Plan, owner: &Person, guest: Option<&Person>) -> Vec<Member> {
    let mut members: Vec<Member> = (0..plan.members).map(|at| Member::make(&plan.slug, at)).collect();
    members[0] = Member::known(owner, "owner", 0);
    members.extend(guest.map(|guest| Member::known(guest, "admin", plan.members)));
    members
}

impl Member {
    fn known(person: &Person, role: &'static str, at: usize) -> Self {
        Self {
            id: fresh(),
            user: person.id.clone(),
            name: person.name.to_owned(),
            email: person.email.clone(),
            role,
            known: true,
            at,
        }
    }

    fn make(slug: &str, at: usize) -> Self {
        let dice = dice(at);
        // One in two hundred of the large organization.
        let first = if dice % 200 == 7 {
            "Kate"
        } else {
            FIRST[dice % FIRST.len()]
        };
        let last = LAST[(dice / 31) % LAST.len()];
        Self {
            id: fresh(),
            user: fresh(),
            name: format!("{first} {last}"),
            email: format!("{}.{}.{at}@{slug}.example", search::fold(first), search::fold(last)),
            role: match dice % 100 {
                0 => "admin",
                1 => "billing_admin",
                2 => "user_admin",
                3..=9 => "editor",
                10..=19 => "viewer",
                _ => "member",
            },
            known: false,
            at,
        }
    }

    /// Company by number, with the member's own role there and the effective one.
    fn assignments(&self, companies: usize, by_group: Option<usize>) -> Vec<(usize, Option<&'static str>)> {
        let mut own: Vec<(usize, Option<&'static str>)> = Vec::new();
        if matches!(self.role, "member" | "viewer") {
            for n in 0..=(self.at % 3) {
                let company = (self.at * 7 + n) % companies;
                if own.iter().all(|(other, _)| *other != company) {
                    own.push((company, Some("viewer")));
                }
            }
        }
        if let Some(company) = by_group
            && own.iter().all(|(other, _)| *other != company)
        {
            own.push((company, None));
        }
        own
    }
}

pub fn insert(
    conn: &mut SqliteConnection,
    org: &str,
    members: &[Member],
    companies: &[Company],
    groups: &[Option<usize>],
    now: i64,
) -> QueryResult<()> {
    for (chunk, groups) in members.chunks(ROWS).zip(groups.chunks(ROWS)) {
        accounts(conn, chunk, now)?;
        let rows: Vec<_> = chunk
            .iter()
            .zip(groups)
            .map(|(m, group)| {
                (
                    memberships::organization_id.eq(org),
                    memberships::id.eq(&m.id),
                    memberships::user_id.eq(&m.user),
                    memberships::role.eq(m.role),
                    memberships::direct_role.eq(m.role),
                    memberships::status.eq("active"),
                    memberships::joined_at.eq(now - integer(m.at) * 1_000_000),
                    memberships::last_seen_at.eq(Some(now - integer(m.at) * 60_000_000)),
                    memberships::sort_name.eq(Some(search::sort_key(&m.name))),
                    memberships::group_count.eq(i32::from(group.is_some())),
                )
            })
            .collect();
        diesel::insert_into(memberships::table).values(&rows).execute(conn)?;
        words(conn, org, chunk)?;
        assignments(conn, org, chunk, groups, companies, now)?;
    }
    Ok(())
}

fn accounts(conn: &mut SqliteConnection, members: &[Member], now: i64) -> QueryResult<()> {
    let rows: Vec<_> = members
        .iter()
        .filter(|m| !m.known)
        .map(|m| {
            (
                users::id.eq(&m.user),
                users::email.eq(&m.email),
                users::name.eq(&m.name),
                users::password_hash.eq("!"),
                users::email_verified_at.eq(Some(now)),
                users::is_operator.eq(false),
                users::created_at.eq(now),
            )
        })
        .collect();
    diesel::insert_into(users::table).values(&rows).execute(conn)?;
    // One in five is signed in.
    let rows: Vec<_> = members
        .iter()
        .filter(|m| !m.known && m.at % 5 == 0)
        .map(|m| {
            (
                sessions::token_hash.eq(sha256(&m.user)),
                sessions::id.eq(fresh()),
                sessions::user_id.eq(&m.user),
                sessions::ip.eq("192.0.2.7"),
                sessions::agent.eq("Firefox on Linux"),
                sessions::created_at.eq(now),
                sessions::last_seen_at.eq(now),
            )
        })
        .collect();
    diesel::insert_into(sessions::table).values(&rows).execute(conn)?;
    Ok(())
}

fn words(conn: &mut SqliteConnection, org: &str, members: &[Member]) -> QueryResult<()> {
    let rows: Vec<_> = members
        .iter()
        .flat_map(|m| {
            search::person_words(&m.name, &m.email).into_iter().map(move |word| {
                (
                    member_search_terms::organization_id.eq(org),
                    member_search_terms::word.eq(word),
                    member_search_terms::sort_name.eq(search::sort_key(&m.name)),
                    member_search_terms::membership_id.eq(&m.id),
                )
            })
        })
        .collect();
    for rows in rows.chunks(ROWS) {
        diesel::insert_into(member_search_terms::table)
            .values(rows)
            .execute(conn)?;
    }
    Ok(())
}

fn assignments(
    conn: &mut SqliteConnection,
    org: &str,
    members: &[Member],
    groups: &[Option<usize>],
    companies: &[Company],
    now: i64,
) -> QueryResult<()> {
    let rows: Vec<_> = members
        .iter()
        .zip(groups)
        .flat_map(|(m, group)| {
            m.assignments(companies.len(), *group)
                .into_iter()
                .map(move |(company, own)| {
                    (
                        company_assignments::organization_id.eq(org),
                        company_assignments::membership_id.eq(&m.id),
                        company_assignments::company_id.eq(&companies[company].id),
                        company_assignments::role.eq("viewer"),
                        company_assignments::direct_role.eq(own),
                        company_assignments::origin.eq(if own.is_some() { "direct" } else { "group" }),
                        company_assignments::sort_name.eq(search::sort_key(&m.name)),
                        company_assignments::created_at.eq(now),
                    )
                })
        })
        .collect();
    for rows in rows.chunks(ROWS) {
        diesel::insert_into(company_assignments::table)
            .values(rows)
            .execute(conn)?;
    }
    Ok(())
}
