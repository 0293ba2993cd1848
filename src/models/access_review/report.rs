//! The report of a review: JSON without spaces, keys in the order of their bytes, signed as it stands.

use std::collections::BTreeMap;
use std::fmt::Write;

use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::common::error::AppError;
use crate::common::id::{ReviewId, ReviewItemId};
use crate::common::time::Time;
use crate::db::Conn;
use crate::db::schema::{access_review_items, companies, memberships, users};
use crate::db::types::org_id::OrgId;
use crate::models::access_review;
use crate::models::access_review::items;
use crate::models::access_review::rules::Decision;
use crate::services::access_reviews::notify;

/// What stands first in every report.
pub const FORMAT: &str = "tenantry.access-review.1";

/// So many places are read at once.
const PAGE: i64 = 1000;

/// One place of the report. The fields are written in the order of their names.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Entry {
    /// The role after it; nothing for none.
    pub after: String,
    /// The role when the review began.
    pub before: String,
    /// The company's name.
    pub company: String,
    pub company_id: String,
    /// When it was decided; nothing when nobody did.
    pub decided_at: Option<String>,
    /// Who decided, by name.
    pub decided_by: Option<String>,
    /// What was decided, or what became of it.
    pub decision: String,
    /// The person's address.
    pub email: String,
    pub member_id: String,
    /// What was noted.
    pub note: String,
    /// The person's name.
    pub person: String,
    /// Whether the person was suspended, being left with nothing.
    pub suspended: bool,
}

/// What a report says of the review itself.
#[derive(Debug, Clone, Deserialize)]
pub struct About {
    pub closed_at: String,
    /// Who ended it by hand; nobody when time did.
    pub closed_by: Option<String>,
    pub due_at: String,
    pub name: String,
    pub started_at: String,
    pub started_by: String,
}

/// A report as it is read back.
#[derive(Debug, Clone, Deserialize)]
pub struct Report {
    /// The places, by company and person.
    pub places: Vec<Entry>,
    pub review: About,
    /// How often each decision was taken.
    pub totals: BTreeMap<String, i64>,
}

impl Report {
    /// Reads a stored report; `None` when it is none.
    pub fn read(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    /// What stands for a report that somebody made unreadable.
    pub fn unreadable(name: &str) -> Self {
        let nothing = || "unreadable".to_owned();
        Self {
            places: Vec::new(),
            review: About {
                closed_at: nothing(),
                closed_by: None,
                due_at: nothing(),
                name: name.to_owned(),
                started_at: nothing(),
                started_by: nothing(),
            },
            totals: BTreeMap::new(),
        }
    }
}

type Row = (
    ReviewItemId,
    String,
    (String, String),
    (String, String),
    Decision,
    (String, String),
    String,
    (Option<String>, Option<Time>),
    bool,
);

/// Writes the report of a review that is closing and in which nothing is open any more: it no longer changes.
pub fn write(conn: &mut Conn, org: OrgId, id: ReviewId, closed_at: Time) -> Result<String, AppError> {
    let review = access_review::find(conn, org, id)?;
    let app = notify::review_heading(conn, org)?;
    let mut totals: BTreeMap<&str, i64> = Decision::ALL.iter().map(|decision| (decision.as_str(), 0)).collect();
    let mut places = String::new();
    let mut after: Option<ReviewItemId> = None;
    let mut all: i64 = 0;
    let mut shut_out = std::collections::BTreeSet::new();
    loop {
        let rows = page(conn, org, id, after)?;
        let deciders: Vec<&str> = rows.iter().filter_map(|row| row.7.0.as_deref()).collect();
        let names = items::names(conn, &deciders)?;
        for (_, member_id, (person, email), (company_id, company), decision, (before, new_role), note, (by, at), out) in
            &rows
        {
            let entry = Entry {
                after: new_role.clone(),
                before: before.clone(),
                company: company.clone(),
                company_id: company_id.clone(),
                decided_at: at.map(Time::iso),
                decided_by: by.as_ref().and_then(|by| names.get(by)).cloned(),
                decision: decision.as_str().to_owned(),
                email: email.clone(),
                member_id: member_id.clone(),
                note: note.clone(),
                person: person.clone(),
                suspended: *out,
            };
            *totals.entry(decision.as_str()).or_default() += 1;
            all += 1;
            if *out {
                shut_out.insert(member_id.clone());
            }
            let line = serde_json::to_string(&entry).map_err(AppError::internal)?;
            let comma = if places.is_empty() { "" } else { "," };
            let _ = write!(places, "{comma}{line}");
        }
        match rows.last() {
            Some(row) if rows.len() == usize::try_from(PAGE).unwrap_or(usize::MAX) => after = Some(row.0),
            _ => break,
        }
    }
    let closed_by = access_review::name_of(conn, review.closed_by.as_deref())?;
    let mut counted = json!(totals);
    counted["places"] = all.into();
    counted["suspended_people"] = shut_out.len().into();
    let organization = json!({ "name": app.name, "slug": app.slug });
    let about = json!({
        "closed_at": closed_at.iso(),
        "closed_by": closed_by,
        "due_at": review.due_at.iso(),
        "id": review.id.as_str(),
        "name": review.name,
        "started_at": review.started_at.iso(),
        "started_by": review.starter,
    });
    Ok(format!(
        "{{\"format\":\"{FORMAT}\",\"organization\":{organization},\"places\":[{places}],\"review\":{about},\"totals\":{counted}}}"
    ))
}

fn page(conn: &mut Conn, org: OrgId, id: ReviewId, after: Option<ReviewItemId>) -> QueryResult<Vec<Row>> {
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
        .filter(access_review_items::review_id.eq(id))
        // Places were written down company by company.
        .order(access_review_items::id)
        .limit(PAGE)
        .select((
            access_review_items::id,
            access_review_items::membership_id,
            (users::name, users::email),
            (companies::id, companies::name),
            access_review_items::decision,
            (access_review_items::role, access_review_items::new_role),
            access_review_items::note,
            (access_review_items::decided_by, access_review_items::decided_at),
            access_review_items::shut_out,
        ))
        .into_boxed();
    if let Some(after) = after {
        query = query.filter(access_review_items::id.gt(after));
    }
    query.load(conn)
}
