//! Requests that may come again: one with an `Idempotency-Key` changes something once, whatever happens to its answer.
//!
//! The answer is kept in the transaction of the change, so there is never one without the other. An error of the client has
//! changed nothing; it is kept by a transaction of its own.

use actix_web::HttpRequest;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::http::{Method, StatusCode};
use sha2::{Digest, Sha256};

use crate::api_auth::answer::Answer;
use crate::app::RequestInfo;
use crate::app::running::RunningRequest;
use crate::auth::actor::Actor;
use crate::auth::request::RequestState;
use crate::common::error::AppError;
use crate::common::id::CompanyId;
use crate::common::problem::Problem;
use crate::common::time::Time;
use crate::common::token::{Token, hex};
use crate::db::Conn;
use crate::models::api_answer;
use crate::models::api_answer::{AnswerKey, KeptAnswer};

const HEADER: &str = "Idempotency-Key";

/// The longest key, in characters.
pub const LONGEST: usize = 255;

/// A request that may come again.
#[derive(Debug, Clone)]
pub struct RepeatableRequest {
    key: String,
    /// What tells it from another one with the same key.
    digest: String,
}

/// What was answered before.
#[derive(Debug)]
pub struct GivenAnswer {
    pub answer: Answer,
    /// The company that was changed.
    pub company: Option<CompanyId>,
}

impl RepeatableRequest {
    /// Reads the key of a request that changes something.
    pub fn read(req: &HttpRequest, request: &RequestInfo, body: &[u8]) -> Result<Option<Self>, Problem> {
        if matches!(*req.method(), Method::GET | Method::HEAD) {
            return Ok(None);
        }
        let mut sent = req.headers().get_all(HEADER);
        let Some(key) = sent.next() else { return Ok(None) };
        let key = key.to_str().unwrap_or_default();
        let is_key = (1..=LONGEST).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic());
        if !is_key || sent.next().is_some() {
            return Err(Problem::invalid(
                HEADER,
                format!("Send one key of 1 to {LONGEST} visible ASCII characters, such as a UUID."),
            ));
        }
        Ok(Some(Self {
            key: key.to_owned(),
            digest: digest(req, &request.path, body),
        }))
    }

    /// Begins it, unless it is running.
    pub fn begin(&self, pass: &RequestState, token: &Token) -> Result<RunningRequest, Problem> {
        pass.app.running.begin(token.hash(), &self.key).ok_or_else(running)
    }

    /// As `begin`, for all processes of one database, until the end of the transaction.
    pub fn lock(&self, conn: &mut Conn, token: &Token) -> Result<(), AppError> {
        if conn.try_advisory_lock(&format!("{} {}", token.hash(), self.key))? {
            Ok(())
        } else {
            Err(running().into())
        }
    }

    fn of<'a>(&'a self, actor: &Actor) -> Option<AnswerKey<'a>> {
        actor.key.as_ref().map(|key| AnswerKey {
            organization: actor.organization,
            key: key.id,
            idempotency_key: &self.key,
        })
    }

    /// The answer that was given before. Another request with the same key is an error.
    pub fn given(&self, conn: &mut Conn, actor: &Actor) -> Result<Option<GivenAnswer>, AppError> {
        let Some(key) = self.of(actor) else { return Ok(None) };
        let Some(kept) = api_answer::find(conn, key, actor.cx.now)? else {
            return Ok(None);
        };
        if kept.request != self.digest {
            return Err(reused().into());
        }
        let status = u16::try_from(kept.status).ok();
        let status = status.and_then(|status| StatusCode::from_u16(status).ok());
        Ok(Some(GivenAnswer {
            company: kept.company,
            answer: Answer {
                status: status.ok_or_else(|| AppError::internal("a kept answer has no status"))?,
                content_type: kept.content_type,
                location: kept.location,
                body: kept.body,
            },
        }))
    }

    /// Keeps the answer.
    pub fn keep(
        &self,
        conn: &mut Conn,
        actor: &Actor,
        company: Option<CompanyId>,
        answer: &Answer,
        now: Time,
    ) -> Result<(), AppError> {
        let Some(key) = self.of(actor) else { return Ok(()) };
        let kept = KeptAnswer {
            request: self.digest.clone(),
            company,
            status: i32::from(answer.status.as_u16()),
            content_type: answer.content_type.clone(),
            location: answer.location.clone(),
            body: answer.body.clone(),
            created_at: now,
        };
        Ok(api_answer::keep(conn, key, &kept)?)
    }
}

/// Method, address, and all that a handler reads beside them. Each part is preceded by its length, so that no two requests give the
/// same text.
fn digest(req: &HttpRequest, path: &str, body: &[u8]) -> String {
    let mut digest = Sha256::new();
    let mut add = |part: &[u8]| {
        digest.update(part.len().to_be_bytes());
        digest.update(part);
    };
    add(req.method().as_str().as_bytes());
    add(path.as_bytes());
    let mut headers: Vec<(&str, &[u8])> = req
        .headers()
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_bytes()))
        .filter(|(name, _)| *name == CONTENT_TYPE.as_str() || name.starts_with("ce-"))
        .collect();
    headers.sort_unstable();
    for (name, value) in headers {
        add(name.as_bytes());
        add(value);
    }
    add(body);
    hex(&digest.finalize())
}

fn running() -> Problem {
    Problem {
        retry_after: Some(1),
        ..Problem::new(
            "request-running",
            StatusCode::CONFLICT,
            "The first request with this key is still running",
            "Send the request again in a second. It gets the answer of the first one.",
        )
    }
}

fn reused() -> Problem {
    Problem {
        field: Some(HEADER.to_owned()),
        ..Problem::new(
            "idempotency-key-reused",
            StatusCode::UNPROCESSABLE_ENTITY,
            "Another request had this key",
            "A key is for one request: the same method, address and body. Send another request with a key of its own.",
        )
    }
}
