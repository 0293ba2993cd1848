//! A permission in the organization of a key.

use std::marker::PhantomData;

use crate::api_auth::authenticate::{Authentication, KeyHolder, invalid_key};
use crate::app::{App, Ctx};
use crate::audit::Events;
use crate::auth::actor::Actor;
use crate::auth::request::{LastSeen, RequestState, SeenBy};
use crate::authz::permission::Permission;
use crate::authz::scope::RouteScope;
use crate::common::error::{AppError, ChangeError};
use crate::common::token::Token;
use crate::db::{Conn, affected};

/// A permission and a scope. The organization is that of the key.
pub struct ApiGate<P: Permission, S: RouteScope> {
    pub(super) pass: RequestState,
    pub(super) what: PhantomData<fn() -> (P, S)>,
}

impl<P: Permission, S: RouteScope> ApiGate<P, S> {
    pub fn app(&self) -> &App {
        &self.pass.app
    }

    /// Reads as an actor who has the permission.
    pub async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Actor, &mut Conn) -> Result<T, AppError> + Send + 'static,
    ) -> Result<T, AppError> {
        read(&self.pass, |holder, conn| {
            let actor = holder.permitted::<S>(conn, P::ID)?;
            work(&actor, conn)
        })
        .await
    }

    /// Changes something as an actor who has the permission, and records its audit events.
    pub async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Actor, &mut Conn) -> Result<(T, Events), AppError> + Send + 'static,
    ) -> Result<T, AppError> {
        self.try_write(work).await
    }

    /// As `write`, for a change with an error of its own.
    pub async fn try_write<T: Send + 'static, E: ChangeError>(
        &self,
        work: impl FnOnce(&Actor, &mut Conn) -> Result<(T, Events), E> + Send + 'static,
    ) -> Result<T, E> {
        write(&self.pass, |holder, conn| {
            let actor = holder.permitted::<S>(conn, P::ID)?;
            actor.writable(conn, P::ID)?;
            let (out, events) = work(&actor, conn)?;
            Ok((out, actor, events))
        })
        .await
    }
}

/// Reads with a key that works. The use is noted also when the read fails.
pub(super) async fn read<T: Send + 'static>(
    pass: &RequestState,
    work: impl FnOnce(KeyHolder, &mut Conn) -> Result<T, AppError> + Send + 'static,
) -> Result<T, AppError> {
    let token = pass.token()?;
    pass.read(move |cx, conn| {
        let (done, touch) = match Authentication::of(conn, cx, &token)? {
            Authentication::Unknown => return Err(invalid_key()),
            Authentication::Refused(touch) => (Err(invalid_key()), touch),
            Authentication::Accepted(holder, touch) => (work(*holder, conn), touch),
        };
        let seen = LastSeen {
            stale: touch.is_due,
            who: SeenBy::Key(touch),
        };
        match done {
            Err(error) if !seen.stale => Err(error),
            done => Ok((done, Some(seen))),
        }
    })
    .await?
}

/// Changes something with a key that works. Changes of one organization wait for each other.
pub(super) async fn write<T: Send + 'static, E: ChangeError>(
    pass: &RequestState,
    work: impl FnOnce(KeyHolder, &mut Conn) -> Result<(T, Actor, Events), E> + Send + 'static,
) -> Result<T, E> {
    let token = pass.token()?;
    let done = pass
        .write(move |cx, conn| {
            let holder = accepted(conn, cx, &token)?;
            holder.actor.organization.advisory_lock(conn).map_err(AppError::from)?;
            affected::organization(holder.actor.organization);
            let (out, actor, events) = work(holder, conn)?;
            let events = actor.attributed(events);
            Ok((out, Some(actor.audited()), events))
        })
        .await;
    if done.is_err() {
        // What failed was rolled back, with the note of the use. Whether noting it again succeeds changes no answer.
        let _ = read(pass, |_, _| Ok(())).await;
    }
    done
}

/// The holder of a key that works; the use is noted in the transaction of the change.
fn accepted(conn: &mut Conn, cx: &Ctx, token: &Token) -> Result<KeyHolder, AppError> {
    match Authentication::of(conn, cx, token)? {
        Authentication::Accepted(holder, touch) => {
            if touch.is_due {
                touch.save(conn, cx)?;
            }
            Ok(*holder)
        }
        Authentication::Refused(_) | Authentication::Unknown => Err(invalid_key()),
    }
}
