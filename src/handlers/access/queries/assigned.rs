//! The assignments of an organization, one row each, as the tab of companies lists them.

mod row;

use diesel::prelude::*;

use crate::authz::role::CompanyRole;
use crate::common::id::{CompanyId, MembershipId};
use crate::common::paging::{Cursor, Direction, Page};
use crate::common::search;
use crate::db::Conn;
use crate::db::schema::{company_assignments, member_search_terms};
use crate::db::types::org_id::OrgId;
pub use crate::handlers::access::queries::assigned::row::AssignmentRow;
use crate::handlers::access::queries::assigned::row::{StoredAssignment, with_names};

/// Up to how many assignments are counted.
pub const COUNTED: i64 = 1_000;

/// Which assignments are listed.
#[derive(Debug, Clone, Default)]
pub struct AssignmentFilter {
    /// Folded beginnings of words of the member. Each of them must match.
    pub words: Vec<Vec<u8>>,
    pub role: Option<CompanyRole>,
    pub company: Option<CompanyId>,
    /// Only in these companies, for an actor who sees no others.
    pub within: Option<Vec<CompanyId>>,
}

/// A page of assignments, and how many match.
pub struct FoundAssignments {
    pub page: Page<AssignmentRow>,
    /// `None`: more than are counted.
    pub total: Option<i64>,
}

// Each assignment that matches. A macro, because the types of boxed queries are long.
macro_rules! matching {
    ($conn:expr, $organization:expr, $wanted:expr) => {{
        let (organization, wanted): (OrgId, &AssignmentFilter) = ($organization, $wanted);
        let mut query = company_assignments::table
            .filter(company_assignments::organization_id.eq(organization))
            .into_boxed::<<Conn as diesel::Connection>::Backend>();
        if let Some(company) = wanted.company {
            query = query.filter(company_assignments::company_id.eq(company));
        }
        if let Some(role) = wanted.role {
            query = query.filter(company_assignments::role.eq(role));
        }
        if let Some(within) = &wanted.within {
            query = query.filter($conn.one_of(company_assignments::company_id, within.clone()));
        }
        for word in &wanted.words {
            let (from, until) = search::range(word);
            query = query.filter(
                company_assignments::membership_id.eq_any(
                    member_search_terms::table
                        .filter(member_search_terms::organization_id.eq(organization))
                        .filter(member_search_terms::word.ge(from))
                        .filter(member_search_terms::word.lt(until))
                        .select(member_search_terms::membership_id),
                ),
            );
        }
        query
    }};
}

/// A page of assignments by the member's name.
pub fn page(
    conn: &mut Conn,
    organization: OrgId,
    wanted: &AssignmentFilter,
    cursor: Option<&Cursor>,
    size: usize,
) -> QueryResult<FoundAssignments> {
    let at = cursor.and_then(|cursor| {
        let (member, name) = cursor.key.split_at_checked(32)?;
        let member = MembershipId::parse(std::str::from_utf8(member).ok()?)?;
        Some((name.to_vec(), member, CompanyId::parse(&cursor.id)?))
    });
    let cursor = cursor.filter(|_| at.is_some());
    let backwards = cursor.is_some_and(|cursor| cursor.direction == Direction::Previous);
    let mut query = matching!(conn, organization, wanted);
    let (name, member, company) = (
        company_assignments::sort_name,
        company_assignments::membership_id,
        company_assignments::company_id,
    );
    // The index is entered by the name; the second condition makes the bound exact.
    query = match (at, backwards) {
        (Some((key, id, in_company)), true) => query.filter(name.le(key.clone())).filter(
            name.lt(key)
                .or(member.lt(id))
                .or(member.eq(id).and(company.lt(in_company))),
        ),
        (Some((key, id, in_company)), false) => query.filter(name.ge(key.clone())).filter(
            name.gt(key)
                .or(member.gt(id))
                .or(member.eq(id).and(company.gt(in_company))),
        ),
        (None, _) => query,
    };
    let query = if backwards {
        query.order((name.desc(), member.desc(), company.desc()))
    } else {
        query.order((name, member, company))
    };
    let stored: Vec<StoredAssignment> = query
        .limit(i64::try_from(size + 1).unwrap_or(i64::MAX))
        .select(StoredAssignment::as_select())
        .load(conn)?;
    let rows = with_names(conn, organization, stored)?;
    Ok(FoundAssignments {
        page: Page::cut(rows, size, cursor, AssignmentRow::key),
        total: count(conn, organization, wanted)?,
    })
}

/// How many assignments match; `None`: more than are counted.
pub fn count(conn: &mut Conn, organization: OrgId, wanted: &AssignmentFilter) -> QueryResult<Option<i64>> {
    // In an order that an index has, or PostgreSQL reads all of them to find the last one.
    let behind: Option<CompanyId> = matching!(conn, organization, wanted)
        .order((
            company_assignments::sort_name,
            company_assignments::membership_id,
            company_assignments::company_id,
        ))
        .select(company_assignments::company_id)
        .offset(COUNTED)
        .limit(1)
        .first(conn)
        .optional()?;
    match behind {
        Some(_) => Ok(None),
        None => matching!(conn, organization, wanted).count().get_result(conn).map(Some),
    }
}
