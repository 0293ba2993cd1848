//! What every gate carries through a request, and its one trip to the database.

use std::sync::Arc;

use actix_session::{Session, SessionExt};
use actix_web::{HttpMessage, HttpRequest, web};

use crate::app::Flash;
use crate::app::{Context, House, Request};
use crate::audit;
use crate::audit::{Actor, Deeds};
use crate::auth::actor::Member;
use crate::auth::current_user::Person;
use crate::common::error::AppError;
use crate::common::id::MembershipId;
use crate::common::token::Token;
use crate::db::Conn;
use crate::models::session;

pub const FLASH: &str = "flash";

/// What every gate carries: the house, the cookie, the request. No I/O happens to make one.
#[derive(Clone)]
pub struct Pass {
    pub house: House,
    pub session: Session,
    pub token: Option<Token>,
    pub request: Arc<Request>,
    pub flash: Option<Flash>,
}

impl Pass {
    pub fn of(req: &HttpRequest) -> Result<Self, AppError> {
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
        let token = crate::auth::current_user::token(&session);
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

    pub fn context(&self) -> Context {
        Context {
            house: self.house.clone(),
            now: self.house.clock.now(),
            request: self.request.clone(),
            flash: self.flash.clone(),
        }
    }

    pub async fn read<T: Send + 'static>(
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

    pub async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Context, &mut Conn) -> Result<(T, Option<Actor>, Deeds), AppError> + Send + 'static,
    ) -> Result<T, AppError> {
        let cx = self.context();
        #[expect(clippy::disallowed_methods, reason = "the one trip to the blocking pool")]
        let trip = web::block(move || {
            let out = cx.house.db.write(|conn| {
                let (out, actor, deeds) = work(&cx, conn)?;
                audit::record(conn, &cx, actor.as_ref(), &deeds)?;
                Ok(out)
            })?;
            cx.house.bell.ring();
            Ok(out)
        });
        trip.await.map_err(|_| AppError::Busy)?
    }

    /// Reads as the person whom `find` lets through.
    pub async fn read_as<T: Send + 'static>(
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
    pub async fn write_as<T: Send + 'static>(
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

    pub fn token(&self) -> Result<Token, AppError> {
        self.token.clone().ok_or(AppError::SignedOut)
    }
}

pub struct Seen {
    pub person: Person,
    pub membership: Option<MembershipId>,
    pub stale: bool,
}

impl Seen {
    /// Somebody at work in an organization.
    pub fn in_place(member: Member) -> Self {
        Self {
            stale: member.is_stale(),
            membership: member.place(),
            person: member.person,
        }
    }
}
