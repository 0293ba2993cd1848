//! Permissions in an organization and in one company.

use std::marker::PhantomData;

use crate::audit::Events;
use crate::auth::actor::Actor;
use crate::auth::company::Company;
use crate::auth::request::{LastSeen, RequestState};
use crate::authz::permission::Permission;
use crate::common::error::{AppError, ChangeError};
use crate::db::Conn;

/// A permission in the organization of the path.
pub struct Gate<P: Permission> {
    pub(super) pass: RequestState,
    pub(super) slug: String,
    pub(super) permission: PhantomData<fn() -> P>,
}

impl<P: Permission> Gate<P> {
    /// Reads as an actor who has the permission.
    pub async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Actor, &mut Conn) -> Result<T, AppError> + Send + 'static,
    ) -> Result<T, AppError> {
        let (token, slug) = (self.pass.token()?, self.slug.clone());
        self.pass
            .read(move |cx, conn| {
                let actor = Actor::find(conn, cx, &token, &slug)?.with(conn, P::ID)?;
                let out = work(&actor, conn)?;
                Ok((out, Some(LastSeen::by(actor))))
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
        self.change(true, work).await
    }

    /// As `write`, also while the deletion of the organization is scheduled: only for what stops the deletion.
    pub async fn write_while_pending<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Actor, &mut Conn) -> Result<(T, Events), AppError> + Send + 'static,
    ) -> Result<T, AppError> {
        self.try_write_while_pending(work).await
    }

    /// As `write_while_pending`, for a change with an error of its own.
    pub async fn try_write_while_pending<T: Send + 'static, E: ChangeError>(
        &self,
        work: impl FnOnce(&Actor, &mut Conn) -> Result<(T, Events), E> + Send + 'static,
    ) -> Result<T, E> {
        self.change(false, work).await
    }

    async fn change<T: Send + 'static, E: ChangeError>(
        &self,
        checks_deletion: bool,
        work: impl FnOnce(&Actor, &mut Conn) -> Result<(T, Events), E> + Send + 'static,
    ) -> Result<T, E> {
        let (token, slug) = (self.pass.token()?, self.slug.clone());
        self.pass
            .write(move |cx, conn| {
                let actor = Actor::find_to_write(conn, cx, &token, &slug)?.with_change(conn, P::ID)?;
                if checks_deletion {
                    actor.writable(conn, P::ID)?;
                }
                let (out, events) = work(&actor, conn)?;
                let events = actor.attributed(events);
                Ok((out, Some(actor.audited()), events))
            })
            .await
    }
}

/// A permission in the company of the path.
pub struct CompanyGate<P: Permission> {
    pub(super) pass: RequestState,
    pub(super) slug: String,
    pub(super) company: String,
    pub(super) permission: PhantomData<fn() -> P>,
}

impl<P: Permission> CompanyGate<P> {
    /// Reads as an actor who has the permission in this company.
    pub async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Actor, &Company, &mut Conn) -> Result<T, AppError> + Send + 'static,
    ) -> Result<T, AppError> {
        let (token, slug, company) = (self.pass.token()?, self.slug.clone(), self.company.clone());
        self.pass
            .read(move |cx, conn| {
                let actor = Actor::find(conn, cx, &token, &slug)?;
                let company = Company::enter(conn, &actor, &company, P::ID)?;
                let out = work(&actor, &company, conn)?;
                Ok((out, Some(LastSeen::by(actor))))
            })
            .await
    }

    /// Changes something as an actor who has the permission in this company.
    pub async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Actor, &Company, &mut Conn) -> Result<(T, Events), AppError> + Send + 'static,
    ) -> Result<T, AppError> {
        self.try_write(work).await
    }

    /// As `write`, for a change with an error of its own.
    pub async fn try_write<T: Send + 'static, E: ChangeError>(
        &self,
        work: impl FnOnce(&Actor, &Company, &mut Conn) -> Result<(T, Events), E> + Send + 'static,
    ) -> Result<T, E> {
        let (token, slug, company) = (self.pass.token()?, self.slug.clone(), self.company.clone());
        self.pass
            .write(move |cx, conn| {
                let actor = Actor::find_to_write(conn, cx, &token, &slug)?;
                let company = Company::enter(conn, &actor, &company, P::ID)?;
                if actor.only_views(P::ID) {
                    return Err(actor.refusal(conn, P::ID)?.into());
                }
                actor.writable(conn, P::ID)?;
                let (out, events) = work(&actor, &company, conn)?;
                let events = actor.attributed(events);
                Ok((out, Some(actor.audited()), events))
            })
            .await
    }
}
