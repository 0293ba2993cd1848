//! Accounts.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error};

use crate::app::Ctx;
use crate::audit::{Action, ActorRef, Event, Events};
use crate::common::email::Email;
use crate::common::id::UserId;
use crate::common::time::Time;
use crate::common::zone::Zone;
use crate::db::schema::{instance, memberships, organizations, users};
use crate::db::types::MembershipStatus;
use crate::db::types::org_id::OrgId;
use crate::db::{Conn, affected};
use crate::mail::message::Recipient;
use crate::models::membership;
use crate::on_each;

/// An account with its password hash, and therefore without `Debug`.
#[derive(Clone, Queryable, Selectable)]
#[diesel(table_name = users)]
pub struct Account {
    pub id: UserId,
    pub email: String,
    pub name: String,
    pub password_hash: String,
    pub email_verified_at: Option<Time>,
    timezone: Option<Zone>,
    /// Whether the account has an authenticator app or a passkey.
    pub second_factor: bool,
    /// Devices of an earlier number count as new.
    pub device_epoch: i32,
    pub first_sign_in_at: Option<Time>,
}

impl Account {
    pub fn verified(&self) -> bool {
        self.email_verified_at.is_some()
    }

    pub fn address(&self) -> Email {
        Email::stored(self.email.clone())
    }

    pub fn recipient(&self) -> Recipient {
        Recipient::stored(&self.name, &self.email)
    }

    /// The time zone of its emails.
    pub fn zone(&self) -> Zone {
        self.timezone.unwrap_or_default()
    }

    pub fn actor(&self) -> ActorRef {
        ActorRef::user(self.id, &self.name)
    }

    pub fn audit_event(&self, action: Action) -> Event {
        Event::new(action, "account", self.id, &self.email)
    }

    /// The events of one action without further data.
    pub fn event(&self, action: Action) -> Events {
        Events::account(self.id, self.audit_event(action))
    }
}

pub fn by_email(conn: &mut Conn, email: &Email) -> QueryResult<Option<Account>> {
    users::table
        .filter(users::email.eq(email.as_str()))
        .select(Account::as_select())
        .first(conn)
        .optional()
}

pub fn exists(conn: &mut Conn, user: UserId) -> QueryResult<bool> {
    diesel::select(diesel::dsl::exists(users::table.find(user))).get_result(conn)
}

pub fn by_id(conn: &mut Conn, user: UserId) -> QueryResult<Account> {
    users::table.find(user).select(Account::as_select()).first(conn)
}

/// Whether an account with a verified address exists. Others do not count: their address may be mistyped.
pub fn any_verified(conn: &mut Conn) -> QueryResult<bool> {
    let first: Option<UserId> = users::table
        .filter(users::email_verified_at.is_not_null())
        .order(users::id)
        .select(users::id)
        .first(conn)
        .optional()?;
    Ok(first.is_some())
}

/// Adds an account whose address is not verified. `None` when the address has one.
pub fn add(conn: &mut Conn, cx: &Ctx, name: &str, email: &Email, password_hash: &str) -> QueryResult<Option<Account>> {
    add_as(conn, cx, UserId::fresh(), name, email, password_hash)
}

