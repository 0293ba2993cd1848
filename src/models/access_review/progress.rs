//! How many items of a review are answered, by company.

use std::collections::HashMap;

use diesel::prelude::*;

use crate::common::id::{CompanyId, ReviewId};
use crate::common::paging::{Cursor, Direction};
use crate::db::Conn;
use crate::db::schema::{access_review_companies, companies};
use crate::db::types::org_id::OrgId;

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = companies)]
pub struct CompanyProgress {
    pub id: CompanyId,
    pub name: String,
    pub slug: String,
    pub sort_name: Vec<u8>,
    #[diesel(select_expression = access_review_companies::item_count, select_expression_type = access_review_companies::item_count)]
    pub items: i64,
    #[diesel(select_expression = access_review_companies::open, select_expression_type = access_review_companies::open)]
    pub open: i64,
}

impl CompanyProgress {
    /// The paging key.
    pub fn key(&self) -> (Vec<u8>, String) {
        (self.sort_name.clone(), self.id.to_string())
    }
}

macro_rules! companies_of {
    ($org:expr, $review:expr) => {
        access_review_companies::table
            .inner_join(
                companies::table.on(companies::organization_id
                    .eq(access_review_companies::organization_id)
                    .and(companies::id.eq(access_review_companies::company_id))),
            )
            .filter(access_review_companies::organization_id.eq($org))
            .filter(access_review_companies::review_id.eq($review))
            .select(CompanyProgress::as_select())
    };
}

/// A page of the companies of a review by name. `within` limits it to some companies.
pub fn companies(
    conn: &mut Conn,
    org: OrgId,
    id: ReviewId,
    within: Option<&[CompanyId]>,
    cursor: Option<&Cursor>,
    limit: usize,
) -> QueryResult<Vec<CompanyProgress>> {
    let mut query = companies_of!(org, id)
        .limit(i64::try_from(limit).unwrap_or(i64::MAX))
        .into_boxed();
    if let Some(within) = within {
        query = query.filter(access_review_companies::company_id.eq_any(within));
    }
    let backwards = cursor.is_some_and(|cursor| cursor.direction == Direction::Previous);
    if let Some(cursor) = cursor {
        let id = CompanyId::parse(&cursor.id);
        let same = companies::sort_name.eq(&cursor.key);
        query = if backwards {
            query.filter(
                companies::sort_name
                    .lt(&cursor.key)
                    .or(same.and(companies::id.nullable().lt(id))),
            )
        } else {
            query.filter(
                companies::sort_name
                    .gt(&cursor.key)
                    .or(same.and(companies::id.nullable().gt(id))),
            )
        };
    }
    query = if backwards {
        query.order((companies::sort_name.desc(), companies::id.desc()))
    } else {
        query.order((companies::sort_name, companies::id))
    };
    query.load(conn)
}

/// The first companies by name that have open items.
pub fn companies_with_open_items(
    conn: &mut Conn,
    org: OrgId,
    id: ReviewId,
    limit: i64,
) -> QueryResult<Vec<CompanyProgress>> {
    companies_of!(org, id)
        .filter(access_review_companies::open.gt(0))
        .order((companies::sort_name, companies::id))
        .limit(limit)
        .load(conn)
}

#[derive(Debug, Clone, Copy, Default)]
pub struct ItemTotals {
    pub items: i64,
    pub open: i64,
}

/// The totals of reviews, in all companies or within some.
pub fn totals(
    conn: &mut Conn,
    org: OrgId,
    reviews: &[ReviewId],
    within: Option<&[CompanyId]>,
) -> QueryResult<HashMap<ReviewId, ItemTotals>> {
    let mut query = access_review_companies::table
        .filter(access_review_companies::organization_id.eq(org))
        .filter(access_review_companies::review_id.eq_any(reviews))
        .select((
            access_review_companies::review_id,
            access_review_companies::item_count,
            access_review_companies::open,
        ))
        .into_boxed();
    if let Some(within) = within {
        query = query.filter(access_review_companies::company_id.eq_any(within));
    }
    let rows: Vec<(ReviewId, i64, i64)> = query.load(conn)?;
    let mut totals: HashMap<ReviewId, ItemTotals> = HashMap::new();
    for (review, items, open) in rows {
        let total = totals.entry(review).or_default();
        total.items += items;
        total.open += open;
    }
    Ok(totals)
}

/// The totals of one review in all companies.
pub fn total(conn: &mut Conn, org: OrgId, review: ReviewId) -> QueryResult<ItemTotals> {
    Ok(totals(conn, org, &[review], None)?
        .get(&review)
        .copied()
        .unwrap_or_default())
}
