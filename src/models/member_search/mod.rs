//! Which members a list shows, and how they are found without a query whose cost follows the organization.
//!
//! Without a search the list walks an index that lies in the list's order and stops after one page. With conditions there
//! are two ways. When one of them holds for few, those few are gathered, sorted here, and the page is cut out of them: this
//! also tells how many there are. When every condition holds for many, walking in order meets a page of them soon. A walk
//! goes in stretches, and where the first one finds too little (everybody named Zoe stands at the end) the rarest condition
//! is gathered after all.

pub mod scan;

use diesel::prelude::*;

use crate::authz::role::{CompanyRole, Role};
use crate::common::html::number;
use crate::common::id::{CompanyId, CustomRoleId, MembershipId};
use crate::common::paging::{Cursor, Direction, Page};
use crate::common::time::Time;
use crate::db::Conn;
use crate::db::schema::role_counts;
use crate::db::types::MembershipStatus;
use crate::db::types::org_id::OrgId;
use crate::models::custom_role;
use crate::models::custom_role::CustomRole;
use crate::models::member_search::scan::Walk;

crate::text_enum! {
    /// Whose access counts.
    pub enum AccessStatus {
        /// In force.
        Active = "active",
        /// Suspended by somebody.
        Suspended = "suspended",
        /// Past the end of access.
        Ended = "ended",
    }
}

crate::text_enum! {
    /// The order of the list.
    pub enum Sort {
        /// By name.
        Name = "name",
        /// By name, backwards.
        NameBackwards = "-name",
        /// Who joined first stands first.
        Joined = "joined",
        /// Who joined last stands first.
        JoinedBackwards = "-joined",
    }
}

impl Sort {
    fn by_name(self) -> bool {
        matches!(self, Self::Name | Self::NameBackwards)
    }

    fn descending(self) -> bool {
        matches!(self, Self::NameBackwards | Self::JoinedBackwards)
    }
}

/// What somebody was given besides a built-in role.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Given {
    /// One of the organization's own roles.
    Custom(CustomRoleId),
    /// This role in the wanted company, or in any.
    Place(CompanyRole),
}

/// What a list is to show.
#[derive(Debug, Clone)]
pub struct MemberFilter {
    /// Folded beginnings of words, each of which must match.
    pub words: Vec<Vec<u8>>,
    /// One role only.
    pub role: Option<Role>,
    /// Who is assigned to this company; within which `within` says nothing more.
    pub company: Option<CompanyId>,
    /// Who was given this only.
    pub given: Option<Given>,
    /// One standing only.
    pub standing: Option<AccessStatus>,
    /// Only who is assigned to one of these, for a reader whose right reaches no further.
    pub within: Option<Vec<CompanyId>>,
    pub sort: Sort,
    /// The moment by which access has ended or not.
    pub now: Time,
}

/// The custom roles by which the rows of a page are called; most pages need none.
pub fn customs(conn: &mut Conn, organization: OrgId, rows: &[MemberRow]) -> QueryResult<Vec<CustomRole>> {
    if rows.iter().all(|row| row.custom_role.is_none()) {
        return Ok(Vec::new());
    }
    custom_role::all(conn, organization)
}

/// A member in a list.
#[derive(Debug, Clone, Queryable)]
pub struct MemberRow {
    pub id: MembershipId,
    pub name: String,
    pub email: String,
    pub role: Role,
    /// Whether it counts.
    pub status: MembershipStatus,
    /// The end of access.
    pub access_until: Option<Time>,
    pub joined_at: Time,
    /// When last seen here.
    pub last_seen_at: Option<Time>,
    /// Who invited them, by account.
    pub invited_by: Option<String>,
    /// The custom role in the place of their own.
    pub custom_role: Option<CustomRoleId>,
    sort_name: Option<Vec<u8>>,
}

