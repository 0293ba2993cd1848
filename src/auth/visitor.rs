//! Pages that need no account.

use crate::app::Ctx;
use crate::audit::{ActorRef, Events};
use crate::auth::current_user::CurrentUser;
use crate::auth::request::RequestState;
use crate::common::error::{AppError, ChangeError};
use crate::common::token::Token;
use crate::db::Conn;

/// Anyone; `visit.person` is set when an account is signed in.
pub struct Visitor {
    pub(super) pass: RequestState,
}

/// A request that neither reads nor writes.
#[derive(Debug)]
pub struct Public;

/// The request of a visitor.
#[derive(Debug)]
pub struct Visit {
    pub cx: Ctx,
    /// The account that is signed in, if any.
    pub person: Option<CurrentUser>,
}

impl Visit {
    fn of(cx: &Ctx, conn: &mut Conn, token: Option<&Token>) -> Result<Self, AppError> {
        let person = token
            .map(|token| CurrentUser::find(conn, cx, token))
            .transpose()?
            .flatten();
        Ok(Self { cx: cx.clone(), person })
    }
}

impl Visitor {
    /// Reads as anyone.
    pub async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Visit, &mut Conn) -> Result<T, AppError> + Send + 'static,
    ) -> Result<T, AppError> {
        let token = self.pass.token.clone();
        self.pass
            .read(move |cx, conn| Ok((work(&Visit::of(cx, conn, token.as_ref())?, conn)?, None)))
            .await
    }

    /// Changes something as anyone. The closure returns the actor of the audit events: the account that it found or created.
    pub async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Visit, &mut Conn) -> Result<(T, Option<ActorRef>, Events), AppError> + Send + 'static,
    ) -> Result<T, AppError> {
        self.try_write(work).await
    }

    /// As `write`, for a change with an error of its own.
    pub async fn try_write<T: Send + 'static, E: ChangeError>(
        &self,
        work: impl FnOnce(&Visit, &mut Conn) -> Result<(T, Option<ActorRef>, Events), E> + Send + 'static,
    ) -> Result<T, E> {
        let token = self.pass.token.clone();
        self.pass
            .write(move |cx, conn| work(&Visit::of(cx, conn, token.as_ref()).map_err(E::from)?, conn))
            .await
    }

    /// A probe with `HEAD` may write what one with `GET` writes.
    #[must_use]
    pub fn probing(mut self) -> Self {
        self.pass.only_looks = false;
        self
    }

    /// The request, for what needs no database.
    pub fn context(&self) -> Ctx {
        self.pass.context()
    }
}
