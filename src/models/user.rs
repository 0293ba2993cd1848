//! The rows of people.

use diesel::prelude::*;

use crate::app::Ctx;
use crate::audit::{Action, ActorRef, Event, Events};
use crate::common::email::Email;
use crate::common::id::{SessionId, UserId};
use crate::common::time::Time;
use crate::db::Conn;
use crate::db::schema::{instance, memberships, organizations, sessions, users};
use crate::db::types::MembershipStatus;
use crate::db::types::org_id::OrgId;
use crate::models::{membership, session};
use crate::on_each;

/// An account as this room works on it. It holds the password's hash, so it has no `Debug`.
#[derive(Clone, Queryable, Selectable)]
#[diesel(table_name = users)]
pub struct Account {
    pub id: UserId,
    pub email: String,
    /// The name as other people see it.
    pub name: String,
    pub password_hash: String,
    /// When the address was proven.
    pub email_verified_at: Option<Time>,
}

impl Account {
    /// Whether the address is proven.
    pub fn verified(&self) -> bool {
        self.email_verified_at.is_some()
    }

    /// The address as a type.
    pub fn address(&self) -> Email {
        Email::stored(self.email.clone())
    }

    /// The name for the log.
    pub fn actor(&self) -> ActorRef {
        ActorRef::user(self.id, &self.name)
    }

    /// A deed on the account itself.
    pub fn audit_event(&self, action: Action) -> Event {
        Event::new(action, "account", self.id, &self.email)
    }

    /// The same as the account's deeds.
    pub fn event(&self, action: Action) -> Events {
        Events::account(self.id, self.audit_event(action))
    }
}

/// The account of an address.
pub fn by_email(conn: &mut Conn, email: &Email) -> QueryResult<Option<Account>> {
    users::table
        .filter(users::email.eq(email.as_str()))
        .select(Account::as_select())
        .first(conn)
        .optional()
}

/// An account by its id.
pub fn by_id(conn: &mut Conn, user: UserId) -> QueryResult<Account> {
    users::table.find(user).select(Account::as_select()).first(conn)
}

/// Whether anybody has proven an address here. An unproven account keeps nobody out: its address may be mistyped.
pub fn inhabited(conn: &mut Conn) -> QueryResult<bool> {
    let first: Option<UserId> = users::table
        .filter(users::email_verified_at.is_not_null())
        .select(users::id)
        .first(conn)
        .optional()?;
    Ok(first.is_some())
}

/// Adds an account whose address is not proven. `None` when another sign-up was faster.
pub fn add(conn: &mut Conn, cx: &Ctx, name: &str, email: &Email, password_hash: &str) -> QueryResult<Option<Account>> {
    let account = Account {
        id: UserId::fresh(),
        email: email.as_str().to_owned(),
        name: name.to_owned(),
        password_hash: password_hash.to_owned(),
        email_verified_at: None,
    };
    let row = (
        users::id.eq(account.id),
        users::email.eq(&account.email),
        users::name.eq(&account.name),
        users::password_hash.eq(&account.password_hash),
        users::is_operator.eq(false),
        users::created_at.eq(cx.now),
    );
    let added = on_each!(conn, c => diesel::insert_into(users::table).values(row).on_conflict_do_nothing().execute(c))?;
    Ok((added == 1).then_some(account))
}

/// Notes that the address is proven. Whoever used the account before did so without proof: all its sessions end.
pub fn prove(conn: &mut Conn, cx: &Ctx, account: &Account) -> QueryResult<Events> {
    let proven = diesel::update(users::table.find(account.id).filter(users::email_verified_at.is_null()))
        .set(users::email_verified_at.eq(Some(cx.now)))
        .execute(conn)?;
    if proven == 0 {
        return Ok(Events::none("it was proven before"));
    }
    crate::models::email_token::retire(
        conn,
        cx,
        account.id,
        Some(crate::models::email_token::TokenKind::Verify),
    )?;
    session::end_all(conn, account.id, None)?;
    Ok(account.event(Action::EmailVerified).and(appoint(conn, cx, account)?))
}

