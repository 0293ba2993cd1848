//! The state of a request that every gate has, and its one trip to the database.

use std::sync::Arc;
use std::time::Duration;

use actix_session::{Session, SessionExt};
use actix_web::http::Method;
use actix_web::{HttpMessage, HttpRequest, web};
use diesel::QueryResult;
use tokio::time::timeout;

use crate::app::write_queue::{PATIENCE, Wait};
use crate::app::{App, Ctx, Flash, RequestInfo};
use crate::audit;
use crate::audit::{ActorRef, Events};
use crate::auth::actor::Actor;
use crate::auth::current_user::CurrentUser;
use crate::authz::actor_kind::ActorKind;
use crate::common::error::{AppError, ChangeError};
use crate::common::id::MembershipId;
use crate::common::session_cookie;
use crate::common::token::Token;
use crate::db::{Conn, Written, affected};
use crate::models::api_key::touch::KeyTouch;
use crate::models::session::TOUCH;

pub const FLASH: &str = "flash";

/// What every gate has: the application, the cookie, the request. It takes no I/O.
#[derive(Clone)]
pub struct RequestState {
    pub app: App,
    pub session: Session,
    /// The token of the cookie, or the API key.
    pub token: Option<Token>,
    pub request: Arc<RequestInfo>,
    pub flash: Option<Flash>,
    /// `HEAD` answers as `GET` and changes nothing.
    pub(super) only_looks: bool,
}

impl RequestState {
    pub fn of(req: &HttpRequest) -> Result<Self, AppError> {
        let session = req.get_session();
        let mut state = Self::without_cookie(req)?;
        state.token = session_cookie::token(&session);
        // A message is for the next whole page, not for a fragment or a POST. Taking what isn't there would be a change too, and
        // the cookie be written anew.
        let takes = req.method() == Method::GET && !state.request.fragment && session.entries().contains_key(FLASH);
        state.flash = takes
            .then(|| session.remove_as::<Flash>(FLASH).and_then(Result::ok))
            .flatten();
        if state.flash.is_some() {
            state.request.page.never_store();
        }
        Ok(state)
    }

    /// The state of a request whose cookies mean nothing, such as one with an API key.
    pub fn without_cookie(req: &HttpRequest) -> Result<Self, AppError> {
        let app = req
            .app_data::<web::Data<App>>()
            .ok_or_else(|| AppError::internal("the application is app data"))?
            .get_ref()
            .clone();
        let request = req
            .extensions()
            .get::<Arc<RequestInfo>>()
            .cloned()
            .ok_or_else(|| AppError::internal("the middleware adds every request"))?;
        Ok(Self {
            app,
            session: req.get_session(),
            token: None,
            request,
            flash: None,
            only_looks: req.method() == Method::HEAD,
        })
    }

    pub fn context(&self) -> Ctx {
        Ctx {
            app: self.app.clone(),
            now: self.app.clock.now(),
            request: self.request.clone(),
            flash: self.flash.clone(),
        }
    }

