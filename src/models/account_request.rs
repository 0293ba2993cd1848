//! What was requested for an address without a session: a sign-up, another verification email, a new password, or the link that
//! unlocks an account. The request only saves a row and a job, whether the address has an account or not; the job finds out.
//! So neither the answer nor its time tells.

use diesel::prelude::*;

use crate::app::{Ctx, RequestInfo};
use crate::common::email::Email;
use crate::common::id::{AccountRequestId, UserId};
use crate::common::time::{Span, Time};
use crate::db::Conn;
use crate::db::schema::account_requests;
use crate::queue::{self, JobKind, Priority};

/// How long a request waits for its answer. It may hold the hash of a password.
pub const KEPT: Span = Span::days(1);

crate::text_enum! {
    pub enum AccountRequestKind {
        /// A new account.
        SignUp = "sign_up",
        /// Another email that verifies an address.
        Verification = "verification",
        /// A link to choose a new password.
        Reset = "reset",
        /// A link that unlocks an account.
        Unlock = "unlock",
    }
}

/// The account that a sign-up creates.
#[derive(Debug, Clone)]
pub struct RequestedAccount {
    pub user: UserId,
    pub name: String,
    pub password_hash: String,
    /// Whether the owner of the address is told when it has an account already.
    pub reminds: bool,
}

#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = account_requests)]
pub struct AccountRequest {
    pub id: AccountRequestId,
    pub kind: AccountRequestKind,
    email: String,
    /// The path to continue with, or empty.
    pub next: String,
    user_id: String,
    pub name: String,
    pub password_hash: String,
    pub reminds: bool,
    ip: String,
    agent: String,
    request_id: String,
    created_at: Time,
}

impl AccountRequest {
    pub fn address(&self) -> Email {
        Email::stored(self.email.clone())
    }

    /// The id of the account that a sign-up creates.
    pub fn user(&self) -> Option<UserId> {
        UserId::parse(&self.user_id)
    }

    /// Where it came from, for the audit log and the email.
    pub fn origin(&self) -> RequestInfo {
        RequestInfo {
            ip: self.ip.clone(),
            agent: self.agent.clone(),
            id: self.request_id.clone(),
            theme: "system",
            ..RequestInfo::default()
        }
    }
}

/// Saves a request for an address, and the job that answers it.
pub fn insert(
    conn: &mut Conn,
    cx: &Ctx,
    kind: AccountRequestKind,
    email: &Email,
    next: &str,
    account: Option<&RequestedAccount>,
) -> QueryResult<()> {
    let row = AccountRequest {
        id: AccountRequestId::fresh(),
        kind,
        email: email.as_str().to_owned(),
        next: next.to_owned(),
        user_id: account.map(|new| new.user.to_string()).unwrap_or_default(),
        name: account.map(|new| new.name.clone()).unwrap_or_default(),
        password_hash: account.map(|new| new.password_hash.clone()).unwrap_or_default(),
        reminds: account.is_some_and(|new| new.reminds),
        ip: cx.request.ip.clone(),
        agent: cx.request.agent.clone(),
        request_id: cx.request.id.clone(),
        created_at: cx.now,
    };
    let keys = [row.id.to_string()];
    diesel::insert_into(account_requests::table).values(row).execute(conn)?;
    queue::insert(conn, JobKind::AccountRequest, &keys, Priority::URGENT, (cx.now, cx.now))
}

/// The request of a job; `None` when it was answered.
pub fn find(conn: &mut Conn, id: &str) -> QueryResult<Option<AccountRequest>> {
    account_requests::table
        .filter(account_requests::id.eq(id))
        .select(AccountRequest::as_select())
        .first(conn)
        .optional()
}

/// Deletes requests that could not be answered within a day. Their jobs then find nothing to do.
pub fn delete_old(conn: &mut Conn, now: Time) -> QueryResult<usize> {
    diesel::delete(account_requests::table.filter(account_requests::created_at.lt(now - KEPT))).execute(conn)
}

/// Deletes an answered request. `false` when it was answered before.
pub fn delete(conn: &mut Conn, id: AccountRequestId) -> QueryResult<bool> {
    let deleted = diesel::delete(account_requests::table.find(id)).execute(conn)?;
    Ok(deleted == 1)
}
