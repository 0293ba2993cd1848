//! Lists of keys.

use diesel::prelude::*;

use crate::authz::role::Role;
use crate::common::id::{ApiKeyId, CompanyId, MembershipId};
use crate::common::paging::{Cursor, Direction};
use crate::common::time::{Span, Time};
use crate::db::Conn;
use crate::db::schema::{api_keys, companies, memberships, organizations, users};
use crate::db::types::MembershipStatus;
use crate::db::types::org_id::OrgId;
use crate::models::api_key::ApiKey;
use crate::models::api_key::state::OwnerState;
use crate::models::security_policy::SecurityColumns;

/// After how long without use someone is told.
pub const IDLE: Span = Span::days(90);

/// How many names of keys a page lists.
pub const NAMED: i64 = 20;

// Keys that were not revoked, replaced or expired.
macro_rules! open_keys {
    ($now:expr) => {
        api_keys::table
            .filter(api_keys::revoked_at.is_null())
            .filter(api_keys::expires_at.is_null().or(api_keys::expires_at.gt($now)))
            .filter(api_keys::overlap_until.is_null().or(api_keys::overlap_until.gt($now)))
    };
}

/// A key in the list.
#[derive(Debug, Clone)]
pub struct ListedKey {
    pub key: ApiKey,
    pub owner: String,
    pub owner_state: OwnerState,
    /// The name of the company that it is limited to; `None` also when the company was deleted.
    pub company: Option<String>,
}

type ListedRow = (ApiKey, String, OwnerColumns, SecurityColumns, Option<String>);
/// Status, end, role, and whether the account has a second factor.
type OwnerColumns = (MembershipStatus, Option<Time>, Role, bool);

/// A page of keys, newest first: up to `size + 1` rows. `within`: only keys that are limited to one of these companies.
pub fn page(
    conn: &mut Conn,
    now: Time,
    organization: OrgId,
    within: Option<&[CompanyId]>,
    cursor: Option<&Cursor>,
    size: usize,
) -> QueryResult<Vec<ListedKey>> {
    let mut query = api_keys::table
        .inner_join(
            memberships::table.on(memberships::organization_id
                .eq(api_keys::organization_id)
                .and(memberships::id.eq(api_keys::owner_id))),
        )
        .inner_join(users::table.on(users::id.eq(memberships::user_id)))
        .inner_join(organizations::table.on(organizations::id.eq(api_keys::organization_id)))
        .left_join(
            companies::table.on(companies::organization_id
                .eq(api_keys::organization_id)
                .and(companies::id.nullable().eq(api_keys::company_id))),
        )
        .filter(api_keys::organization_id.eq(organization))
        .limit(i64::try_from(size + 1).unwrap_or(i64::MAX))
        .select((
            ApiKey::as_select(),
            users::name,
            (
                memberships::status,
                memberships::access_until,
                memberships::role,
                users::second_factor,
            ),
            SecurityColumns::as_select(),
            companies::name.nullable(),
        ))
        .into_boxed::<<Conn as diesel::Connection>::Backend>();
    if let Some(within) = within {
        query = query.filter(conn.one_of(api_keys::company_id, within));
    }
    // Ids sort by age.
    query = match cursor {
        Some(cursor) if cursor.direction == Direction::Previous => query
            .filter(api_keys::id.gt(cursor.id.clone()))
            .order(api_keys::id.asc()),
        Some(cursor) => query
            .filter(api_keys::id.lt(cursor.id.clone()))
            .order(api_keys::id.desc()),
        None => query.order(api_keys::id.desc()),
    };
    let rows: Vec<ListedRow> = query.load(conn)?;
    Ok(rows.into_iter().map(|row| listed(now, row)).collect())
}

fn listed(now: Time, (key, owner, columns, security, company): ListedRow) -> ListedKey {
    let (status, access_until, role, second_factor) = columns;
    ListedKey {
        key,
        owner,
        owner_state: OwnerState {
            status,
            access_until,
            awaits_second_factor: !second_factor && security.policy().enforces(now, role.is_owner_or_admin()),
        },
        company,
    }
}

/// The names of the keys that stop working when members leave, at most `limit`.
pub fn names_of_owners(
    conn: &mut Conn,
    now: Time,
    organization: OrgId,
    owners: &[MembershipId],
    limit: i64,
) -> QueryResult<Vec<String>> {
    open_keys!(now)
        .filter(api_keys::organization_id.eq(organization))
        .filter(conn.one_of(api_keys::owner_id, owners))
        .order((api_keys::name, api_keys::id))
        .limit(limit)
        .select(api_keys::name)
        .load(conn)
}

/// The names of the keys that are limited to a company, at most `limit`.
pub fn names_of_company(
    conn: &mut Conn,
    now: Time,
    organization: OrgId,
    company: CompanyId,
    limit: i64,
) -> QueryResult<Vec<String>> {
    open_keys!(now)
        .filter(api_keys::organization_id.eq(organization))
        .filter(api_keys::company_id.eq(company))
        .order((api_keys::name, api_keys::id))
        .limit(limit)
        .select(api_keys::name)
        .load(conn)
}

/// A key that was not used for long.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = api_keys)]
pub struct IdleKey {
    pub organization_id: OrgId,
    pub id: ApiKeyId,
    pub name: String,
    #[diesel(column_name = company_id)]
    pub company: Option<CompanyId>,
    pub idle_since: Time,
}

/// The keys that were not used for long, and about which no one was told, at most `limit`.
pub fn idle(conn: &mut Conn, now: Time, limit: i64) -> QueryResult<Vec<IdleKey>> {
    open_keys!(now)
        .filter(api_keys::flagged_at.is_null())
        .filter(api_keys::idle_since.le(now - IDLE))
        .order(api_keys::idle_since)
        .limit(limit)
        .select(IdleKey::as_select())
        .load(conn)
}
