//! The gate: who, where, with what right. The only way to the database.
//!
//! A handler's signature names what it needs: `Gate<InviteMembers>` (a right in an organization), `CompanyGate<EditCompany>`
//! (a right in one company), `SignedIn` (a person with a proven address), `SignedIn<Anyone>` (also an unproven one),
//! `OperatorGate` (who runs this instance) or `Visitor` (anybody). Each holds no connection; `read` and `write` make the
//! request's one trip to the blocking pool, check session, membership and right there, and hand the room's closure what it
//! may work on. A write commits together with its deeds or not at all.
//!
//! Behind `OperatorGate` lies the instance, not its organizations: what belongs to an organization opens to an operator by
//! `Gate<P>` alone, as a member or in a support session (`support`), with the operator's column of the permission table.

pub mod actor;
pub mod company;
pub mod current_user;
pub mod refusal;
pub mod request;
pub mod system;

use std::future::{Ready, ready};
use std::marker::PhantomData;

use actix_session::Session;
use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::{FromRequest, HttpRequest, HttpResponse};

use crate::app::Flash;
use crate::app::{App, Ctx, Request};
use crate::audit::{ActorRef, Events};
use crate::auth::actor::Actor;
use crate::auth::company::Company;
use crate::auth::current_user::CurrentUser;
use crate::auth::request::{FLASH, LastSeen, RequestState};
pub use crate::auth::system::System;
use crate::authz::permission::Permission;
use crate::common::error::{AppError, ChangeError};
use crate::common::html::{self, Page};
use crate::common::token::Token;
use crate::db::Conn;

macro_rules! shared_by_gates {
    ($([$($generics:tt)*] $gate:ty;)+) => {$(
        impl<$($generics)*> $gate {
            /// Leaves a word for the next whole page.
            pub fn tell(&self, tone: &str, text: impl Into<String>) {
                let flash = Flash { tone: tone.to_owned(), text: text.into() };
                if let Err(error) = self.pass.session.insert(FLASH, flash) {
                    tracing::warn!(%error, "a word was not left");
                }
            }

            /// The answer after a change: a message for the next page, and the way there.
            pub fn done(&self, message: impl Into<String>, path: &str) -> HttpResponse {
                self.tell("success", message);
                html::see_other(self.fragment(), path)
            }

            /// Whether htmx asks for a part of the page.
            pub fn fragment(&self) -> bool { self.pass.request.fragment }

            /// The house.
            pub fn app(&self) -> &App { &self.pass.app }

            /// Where the request came from.
            pub fn request(&self) -> &Request { &self.pass.request }

            /// The cookie, for sign-in and sign-out.
            pub fn session(&self) -> &Session { &self.pass.session }
        }
    )+};
}

shared_by_gates! {
    [P: Permission] Gate<P>;
    [P: Permission] CompanyGate<P>;
    [W: Who] SignedIn<W>;
    [] OperatorGate;
    [] Visitor;
}

macro_rules! from_request {
    ($([$($generics:tt)*] $gate:ty, $make:expr;)+) => {$(
        impl<$($generics)*> FromRequest for $gate {
            type Error = AppError;
            type Future = Ready<Result<Self, AppError>>;

            fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
                let make: fn(RequestState, &HttpRequest) -> Self = $make;
                ready(RequestState::of(req).map(|pass| make(pass, req)))
            }
        }
    )+};
}

from_request! {
    [P: Permission] Gate<P>, |pass, req| Gate { pass, slug: segment(req, "slug"), permission: PhantomData };
    [P: Permission] CompanyGate<P>, |pass, req| CompanyGate { pass, slug: segment(req, "slug"), company: segment(req, "company"), permission: PhantomData };
    [W: Who] SignedIn<W>, |pass, _| SignedIn { pass, who: PhantomData };
    [] OperatorGate, |pass, _| OperatorGate { pass };
    [] Visitor, |pass, _| Visitor { pass };
}

fn segment(req: &HttpRequest, name: &str) -> String {
    req.match_info().get(name).unwrap_or_default().to_owned()
}

/// A right in the organization of the path.
pub struct Gate<P: Permission> {
    pass: RequestState,
    slug: String,
    permission: PhantomData<fn() -> P>,
}

