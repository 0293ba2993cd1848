//! Who joined by a link, and who asked to.

use diesel::prelude::*;

use crate::app::Ctx;
use crate::common::error::AppError;
use crate::common::id::{JoinId, LinkId, UserId};
use crate::common::paging::{Cursor, Direction};
use crate::common::time::{Span, Time};
use crate::db::Conn;
use crate::db::schema::{join_requests, onboarding_links, users};
use crate::db::types::org_id::OrgId;
use crate::models::onboarding_link::OnboardingLink;
use crate::on_each;

crate::text_enum! {
    /// The status of a request.
    pub enum JoinStatus {
        Awaiting = "awaiting",
        Approved = "approved",
        Denied = "denied",
        Withdrawn = "withdrawn",
        Expired = "expired",
    }
}

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = join_requests)]
pub struct JoinRequest {
    pub organization_id: OrgId,
    pub id: JoinId,
    #[diesel(column_name = link_id)]
    pub link: LinkId,
    #[diesel(column_name = user_id)]
    pub user: UserId,
    /// The name of the company to create, or nothing.
    pub company_name: String,
    pub status: JoinStatus,
    pub created_at: Time,
}

/// How long a request waits for an answer, and how long a declined one keeps the person from asking again.
pub const WAIT: Span = Span::days(30);

/// Rows of a page.
pub const PAGE: usize = 50;

/// Saves a request; `None` when the person has an open one.
pub fn create(
    conn: &mut Conn,
    cx: &Ctx,
    link: &OnboardingLink,
    user: UserId,
    company_name: &str,
) -> QueryResult<Option<JoinId>> {
    let id = JoinId::fresh();
    let row = (
        join_requests::organization_id.eq(link.organization_id),
        join_requests::id.eq(id),
        join_requests::link_id.eq(link.id),
        join_requests::user_id.eq(user),
        join_requests::company_name.eq(company_name),
        join_requests::status.eq(JoinStatus::Awaiting),
        join_requests::created_at.eq(cx.now),
    );
    let saved =
        on_each!(conn, c => diesel::insert_into(join_requests::table).values(row).on_conflict_do_nothing().execute(c))?;
    Ok((saved == 1).then_some(id))
}

/// Saves that someone joined without a request.
pub fn record_join(
    conn: &mut Conn,
    cx: &Ctx,
    link: &OnboardingLink,
    user: UserId,
    company_name: &str,
) -> QueryResult<()> {
    diesel::insert_into(join_requests::table)
        .values((
            join_requests::organization_id.eq(link.organization_id),
            join_requests::id.eq(JoinId::fresh()),
            join_requests::link_id.eq(link.id),
            join_requests::user_id.eq(user),
            join_requests::company_name.eq(company_name),
            join_requests::status.eq(JoinStatus::Approved),
            join_requests::created_at.eq(cx.now),
            join_requests::decided_at.eq(Some(cx.now)),
        ))
        .execute(conn)?;
    Ok(())
}

/// Closes an open request; `false` when it is not open anymore. Of several answers at once, one succeeds.
pub fn close(
    conn: &mut Conn,
    cx: &Ctx,
    organization: OrgId,
    id: JoinId,
    to: JoinStatus,
    by: Option<UserId>,
) -> QueryResult<bool> {
    let closed = diesel::update(
        join_requests::table
            .filter(join_requests::organization_id.eq(organization))
            .filter(join_requests::id.eq(id))
            .filter(join_requests::status.eq(JoinStatus::Awaiting)),
    )
    .set((
        join_requests::status.eq(to),
        join_requests::decided_by.eq(by.map(|by| by.to_string())),
        join_requests::decided_at.eq(Some(cx.now)),
    ))
    .execute(conn)?;
    Ok(closed == 1)
}

/// Finds a request by the id in a path.
pub fn find(conn: &mut Conn, organization: OrgId, id: &str) -> Result<JoinRequest, AppError> {
    let id = JoinId::parse(id).ok_or(AppError::NotFound)?;
    Ok(join_requests::table
        .find((organization, id))
        .select(JoinRequest::as_select())
        .first(conn)?)
}

