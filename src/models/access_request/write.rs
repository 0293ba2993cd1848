//! Opening and closing access requests.

use diesel::prelude::*;

use crate::app::Ctx;
use crate::authz::permission::PermissionId;
use crate::common::id::{CompanyId, MembershipId, RequestId, UserId};
use crate::common::time::Span;
use crate::db::Conn;
use crate::db::schema::access_requests;
use crate::db::types::org_id::OrgId;
use crate::models::access_request::RequestStatus;
use crate::on_each;

/// The most open requests of a member.
const OPEN: i64 = 10;
/// The most requests of a member in a day.
const DAILY: i64 = 20;

#[derive(Debug, Clone)]
pub struct NewAccessRequest {
    pub permission: PermissionId,
    /// `None` is the whole organization.
    pub company: Option<CompanyId>,
    pub note: String,
}

/// How a request ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequestedAccess {
    New(RequestId),
    /// The same request was open before.
    Before(RequestId),
    TooMany,
}

pub fn create(
    conn: &mut Conn,
    cx: &Ctx,
    organization: OrgId,
    member: MembershipId,
    new: &NewAccessRequest,
) -> QueryResult<RequestedAccess> {
    let mut same = access_requests::table
        .filter(access_requests::organization_id.eq(organization))
        .filter(access_requests::membership_id.eq(member))
        .filter(access_requests::status.eq(RequestStatus::Open))
        .filter(access_requests::permission.eq(new.permission.key()))
        .select(access_requests::id)
        .into_boxed();
    same = match new.company {
        Some(company) => same.filter(access_requests::company_id.eq(company)),
        None => same.filter(access_requests::company_id.is_null()),
    };
    if let Some(id) = same.first(conn).optional()? {
        return Ok(RequestedAccess::Before(id));
    }
    let mine = || {
        access_requests::table
            .filter(access_requests::organization_id.eq(organization))
            .filter(access_requests::membership_id.eq(member))
    };
    let open: i64 = mine()
        .filter(access_requests::status.eq(RequestStatus::Open))
        .count()
        .get_result(conn)?;
    let today: i64 = mine()
        .filter(access_requests::created_at.gt(cx.now - Span::days(1)))
        .count()
        .get_result(conn)?;
    if open >= OPEN || today >= DAILY {
        return Ok(RequestedAccess::TooMany);
    }
    let id = RequestId::fresh();
    let row = (
        access_requests::organization_id.eq(organization),
        access_requests::id.eq(id),
        access_requests::membership_id.eq(member),
        access_requests::permission.eq(new.permission.key()),
        access_requests::company_id.eq(new.company),
        access_requests::note.eq(&new.note),
        access_requests::status.eq(RequestStatus::Open),
        access_requests::created_at.eq(cx.now),
        access_requests::answer.eq(""),
    );
    let placed = on_each!(conn, c => diesel::insert_into(access_requests::table).values(row).on_conflict_do_nothing().execute(c))?;
    Ok(if placed == 1 {
        RequestedAccess::New(id)
    } else {
        RequestedAccess::TooMany
    })
}

/// Closes an open request; `false` when it was closed before.
pub fn close(
    conn: &mut Conn,
    cx: &Ctx,
    organization: OrgId,
    id: RequestId,
    status: RequestStatus,
    by: UserId,
    answer: &str,
) -> QueryResult<bool> {
    let changed = diesel::update(
        access_requests::table
            .find((organization, id))
            .filter(access_requests::status.eq(RequestStatus::Open)),
    )
    .set((
        access_requests::status.eq(status),
        access_requests::decided_by.eq(Some(by.to_string())),
        access_requests::decided_at.eq(Some(cx.now)),
        access_requests::answer.eq(answer),
    ))
    .execute(conn)?;
    Ok(changed == 1)
}