/// As [`add`], with an id that was chosen before.
pub fn add_as(
    conn: &mut Conn,
    cx: &Ctx,
    id: UserId,
    name: &str,
    email: &Email,
    password_hash: &str,
) -> QueryResult<Option<Account>> {
    let account = Account {
        id,
        email: email.as_str().to_owned(),
        name: name.to_owned(),
        password_hash: password_hash.to_owned(),
        email_verified_at: None,
        timezone: None,
        second_factor: false,
        device_epoch: 0,
        first_sign_in_at: None,
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

/// `false` when the address was verified before.
pub fn mark_verified(conn: &mut Conn, user: UserId, now: Time) -> QueryResult<bool> {
    let marked = diesel::update(users::table.find(user).filter(users::email_verified_at.is_null()))
        .set(users::email_verified_at.eq(Some(now)))
        .execute(conn)?;
    Ok(marked == 1)
}

/// Makes an account the operator of an instance that has none; `false` when it has one. The row of the instance is the lock.
pub fn appoint_operator(conn: &mut Conn, user: UserId, now: Time) -> QueryResult<bool> {
    let appointed = diesel::update(instance::table.filter(instance::operator_id.is_null()))
        .set((
            instance::operator_id.eq(Some(user.to_string())),
            instance::created_at.eq(now),
        ))
        .execute(conn)?;
    if appointed == 0 {
        return Ok(false);
    }
    diesel::update(users::table.find(user))
        .set(users::is_operator.eq(true))
        .execute(conn)?;
    Ok(true)
}

/// Whether the instance has its first operator.
pub fn has_operator(conn: &mut Conn) -> QueryResult<bool> {
    let appointed = instance::table.filter(instance::operator_id.is_not_null());
    diesel::select(diesel::dsl::exists(appointed)).get_result(conn)
}

pub fn organization_name(conn: &mut Conn, organization: OrgId) -> QueryResult<String> {
    organizations::table
        .find(organization)
        .select(organizations::name)
        .first(conn)
}

/// Whether an account is an active member of an organization.
pub fn has_organization(conn: &mut Conn, user: UserId) -> QueryResult<bool> {
    diesel::select(diesel::dsl::exists(
        memberships::table
            .filter(memberships::user_id.eq(user))
            .filter(memberships::status.eq(MembershipStatus::Active)),
    ))
    .get_result(conn)
}

/// Notes that the account signed in.
pub fn note_first_sign_in(conn: &mut Conn, user: UserId, now: Time) -> QueryResult<()> {
    diesel::update(users::table.find(user))
        .set(users::first_sign_in_at.eq(Some(now)))
        .execute(conn)?;
    Ok(())
}

/// Every device counts as new from now on.
pub fn forget_devices(conn: &mut Conn, user: UserId) -> QueryResult<()> {
    diesel::update(users::table.find(user))
        .set(users::device_epoch.eq(users::device_epoch + 1))
        .execute(conn)?;
    Ok(())
}

pub fn set_password(conn: &mut Conn, user: UserId, password_hash: &str) -> QueryResult<()> {
    diesel::update(users::table.find(user))
        .set(users::password_hash.eq(password_hash))
        .execute(conn)?;
    Ok(())
}

/// Sets a new name, also where members are sorted and searched by it.
pub fn set_name(conn: &mut Conn, user: UserId, name: &str, email: &Email) -> QueryResult<()> {
    // Also where the person is no member any more, as the author of something.
    affected::everyone();
    diesel::update(users::table.find(user))
        .set(users::name.eq(name))
        .execute(conn)?;
    membership::rename(conn, user, name, email.as_str())
}

/// Sets the time zone of an account; `None`: the one of each organization.
pub fn set_zone(conn: &mut Conn, user: UserId, zone: Option<Zone>) -> QueryResult<()> {
    diesel::update(users::table.find(user))
        .set(users::timezone.eq(zone))
        .execute(conn)?;
    Ok(())
}

/// The time zones that accounts chose, by their email addresses.
pub fn zones(conn: &mut Conn, emails: &[&str]) -> QueryResult<HashMap<String, Zone>> {
    let rows: Vec<(String, Zone)> = users::table
        .filter(users::email.eq_any(emails))
        .filter(users::timezone.is_not_null())
        .select((users::email, users::timezone.assume_not_null()))
        .load(conn)?;
    Ok(rows.into_iter().collect())
}

/// Sets a new, verified address, also where members are searched by it. `false` when another account took the address since
/// it was checked: the transaction can only be rolled back then.
pub fn set_email(conn: &mut Conn, account: &Account, email: &Email, now: Time) -> QueryResult<bool> {
    affected::everyone();
    let set = diesel::update(users::table.find(account.id))
        .set((users::email.eq(email.as_str()), users::email_verified_at.eq(Some(now))))
        .execute(conn);
    match set {
        Err(Error::DatabaseError(DatabaseErrorKind::UniqueViolation, _)) => return Ok(false),
        set => set?,
    };
    membership::rename(conn, account.id, &account.name, email.as_str())?;
    Ok(true)
}
