//! A permission in the organization of a key.

use std::marker::PhantomData;

use actix_web::HttpResponse;
use actix_web::web::Bytes;

use crate::api_auth::answer::{Answer, Refused};
use crate::api_auth::authenticate::KeyHolder;
use crate::api_auth::call::{ApiCall, Change, Changed};
use crate::app::App;
use crate::audit::Events;
use crate::auth::actor::Actor;
use crate::authz::permission::Permission;
use crate::authz::scope::RouteScope;
use crate::common::error::AppError;
use crate::common::id::CompanyId;
use crate::db::Conn;

/// A permission and a scope. The organization is that of the key.
pub struct ApiGate<P: Permission, S: RouteScope> {
    pub(super) call: ApiCall,
    pub(super) what: PhantomData<fn() -> (P, S)>,
}

impl<P: Permission, S: RouteScope> ApiGate<P, S> {
    pub fn app(&self) -> &App {
        &self.call.pass.app
    }

    /// The body of the request.
    pub fn body(&self) -> &Bytes {
        &self.call.body
    }

    /// Reads as an actor who has the permission.
    pub async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Actor, &mut Conn) -> Result<T, AppError> + Send + 'static,
    ) -> Result<T, AppError> {
        self.call
            .read(|holder, conn| {
                let actor = holder.permitted::<S>(conn, P::ID)?;
                work(&actor, conn)
            })
            .await
    }

    /// Changes something as an actor who has the permission, once for each idempotency key, and records its audit events.
    pub async fn change(
        &self,
        work: impl FnOnce(&Actor, &mut Conn) -> Result<(Answer, Events), Refused> + Send + 'static,
    ) -> Result<HttpResponse, AppError> {
        let what: PhantomData<fn() -> (P, S)> = PhantomData;
        self.call.change(OrganizationChange { work, what }).await
    }
}

struct OrganizationChange<P, S, F> {
    work: F,
    what: PhantomData<fn() -> (P, S)>,
}

impl<P: Permission, S: RouteScope, F> Change for OrganizationChange<P, S, F>
where
    F: FnOnce(&Actor, &mut Conn) -> Result<(Answer, Events), Refused> + Send + 'static,
{
    fn still_reaches(&self, holder: KeyHolder, conn: &mut Conn, _: Option<CompanyId>) -> Result<Actor, AppError> {
        holder.permitted::<S>(conn, P::ID)
    }

    fn apply(self, holder: KeyHolder, conn: &mut Conn) -> Result<Changed, Refused> {
        let actor = holder.permitted::<S>(conn, P::ID)?;
        actor.writable(conn, P::ID)?;
        let (answer, events) = (self.work)(&actor, conn)?;
        Ok(Changed {
            answer,
            company: None,
            actor,
            events,
        })
    }
}
