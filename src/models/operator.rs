//! The operators of the instance, and what they set for accounts.

use diesel::prelude::*;

use crate::common::id::UserId;
use crate::db::Conn;
use crate::db::schema::users;

/// The account that an operator changes.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = users)]
pub struct ManagedAccount {
    pub id: UserId,
    pub email: String,
    /// How many organizations it can create; `None` for the default of the instance.
    pub organization_limit: Option<i32>,
    /// How many invitations it can send a day; `None` for the default of the instance.
    pub invitation_limit: Option<i32>,
}

pub fn find_account(conn: &mut Conn, user: UserId) -> QueryResult<ManagedAccount> {
    users::table.find(user).select(ManagedAccount::as_select()).first(conn)
}

pub fn set_organization_limit(conn: &mut Conn, user: UserId, limit: Option<i32>) -> QueryResult<()> {
    diesel::update(users::table.find(user))
        .set(users::organization_limit.eq(limit))
        .execute(conn)?;
    Ok(())
}

pub fn set_invitation_limit(conn: &mut Conn, user: UserId, limit: Option<i32>) -> QueryResult<()> {
    diesel::update(users::table.find(user))
        .set(users::invitation_limit.eq(limit))
        .execute(conn)?;
    Ok(())
}

/// The result of `appoint`. Only `Done` changes anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum OperatorAppointment {
    Done,
    AlreadyOperator,
    Unverified,
}

pub fn appoint(conn: &mut Conn, user: UserId) -> QueryResult<OperatorAppointment> {
    let account = users::table.find(user).filter(users::is_operator.eq(false));
    let appointed = diesel::update(account.filter(users::email_verified_at.is_not_null()))
        .set(users::is_operator.eq(true))
        .execute(conn)?;
    if appointed == 1 {
        return Ok(OperatorAppointment::Done);
    }
    let unverified: i64 = account.count().get_result(conn)?;
    Ok(if unverified == 1 {
        OperatorAppointment::Unverified
    } else {
        OperatorAppointment::AlreadyOperator
    })
}

/// `false` when the account is no operator.
pub fn dismiss(conn: &mut Conn, user: UserId) -> QueryResult<bool> {
    let dismissed = diesel::update(users::table.find(user).filter(users::is_operator))
        .set(users::is_operator.eq(false))
        .execute(conn)?;
    Ok(dismissed == 1)
}

/// Whether another operator with a verified address remains.
pub fn has_another(conn: &mut Conn, user: UserId) -> QueryResult<bool> {
    diesel::select(diesel::dsl::exists(
        users::table
            .filter(users::is_operator)
            .filter(users::email_verified_at.is_not_null())
            .filter(users::id.ne(user)),
    ))
    .get_result(conn)
}

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = users)]
pub struct OperatorContact {
    pub name: String,
    pub email: String,
}

/// The verified operators, at most 20.
pub fn contacts(conn: &mut Conn) -> QueryResult<Vec<OperatorContact>> {
    users::table
        .filter(users::is_operator)
        .filter(users::email_verified_at.is_not_null())
        .order(users::id)
        .limit(20)
        .select(OperatorContact::as_select())
        .load(conn)
}