    pub async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Ctx, &mut Conn) -> Result<(T, Option<LastSeen>), AppError> + Send + 'static,
    ) -> Result<T, AppError> {
        let (cx, only_looks, wait) = (self.context(), self.only_looks, Wait::begin());
        let waiting = wait.clone();
        #[expect(clippy::disallowed_methods, reason = "the one trip to the blocking pool")]
        let trip = web::block(move || {
            let (out, seen) = cx.app.db.read_within(wait.left()?, |conn| work(&cx, conn))?;
            if let Some(seen) = seen.filter(|seen| seen.stale && !only_looks) {
                // The page is served even if this fails, and doesn't wait for writers: the next one notes it.
                let noted = cx
                    .app
                    .db
                    .write_if_free(|conn| seen.save(&cx, conn).map_err(AppError::from));
                match noted {
                    Some(Ok(())) => cx.request.page.visit_noted(cx.now + TOUCH),
                    Some(Err(error)) => tracing::warn!(%error, "the time of the last request was not saved"),
                    None => {}
                }
            }
            Ok(out)
        });
        // A read never says that it began: one that is stuck, or behind stuck ones, is answered all the same.
        waiting.result(async { trip.await.map_err(|_| AppError::Busy)? }).await
    }

    pub async fn write<T: Send + 'static, E: ChangeError>(
        &self,
        work: impl FnOnce(&Ctx, &mut Conn) -> Result<(T, Option<ActorRef>, Events), E> + Send + 'static,
    ) -> Result<T, E> {
        let (cx, only_looks, wait) = (self.context(), self.only_looks, Wait::begin());
        let waiting = wait.clone();
        let session = self.token.as_ref().map(Token::as_str);
        self.request.page.never_store();
        let coming = self.app.db.announce();
        let turn = self.app.writers.turn(session, &self.request.ip, PATIENCE).await?;
        #[expect(clippy::disallowed_methods, reason = "the one trip to the blocking pool")]
        let trip = web::block(move || {
            let patience = wait.start()?;
            if only_looks {
                drop(coming);
                let done = cx.app.db.rehearse(|conn| work(&cx, conn).map(|(out, ..)| out));
                drop(turn);
                return Ok(Written::settled(done));
            }
            // Also when no one waits for this one any more, the next writer waits until it is done, and emails are sent.
            let app = cx.app.clone();
            let then = Box::new(move || app.work_signal.ring());
            let written = cx
                .app
                .db
                .write_in_turn::<T, E>(patience, (coming, turn), Some(then), |conn| {
                    let (out, actor, events) = work(&cx, conn)?;
                    audit::append(conn, &cx, actor.as_ref(), &events).map_err(AppError::from)?;
                    Ok(out)
                });
            Ok::<Written<T, E>, E>(written)
        });
        waiting
            .result(async { trip.await.map_err(|_| E::from(AppError::Busy))??.durable().await })
            .await
    }

    /// Reads as the account that `find` accepts.
    pub async fn read_as<T: Send + 'static>(
        &self,
        find: fn(&Ctx, &mut Conn, &Token) -> Result<CurrentUser, AppError>,
        work: impl FnOnce(&CurrentUser, &mut Conn) -> Result<T, AppError> + Send + 'static,
    ) -> Result<T, AppError> {
        let token = self.token()?;
        self.read(move |cx, conn| {
            let person = find(cx, conn, &token)?;
            let out = work(&person, conn)?;
            let seen = LastSeen {
                stale: person.is_stale(),
                who: SeenBy::Person(person, None),
            };
            Ok((out, Some(seen)))
        })
        .await
    }

    /// Writes as the account that `find` accepts; `actor` makes it the actor of the audit events.
    pub async fn write_as<T: Send + 'static, E: ChangeError>(
        &self,
        find: fn(&Ctx, &mut Conn, &Token) -> Result<CurrentUser, AppError>,
        actor: fn(&CurrentUser) -> ActorRef,
        work: impl FnOnce(&CurrentUser, &mut Conn) -> Result<(T, Events), E> + Send + 'static,
    ) -> Result<T, E> {
        let token = self.token()?;
        self.write(move |cx, conn| {
            let person = find(cx, conn, &token)?;
            let (out, events) = work(&person, conn)?;
            let actor = actor(&person);
            // An operator changes what concerns others.
            match actor.kind {
                ActorKind::User => affected::person(person.id),
                _ => affected::everyone(),
            }
            Ok((out, Some(actor), events))
        })
        .await
    }

    pub fn token(&self) -> Result<Token, AppError> {
        self.token.clone().ok_or(AppError::SignedOut)
    }
}

pub struct LastSeen {
    pub who: SeenBy,
    pub stale: bool,
}

/// Whose last request is noted.
#[expect(clippy::large_enum_variant, reason = "almost every request is a person's")]
pub enum SeenBy {
    Person(CurrentUser, Option<MembershipId>),
    Key(KeyTouch),
}

impl LastSeen {
    /// An actor in an organization.
    pub fn by(actor: Actor) -> Self {
        let membership = actor.membership();
        Self {
            stale: actor.is_stale(),
            who: SeenBy::Person(actor.person, membership),
        }
    }

    fn save(&self, cx: &Ctx, conn: &mut Conn) -> QueryResult<()> {
        match &self.who {
            SeenBy::Person(person, membership) => person.touch(conn, *membership),
            SeenBy::Key(touch) => touch.save(conn, cx),
        }
    }
}

/// A look into the database instead of the trip of the handler. One that takes too long is left to the handler, which says so.
pub async fn glance<T: Send + 'static>(
    app: &App,
    longest: Duration,
    work: impl FnOnce(&mut Conn) -> QueryResult<Option<T>> + Send + 'static,
) -> Option<T> {
    let db = app.db.clone();
    #[expect(clippy::disallowed_methods, reason = "instead of the one trip")]
    let trip = web::block(move || db.read_within(longest, |conn| Ok(work(conn)?)));
    timeout(longest, trip).await.ok()?.ok()?.ok()?
}
