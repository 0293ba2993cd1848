//! Requests for rights as rows.

use diesel::prelude::*;

use crate::app::Ctx;
use crate::authz::decision::Reach;
use crate::authz::permission::{DecideRequests, Permission, PermissionId};
use crate::authz::role::{CompanyRole, Role};
use crate::common::error::AppError;
use crate::common::id::{CompanyId, CustomRoleId, MembershipId, RequestId, UserId};
use crate::common::paging::{Cursor, Direction};
use crate::common::time::{Span, Time};
use crate::db::Conn;
use crate::db::schema::{access_requests, companies, company_assignments, memberships, users};
use crate::db::types::MembershipStatus;
use crate::db::types::org_id::OrgId;
use crate::models::custom_role;
use crate::models::membership::access;
use crate::on_each;

crate::text_enum! {
    /// What became of a request.
    pub enum RequestStatus {
        Open = "open",
        Granted = "granted",
        Denied = "denied",
        Withdrawn = "withdrawn",
    }
}

impl RequestStatus {
    /// The word for people.
    pub fn label(self) -> &'static str {
        match self {
            Self::Open => "Open",
            Self::Granted => "Granted",
            Self::Denied => "Denied",
            Self::Withdrawn => "Withdrawn",
        }
    }

    /// The tone of its badge.
    pub fn tone(self) -> &'static str {
        match self {
            Self::Open => "warning",
            Self::Granted => "success",
            Self::Denied => "danger",
            Self::Withdrawn => "",
        }
    }
}

/// Somebody's request for a right.
#[derive(Debug, Clone, Queryable)]
pub struct Request {
    pub id: RequestId,
    pub member: MembershipId,
    pub user: UserId,
    pub name: String,
    pub email: String,
    /// The right's key.
    pub permission: String,
    /// The company for which it is asked, or the whole organization.
    pub company: Option<CompanyId>,
    /// The company's name.
    pub company_name: Option<String>,
    /// Why, in their words.
    pub note: String,
    /// What became of it.
    pub status: RequestStatus,
    pub created_at: Time,
    /// Who decided, by account.
    pub decided_by: Option<String>,
    pub decided_at: Option<Time>,
    /// The answer in words.
    pub answer: String,
}

impl Request {
    /// The right; nothing when a later program asked for one that this one does not know.
    pub fn permission(&self) -> Option<PermissionId> {
        PermissionId::parse(&self.permission)
    }
}

/// So many stand on one page.
pub const PAGE: usize = 50;
/// So many may be open at once for one member.
pub const OPEN: i64 = 10;
/// So many may be made in a day by one member.
pub const DAILY: i64 = 20;

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

/// One of an organization's requests.
pub fn find(conn: &mut Conn, organization: OrgId, id: RequestId) -> QueryResult<Request> {
    requests!(organization).filter(access_requests::id.eq(id)).first(conn)
}

