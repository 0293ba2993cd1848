//! What every gate carries through a request, and its one trip to the database.

use std::sync::Arc;

use actix_session::{Session, SessionExt};
use actix_web::{HttpMessage, HttpRequest, web};

use super::context::{Context, House, Request};
use super::db::Conn;
use super::deed::{self, Actor, Deeds};
use super::member::Member;
use super::session::{self, Person};
use super::shell::Flash;
use crate::ground::error::AppError;
use crate::ground::id::MembershipId;
use crate::ground::token::Token;

pub(super) const FLASH: &str = "flash";

/// What every gate carries: the house, the cookie, the request. No I/O happens to make one.
#[derive(Clone)]
pub(super) struct Pass {
    pub(super) house: House,
    pub(super) session: Session,
    pub(super) token: Option<Token>,
    pub(super) request: Arc<Request>,
    pub(super) flash: Option<Flash>,
}

impl Pass {
    pub(super) fn of(req: &HttpRequest) -> Result<Self, AppError> {
        let house = req
            .app_data::<web::Data<House>>()
            .ok_or_else(|| AppError::internal("the house is app data"))?
            .get_ref()
            .clone();
        let request = req
            .extensions()
            .get::<Arc<Request>>()
            .cloned()
            .ok_or_else(|| AppError::internal("the guard notes every request"))?;
        let session = req.get_session();
        let token = session::token(&session);
        // A word is for the next whole page; fragments and posts leave it.
        let flash = if req.method() == actix_web::http::Method::GET && !request.fragment {
            session.remove_as::<Flash>(FLASH).and_then(Result::ok)
        } else {
            None
        };
        Ok(Self {
            house,
            session,
            token,
            request,
            flash,
        })
    }

    pub(super) fn context(&self) -> Context {
        Context {
            house: self.house.clone(),
            now: self.house.clock.now(),
            request: self.request.clone(),
            flash: self.flash.clone(),
        }
    }

    pub(super) async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Context, &mut Conn) -> Result<(T, Option<Seen>), AppError> + Send + 'static,
    ) -> Result<T, AppError> {
        let cx = self.context();
        #[expect(clippy::disallowed_methods, reason = "the one trip to the blocking pool")]
        let trip = web::block(move || {
            let (out, seen) = cx.house.db.read(|conn| work(&cx, conn))?;
            if let Some(seen) = seen.filter(|seen| seen.stale) {
                // A page is served even when nobody can be noted as seen.
                let noted = cx.house.db.write(|conn| Ok(seen.person.touch(conn, seen.membership)?));
                if let Err(error) = noted {
                    tracing::warn!(%error, "last seen was not noted");
                }
            }
            Ok(out)
        });
        trip.await.map_err(|_| AppError::Busy)?
    }

    pub(super) async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Context, &mut Conn) -> Result<(T, Option<Actor>, Deeds), AppError> + Send + 'static,
    ) -> Result<T, AppError> {
        let cx = self.context();
        #[expect(clippy::disallowed_methods, reason = "the one trip to the blocking pool")]
        let trip = web::block(move || {
            let out = cx.house.db.write(|conn| {
                let (out, actor, deeds) = work(&cx, conn)?;
                deed::record(conn, &cx, actor.as_ref(), &deeds)?;
                Ok(out)
            })?;
            cx.house.bell.ring();
            Ok(out)
        });
        trip.await.map_err(|_| AppError::Busy)?
    }

    /// Reads as the person whom `find` lets through.
    pub(super) async fn read_as<T: Send + 'static>(
        &self,
        find: fn(&Context, &mut Conn, &Token) -> Result<Person, AppError>,
        work: impl FnOnce(&Person, &mut Conn) -> Result<T, AppError> + Send + 'static,
    ) -> Result<T, AppError> {
        let token = self.token()?;
        self.read(move |cx, conn| {
            let person = find(cx, conn, &token)?;
            let out = work(&person, conn)?;
            let seen = Seen {
                stale: person.is_stale(),
                person,
                membership: None,
            };
            Ok((out, Some(seen)))
        })
        .await
    }

    /// Writes as the person whom `find` lets through.
    pub(super) async fn write_as<T: Send + 'static>(
        &self,
        find: fn(&Context, &mut Conn, &Token) -> Result<Person, AppError>,
        work: impl FnOnce(&Person, &mut Conn) -> Result<(T, Deeds), AppError> + Send + 'static,
    ) -> Result<T, AppError> {
        let token = self.token()?;
        self.write(move |cx, conn| {
            let person = find(cx, conn, &token)?;
            let (out, deeds) = work(&person, conn)?;
            Ok((out, Some(person.actor()), deeds))
        })
        .await
    }

    pub(super) fn token(&self) -> Result<Token, AppError> {
        self.token.clone().ok_or(AppError::SignedOut)
    }
}

pub(super) struct Seen {
    pub(super) person: Person,
    pub(super) membership: Option<MembershipId>,
    pub(super) stale: bool,
}

impl Seen {
    /// Somebody at work in an organization.
    pub(super) fn in_place(member: Member) -> Self {
        Self {
            stale: member.is_stale(),
            membership: member.place(),
            person: member.person,
        }
    }
}
