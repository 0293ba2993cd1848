//! Who came in by a link, and who asks to.

use diesel::prelude::*;
use serde_json::json;

use crate::app::Ctx;
use crate::audit::{Action, Event, Events};
use crate::common::error::AppError;
use crate::common::id::{JoinId, LinkId, UserId};
use crate::common::paging::{Cursor, Direction};
use crate::common::time::{Span, Time};
use crate::db::Conn;
use crate::db::schema::{join_requests, onboarding_links, users};
use crate::db::types::org_id::OrgId;
use crate::models::onboarding_link::Link;
use crate::on_each;

/// How long a request waits for a decision.
pub const WAIT: Span = Span::days(30);

crate::text_enum! {
    /// Where a request stands.
    pub enum Status {
        Awaiting = "awaiting",
        Approved = "approved",
        Denied = "denied",
        Withdrawn = "withdrawn",
        Expired = "expired",
    }
}

/// A request.
#[derive(Debug, Clone, Queryable)]
pub struct Request {
    pub id: JoinId,
    /// The link it came by.
    pub link: LinkId,
    pub user: UserId,
    /// The name of the company to make, or nothing.
    pub company_name: String,
    pub status: Status,
    /// When it was made.
    pub created_at: Time,
}

/// Rows of a page.
pub const PAGE: usize = 50;

type Columns = (
    join_requests::id,
    join_requests::link_id,
    join_requests::user_id,
    join_requests::company_name,
    join_requests::status,
    join_requests::created_at,
);

const COLUMNS: Columns = (
    join_requests::id,
    join_requests::link_id,
    join_requests::user_id,
    join_requests::company_name,
    join_requests::status,
    join_requests::created_at,
);

/// Notes that somebody asks; `None` when a request of theirs waits already.
pub fn ask(conn: &mut Conn, cx: &Ctx, link: &Link, user: UserId, company_name: &str) -> QueryResult<Option<JoinId>> {
    let id = JoinId::fresh();
    let row = (
        join_requests::organization_id.eq(link.organization_id),
        join_requests::id.eq(id),
        join_requests::link_id.eq(link.id),
        join_requests::user_id.eq(user),
        join_requests::company_name.eq(company_name),
        join_requests::status.eq(Status::Awaiting),
        join_requests::created_at.eq(cx.now),
    );
    let placed =
        on_each!(conn, c => diesel::insert_into(join_requests::table).values(row).on_conflict_do_nothing().execute(c))?;
    Ok((placed == 1).then_some(id))
}

/// Notes that somebody came in at once; an open request of theirs is answered by that.
pub fn note(conn: &mut Conn, cx: &Ctx, link: &Link, user: UserId, company_name: &str) -> QueryResult<()> {
    diesel::insert_into(join_requests::table)
        .values((
            join_requests::organization_id.eq(link.organization_id),
            join_requests::id.eq(JoinId::fresh()),
            join_requests::link_id.eq(link.id),
            join_requests::user_id.eq(user),
            join_requests::company_name.eq(company_name),
            join_requests::status.eq(Status::Approved),
            join_requests::created_at.eq(cx.now),
            join_requests::decided_at.eq(Some(cx.now)),
        ))
        .execute(conn)?;
    Ok(())
}

/// Moves a waiting request on; `false` when it waits no more. Of any number of answers at once, one wins.
pub fn close(
    conn: &mut Conn,
    cx: &Ctx,
    organization: OrgId,
    id: JoinId,
    to: Status,
    by: Option<UserId>,
) -> QueryResult<bool> {
    let closed = diesel::update(
        join_requests::table
            .filter(join_requests::organization_id.eq(organization))
            .filter(join_requests::id.eq(id))
            .filter(join_requests::status.eq(Status::Awaiting)),
    )
    .set((
        join_requests::status.eq(to),
        join_requests::decided_by.eq(by.map(|by| by.to_string())),
        join_requests::decided_at.eq(Some(cx.now)),
    ))
    .execute(conn)?;
    Ok(closed == 1)
}

/// A request of an organization, by what stands in a path.
pub fn find(conn: &mut Conn, organization: OrgId, id: &str) -> Result<Request, AppError> {
    let id = JoinId::parse(id).ok_or(AppError::NotFound)?;
    Ok(join_requests::table
        .find((organization, id))
        .select(COLUMNS)
        .first(conn)?)
}

/// The latest request of a person in an organization that waits, or was declined since.
pub fn latest(conn: &mut Conn, organization: OrgId, user: UserId, since: Time) -> QueryResult<Option<Request>> {
    join_requests::table
        .filter(join_requests::organization_id.eq(organization))
        .filter(join_requests::user_id.eq(user))
        .filter(
            join_requests::status.eq(Status::Awaiting).or(join_requests::status
                .eq(Status::Denied)
                .and(join_requests::decided_at.gt(since))),
        )
        .order(join_requests::id.desc())
        .select(COLUMNS)
        .first(conn)
        .optional()
}

