//! Lists of members, read so that the cost does not depend on the size of the organization.
//!
//! Without a search, the list scans an index in the order of the list and stops after one page. With conditions there are
//! two ways. When one of them has few members, these are collected and sorted here; this also tells how many match. When
//! every condition has many members, a scan in order soon finds a page of them. A scan reads in stretches; when the first
//! finds too little, the rarest condition is collected after all.

pub mod collect;
mod conditions;
pub mod filter;
pub mod found;
pub mod row;
pub mod scan;

use diesel::QueryResult;

use crate::common::paging::{Cursor, Direction};
use crate::common::time::Time;
use crate::db::Conn;
use crate::db::types::org_id::OrgId;
use crate::models::member_search::filter::SearchTerm;
use crate::models::member_search::scan::MemberScan;
use crate::models::membership::role_counts::RoleCounts;

pub use crate::models::member_search::filter::{AccessStatus, GrantFilter, LastSeen, MemberFilter, MemberSort};
pub use crate::models::member_search::found::{FoundMembers, MemberTotal};
pub use crate::models::member_search::row::{MemberRow, customs};

/// A condition with at most this many members is collected. With 100,000 members, a condition with more matches at least
/// one in 50 rows, so that a scan fills its page soon.
const FEW: i64 = 2_000;

/// How many rows a scan reads before it reconsiders, and up to how many members are collected then.
const STRETCH: i64 = 2_000;
const SEVERAL: i64 = 20_000;

/// The most values in one query; SQLite allows 32,766.
const BINDS: usize = 10_000;

/// Above this many matches the total is not counted. One member has at most about `WORDS` words with one beginning.
const MANY: i64 = 8_000;
const WORDS: i64 = 8;

/// A cursor as the queries compare it.
#[derive(Debug, Clone)]
pub struct MemberCursor {
    name: Vec<u8>,
    joined: Time,
    id: String,
}

impl MemberCursor {
    fn of(cursor: &Cursor, sort: MemberSort) -> Option<Self> {
        let joined = if sort.by_name() {
            Time(0)
        } else {
            Time(i64::from_be_bytes(cursor.key.as_slice().try_into().ok()?))
        };
        Some(Self {
            name: cursor.key.clone(),
            joined,
            id: cursor.id.clone(),
        })
    }
}

/// One page of the members who match, from `cursor` on.
pub fn page(
    conn: &mut Conn,
    organization: OrgId,
    wanted: &MemberFilter,
    cursor: Option<&Cursor>,
    size: usize,
) -> QueryResult<FoundMembers> {
    let counts = if wanted.is_plain() || wanted.role.is_some() || wanted.last_seen.is_some() {
        RoleCounts::load(conn, organization)?
    } else {
        RoleCounts::default()
    };
    page_with_counts(conn, organization, wanted, &counts, cursor, size)
}

/// As `page`, for a caller who has read the role counts.
pub fn page_with_counts(
    conn: &mut Conn,
    organization: OrgId,
    wanted: &MemberFilter,
    counts: &RoleCounts,
    cursor: Option<&Cursor>,
    size: usize,
) -> QueryResult<FoundMembers> {
    let from = cursor.and_then(|cursor| MemberCursor::of(cursor, wanted.sort));
    let cursor = cursor.filter(|_| from.is_some());
    let backwards = cursor.is_some_and(|cursor| cursor.direction == Direction::Previous);
    let scan = MemberScan {
        organization,
        wanted,
        counts,
        descending: wanted.sort.descending() != backwards,
    };

    let mut total = MemberTotal::Many;
    if wanted.is_plain() {
        let members = counts.members(wanted.role);
        total = MemberTotal::Exactly(members);
        // No index has one role sorted by joining date.
        if let Some(role) = wanted.role.filter(|_| !wanted.sort.by_name() && members <= FEW) {
            return scan.collect(conn, SearchTerm::Role(role), cursor, size);
        }
    } else {
        // Words alone are collected from their own index, which costs the least.
        let few = if wanted.is_words_alone() { MANY } else { FEW };
        if let Some(term) = scan.term_for_at_most(conn, few)? {
            return scan.collect(conn, term, cursor, size);
        }
        if let ([SearchTerm::Word(_)], true) | ([SearchTerm::Company(_)], _) =
            (&wanted.terms()[..], wanted.is_words_alone())
            && wanted.access_status.is_none()
            && wanted.given.is_none()
        {
            total = MemberTotal::AtLeast(MANY / WORDS);
        }
    }
    scan.pages(conn, from, cursor, size, total)
}