impl<P: Permission> Gate<P> {
    /// A page, or the part of it that htmx asks for.
    pub async fn show<T: Page + Send + 'static>(
        &self,
        load: impl FnOnce(&Actor, &mut Conn) -> Result<T, AppError> + Send + 'static,
    ) -> Result<HttpResponse, AppError> {
        self.read(load).await?.respond(StatusCode::OK, self.fragment())
    }

    /// The form again after a refusal: status 422, loaded by a read of its own.
    pub async fn refused<T: Page + Send + 'static>(
        &self,
        load: impl FnOnce(&Actor, &mut Conn) -> Result<T, AppError> + Send + 'static,
    ) -> Result<HttpResponse, AppError> {
        self.read(load)
            .await?
            .respond(StatusCode::UNPROCESSABLE_ENTITY, self.fragment())
    }

    /// Reads as a member who holds the right.
    pub async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Actor, &mut Conn) -> Result<T, AppError> + Send + 'static,
    ) -> Result<T, AppError> {
        let (token, slug) = (self.pass.token()?, self.slug.clone());
        self.pass
            .read(move |cx, conn| {
                let actor = Actor::find(conn, cx, &token, &slug)?.with(conn, P::ID)?;
                let out = work(&actor, conn)?;
                Ok((out, Some(LastSeen::in_place(actor))))
            })
            .await
    }

    /// Changes something as a member who holds the right; what was done is noted with it.
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
        let (token, slug) = (self.pass.token()?, self.slug.clone());
        self.pass
            .write(move |cx, conn| {
                let member = Actor::find_to_write(conn, cx, &token, &slug)?.with_change(conn, P::ID)?;
                member.writable(conn, P::ID)?;
                let (out, events) = work(&member, conn)?;
                let events = member.attributed(events);
                Ok((out, Some(member.person.actor()), events))
            })
            .await
    }

    /// As `write`, also while the organization waits for its deletion: for what ends the waiting, and nothing else.
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
        let (token, slug) = (self.pass.token()?, self.slug.clone());
        self.pass
            .write(move |cx, conn| {
                let member = Actor::find_to_write(conn, cx, &token, &slug)?.with_change(conn, P::ID)?;
                let (out, events) = work(&member, conn)?;
                let events = member.attributed(events);
                Ok((out, Some(member.person.actor()), events))
            })
            .await
    }
}

/// A right in the company of the path.
pub struct CompanyGate<P: Permission> {
    pass: RequestState,
    slug: String,
    company: String,
    permission: PhantomData<fn() -> P>,
}

impl<P: Permission> CompanyGate<P> {
    /// A page, or the part of it that htmx asks for.
    pub async fn show<T: Page + Send + 'static>(
        &self,
        load: impl FnOnce(&Actor, &Company, &mut Conn) -> Result<T, AppError> + Send + 'static,
    ) -> Result<HttpResponse, AppError> {
        self.read(load).await?.respond(StatusCode::OK, self.fragment())
    }

    /// The form again after a refusal: status 422, loaded by a read of its own.
    pub async fn refused<T: Page + Send + 'static>(
        &self,
        load: impl FnOnce(&Actor, &Company, &mut Conn) -> Result<T, AppError> + Send + 'static,
    ) -> Result<HttpResponse, AppError> {
        self.read(load)
            .await?
            .respond(StatusCode::UNPROCESSABLE_ENTITY, self.fragment())
    }

    /// Reads as a member who holds the right in this company.
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
                Ok((out, Some(LastSeen::in_place(actor))))
            })
            .await
    }

    /// Changes something as a member who holds the right in this company.
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
                let member = Actor::find_to_write(conn, cx, &token, &slug)?;
                let company = Company::enter(conn, &member, &company, P::ID)?;
                if member.looks_on(P::ID) {
                    return Err(member.refusal(conn, P::ID)?.into());
                }
                member.writable(conn, P::ID)?;
                let (out, events) = work(&member, &company, conn)?;
                let events = member.attributed(events);
                Ok((out, Some(member.person.actor()), events))
            })
            .await
    }
}

/// Which people a `SignedIn` lets through.
pub trait Who: 'static {
    /// Whether the address must be proven.
    const PROVEN: bool;
}

/// People with a proven address.
#[derive(Debug)]
pub struct Verified;
impl Who for Verified {
    const PROVEN: bool = true;
}

/// Also people whose address is not proven yet.
#[derive(Debug)]
pub struct Unverified;
impl Who for Unverified {
    const PROVEN: bool = false;
}

/// Somebody signed in, outside any organization.
pub struct SignedIn<W: Who = Verified> {
    pass: RequestState,
    who: PhantomData<fn() -> W>,
}

