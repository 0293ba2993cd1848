//! The items of a review and the decisions on them.

use diesel::prelude::*;

use crate::authz::role::{CompanyRole, Role};
use crate::common::id::{CompanyId, MembershipId, ReviewId, ReviewItemId, UserId};
use crate::common::paging::{Cursor, Direction};
use crate::common::time::Time;
use crate::db::Conn;
use crate::db::schema::{access_review_companies, access_review_items, company_assignments, memberships, users};
use crate::db::types::MembershipStatus;
use crate::db::types::org_id::OrgId;
use crate::models::access_review::state::{ItemState, ReviewAnswer, ReviewDecision};

/// An assignment under review, as it was when the review started and as it is now.
#[derive(Debug, Clone, Queryable)]
pub struct ReviewItem {
    pub id: ReviewItemId,
    pub membership: MembershipId,
    pub sort_name: Vec<u8>,
    /// The role when the review started.
    pub reviewed_role: CompanyRole,
    pub decision: ReviewDecision,
    /// The role that was decided, or empty.
    pub new_role: String,
    pub note: String,
    pub decided_by: Option<String>,
    pub decided_at: Option<Time>,
    pub name: String,
    pub email: String,
    /// The role in the organization.
    pub role: Role,
    pub status: MembershipStatus,
    /// The role in the company now.
    pub current_role: Option<CompanyRole>,
    /// The part of it that does not come from a group.
    pub direct_role: Option<CompanyRole>,
}

impl ReviewItem {
    pub fn state(&self) -> ItemState {
        ItemState {
            reviewed_role: self.reviewed_role,
            current_role: self.current_role,
            decision: self.decision,
        }
    }

    /// The answer so far.
    pub fn answer(&self) -> Option<ReviewAnswer> {
        self.state().answer(CompanyRole::parse(&self.new_role))
    }

    /// The version that a form shows and sends back.
    pub fn version(&self) -> String {
        self.decided_at.map_or_else(String::new, |at| at.0.to_string())
    }

    /// The paging key.
    pub fn key(&self) -> (Vec<u8>, String) {
        (self.sort_name.clone(), self.id.to_string())
    }
}

#[derive(Debug, Clone, Copy)]
pub enum ItemFilter<'a> {
    /// A page by name, with its limit.
    Page(Option<&'a Cursor>, usize),
    Ids(&'a [ReviewItemId]),
}

macro_rules! items_of {
    ($org:expr, $review:expr, $company:expr) => {
        access_review_items::table
            .inner_join(
                memberships::table.on(memberships::organization_id
                    .eq(access_review_items::organization_id)
                    .and(memberships::id.eq(access_review_items::membership_id))),
            )
            .inner_join(users::table.on(users::id.eq(memberships::user_id)))
            .left_join(
                company_assignments::table.on(company_assignments::organization_id
                    .eq(access_review_items::organization_id)
                    .and(company_assignments::membership_id.eq(access_review_items::membership_id))
                    .and(company_assignments::company_id.eq(access_review_items::company_id))),
            )
            .filter(access_review_items::organization_id.eq($org))
            .filter(access_review_items::review_id.eq($review))
            .filter(access_review_items::company_id.eq($company))
            .select((
                access_review_items::id,
                access_review_items::membership_id,
                access_review_items::sort_name,
                access_review_items::role,
                access_review_items::decision,
                access_review_items::new_role,
                access_review_items::note,
                access_review_items::decided_by,
                access_review_items::decided_at,
                users::name,
                users::email,
                memberships::role,
                memberships::status,
                company_assignments::role.nullable(),
                company_assignments::direct_role.nullable(),
            ))
    };
}

/// The items of one company.
pub fn of_company(
    conn: &mut Conn,
    org: OrgId,
    review: ReviewId,
    company: CompanyId,
    filter: ItemFilter<'_>,
) -> QueryResult<Vec<ReviewItem>> {
    let mut query = items_of!(org, review, company).into_boxed();
    let cursor = match filter {
        ItemFilter::Ids(ids) => {
            query = query.filter(access_review_items::id.eq_any(ids));
            None
        }
        ItemFilter::Page(cursor, limit) => {
            query = query.limit(i64::try_from(limit).unwrap_or(i64::MAX));
            cursor
        }
    };
    let backwards = cursor.is_some_and(|cursor| cursor.direction == Direction::Previous);
    if let Some(cursor) = cursor {
        let id = ReviewItemId::parse(&cursor.id);
        let same = access_review_items::sort_name.eq(&cursor.key);
        query = if backwards {
            let earlier = same.and(access_review_items::id.nullable().lt(id));
            query.filter(access_review_items::sort_name.lt(&cursor.key).or(earlier))
        } else {
            let later = same.and(access_review_items::id.nullable().gt(id));
            query.filter(access_review_items::sort_name.gt(&cursor.key).or(later))
        };
    }
    query = if backwards {
        query.order((access_review_items::sort_name.desc(), access_review_items::id.desc()))
    } else {
        query.order((access_review_items::sort_name, access_review_items::id))
    };
    query.load(conn)
}

#[derive(Debug, Clone, Copy)]
pub struct NewDecision<'a> {
    pub decision: ReviewDecision,
    /// The role after it; `None` for no assignment.
    pub role: Option<CompanyRole>,
    pub note: &'a str,
    pub by: UserId,
    pub at: Time,
}

/// `false` when the item was decided since it was read.
pub fn decide(
    conn: &mut Conn,
    org: OrgId,
    review: ReviewId,
    company: CompanyId,
    item: &ReviewItem,
    new: NewDecision<'_>,
) -> QueryResult<bool> {
    let set = (
        access_review_items::decision.eq(new.decision),
        access_review_items::new_role.eq(new.role.map_or("", CompanyRole::as_str)),
        access_review_items::note.eq(new.note),
        access_review_items::decided_by.eq(Some(new.by.to_string())),
        access_review_items::decided_at.eq(Some(new.at)),
    );
    let row = access_review_items::table
        .find((org, review, item.id))
        .filter(access_review_items::decision.eq(item.decision));
    let decided = match item.decided_at {
        Some(at) => diesel::update(row.filter(access_review_items::decided_at.eq(at)))
            .set(set)
            .execute(conn)?,
        None => diesel::update(row.filter(access_review_items::decided_at.is_null()))
            .set(set)
            .execute(conn)?,
    };
    if decided == 1 && item.decision == ReviewDecision::Open {
        diesel::update(access_review_companies::table.find((org, review, company)))
            .set(access_review_companies::open.eq(access_review_companies::open - 1))
            .execute(conn)?;
    }
    Ok(decided == 1)
}
