//! The places of a review, and what is decided on them.

use std::collections::HashMap;

use diesel::prelude::*;

use crate::authz::role::{CompanyRole, Role};
use crate::common::error::AppError;
use crate::common::id::{CompanyId, MembershipId, ReviewId, ReviewItemId, UserId};
use crate::common::paging::{Cursor, Direction};
use crate::common::time::Time;
use crate::db::Conn;
use crate::db::schema::{
    access_review_companies, access_review_items, companies, company_assignments, memberships, users,
};
use crate::db::types::MembershipStatus;
use crate::db::types::org_id::OrgId;
use crate::models::access_review::rules::{Decision, Stand, Wish};

/// A place under review, and what it is now.
#[derive(Debug, Clone, Queryable)]
pub struct Line {
    pub id: ReviewItemId,
    pub membership: MembershipId,
    /// The bytes it is sorted by.
    pub sort_name: Vec<u8>,
    /// The role when the review began.
    pub began: CompanyRole,
    /// What was decided.
    pub decision: Decision,
    /// The role after it, or nothing.
    pub new_role: String,
    /// What was noted with it.
    pub note: String,
    /// Who decided, by account.
    pub decided_by: Option<String>,
    pub decided_at: Option<Time>,
    /// The person's name.
    pub name: String,
    pub email: String,
    /// Their role in the organization.
    pub role: Role,
    /// Whether their membership counts.
    pub status: MembershipStatus,
    /// The role there now.
    pub present: Option<CompanyRole>,
    /// The part of it that is their own, not a group's.
    pub direct: Option<CompanyRole>,
}

impl Line {
    /// As the rules see it.
    pub fn stand(&self) -> Stand {
        Stand {
            began: self.began,
            present: self.present,
            decision: self.decision,
        }
    }

    /// What was wished so far.
    pub fn wished(&self) -> Option<Wish> {
        self.stand().wished(CompanyRole::parse(&self.new_role))
    }

    /// Which state of it was shown, as a form sends it back.
    pub fn seen(&self) -> String {
        self.decided_at.map_or_else(String::new, |at| at.0.to_string())
    }

    /// Where it stands in the list.
    pub fn key(&self) -> (Vec<u8>, String) {
        (self.sort_name.clone(), self.id.to_string())
    }
}

/// Which places.
#[derive(Debug, Clone, Copy)]
pub enum Which<'a> {
    /// Up to so many of a company by name, from a place on.
    Page(Option<&'a Cursor>, usize),
    /// These.
    These(&'a [ReviewItemId]),
}

/// Places of one company.
pub fn lines(
    conn: &mut Conn,
    org: OrgId,
    review: ReviewId,
    company: CompanyId,
    which: Which<'_>,
) -> QueryResult<Vec<Line>> {
    let mut query = access_review_items::table
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
        .filter(access_review_items::organization_id.eq(org))
        .filter(access_review_items::review_id.eq(review))
        .filter(access_review_items::company_id.eq(company))
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
        .into_boxed();
    let mut backwards = false;
    match which {
        Which::These(ids) => query = query.filter(access_review_items::id.eq_any(ids)),
        Which::Page(place, limit) => {
            query = query.limit(i64::try_from(limit).unwrap_or(i64::MAX));
            backwards = place.is_some_and(|place| place.direction == Direction::Previous);
            if let Some(place) = place {
                let id = ReviewItemId::parse(&place.id);
                let same = access_review_items::sort_name.eq(&place.key);
                query = if backwards {
                    query.filter(
                        access_review_items::sort_name
                            .lt(&place.key)
                            .or(same.and(access_review_items::id.nullable().lt(id))),
                    )
                } else {
                    query.filter(
                        access_review_items::sort_name
                            .gt(&place.key)
                            .or(same.and(access_review_items::id.nullable().gt(id))),
                    )
                };
            }
        }
    }
    query = if backwards {
        query.order((access_review_items::sort_name.desc(), access_review_items::id.desc()))
    } else {
        query.order((access_review_items::sort_name, access_review_items::id))
    };
    query.load(conn)
}

/// The names of accounts.
pub fn names(conn: &mut Conn, users: &[&str]) -> QueryResult<HashMap<String, String>> {
    let rows: Vec<(String, String)> = users::table
        .filter(users::id.eq_any(users))
        .select((users::id, users::name))
        .load(conn)?;
    Ok(rows.into_iter().collect())
}

/// What somebody decided.
#[derive(Debug, Clone, Copy)]
pub struct Verdict<'a> {
    /// What.
    pub decision: Decision,
    /// The role after it; `None` for no place.
    pub role: Option<CompanyRole>,
    pub note: &'a str,
    /// Who, by account.
    pub by: UserId,
    pub at: Time,
}