/// The first account that is proven runs the instance. The row of the instance is the lock.
fn appoint(conn: &mut Conn, cx: &Ctx, account: &Account) -> QueryResult<Events> {
    let appointed = diesel::update(instance::table.filter(instance::operator_id.is_null()))
        .set((
            instance::operator_id.eq(Some(account.id.to_string())),
            instance::created_at.eq(cx.now),
        ))
        .execute(conn)?;
    if appointed == 0 {
        return Ok(Events::none("the instance has its operator"));
    }
    diesel::update(users::table.find(account.id))
        .set(users::is_operator.eq(true))
        .execute(conn)?;
    Ok(account.event(Action::OperatorAppointed))
}

/// Whether the instance has its first operator.
pub fn has_operator(conn: &mut Conn) -> QueryResult<bool> {
    let appointed = instance::table.filter(instance::operator_id.is_not_null());
    diesel::select(diesel::dsl::exists(appointed)).get_result(conn)
}

/// The name of an organization that somebody is invited to.
pub fn organization_name(conn: &mut Conn, organization: OrgId) -> QueryResult<String> {
    organizations::table
        .find(organization)
        .select(organizations::name)
        .first(conn)
}

/// Whether a person has a place in an organization.
pub fn belongs(conn: &mut Conn, user: UserId) -> QueryResult<bool> {
    diesel::select(diesel::dsl::exists(
        memberships::table
            .filter(memberships::user_id.eq(user))
            .filter(memberships::status.eq(MembershipStatus::Active)),
    ))
    .get_result(conn)
}

/// Puts a new password in place. Links that would set another one stop working.
pub fn set_password(conn: &mut Conn, cx: &Ctx, account: &Account, password_hash: &str) -> QueryResult<()> {
    diesel::update(users::table.find(account.id))
        .set(users::password_hash.eq(password_hash))
        .execute(conn)?;
    crate::models::email_token::retire(conn, cx, account.id, Some(crate::models::email_token::TokenKind::Reset))
}

/// Puts a new name in place, also where people are sorted and found by it.
pub fn set_name(conn: &mut Conn, user: UserId, name: &str, email: &Email) -> QueryResult<()> {
    diesel::update(users::table.find(user))
        .set(users::name.eq(name))
        .execute(conn)?;
    membership::rename(conn, user, name, email.as_str())
}

/// Puts a proven new address in place. Every link that was mailed to the old one stops working.
pub fn set_email(conn: &mut Conn, cx: &Ctx, account: &Account, email: &Email) -> QueryResult<Events> {
    diesel::update(users::table.find(account.id))
        .set((
            users::email.eq(email.as_str()),
            users::email_verified_at.eq(Some(cx.now)),
        ))
        .execute(conn)?;
    membership::rename(conn, account.id, &account.name, email.as_str())?;
    crate::models::email_token::retire(conn, cx, account.id, None)?;
    if account.verified() {
        return Ok(Events::none("it was a proven account before"));
    }
    appoint(conn, cx, account)
}

/// A session: its id, the browser's name for itself, the sender, when it began and when it was last seen.
pub type SessionRow = (SessionId, String, String, Time, Time);

/// The sessions of a person that are not over, the latest first.
pub fn sessions_of(conn: &mut Conn, cx: &Ctx, user: UserId) -> QueryResult<Vec<SessionRow>> {
    sessions::table
        .filter(sessions::user_id.eq(user))
        .filter(sessions::last_seen_at.gt(cx.now - session::IDLE))
        .filter(sessions::created_at.gt(cx.now - session::ABSOLUTE))
        .order((sessions::last_seen_at.desc(), sessions::id.desc()))
        .limit(100)
        .select((
            sessions::id,
            sessions::agent,
            sessions::ip,
            sessions::created_at,
            sessions::last_seen_at,
        ))
        .load(conn)
}

/// Deletes what no limit and no page asks for any more.
pub fn sweep(conn: &mut Conn, now: Time) -> QueryResult<()> {
    crate::models::login_attempt::sweep(conn, now)?;
    crate::models::email_token::sweep(conn, now)
}