/// A person's own waiting request, wherever it is.
pub fn own(conn: &mut Conn, user: UserId, id: &str) -> Result<(OrgId, Request), AppError> {
    let id = JoinId::parse(id).ok_or(AppError::NotFound)?;
    Ok(join_requests::table
        .filter(join_requests::user_id.eq(user))
        .filter(join_requests::id.eq(id))
        .select((join_requests::organization_id, COLUMNS))
        .first(conn)?)
}

/// How often a person came in or asked to since.
pub fn tries(conn: &mut Conn, user: UserId, since: Time) -> QueryResult<i64> {
    join_requests::table
        .filter(join_requests::user_id.eq(user))
        .filter(join_requests::created_at.gt(since))
        .count()
        .get_result(conn)
}

/// Whether a person made a company of this name by this link since: a second press of one button.
pub fn made(conn: &mut Conn, link: &Link, user: UserId, company_name: &str, since: Time) -> QueryResult<bool> {
    let rows: i64 = join_requests::table
        .filter(join_requests::organization_id.eq(link.organization_id))
        .filter(join_requests::user_id.eq(user))
        .filter(join_requests::link_id.eq(link.id))
        .filter(join_requests::company_name.eq(company_name))
        .filter(join_requests::status.eq(Status::Approved))
        .filter(join_requests::decided_at.gt(since))
        .count()
        .get_result(conn)?;
    Ok(rows > 0)
}

/// How many requests an organization got since.
pub fn asked_since(conn: &mut Conn, organization: OrgId, since: Time) -> QueryResult<i64> {
    join_requests::table
        .filter(join_requests::organization_id.eq(organization))
        .filter(join_requests::status.eq(Status::Awaiting))
        .filter(join_requests::created_at.gt(since))
        .count()
        .get_result(conn)
}

/// How many requests wait.
pub fn waiting(conn: &mut Conn, organization: OrgId) -> QueryResult<i64> {
    join_requests::table
        .filter(join_requests::organization_id.eq(organization))
        .filter(join_requests::status.eq(Status::Awaiting))
        .count()
        .get_result(conn)
}

/// A request in the queue.
#[derive(Debug, Queryable)]
pub struct Listed {
    pub request: Request,
    pub name: String,
    pub email: String,
    pub link: Link,
}

/// A page of the requests that wait, the oldest first: up to `PAGE + 1` rows.
pub fn queue(conn: &mut Conn, organization: OrgId, place: Option<&Cursor>) -> QueryResult<Vec<Listed>> {
    let mut query = join_requests::table
        .inner_join(users::table)
        .inner_join(
            onboarding_links::table.on(onboarding_links::organization_id
                .eq(join_requests::organization_id)
                .and(onboarding_links::id.eq(join_requests::link_id))),
        )
        .filter(join_requests::organization_id.eq(organization))
        .filter(join_requests::status.eq(Status::Awaiting))
        .limit(i64::try_from(PAGE + 1).unwrap_or(i64::MAX))
        .select((COLUMNS, users::name, users::email, Link::as_select()))
        .into_boxed::<crate::services::onboarding_links::queries::Backend>();
    // An id is as old as its row.
    query = match place {
        Some(place) if place.direction == Direction::Previous => query
            .filter(join_requests::id.lt(place.id.clone()))
            .order(join_requests::id.desc()),
        Some(place) => query
            .filter(join_requests::id.gt(place.id.clone()))
            .order(join_requests::id.asc()),
        None => query.order(join_requests::id.asc()),
    };
    query.load(conn)
}

/// Closes the requests that nobody answered, for the clock, at most `most` of them.
pub fn expire(conn: &mut Conn, cx: &Ctx, most: i64) -> QueryResult<Events> {
    let over: Vec<(OrgId, JoinId, String)> = join_requests::table
        .inner_join(users::table)
        .filter(join_requests::status.eq(Status::Awaiting))
        .filter(join_requests::created_at.le(cx.now - WAIT))
        .order(join_requests::created_at)
        .limit(most)
        .select((join_requests::organization_id, join_requests::id, users::name))
        .load(conn)?;
    let mut events = Events::none("nothing is over");
    for (organization, id, name) in over {
        if close(conn, cx, organization, id, Status::Expired, None)? {
            let event = Event::new(Action::JoinExpired, "join_request", id, name)
                .before(json!({ "status": Status::Awaiting.as_str() }))
                .after(json!({ "status": Status::Expired.as_str() }));
            events = events.and(Events::organization(organization, event));
        }
    }
    Ok(events)
}