impl<W: Who> SignedIn<W> {
    /// A page, or the part of it that htmx asks for.
    pub async fn show<T: Page + Send + 'static>(
        &self,
        load: impl FnOnce(&CurrentUser, &mut Conn) -> Result<T, AppError> + Send + 'static,
    ) -> Result<HttpResponse, AppError> {
        self.read(load).await?.respond(StatusCode::OK, self.fragment())
    }

    /// The form again after a refusal: status 422, loaded by a read of its own.
    pub async fn refused<T: Page + Send + 'static>(
        &self,
        load: impl FnOnce(&CurrentUser, &mut Conn) -> Result<T, AppError> + Send + 'static,
    ) -> Result<HttpResponse, AppError> {
        self.read(load)
            .await?
            .respond(StatusCode::UNPROCESSABLE_ENTITY, self.fragment())
    }

    fn person(cx: &Ctx, conn: &mut Conn, token: &Token) -> Result<CurrentUser, AppError> {
        let person = CurrentUser::find(conn, cx, token)?.ok_or(AppError::SignedOut)?;
        if W::PROVEN && !person.verified {
            Err(AppError::Unverified)
        } else {
            Ok(person)
        }
    }

    /// Reads as this person.
    pub async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&CurrentUser, &mut Conn) -> Result<T, AppError> + Send + 'static,
    ) -> Result<T, AppError> {
        self.pass.read_as(Self::person, work).await
    }

    /// Changes something as this person.
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
        self.pass.write_as(Self::person, work).await
    }
}

/// Somebody who runs this instance. Nobody signed in is led to the login as everywhere; to everybody else there is no such
/// page. It is checked on each request, so a dismissed operator is out with the next one.
pub struct OperatorGate {
    pass: RequestState,
}

impl OperatorGate {
    /// A page, or the part of it that htmx asks for.
    pub async fn show<T: Page + Send + 'static>(
        &self,
        load: impl FnOnce(&CurrentUser, &mut Conn) -> Result<T, AppError> + Send + 'static,
    ) -> Result<HttpResponse, AppError> {
        self.read(load).await?.respond(StatusCode::OK, self.fragment())
    }

    /// The form again after a refusal: status 422, loaded by a read of its own.
    pub async fn refused<T: Page + Send + 'static>(
        &self,
        load: impl FnOnce(&CurrentUser, &mut Conn) -> Result<T, AppError> + Send + 'static,
    ) -> Result<HttpResponse, AppError> {
        self.read(load)
            .await?
            .respond(StatusCode::UNPROCESSABLE_ENTITY, self.fragment())
    }

    fn person(cx: &Ctx, conn: &mut Conn, token: &Token) -> Result<CurrentUser, AppError> {
        let person = CurrentUser::find(conn, cx, token)?.ok_or(AppError::SignedOut)?;
        if person.operator && person.verified {
            Ok(person)
        } else {
            Err(AppError::NotFound)
        }
    }

    /// Reads as this operator.
    pub async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&CurrentUser, &mut Conn) -> Result<T, AppError> + Send + 'static,
    ) -> Result<T, AppError> {
        self.pass.read_as(Self::person, work).await
    }

    /// Changes something as this operator.
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
        self.pass.write_as(Self::person, work).await
    }
}

/// Anybody; `visit.person` is set when somebody is signed in.
pub struct Visitor {
    pass: RequestState,
}

/// A visitor's request behind the gate.
#[derive(Debug)]
pub struct Visit {
    pub cx: Ctx,
    /// Who it is, if anybody is signed in.
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
    /// A page, or the part of it that htmx asks for.
    pub async fn show<T: Page + Send + 'static>(
        &self,
        load: impl FnOnce(&Visit, &mut Conn) -> Result<T, AppError> + Send + 'static,
    ) -> Result<HttpResponse, AppError> {
        self.read(load).await?.respond(StatusCode::OK, self.fragment())
    }

    /// The form again after a refusal: status 422, loaded by a read of its own.
    pub async fn refused<T: Page + Send + 'static>(
        &self,
        load: impl FnOnce(&Visit, &mut Conn) -> Result<T, AppError> + Send + 'static,
    ) -> Result<HttpResponse, AppError> {
        self.read(load)
            .await?
            .respond(StatusCode::UNPROCESSABLE_ENTITY, self.fragment())
    }

    /// Reads as anybody.
    pub async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Visit, &mut Conn) -> Result<T, AppError> + Send + 'static,
    ) -> Result<T, AppError> {
        let token = self.pass.token.clone();
        self.pass
            .read(move |cx, conn| Ok((work(&Visit::of(cx, conn, token.as_ref())?, conn)?, None)))
            .await
    }

    /// Changes something as anybody. `actor` is who the deeds name: the account that the closure found or made.
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

    /// This request, for what needs no database.
    pub fn context(&self) -> Ctx {
        self.pass.context()
    }
}
