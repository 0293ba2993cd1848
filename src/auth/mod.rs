//! Who makes a request, and whether they may: the only way to the database.
//!
//! The signature of a handler names what it needs: `Gate<InviteMembers>` (a permission in an organization),
//! `CompanyGate<EditCompany>` (a permission in one company), `SignedIn` (an account with a verified email address),
//! `SignedIn<Unverified>` (any account), `OperatorGate` (an operator of this instance), `Visitor` (anyone) or `Public` (anyone,
//! without the database). As an extractor a gate does no I/O. `read` and `write` make the request's one trip to the blocking
//! pool, check session, membership and permission there, and call the handler's closure. A write commits together with its
//! audit events, and any error rolls it back.
//!
//! `OperatorGate` gives access to the instance, not to its organizations: those need `Gate<P>`, as a member or in a support session.

pub mod abilities;
pub mod actor;
pub mod company;
pub mod current_user;
pub mod gate;
pub mod refusal;
pub mod request;
pub mod signed_in;
pub mod system;
pub mod visitor;

use std::future::{Ready, ready};
use std::marker::PhantomData;

use actix_session::Session;
use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::{FromRequest, HttpRequest, HttpResponse};

use crate::app::{App, Flash, FlashUndo, RequestInfo};
use crate::auth::actor::Actor;
use crate::auth::company::Company;
use crate::auth::current_user::CurrentUser;
pub use crate::auth::gate::{CompanyGate, Gate};
use crate::auth::request::{FLASH, RequestState};
pub use crate::auth::signed_in::{AcceptedAccounts, OperatorGate, SignedIn, Unconfirmed, Unverified, Verified};
pub use crate::auth::system::System;
pub use crate::auth::visitor::{Public, Visit, Visitor};
use crate::authz::permission::Permission;
use crate::common::error::AppError;
use crate::common::html::{self, Page};
use crate::db::Conn;

macro_rules! shared_by_gates {
    ($([$($generics:tt)*] $gate:ty, ($($who:ty),+);)+) => {$(
        impl<$($generics)*> $gate {
            /// A page, or the part of it that htmx requests.
            pub async fn show<T: Page + Send + 'static>(
                &self,
                load: impl FnOnce($(&$who,)+ &mut Conn) -> Result<T, AppError> + Send + 'static,
            ) -> Result<HttpResponse, AppError> {
                self.read(load).await?.respond(StatusCode::OK, self.fragment())
            }

            /// The form again after a refusal: status 422, loaded by a read of its own.
            pub async fn refused<T: Page + Send + 'static>(
                &self,
                load: impl FnOnce($(&$who,)+ &mut Conn) -> Result<T, AppError> + Send + 'static,
            ) -> Result<HttpResponse, AppError> {
                self.read(load).await?.respond(StatusCode::UNPROCESSABLE_ENTITY, self.fragment())
            }

            /// Leaves a message for the next whole page.
            pub fn tell(&self, tone: &str, text: impl Into<String>) {
                self.leave(Flash { tone: tone.to_owned(), text: text.into(), undo: None });
            }

            fn leave(&self, flash: Flash) {
                if let Err(error) = self.pass.session.insert(FLASH, flash) {
                    tracing::warn!(%error, "a flash message was not saved");
                }
            }

            /// The answer after a change: a message for the next page, and the way there.
            pub fn done(&self, message: impl Into<String>, path: &str) -> HttpResponse {
                self.done_with_undo(message, path, None)
            }

            /// As `done`, with a button that undoes the change; `None` where it can't be undone.
            pub fn done_with_undo(&self, message: impl Into<String>, path: &str, undo: Option<FlashUndo>) -> HttpResponse {
                self.leave(Flash { tone: "success".to_owned(), text: message.into(), undo });
                html::see_other(self.fragment(), path)
            }

            /// Whether htmx requests a part of the page.
            pub fn fragment(&self) -> bool { self.pass.request.fragment }

            pub fn app(&self) -> &App { &self.pass.app }

            pub fn request(&self) -> &RequestInfo { &self.pass.request }

            /// The cookie, for sign-in and sign-out.
            pub fn session(&self) -> &Session { &self.pass.session }
        }
    )+};
}

shared_by_gates! {
    [P: Permission] Gate<P>, (Actor);
    [P: Permission] CompanyGate<P>, (Actor, Company);
    [W: AcceptedAccounts] SignedIn<W>, (CurrentUser);
    [] OperatorGate, (CurrentUser);
    [] Visitor, (Visit);
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
    [W: AcceptedAccounts] SignedIn<W>, |pass, _| SignedIn { pass, who: PhantomData };
    [] OperatorGate, |pass, _| OperatorGate { pass };
    [] Visitor, |pass, _| Visitor { pass };
}

impl FromRequest for Public {
    type Error = AppError;
    type Future = Ready<Result<Self, AppError>>;

    fn from_request(_: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self))
    }
}

fn segment(req: &HttpRequest, name: &str) -> String {
    req.match_info().get(name).unwrap_or_default().to_owned()
}