/// The latest request of a person that is open, or was declined since.
pub fn latest(conn: &mut Conn, organization: OrgId, user: UserId, since: Time) -> QueryResult<Option<JoinRequest>> {
    join_requests::table
        .filter(join_requests::organization_id.eq(organization))
        .filter(join_requests::user_id.eq(user))
        .filter(
            join_requests::status.eq(JoinStatus::Awaiting).or(join_requests::status
                .eq(JoinStatus::Denied)
                .and(join_requests::decided_at.gt(since))),
        )
        .order(join_requests::id.desc())
        .select(JoinRequest::as_select())
        .first(conn)
        .optional()
}

/// Finds a request of this person, in any organization.
pub fn find_own(conn: &mut Conn, user: UserId, id: &str) -> Result<JoinRequest, AppError> {
    let id = JoinId::parse(id).ok_or(AppError::NotFound)?;
    Ok(join_requests::table
        .filter(join_requests::user_id.eq(user))
        .filter(join_requests::id.eq(id))
        .select(JoinRequest::as_select())
        .first(conn)?)
}

/// How often a person joined or asked to since.
pub fn tries(conn: &mut Conn, user: UserId, since: Time) -> QueryResult<i64> {
    join_requests::table
        .filter(join_requests::user_id.eq(user))
        .filter(join_requests::created_at.gt(since))
        .count()
        .get_result(conn)
}

/// Whether a person created a company with this name by this link since: the button was pressed twice.
pub fn has_created(
    conn: &mut Conn,
    link: &OnboardingLink,
    user: UserId,
    company_name: &str,
    since: Time,
) -> QueryResult<bool> {
    let rows: i64 = join_requests::table
        .filter(join_requests::organization_id.eq(link.organization_id))
        .filter(join_requests::user_id.eq(user))
        .filter(join_requests::link_id.eq(link.id))
        .filter(join_requests::company_name.eq(company_name))
        .filter(join_requests::status.eq(JoinStatus::Approved))
        .filter(join_requests::decided_at.gt(since))
        .count()
        .get_result(conn)?;
    Ok(rows > 0)
}

/// How many requests of an organization were made since and are open.
pub fn requested_since(conn: &mut Conn, organization: OrgId, since: Time) -> QueryResult<i64> {
    join_requests::table
        .filter(join_requests::organization_id.eq(organization))
        .filter(join_requests::status.eq(JoinStatus::Awaiting))
        .filter(join_requests::created_at.gt(since))
        .count()
        .get_result(conn)
}

/// How many requests are open.
pub fn count_open(conn: &mut Conn, organization: OrgId) -> QueryResult<i64> {
    join_requests::table
        .filter(join_requests::organization_id.eq(organization))
        .filter(join_requests::status.eq(JoinStatus::Awaiting))
        .count()
        .get_result(conn)
}

/// An open request in the list.
#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = join_requests)]
pub struct OpenRequest {
    #[diesel(embed)]
    pub request: JoinRequest,
    #[diesel(select_expression = users::name)]
    pub name: String,
    #[diesel(select_expression = users::email)]
    pub email: String,
    #[diesel(embed)]
    pub link: OnboardingLink,
}

/// A page of the open requests, oldest first: up to `PAGE + 1` rows.
pub fn list_open(conn: &mut Conn, organization: OrgId, cursor: Option<&Cursor>) -> QueryResult<Vec<OpenRequest>> {
    let mut query = join_requests::table
        .inner_join(users::table)
        .inner_join(
            onboarding_links::table.on(onboarding_links::organization_id
                .eq(join_requests::organization_id)
                .and(onboarding_links::id.eq(join_requests::link_id))),
        )
        .filter(join_requests::organization_id.eq(organization))
        .filter(join_requests::status.eq(JoinStatus::Awaiting))
        .limit(i64::try_from(PAGE + 1).unwrap_or(i64::MAX))
        .select(OpenRequest::as_select())
        .into_boxed::<<Conn as diesel::Connection>::Backend>();
    // Ids sort by age.
    query = match cursor {
        Some(cursor) if cursor.direction == Direction::Previous => query
            .filter(join_requests::id.lt(cursor.id.clone()))
            .order(join_requests::id.desc()),
        Some(cursor) => query
            .filter(join_requests::id.gt(cursor.id.clone()))
            .order(join_requests::id.asc()),
        None => query.order(join_requests::id.asc()),
    };
    query.load(conn)
}