/// Notes a decision; `false` when somebody else decided since `line` was read.
pub fn decide(
    conn: &mut Conn,
    org: OrgId,
    review: ReviewId,
    company: CompanyId,
    line: &Line,
    verdict: Verdict<'_>,
) -> QueryResult<bool> {
    let set = (
        access_review_items::decision.eq(verdict.decision),
        access_review_items::new_role.eq(verdict.role.map_or("", CompanyRole::as_str)),
        access_review_items::note.eq(verdict.note),
        access_review_items::decided_by.eq(Some(verdict.by.to_string())),
        access_review_items::decided_at.eq(Some(verdict.at)),
    );
    let row = access_review_items::table
        .find((org, review, line.id))
        .filter(access_review_items::decision.eq(line.decision));
    let decided = match line.decided_at {
        Some(at) => diesel::update(row.filter(access_review_items::decided_at.eq(at)))
            .set(set)
            .execute(conn)?,
        None => diesel::update(row.filter(access_review_items::decided_at.is_null()))
            .set(set)
            .execute(conn)?,
    };
    if decided == 1 && line.decision == Decision::Open {
        diesel::update(access_review_companies::table.find((org, review, company)))
            .set(access_review_companies::open.eq(access_review_companies::open - 1))
            .execute(conn)?;
    }
    Ok(decided == 1)
}

/// A place that the closing took away.
#[derive(Debug, Clone, Queryable)]
pub struct Lost {
    pub id: ReviewItemId,
    pub membership: MembershipId,
    pub company: CompanyId,
    /// The person's name.
    pub name: String,
    pub email: String,
    /// The company's name.
    pub company_name: String,
    /// The role when the review began.
    pub began: CompanyRole,
    /// What became of it.
    pub decision: Decision,
    /// The role that was taken away, or nothing.
    pub kept_role: String,
    /// Where it had come from.
    pub kept_origin: String,
    pub kept_until: Option<Time>,
    /// Whether the person was suspended too.
    pub shut_out: bool,
    /// When it was given back.
    pub restored_at: Option<Time>,
}

/// What the closing took away, by id, behind `after`; or one of them.
pub fn lost(
    conn: &mut Conn,
    org: OrgId,
    review: ReviewId,
    only: Option<ReviewItemId>,
    after: Option<ReviewItemId>,
    limit: i64,
) -> QueryResult<Vec<Lost>> {
    let mut query = access_review_items::table
        .inner_join(
            memberships::table.on(memberships::organization_id
                .eq(access_review_items::organization_id)
                .and(memberships::id.eq(access_review_items::membership_id))),
        )
        .inner_join(users::table.on(users::id.eq(memberships::user_id)))
        .inner_join(
            companies::table.on(companies::organization_id
                .eq(access_review_items::organization_id)
                .and(companies::id.eq(access_review_items::company_id))),
        )
        .filter(access_review_items::organization_id.eq(org))
        .filter(access_review_items::review_id.eq(review))
        .filter(access_review_items::decision.eq_any([Decision::Unconfirmed, Decision::Group]))
        .order(access_review_items::id)
        .limit(limit)
        .select((
            access_review_items::id,
            access_review_items::membership_id,
            access_review_items::company_id,
            users::name,
            users::email,
            companies::name,
            access_review_items::role,
            access_review_items::decision,
            access_review_items::kept_role,
            access_review_items::kept_origin,
            access_review_items::kept_until,
            access_review_items::shut_out,
            access_review_items::restored_at,
        ))
        .into_boxed();
    if let Some(only) = only {
        query = query.filter(access_review_items::id.eq(only));
    }
    if let Some(after) = after {
        query = query.filter(access_review_items::id.gt(after));
    }
    query.load(conn)
}

/// Notes that a place was given back; `false` when somebody did before.
pub fn restored(
    conn: &mut Conn,
    org: OrgId,
    review: ReviewId,
    item: ReviewItemId,
    by: UserId,
    at: Time,
) -> QueryResult<bool> {
    let noted = diesel::update(
        access_review_items::table
            .find((org, review, item))
            .filter(access_review_items::restored_at.is_null()),
    )
    .set((
        access_review_items::restored_by.eq(Some(by.to_string())),
        access_review_items::restored_at.eq(Some(at)),
    ))
    .execute(conn)?;
    Ok(noted == 1)
}

/// Does all of something or nothing: what `work` refuses by its inner error is taken back as if it had not been tried.
pub fn whole<T, R>(
    conn: &mut Conn,
    work: impl FnOnce(&mut Conn) -> Result<Result<T, R>, AppError>,
) -> Result<Result<T, R>, AppError> {
    enum Stop<R> {
        Refused(R),
        Failed(AppError),
    }
    impl<R> From<diesel::result::Error> for Stop<R> {
        fn from(error: diesel::result::Error) -> Self {
            Self::Failed(error.into())
        }
    }
    let done = conn.transaction(|conn| match work(conn) {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(refused)) => Err(Stop::Refused(refused)),
        Err(error) => Err(Stop::Failed(error)),
    });
    match done {
        Ok(done) => Ok(Ok(done)),
        Err(Stop::Refused(refused)) => Ok(Err(refused)),
        Err(Stop::Failed(error)) => Err(error),
    }
}
