//! Accounts outside of any organization, and operators of the instance.

use std::marker::PhantomData;

use crate::app::Ctx;
use crate::audit::Events;
use crate::auth::current_user::CurrentUser;
use crate::auth::request::RequestState;
use crate::common::error::{AppError, ChangeError};
use crate::common::token::Token;
use crate::db::Conn;

/// Which accounts a `SignedIn` accepts.
pub trait AcceptedAccounts: 'static {
    /// Whether the email address must be verified.
    const VERIFIED: bool;
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

/// An account that is signed in, outside of any organization.
pub struct SignedIn<W: AcceptedAccounts = Verified> {
    pub(super) pass: RequestState,
    pub(super) who: PhantomData<fn() -> W>,
}

impl<W: AcceptedAccounts> SignedIn<W> {
    fn person(cx: &Ctx, conn: &mut Conn, token: &Token) -> Result<CurrentUser, AppError> {
        let person = CurrentUser::find(conn, cx, token)?.ok_or(AppError::SignedOut)?;
        if W::VERIFIED && !person.verified {
            return Err(AppError::Unverified);
        }
        cx.request.page.is_for(|| person.as_reader(token));
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
        let person = CurrentUser::find(conn, cx, token)?.ok_or(AppError::SignedOut)?;
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
