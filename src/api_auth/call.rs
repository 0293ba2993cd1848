//! The one trip of a request with a key to the database: the quotas, the key, and what a repeated request was answered before.

use actix_web::HttpResponse;
use actix_web::web::Bytes;

use crate::api_auth::answer::{Answer, Refused};
use crate::api_auth::authenticate::{Authentication, KeyHolder, invalid_key};
use crate::api_auth::idempotency::RepeatableRequest;
use crate::app::Ctx;
use crate::app::api_limits::Admission;
use crate::audit::Events;
use crate::auth::actor::Actor;
use crate::auth::request::{LastSeen, RequestState, SeenBy};
use crate::common::error::AppError;
use crate::common::id::CompanyId;
use crate::common::problem::Problem;
use crate::common::token::Token;
use crate::db::{Conn, affected};

/// A request with a key.
pub struct ApiCall {
    pub(super) pass: RequestState,
    pub(super) body: Bytes,
    pub(super) repeatable: Result<Option<RepeatableRequest>, Problem>,
}

/// What a change did: its answer, the company of the address, and who made it.
pub(super) struct Changed {
    pub answer: Answer,
    pub company: Option<CompanyId>,
    pub actor: Actor,
    pub events: Events,
}

/// How the two kinds of gates make a change.
pub(super) trait Change: Send + 'static {
    /// Whether the key still reaches the company of an answer that it was given before.
    fn still_reaches(&self, holder: KeyHolder, conn: &mut Conn, company: Option<CompanyId>) -> Result<Actor, AppError>;

    fn apply(self, holder: KeyHolder, conn: &mut Conn) -> Result<Changed, Refused>;
}

impl ApiCall {
    /// Reads with a key that works. The use is noted also when the read fails.
    pub(super) async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(KeyHolder, &mut Conn) -> Result<T, AppError> + Send + 'static,
    ) -> Result<T, AppError> {
        let token = self.pass.token()?;
        let admission = self.admit(&token)?;
        self.look(token, admission, work).await
    }

    async fn look<T: Send + 'static>(
        &self,
        token: Token,
        admission: Admission,
        work: impl FnOnce(KeyHolder, &mut Conn) -> Result<T, AppError> + Send + 'static,
    ) -> Result<T, AppError> {
        self.pass
            .read(move |cx, conn| {
                let (done, touch) = match Authentication::of(conn, cx, &token)? {
                    Authentication::Unknown => return Err(unknown(cx)),
                    Authentication::Refused(touch) => (Err(invalid_key()), touch),
                    Authentication::Accepted(holder, touch) => {
                        let counted = count(cx, &token, admission, &holder);
                        (counted.and_then(|()| work(*holder, conn)), touch)
                    }
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
    pub(super) async fn change(&self, change: impl Change) -> Result<HttpResponse, AppError> {
        let token = self.pass.token()?;
        let admission = self.admit(&token)?;
        let repeatable = self.repeatable.clone();
        let (repeated, key) = (repeatable.clone().ok().flatten(), token.clone());
        let _running = match &repeated {
            Some(request) => Some(request.begin(&self.pass, &token)?),
            None => None,
        };
        let done = self
            .pass
            .write(move |cx, conn| {
                let holder = accepted(conn, cx, &token, admission)?;
                let repeatable = repeatable?;
                if let Some(request) = &repeatable {
                    request.lock(conn, &token)?;
                }
                holder.actor.organization.advisory_lock(conn)?;
                affected::organization(holder.actor.organization);
                if let Some(request) = &repeatable
                    && let Some(given) = request.given(conn, &holder.actor)?
                {
                    let actor = if given.answer.status.is_success() {
                        change.still_reaches(holder, conn, given.company)?
                    } else {
                        holder.actor
                    };
                    let events = Events::none("the change was made by the first request");
                    return Ok(((given.answer, true), Some(actor.audited()), events));
                }
                let done = change.apply(holder, conn)?;
                if let Some(request) = &repeatable {
                    request.keep(conn, &done.actor, done.company, &done.answer, cx.now)?;
                }
                let events = done.actor.attributed(done.events);
                Ok(((done.answer, false), Some(done.actor.audited()), events))
            })
            .await;
        match done {
            Ok((answer, replayed)) => Ok(answer.respond(replayed)),
            Err(refused) => self.refuse(key, repeated, refused).await,
        }
    }

    /// What failed was rolled back, with the note of the use. Both are noted again, and whether that succeeds changes no answer.
    async fn refuse(
        &self,
        token: Token,
        repeated: Option<RepeatableRequest>,
        refused: Refused,
    ) -> Result<HttpResponse, AppError> {
        let Some((request, answer)) = repeated.zip(refused.lasting(&self.pass.request.id)) else {
            let _ = self.look(token, Admission::Counted, |_, _| Ok(())).await;
            return refused.into_result();
        };
        let kept = answer.clone();
        let done = self
            .pass
            .write(move |cx, conn| {
                let holder = accepted(conn, cx, &token, Admission::Counted)?;
                holder.actor.organization.advisory_lock(conn)?;
                affected::no_one();
                let given = request.given(conn, &holder.actor)?;
                if given.is_none() {
                    request.keep(conn, &holder.actor, None, &kept, cx.now)?;
                }
                let events = Events::none("nothing was changed");
                Ok::<_, AppError>((given.map(|given| given.answer), Some(holder.actor.audited()), events))
            })
            .await;
        match done {
            // Another process was faster.
            Ok(Some(given)) => Ok(given.respond(true)),
            _ => Ok(answer.respond(false)),
        }
    }

    fn admit(&self, token: &Token) -> Result<Admission, AppError> {
        let (admission, left) = self.pass.app.api_limits.admit(token, &self.pass.request.ip);
        if admission.as_ref().ok() != Some(&Admission::Unknown) {
            let _ = self.pass.request.quotas.set(left);
        }
        admission
    }
}

/// The holder of a key that works; the use is noted in the transaction of the change.
fn accepted(conn: &mut Conn, cx: &Ctx, token: &Token, admission: Admission) -> Result<KeyHolder, AppError> {
    match Authentication::of(conn, cx, token)? {
        Authentication::Accepted(holder, touch) => {
            count(cx, token, admission, &holder)?;
            if touch.is_due {
                touch.save(conn, cx)?;
            }
            Ok(*holder)
        }
        Authentication::Refused(_) => Err(invalid_key()),
        Authentication::Unknown => Err(unknown(cx)),
    }
}

/// Counts the first request of a key that works.
fn count(cx: &Ctx, token: &Token, admission: Admission, holder: &KeyHolder) -> Result<(), AppError> {
    let Some(key) = holder.actor.key.as_ref().filter(|_| admission == Admission::Unknown) else {
        return Ok(());
    };
    let (counted, left) = cx.app.api_limits.count_new(token, holder.actor.organization, key.id);
    let _ = cx.request.quotas.set(left);
    counted
}

fn unknown(cx: &Ctx) -> AppError {
    cx.app.api_limits.note_unknown(&cx.request.ip);
    invalid_key()
}
