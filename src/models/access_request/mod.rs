//! Access requests.

mod deciders;
mod write;

pub use crate::models::access_request::deciders::{RequestDecider, deciders};
pub use crate::models::access_request::write::{NewAccessRequest, RequestedAccess, close, create};

use diesel::prelude::*;

use crate::authz::permission::PermissionId;
use crate::common::id::{CompanyId, MembershipId, RequestId, UserId};
use crate::common::paging::{Cursor, Direction};
use crate::common::time::Time;
use crate::db::Conn;
use crate::db::schema::{access_requests, companies, memberships, users};
use crate::db::types::org_id::OrgId;
use crate::db::types::organization::UnitLabel;

crate::text_enum! {
    pub enum RequestStatus {
        Open = "open",
        Granted = "granted",
        Denied = "denied",
        Withdrawn = "withdrawn",
    }
}

impl RequestStatus {
    pub fn label(self) -> &'static str {
        match self {
            Self::Open => "Open",
            Self::Granted => "Granted",
            Self::Denied => "Denied",
            Self::Withdrawn => "Withdrawn",
        }
    }

    /// The tone of the badge.
    pub fn tone(self) -> &'static str {
        match self {
            Self::Open => "warning",
            Self::Granted => "success",
            Self::Denied => "danger",
            Self::Withdrawn => "",
        }
    }
}

#[derive(Debug, Clone, Queryable)]
pub struct AccessRequest {
    pub id: RequestId,
    pub member: MembershipId,
    pub user: UserId,
    pub name: String,
    pub email: String,
    /// The permission's key.
    pub permission: String,
    /// `None` is the whole organization.
    pub company: Option<CompanyId>,
    pub company_name: Option<String>,
    /// The requester's reason.
    pub note: String,
    pub status: RequestStatus,
    pub created_at: Time,
    /// The user who decided.
    pub decided_by: Option<String>,
    pub decided_at: Option<Time>,
    pub answer: String,
}

impl AccessRequest {
    /// `None` for a permission of a newer version.
    pub fn permission(&self) -> Option<PermissionId> {
        PermissionId::parse(&self.permission)
    }

    /// The permission in the organization's word for companies.
    pub fn permission_label(&self, unit: UnitLabel) -> String {
        self.permission().map_or_else(
            || self.permission.clone(),
            |permission| permission.label_with(unit.a(), unit.many()),
        )
    }
}

pub const PAGE: usize = 50;

macro_rules! requests {
    ($organization:expr) => {
        access_requests::table
            .inner_join(
                memberships::table.on(memberships::organization_id
                    .eq(access_requests::organization_id)
                    .and(memberships::id.eq(access_requests::membership_id))),
            )
            .inner_join(users::table.on(users::id.eq(memberships::user_id)))
            .left_join(
                companies::table.on(companies::organization_id
                    .eq(access_requests::organization_id)
                    .and(access_requests::company_id.eq(companies::id.nullable()))),
            )
            .filter(access_requests::organization_id.eq($organization))
            .select((
                access_requests::id,
                access_requests::membership_id,
                users::id,
                users::name,
                users::email,
                access_requests::permission,
                access_requests::company_id,
                companies::name.nullable(),
                access_requests::note,
                access_requests::status,
                access_requests::created_at,
                access_requests::decided_by,
                access_requests::decided_at,
                access_requests::answer,
            ))
    };
}

pub fn find(conn: &mut Conn, organization: OrgId, id: RequestId) -> QueryResult<AccessRequest> {
    requests!(organization).filter(access_requests::id.eq(id)).first(conn)
}

/// Open requests (oldest first) or decided ones (newest first), in all companies or in `own`: one more than `size`.
pub fn list(
    conn: &mut Conn,
    organization: OrgId,
    own: Option<&[CompanyId]>,
    open: bool,
    cursor: Option<&Cursor>,
    size: usize,
) -> QueryResult<Vec<AccessRequest>> {
    let mut query = requests!(organization).into_boxed();
    query = if open {
        query.filter(access_requests::status.eq(RequestStatus::Open))
    } else {
        query.filter(access_requests::status.ne(RequestStatus::Open))
    };
    if let Some(own) = own {
        query = query.filter(access_requests::company_id.eq_any(own));
    }
    let from = cursor.and_then(|cursor| {
        let at = i64::from_be_bytes(cursor.key.as_slice().try_into().ok()?);
        Some((cursor.direction, Time(at), RequestId::parse(&cursor.id)?))
    });
    let backwards = from
        .as_ref()
        .is_some_and(|(direction, ..)| *direction == Direction::Previous);
    let rising = open != backwards;
    if let Some((_, at, id)) = from {
        let same = access_requests::created_at.eq(at);
        query = if rising {
            query.filter(
                access_requests::created_at
                    .gt(at)
                    .or(same.and(access_requests::id.gt(id))),
            )
        } else {
            query.filter(
                access_requests::created_at
                    .lt(at)
                    .or(same.and(access_requests::id.lt(id))),
            )
        };
    }
    query = if rising {
        query.order((access_requests::created_at.asc(), access_requests::id.asc()))
    } else {
        query.order((access_requests::created_at.desc(), access_requests::id.desc()))
    };
    query.limit(i64::try_from(size + 1).unwrap_or(i64::MAX)).load(conn)
}

/// A member's own requests, newest first.
pub fn of(conn: &mut Conn, organization: OrgId, member: MembershipId, limit: i64) -> QueryResult<Vec<AccessRequest>> {
    requests!(organization)
        .filter(access_requests::membership_id.eq(member))
        .order((access_requests::created_at.desc(), access_requests::id.desc()))
        .limit(limit)
        .load(conn)
}

/// The name of a user.
pub fn name_of(conn: &mut Conn, user: &str) -> QueryResult<Option<String>> {
    users::table
        .filter(users::id.eq(user))
        .select(users::name)
        .first(conn)
        .optional()
}
