//! Which members a list shows, and how they are found without a query whose cost follows the organization.
//!
//! Without a search the list walks an index that lies in the list's order and stops after one page. With conditions there
//! are two ways. When one of them holds for few, those few are gathered, sorted here, and the page is cut out of them: this
//! also tells how many there are. When every condition holds for many, walking in order meets a page of them soon. A walk
//! goes in stretches, and where the first one finds too little (everybody named Zoe stands at the end) the rarest condition
//! is gathered after all.

use std::collections::{HashMap, HashSet};

use diesel::dsl::exists;
use diesel::prelude::*;
use diesel::sql_types::Bool;

use crate::gate::db::Conn;
use crate::gate::member::{MembershipStatus, OrgId};
use crate::gate::role::Role;
use crate::gate::schema::{company_assignments, member_words, memberships, role_counts, users};
use crate::ground::id::{CompanyId, MembershipId};
use crate::ground::name;
use crate::ground::paging::{Direction, Page, Place};
use crate::ground::time::Time;

crate::text_enum! {
    /// Whose access counts.
    pub enum Standing {
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

/// What a list is to show.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// Folded beginnings of words, each of which must match.
    pub words: Vec<Vec<u8>>,
    /// One role only.
    pub role: Option<Role>,
    /// Who is assigned to this company; within which `within` says nothing more.
    pub company: Option<CompanyId>,
    /// One standing only.
    pub standing: Option<Standing>,
    /// Only who is assigned to one of these, for a reader whose right reaches no further.
    pub within: Option<Vec<CompanyId>>,
    /// The order.
    pub sort: Sort,
    /// The moment by which access has ended or not.
    pub now: Time,
}

/// A member in a list.
#[derive(Debug, Clone, Queryable)]
pub struct Row {
    /// The membership.
    pub id: MembershipId,
    /// The name.
    pub name: String,
    /// The address.
    pub email: String,
    /// The role.
    pub role: Role,
    /// Whether it counts.
    pub status: MembershipStatus,
    /// The end of access.
    pub access_until: Option<Time>,
    /// Since when.
    pub joined_at: Time,
    /// When last seen here.
    pub last_seen_at: Option<Time>,
    /// Who invited them, by account.
    pub invited_by: Option<String>,
    sort_name: Option<Vec<u8>>,
}

impl Row {
    /// Whether the access counts at `now`.
    pub fn standing(&self, now: Time) -> Standing {
        if self.status == MembershipStatus::Suspended {
            Standing::Suspended
        } else if self.access_until.is_some_and(|end| end < now) {
            Standing::Ended
        } else {
            Standing::Active
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
    pub page: Page<Row>,
    /// How many there are in all.
    pub total: Total,
    /// How many stand before this page, where that is known.
    pub before: Option<usize>,
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
    fn of(place: &Place, sort: Sort) -> Option<Self> {
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
    Standing,
    Role(Role),
}

macro_rules! columns {
    () => {
        (
            memberships::id,
            users::name,
            users::email,
            memberships::role,
            memberships::status,
            memberships::access_until,
            memberships::joined_at,
            memberships::last_seen_at,
            memberships::invited_by,
            memberships::sort_name,
        )
    };
}

// The words of one organization that begin with a prefix.
macro_rules! beginning {
    ($organization:expr, $prefix:expr) => {
        member_words::table
            .filter(member_words::organization_id.eq($organization))
            .filter(member_words::word.ge($prefix.to_vec()))
            .filter(member_words::word.lt(name::prefix_end($prefix).unwrap_or_else(|| vec![0xff; 65])))
    };
}

macro_rules! assignments {
    ($organization:expr) => {
        company_assignments::table.filter(company_assignments::organization_id.eq($organization))
    };
}

// What the row itself must say: role and standing.
macro_rules! of_the_row {
    ($query:ident, $wanted:expr) => {
        if let Some(role) = $wanted.role {
            $query = $query.filter(memberships::role.eq(role));
        }
        match $wanted.standing {
            None => {}
            Some(Standing::Active) => {
                $query = $query.filter(memberships::status.eq(MembershipStatus::Active)).filter(
                    memberships::access_until
                        .is_null()
                        .or(memberships::access_until.ge($wanted.now)),
                );
            }
            // In the index's own words, or neither engine sees that it is meant.
            Some(Standing::Suspended) => {
                $query = $query.filter(diesel::dsl::sql::<Bool>("memberships.status = 'suspended'"));
            }
            Some(Standing::Ended) => {
                $query = $query
                    .filter(memberships::status.eq(MembershipStatus::Active))
                    .filter(memberships::access_until.lt($wanted.now));
            }
        }
    };
}

// What other tables must say of the row, each by one look into an index; not what the rows were found by.
macro_rules! of_the_words {
    ($query:ident, $organization:expr, $wanted:expr, $found_by:expr) => {
        for word in $wanted.words.iter().filter(|word| $found_by != Some(Term::Word(word))) {
            $query = $query.filter(exists(
                // Only what the index by member holds is asked for, or SQLite prefers to pass all words of everybody; and
                // the limit, which changes nothing, keeps it from making a join of this.
                beginning!($organization, word)
                    .filter(member_words::membership_id.eq(memberships::id))
                    .select(member_words::membership_id)
                    .limit(1),
            ));
        }
    };
}
macro_rules! of_the_companies {
    ($query:ident, $organization:expr, $wanted:expr, $found_by:expr) => {
        if let Some(company) = $wanted
            .company
            .filter(|company| $found_by != Some(Term::Company(*company)))
        {
            $query = $query.filter(exists(
                assignments!($organization)
                    .filter(company_assignments::membership_id.eq(memberships::id))
                    .filter(company_assignments::company_id.eq(company))
                    .select(company_assignments::membership_id)
                    .limit(1),
            ));
        }
        if let Some(companies) = &$wanted.within {
            $query = $query.filter(exists(
                assignments!($organization)
                    .filter(company_assignments::membership_id.eq(memberships::id))
                    .filter(company_assignments::company_id.eq_any(companies.clone()))
                    .select(company_assignments::membership_id)
                    .limit(1),
            ));
        }
    };
}

// In order from one place to another. The bound on the first column is what the index can be entered by, on both engines;
// the second condition makes it exact.
macro_rules! in_order {
    ($query:ident, $walk:expr, $key:expr, $id:expr, $at:ident, $from:expr, $until:expr) => {
        let (from, until): (Option<&Mark>, Option<&Mark>) = ($from, $until);
        if $walk.descending {
            if let Some(Mark { $at: at, id, .. }) = from.cloned() {
                $query = $query.filter($key.le(at.clone())).filter($key.lt(at).or($id.lt(id)));
            }
            if let Some(Mark { $at: at, id, .. }) = until.cloned() {
                $query = $query.filter($key.ge(at.clone())).filter($key.gt(at).or($id.ge(id)));
            }
            $query = $query.order(($key.desc(), $id.desc()));
        } else {
            if let Some(Mark { $at: at, id, .. }) = from.cloned() {
                $query = $query.filter($key.ge(at.clone())).filter($key.gt(at).or($id.gt(id)));
            }
            if let Some(Mark { $at: at, id, .. }) = until.cloned() {
                $query = $query.filter($key.le(at.clone())).filter($key.lt(at).or($id.le(id)));
            }
            $query = $query.order(($key, $id));
        }
    };
}

impl Wanted {
    /// Whether nothing but the organization, or one role in it, is asked for.
    fn is_plain(&self) -> bool {
        self.words.is_empty() && self.company.is_none() && self.standing.is_none() && self.within.is_none()
    }

    /// Whether words alone are asked for, in the order of names.
    fn is_words_alone(&self) -> bool {
        let Self {
            role,
            company,
            standing,
            within,
            ..
        } = self;
        role.is_none() && company.is_none() && standing.is_none() && within.is_none() && self.sort.by_name()
    }

    fn key(&self, row: &Row) -> (Vec<u8>, String) {
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
        terms.extend(
            self.standing
                .filter(|standing| *standing != Standing::Active)
                .map(|_| Term::Standing),
        );
        terms.extend(self.role.map(Term::Role));
        terms.extend(self.within.as_deref().map(Term::Within));
        terms
    }
}

/// One page of the members that are wanted, from `place` on.
///
/// # Errors
/// When the database fails.
pub fn page(
    conn: &mut Conn,
    organization: OrgId,
    wanted: &Wanted,
    place: Option<&Place>,
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
///
/// # Errors
/// When the database fails.
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

/// A way through the members of an organization.
#[derive(Debug, Clone, Copy)]
struct Walk<'a> {
    organization: OrgId,
    wanted: &'a Wanted,
    descending: bool,
}

impl<'a> Walk<'a> {
    /// The first condition that holds for at most so many.
    fn term_for_at_most(&self, conn: &mut Conn, limit: i64) -> QueryResult<Option<Term<'a>>> {
        for term in self.wanted.terms() {
            if self.holds_for_at_most(conn, term, limit)? {
                return Ok(Some(term));
            }
        }
        Ok(None)
    }

    /// Whether there is no row behind so many in the condition's index.
    fn holds_for_at_most(&self, conn: &mut Conn, term: Term<'_>, limit: i64) -> QueryResult<bool> {
        let organization = self.organization;
        let assigned = assignments!(organization)
            .select(company_assignments::membership_id)
            .offset(limit)
            .limit(1);
        let behind: Option<MembershipId> = match term {
            Term::Role(role) => return Ok(counted(conn, organization, Some(role))? <= limit),
            Term::Word(word) => beginning!(organization, word)
                .select(member_words::membership_id)
                .offset(limit)
                .limit(1)
                .first(conn)
                .optional()?,
            Term::Company(company) => assigned
                .filter(company_assignments::company_id.eq(company))
                .first(conn)
                .optional()?,
            Term::Within(companies) => assigned
                .filter(company_assignments::company_id.eq_any(companies.to_vec()))
                .first(conn)
                .optional()?,
            Term::Standing => {
                let only = Wanted {
                    role: None,
                    ..self.wanted.clone()
                };
                let mut query = memberships::table
                    .filter(memberships::organization_id.eq(organization))
                    .into_boxed();
                of_the_row!(query, only);
                query
                    .select(memberships::id)
                    .offset(limit)
                    .limit(1)
                    .first(conn)
                    .optional()?
            }
        };
        Ok(behind.is_none())
    }

    /// All for whom `term` and the other conditions hold, sorted here, and the page out of them.
    fn gather(&self, conn: &mut Conn, term: Term<'_>, place: Option<&Place>, size: usize) -> QueryResult<Found> {
        let (organization, wanted) = (self.organization, self.wanted);
        let mut keys = match term {
            Term::Word(word) if wanted.is_words_alone() => self.keys_by_words(conn, word)?,
            term => self.keys_by(conn, term)?,
        };
        if self.descending {
            keys.reverse();
        }

        // In the direction of reading, from the place on.
        let passed = place.map_or(0, |place| {
            keys.partition_point(|(key, id)| {
                let order = (key, id).cmp(&(&place.key, &place.id));
                if self.descending { order.is_ge() } else { order.is_le() }
            })
        });
        let all = keys.len();
        let ids: Vec<String> = keys.into_iter().skip(passed).take(size + 1).map(|(_, id)| id).collect();
        let backwards = self.descending != wanted.sort.descending();
        let before = if backwards {
            all.saturating_sub(passed + ids.len().min(size))
        } else {
            passed
        };
        let mut by_id: HashMap<String, Row> = memberships::table
            .inner_join(users::table)
            .filter(memberships::organization_id.eq(organization))
            .filter(memberships::id.eq_any(&ids))
            .select(columns!())
            .load::<Row>(conn)?
            .into_iter()
            .map(|row| (row.id.to_string(), row))
            .collect();
        let rows = ids.iter().filter_map(|id| by_id.remove(id)).collect();
        Ok(Found {
            page: Page::cut(rows, size, place, |row| wanted.key(row)),
            total: Total::Exactly(i64::try_from(all).unwrap_or(i64::MAX)),
            before: Some(before),
        })
    }

    /// Who has all the words, sorted: out of the words' own index, which knows the sort key.
    fn keys_by_words(&self, conn: &mut Conn, word: &[u8]) -> QueryResult<Vec<(Vec<u8>, String)>> {
        let organization = self.organization;
        let mut keys: Vec<(Vec<u8>, String)> = beginning!(organization, word)
            .select((member_words::sort_name, member_words::membership_id))
            .load(conn)?;
        // Somebody has several words with one beginning.
        keys.sort_unstable();
        keys.dedup();
        for other in self.wanted.words.iter().filter(|other| *other != word) {
            let ids: Vec<&String> = keys.iter().map(|(_, id)| id).collect();
            let mut having = HashSet::new();
            for ids in ids.chunks(BINDS) {
                having.extend(
                    beginning!(organization, other)
                        .filter(member_words::membership_id.eq_any(ids.iter().copied()))
                        .select(member_words::membership_id)
                        .load::<String>(conn)?,
                );
            }
            keys.retain(|(_, id)| having.contains(id));
        }
        Ok(keys)
    }

    /// For whom the term and all other conditions hold, sorted.
    fn keys_by(&self, conn: &mut Conn, term: Term<'_>) -> QueryResult<Vec<(Vec<u8>, String)>> {
        let (organization, wanted) = (self.organization, self.wanted);
        let mut query = memberships::table
            .filter(memberships::organization_id.eq(organization))
            .into_boxed();
        let assigned = assignments!(organization).select(company_assignments::membership_id);
        match term {
            Term::Word(word) => {
                query = query
                    .filter(memberships::id.eq_any(beginning!(organization, word).select(member_words::membership_id)));
            }
            Term::Company(company) => {
                query =
                    query.filter(memberships::id.eq_any(assigned.filter(company_assignments::company_id.eq(company))));
            }
            Term::Within(companies) => {
                query = query.filter(
                    memberships::id.eq_any(assigned.filter(company_assignments::company_id.eq_any(companies.to_vec()))),
                );
            }
            Term::Standing | Term::Role(_) => {}
        }
        of_the_row!(query, wanted);
        of_the_words!(query, organization, wanted, Some(term));
        of_the_companies!(query, organization, wanted, Some(term));
        let mut keys: Vec<(Vec<u8>, String)> = query
            .select((memberships::sort_name, memberships::joined_at, memberships::id))
            .load::<(Option<Vec<u8>>, Time, MembershipId)>(conn)?
            .into_iter()
            // Asked of the database, this would lure SQLite into the index of names, past everybody.
            .filter(|(sort_name, ..)| sort_name.is_some())
            .map(|(sort_name, joined, id)| (wanted.sort_key(sort_name, joined), id.to_string()))
            .collect();
        keys.sort_unstable();
        Ok(keys)
    }

    /// Whether the walk goes along the members of one company.
    fn along(&self) -> Option<CompanyId> {
        self.wanted.company.filter(|_| self.wanted.sort.by_name())
    }

    /// Whether the places keep out who was removed and has no name to be sorted by. If not, the walk begins at the first
    /// name; both bounds at once would not do, since SQLite enters the index by the first it reads.
    fn is_bounded_below(&self, from: Option<&Mark>, until: Option<&Mark>) -> bool {
        if self.descending {
            until.is_some()
        } else {
            from.is_some()
        }
    }

    /// The member who stands `far` behind a place, whatever the conditions: where a stretch ends.
    fn horizon(&self, conn: &mut Conn, from: Option<&Mark>, far: i64) -> QueryResult<Option<Mark>> {
        if let Some(company) = self.along() {
            let mut query = assignments!(self.organization)
                .filter(company_assignments::company_id.eq(company))
                .select((company_assignments::sort_name, company_assignments::membership_id))
                .into_boxed();
            in_order!(
                query,
                self,
                company_assignments::sort_name,
                company_assignments::membership_id,
                name,
                from,
                None
            );
            let end: Option<(Vec<u8>, String)> = query.offset(far - 1).limit(1).first(conn).optional()?;
            return Ok(end.map(|(name, id)| Mark {
                name,
                joined: Time(0),
                id,
            }));
        }
        let mut query = memberships::table
            .filter(memberships::organization_id.eq(self.organization))
            .into_boxed();
        if self.wanted.sort.by_name() {
            if !self.is_bounded_below(from, None) {
                query = query.filter(memberships::sort_name.ge(Vec::new()));
            }
            // The index of one role lies in the order of names, too.
            if let Some(role) = self.wanted.role {
                query = query.filter(memberships::role.eq(role));
            }
            in_order!(query, self, memberships::sort_name, memberships::id, name, from, None);
            let query = query.select((memberships::sort_name, memberships::id));
            let end: Option<(Option<Vec<u8>>, String)> = query.offset(far - 1).limit(1).first(conn).optional()?;
            return Ok(end.map(|(name, id)| Mark {
                name: name.unwrap_or_default(),
                joined: Time(0),
                id,
            }));
        }
        in_order!(query, self, memberships::joined_at, memberships::id, joined, from, None);
        let query = query.select((memberships::joined_at, memberships::id));
        let end: Option<(Time, String)> = query.offset(far - 1).limit(1).first(conn).optional()?;
        Ok(end.map(|(joined, id)| Mark {
            name: Vec::new(),
            joined,
            id,
        }))
    }

    /// The next rows behind `from`, not farther than `until`.
    fn stretch(&self, conn: &mut Conn, from: Option<&Mark>, until: Option<&Mark>, limit: i64) -> QueryResult<Vec<Row>> {
        let (organization, wanted) = (self.organization, self.wanted);
        if let Some(company) = self.along() {
            let mut query = assignments!(organization)
                .inner_join(
                    memberships::table.on(memberships::organization_id
                        .eq(company_assignments::organization_id)
                        .and(memberships::id.eq(company_assignments::membership_id))),
                )
                .inner_join(users::table.on(users::id.eq(memberships::user_id)))
                .filter(company_assignments::company_id.eq(company))
                .select(columns!())
                .into_boxed();
            of_the_row!(query, wanted);
            of_the_words!(query, organization, wanted, None);
            in_order!(
                query,
                self,
                company_assignments::sort_name,
                company_assignments::membership_id,
                name,
                from,
                until
            );
            return query.limit(limit).load(conn);
        }
        let mut query = memberships::table
            .inner_join(users::table)
            .filter(memberships::organization_id.eq(organization))
            .select(columns!())
            .into_boxed();
        of_the_row!(query, wanted);
        of_the_words!(query, organization, wanted, None);
        of_the_companies!(query, organization, wanted, None);
        if wanted.sort.by_name() {
            if !self.is_bounded_below(from, until) {
                query = query.filter(memberships::sort_name.ge(Vec::new()));
            }
            in_order!(query, self, memberships::sort_name, memberships::id, name, from, until);
        } else {
            query = query.filter(memberships::sort_name.is_not_null());
            in_order!(
                query,
                self,
                memberships::joined_at,
                memberships::id,
                joined,
                from,
                until
            );
        }
        query.limit(limit).load(conn)
    }
}