impl MemberRow {
    /// What the role is called that counts, by the organization's custom roles.
    pub fn title<'a>(&self, customs: &'a [CustomRole]) -> &'a str {
        let own = customs.iter().find(|custom| Some(custom.id) == self.custom_role);
        own.filter(|custom| custom.base == self.role)
            .map_or_else(|| self.role.label(), |custom| custom.name.as_str())
    }

    /// Whether the access counts at `now`.
    pub fn standing(&self, now: Time) -> AccessStatus {
        if self.access_until.is_some_and(|end| end < now) {
            AccessStatus::Ended
        } else if self.status == MembershipStatus::Suspended {
            AccessStatus::Suspended
        } else {
            AccessStatus::Active
        }
    }
}

/// How many there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Total {
    /// So many.
    Exactly(i64),
    /// So many were counted before counting stopped.
    AtLeast(i64),
    /// More than somebody would leaf through: not counted.
    Many,
}

/// A page of the list.
#[derive(Debug)]
pub struct Found {
    /// The rows with their neighbours.
    pub page: Page<MemberRow>,
    /// How many there are in all.
    pub total: Total,
    /// How many stand before this page, where that is known.
    pub before: Option<usize>,
}

impl Found {
    /// "51 to 100 of 473", "100,000 members". `one` and `many` are the words for what is listed.
    pub fn words(&self, one: &str, many: &str) -> String {
        let shown = i64::try_from(self.page.rows.len()).unwrap_or(i64::MAX);
        let before = self.before.map(|before| i64::try_from(before).unwrap_or(i64::MAX));
        match (before, self.total) {
            (_, Total::Exactly(1)) => format!("1 {one}"),
            (Some(before), Total::Exactly(all)) if shown > 0 => {
                format!(
                    "{} to {} of {}",
                    number(&(before + 1)),
                    number(&(before + shown)),
                    number(&all)
                )
            }
            (_, Total::Exactly(all)) => format!("{} {many}", number(&all)),
            (_, Total::AtLeast(all)) => format!("{}+ {many}", number(&all)),
            (_, Total::Many) if self.page.next.is_none() && self.page.previous.is_none() => {
                format!("{} {}", number(&shown), if shown == 1 { one } else { many })
            }
            (_, Total::Many) => format!("{shown} {many} on this page"),
        }
    }
}

/// A condition that holds for at most so many is gathered. With 100,000 members, one that holds for more is met once in
/// 50 rows, so that a walk fills its page after about as many.
const FEW: i64 = 2_000;

/// How far a walk goes before its second thoughts, and how many are gathered then rather than walked to.
const STRETCH: i64 = 2_000;
const SEVERAL: i64 = 20_000;

/// So many values go into one query; SQLite takes 32,766.
const BINDS: usize = 10_000;

/// Of so many hits one says only that there are so many. A person has several words, and hardly ever more than so many
/// with one beginning.
const MANY: i64 = 8_000;
const WORDS: i64 = 8;

/// A place as the queries compare it.
#[derive(Debug, Clone)]
struct Mark {
    name: Vec<u8>,
    joined: Time,
    id: String,
}

impl Mark {
    fn of(place: &Cursor, sort: Sort) -> Option<Self> {
        let joined = if sort.by_name() {
            Time(0)
        } else {
            Time(i64::from_be_bytes(place.key.as_slice().try_into().ok()?))
        };
        Some(Self {
            name: place.key.clone(),
            joined,
            id: place.id.clone(),
        })
    }
}

