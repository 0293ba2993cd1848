//! Accounts outside of any organization, and operators of the instance.

use std::marker::PhantomData;

use crate::app::Ctx;
use crate::audit::Events;
use crate::auth::current_user::CurrentUser;
use crate::auth::request::RequestState;
use crate::common::error::{AppError, ChangeError};
use crate::common::time::Time;
use crate::common::token::Token;
use crate::db::Conn;
use crate::models::organization::of_user::strictest_limits;

/// Which accounts a `SignedIn` accepts.
pub trait AcceptedAccounts: 'static {
    /// Whether the email address must be verified.
    const VERIFIED: bool;
    /// Whether the session must be within the time limits of the account's organizations.
    const CURRENT: bool = true;
}

/// Accounts with a verified email address.
#[derive(Debug)]
pub struct Verified;
impl AcceptedAccounts for Verified {
    const VERIFIED: bool = true;
}

/// Also accounts whose email address is not verified yet.
#[derive(Debug)]
pub struct Unverified;
impl AcceptedAccounts for Unverified {
    const VERIFIED: bool = false;
}

/// Also accounts that have to prove again who they are.
#[derive(Debug)]
pub struct Unconfirmed;
impl AcceptedAccounts for Unconfirmed {
    const VERIFIED: bool = false;
    const CURRENT: bool = false;
}

/// The account of a session that is within the limits of all of its organizations.
fn current(cx: &Ctx, conn: &mut Conn, token: &Token) -> Result<(CurrentUser, Option<Time>), AppError> {
    let person = CurrentUser::find(conn, cx, token)?.ok_or(AppError::SignedOut)?;
    let policy = strictest_limits(conn, person.id, cx.now)?;
    let within = person.facts.within(cx.now, policy.idle, policy.absolute);
    within.map_err(AppError::Confirm)?;
    let ends = policy.ends_at(&person.facts, false);
    Ok((person, ends))
}

/// An account that is signed in, outside of any organization.
pub struct SignedIn<W: AcceptedAccounts = Verified> {
    pub(super) pass: RequestState,
    pub(super) who: PhantomData<fn() -> W>,
}

impl<W: AcceptedAccounts> SignedIn<W> {
    fn person(cx: &Ctx, conn: &mut Conn, token: &Token) -> Result<CurrentUser, AppError> {
        if !W::CURRENT {
            return CurrentUser::find(conn, cx, token)?.ok_or(AppError::SignedOut);
        }
        let (person, ends) = current(cx, conn, token)?;
        if W::VERIFIED && !person.verified {
            return Err(AppError::Unverified);
        }
        cx.request.page.is_for(|| person.as_reader(token, ends));
        Ok(person)
    }
}

/// An operator of this instance. Signed out leads to the sign-in page, every other account finds nothing. Each request
/// checks it, so a dismissed operator has no access from the next request on.
pub struct OperatorGate {
    pub(super) pass: RequestState,
}

impl OperatorGate {
    fn person(cx: &Ctx, conn: &mut Conn, token: &Token) -> Result<CurrentUser, AppError> {
        let (person, _) = current(cx, conn, token)?;
        if person.operator && person.verified {
            Ok(person)
        } else {
            Err(AppError::NotFound)
        }
    }
}

macro_rules! reads_and_writes {
    ($([$($generics:tt)*] $gate:ty, $actor:path;)+) => {$(
        impl<$($generics)*> $gate {
            /// Reads as this account.
            pub async fn read<T: Send + 'static>(
                &self,
                work: impl FnOnce(&CurrentUser, &mut Conn) -> Result<T, AppError> + Send + 'static,
            ) -> Result<T, AppError> {
                self.pass.read_as(Self::person, work).await
            }

            /// Changes something as this account.
            pub async fn write<T: Send + 'static>(
                &self,
                work: impl FnOnce(&CurrentUser, &mut Conn) -> Result<(T, Events), AppError> + Send + 'static,
            ) -> Result<T, AppError> {
                self.try_write(work).await
            }

            /// As `write`, for a change with an error of its own.
            pub async fn try_write<T: Send + 'static, E: ChangeError>(
                &self,
                work: impl FnOnce(&CurrentUser, &mut Conn) -> Result<(T, Events), E> + Send + 'static,
            ) -> Result<T, E> {
                self.pass.write_as(Self::person, $actor, work).await
            }
        }
    )+};
}

reads_and_writes! {
    [W: AcceptedAccounts] SignedIn<W>, CurrentUser::actor;
    [] OperatorGate, CurrentUser::operator_actor;
}
