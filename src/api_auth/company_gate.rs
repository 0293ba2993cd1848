//! A permission in one company of the organization of a key.

use std::marker::PhantomData;

use crate::api_auth::authenticate::KeyHolder;
use crate::api_auth::gate::{read, write};
use crate::app::App;
use crate::audit::Events;
use crate::auth::actor::Actor;
use crate::auth::company::Company;
use crate::auth::request::RequestState;
use crate::authz::permission::Permission;
use crate::authz::scope::RouteScope;
use crate::common::error::{AppError, ChangeError};
use crate::common::id::CompanyId;
use crate::db::Conn;
use crate::models::company_slug;

/// A permission and a scope in the company of the path, which is its slug or its id.
pub struct ApiCompanyGate<P: Permission, S: RouteScope> {
    pub(super) pass: RequestState,
    pub(super) company: String,
    pub(super) what: PhantomData<fn() -> (P, S)>,
}

impl<P: Permission, S: RouteScope> ApiCompanyGate<P, S> {
    pub fn app(&self) -> &App {
        &self.pass.app
    }

    /// Reads as an actor who has the permission in this company.
    pub async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Actor, &Company, &mut Conn) -> Result<T, AppError> + Send + 'static,
    ) -> Result<T, AppError> {
        let named = self.company.clone();
        read(&self.pass, move |holder, conn| {
            let (actor, company) = enter::<P, S>(holder, conn, &named)?;
            work(&actor, &company, conn)
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
        let named = self.company.clone();
        write(&self.pass, move |holder, conn| {
            let (actor, company) = enter::<P, S>(holder, conn, &named)?;
            actor.writable(conn, P::ID)?;
            let (out, events) = work(&actor, &company, conn)?;
            Ok((out, actor, events))
        })
        .await
    }
}

fn enter<P: Permission, S: RouteScope>(
    holder: KeyHolder,
    conn: &mut Conn,
    named: &str,
) -> Result<(Actor, Company), AppError> {
    let actor = holder.scoped::<S>()?;
    let slug = match CompanyId::parse(named) {
        Some(id) => company_slug::slug_of(conn, actor.organization, id)?,
        None => None,
    };
    let company = Company::enter(conn, &actor, slug.as_deref().unwrap_or(named), P::ID)?;
    Ok((actor, company))
}
