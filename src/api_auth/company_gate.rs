//! A permission in one company of the organization of a key.

use std::marker::PhantomData;

use actix_web::HttpResponse;
use actix_web::web::Bytes;

use crate::api_auth::answer::{Answer, Refused};
use crate::api_auth::authenticate::KeyHolder;
use crate::api_auth::call::{ApiCall, Change, Changed};
use crate::app::App;
use crate::audit::Events;
use crate::auth::actor::Actor;
use crate::auth::company::Company;
use crate::authz::permission::{Permission, PermissionId};
use crate::authz::scope::RouteScope;
use crate::common::error::AppError;
use crate::common::id::CompanyId;
use crate::db::Conn;
use crate::models::company_slug;

/// A permission and a scope in the company of the path, which is its slug or its id.
pub struct ApiCompanyGate<P: Permission, S: RouteScope> {
    pub(super) call: ApiCall,
    pub(super) company: String,
    pub(super) what: PhantomData<fn() -> (P, S)>,
}

impl<P: Permission, S: RouteScope> ApiCompanyGate<P, S> {
    pub fn app(&self) -> &App {
        &self.call.pass.app
    }

    /// The body of the request.
    pub fn body(&self) -> &Bytes {
        &self.call.body
    }

    /// Reads as an actor who has the permission in this company.
    pub async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Actor, &Company, &mut Conn) -> Result<T, AppError> + Send + 'static,
    ) -> Result<T, AppError> {
        let named = self.company.clone();
        self.call
            .read(move |holder, conn| {
                let (actor, company) = enter::<P, S>(holder, conn, &named)?;
                work(&actor, &company, conn)
            })
            .await
    }

    /// Changes something as an actor who has the permission in this company, once for each idempotency key, and records its audit
    /// events.
    pub async fn change(
        &self,
        work: impl FnOnce(&Actor, &Company, &mut Conn) -> Result<(Answer, Events), Refused> + Send + 'static,
    ) -> Result<HttpResponse, AppError> {
        let change = CompanyChange {
            named: self.company.clone(),
            work,
            what: PhantomData::<fn() -> (P, S)>,
        };
        self.call.change(change).await
    }
}

struct CompanyChange<P, S, F> {
    named: String,
    work: F,
    what: PhantomData<fn() -> (P, S)>,
}

impl<P: Permission, S: RouteScope, F> Change for CompanyChange<P, S, F>
where
    F: FnOnce(&Actor, &Company, &mut Conn) -> Result<(Answer, Events), Refused> + Send + 'static,
{
    // By its id: the first request may have changed the slug in the address.
    fn still_reaches(&self, holder: KeyHolder, conn: &mut Conn, company: Option<CompanyId>) -> Result<Actor, AppError> {
        let named = company.map_or_else(|| self.named.clone(), |id| id.to_string());
        let (actor, _) = enter::<P, S>(holder, conn, &named)?;
        Ok(actor)
    }

    fn apply(self, holder: KeyHolder, conn: &mut Conn) -> Result<Changed, Refused> {
        let (actor, company) = enter::<P, S>(holder, conn, &self.named)?;
        actor.writable(conn, P::ID)?;
        let (answer, events) = (self.work)(&actor, &company, conn)?;
        Ok(Changed {
            answer,
            company: Some(company.id),
            actor,
            events,
        })
    }
}

fn enter<P: Permission, S: RouteScope>(
    holder: KeyHolder,
    conn: &mut Conn,
    named: &str,
) -> Result<(Actor, Company), AppError> {
    let actor = holder.scoped::<S>()?;
    let company = company_named(conn, &actor, named, P::ID)?;
    Ok((actor, company))
}

/// A company by its slug or its id, in which the actor has the permission.
pub fn company_named(
    conn: &mut Conn,
    actor: &Actor,
    named: &str,
    permission: PermissionId,
) -> Result<Company, AppError> {
    let slug = match CompanyId::parse(named) {
        Some(id) => company_slug::slug_of(conn, actor.organization, id)?,
        None => None,
    };
    Company::enter(conn, actor, slug.as_deref().unwrap_or(named), permission)
}