/// The requests that are open (the oldest first) or decided (the newest first), in all companies or in some: one more than
/// a page holds.
pub fn list(
    conn: &mut Conn,
    organization: OrgId,
    own: Option<&[CompanyId]>,
    open: bool,
    place: Option<&Cursor>,
    size: usize,
) -> QueryResult<Vec<Request>> {
    let mut query = requests!(organization).into_boxed();
    query = if open {
        query.filter(access_requests::status.eq(RequestStatus::Open))
    } else {
        query.filter(access_requests::status.ne(RequestStatus::Open))
    };
    if let Some(own) = own {
        query = query.filter(access_requests::company_id.eq_any(own));
    }
    let from = place.and_then(|place| {
        let at = i64::from_be_bytes(place.key.as_slice().try_into().ok()?);
        Some((place.direction, Time(at), RequestId::parse(&place.id)?))
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

/// Somebody's own requests, the newest first.
pub fn of(conn: &mut Conn, organization: OrgId, member: MembershipId, limit: i64) -> QueryResult<Vec<Request>> {
    requests!(organization)
        .filter(access_requests::membership_id.eq(member))
        .order((access_requests::created_at.desc(), access_requests::id.desc()))
        .limit(limit)
        .load(conn)
}

/// What is asked for.
#[derive(Debug, Clone)]
pub struct NewAccessRequest {
    pub permission: PermissionId,
    /// In which company, or in the whole organization.
    pub company: Option<CompanyId>,
    pub note: String,
}

/// What became of asking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequestedAccess {
    /// It is open now.
    New(RequestId),
    /// It was open already.
    Before(RequestId),
    /// Too many are open, or were made today.
    TooMany,
}

/// Opens a request.
pub fn ask(
    conn: &mut Conn,
    cx: &Ctx,
    organization: OrgId,
    member: MembershipId,
    wish: &NewAccessRequest,
) -> QueryResult<RequestedAccess> {
    let mut same = access_requests::table
        .filter(access_requests::organization_id.eq(organization))
        .filter(access_requests::membership_id.eq(member))
        .filter(access_requests::status.eq(RequestStatus::Open))
        .filter(access_requests::permission.eq(wish.permission.key()))
        .select(access_requests::id)
        .into_boxed();
    same = match wish.company {
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
        access_requests::permission.eq(wish.permission.key()),
        access_requests::company_id.eq(wish.company),
        access_requests::note.eq(&wish.note),
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

/// Closes an open request; `false` when somebody was faster.
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

/// The name of an account.
pub fn name_of(conn: &mut Conn, account: &str) -> QueryResult<Option<String>> {
    users::table
        .filter(users::id.eq(account))
        .select(users::name)
        .first(conn)
        .optional()
}

/// Somebody who can decide a request.
#[derive(Debug, Clone, Queryable)]
pub struct Decider {
    pub id: MembershipId,
    pub name: String,
    pub email: String,
}

/// So many people get a letter about a request.
const LETTERS: usize = 10;

/// So many managers of the company come first.
const MANAGERS: i64 = 3;

/// Who can decide a request of `asker`: managers of the company first, then who decides in the whole organization. Whoever
/// the table, a policy or an override keeps from deciding is left out.
pub fn deciders(
    conn: &mut Conn,
    cx: &Ctx,
    organization: OrgId,
    asker: MembershipId,
    company: Option<CompanyId>,
) -> QueryResult<Vec<Decider>> {
    let mut found: Vec<Decider> = Vec::new();
    if let Some(company) = company {
        for manager in managers(conn, cx.now, organization, company)? {
            let inputs = access::access_inputs(conn, cx.now, organization, manager.id)?;
            if manager.id != asker && inputs.in_company(Some(CompanyRole::Manager)).has(DecideRequests::ID) {
                found.push(manager);
            }
        }
    }
    let by_custom: Vec<CustomRoleId> = custom_role::all(conn, organization)?
        .into_iter()
        .filter(|role| role.permissions.has(DecideRequests::ID))
        .map(|role| role.id)
        .collect();
    let roles = [Role::Owner, Role::Admin, Role::UserAdmin].map(Some);
    for role in roles.into_iter().chain((!by_custom.is_empty()).then_some(None)) {
        if found.len() >= LETTERS {
            break;
        }
        let mut query = memberships::table
            .inner_join(users::table)
            .filter(memberships::organization_id.eq(organization))
            .filter(memberships::status.eq(MembershipStatus::Active))
            .filter(memberships::sort_name.is_not_null())
            .filter(memberships::id.ne(asker))
            .into_boxed();
        query = match role {
            Some(role) => query.filter(memberships::role.eq(role)),
            None => query.filter(memberships::custom_role_id.eq_any(&by_custom)),
        };
        let more: Vec<Decider> = query
            .order((memberships::sort_name, memberships::id))
            .limit(i64::try_from(LETTERS).unwrap_or(i64::MAX))
            .select((memberships::id, users::name, users::email))
            .load(conn)?;
        for person in more {
            if found.len() >= LETTERS {
                break;
            }
            let known = found.iter().any(|known| known.id == person.id);
            let inputs = access::access_inputs(conn, cx.now, organization, person.id)?;
            if !known && inputs.permissions().reach(DecideRequests::ID) == Reach::Everywhere {
                found.push(person);
            }
        }
    }
    Ok(found)
}

fn managers(conn: &mut Conn, now: Time, organization: OrgId, company: CompanyId) -> QueryResult<Vec<Decider>> {
    company_assignments::table
        .inner_join(
            memberships::table.on(memberships::organization_id
                .eq(company_assignments::organization_id)
                .and(memberships::id.eq(company_assignments::membership_id))),
        )
        .inner_join(users::table.on(users::id.eq(memberships::user_id)))
        .filter(company_assignments::organization_id.eq(organization))
        .filter(company_assignments::company_id.eq(company))
        .filter(company_assignments::role.eq(CompanyRole::Manager))
        .filter(
            company_assignments::access_until
                .is_null()
                .or(company_assignments::access_until.ge(now)),
        )
        .filter(memberships::status.eq(MembershipStatus::Active))
        .order((company_assignments::sort_name, company_assignments::membership_id))
        .limit(MANAGERS)
        .select((memberships::id, users::name, users::email))
        .load(conn)
}

/// Does all of it, or nothing when it is refused half way.
pub fn all_or_nothing<T, E: From<AppError>>(
    conn: &mut Conn,
    work: impl FnOnce(&mut Conn) -> Result<T, E>,
) -> Result<T, E> {
    let mut refused = None;
    let done = conn.transaction(|conn| {
        work(conn).map_err(|why| {
            refused = Some(why);
            diesel::result::Error::RollbackTransaction
        })
    });
    match (done, refused) {
        (_, Some(why)) => Err(why),
        (Ok(done), None) => Ok(done),
        (Err(error), None) => Err(AppError::from(error).into()),
    }
}