/// One condition by which a list can be gathered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Term<'a> {
    Word(&'a [u8]),
    Company(CompanyId),
    Within(&'a [CompanyId]),
    Given(Given),
    Standing,
    Role(Role),
}

impl MemberFilter {
    /// Whether nothing but the organization, or one role in it, is asked for.
    fn is_plain(&self) -> bool {
        self.words.is_empty()
            && self.company.is_none()
            && self.given.is_none()
            && self.standing.is_none()
            && self.within.is_none()
    }

    /// Whether words alone are asked for, in the order of names.
    fn is_words_alone(&self) -> bool {
        let Self {
            role,
            company,
            given,
            standing,
            within,
            ..
        } = self;
        role.is_none()
            && company.is_none()
            && given.is_none()
            && standing.is_none()
            && within.is_none()
            && self.sort.by_name()
    }

    fn key(&self, row: &MemberRow) -> (Vec<u8>, String) {
        (self.sort_key(row.sort_name.clone(), row.joined_at), row.id.to_string())
    }

    fn sort_key(&self, sort_name: Option<Vec<u8>>, joined: Time) -> Vec<u8> {
        if self.sort.by_name() {
            sort_name.unwrap_or_default()
        } else {
            joined.0.to_be_bytes().to_vec()
        }
    }

    /// The conditions by which rows can be gathered, the most telling first.
    fn terms(&self) -> Vec<Term<'_>> {
        let mut words: Vec<&Vec<u8>> = self.words.iter().collect();
        words.sort_by_key(|word| std::cmp::Reverse(word.len()));
        let mut terms: Vec<Term<'_>> = words.into_iter().map(|word| Term::Word(word)).collect();
        terms.extend(self.company.map(Term::Company));
        terms.extend(self.given.map(Term::Given));
        terms.extend(
            self.standing
                .filter(|standing| *standing != AccessStatus::Active)
                .map(|_| Term::Standing),
        );
        terms.extend(self.role.map(Term::Role));
        terms.extend(self.within.as_deref().map(Term::Within));
        terms
    }
}

/// One page of the members that are wanted, from `place` on.
pub fn page(
    conn: &mut Conn,
    organization: OrgId,
    wanted: &MemberFilter,
    place: Option<&Cursor>,
    size: usize,
) -> QueryResult<Found> {
    let mut from = place.and_then(|place| Mark::of(place, wanted.sort));
    let place = place.filter(|_| from.is_some());
    let backwards = place.is_some_and(|place| place.direction == Direction::Previous);
    let walk = Walk {
        organization,
        wanted,
        descending: wanted.sort.descending() != backwards,
    };

    let mut total = Total::Many;
    if wanted.is_plain() {
        let members = counted(conn, organization, wanted.role)?;
        total = Total::Exactly(members);
        // No index has one role in the order of joining.
        if let Some(role) = wanted.role.filter(|_| !wanted.sort.by_name() && members <= FEW) {
            return walk.gather(conn, Term::Role(role), place, size);
        }
    } else {
        // Words alone are gathered out of their own index, which costs the least.
        let few = if wanted.is_words_alone() { MANY } else { FEW };
        if let Some(term) = walk.term_for_at_most(conn, few)? {
            return walk.gather(conn, term, place, size);
        }
        if let ([Term::Word(_)], true) | ([Term::Company(_)], _) = (&wanted.terms()[..], wanted.is_words_alone())
            && wanted.standing.is_none()
            && wanted.given.is_none()
        {
            total = Total::AtLeast(MANY / WORDS);
        }
    }
    let mut rows = Vec::new();
    let mut length = STRETCH;
    loop {
        let until = if wanted.is_plain() && (wanted.role.is_none() || wanted.sort.by_name()) {
            None
        } else {
            walk.horizon(conn, from.as_ref(), length)?
        };
        let lacking = i64::try_from(size + 1 - rows.len()).unwrap_or_default();
        rows.extend(walk.stretch(conn, from.as_ref(), until.as_ref(), lacking)?);
        if rows.len() > size || until.is_none() {
            break;
        }
        if length == STRETCH
            && let Some(term) = walk.term_for_at_most(conn, SEVERAL)?
        {
            return walk.gather(conn, term, place, size);
        }
        from = until;
        length *= 4;
    }
    Ok(Found {
        before: place.is_none().then_some(0),
        page: Page::cut(rows, size, place, |row| wanted.key(row)),
        total,
    })
}

/// How many members there are, in one role or in all, from the counts that are kept.
pub fn counted(conn: &mut Conn, organization: OrgId, role: Option<Role>) -> QueryResult<i64> {
    let counts: Vec<(Role, i64)> = role_counts::table
        .filter(role_counts::organization_id.eq(organization))
        .select((role_counts::role, role_counts::members))
        .load(conn)?;
    Ok(counts
        .into_iter()
        .filter(|(each, _)| role.is_none_or(|role| role == *each))
        .map(|(_, members)| members)
        .sum())
}
