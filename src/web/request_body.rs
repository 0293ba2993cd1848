//! The body of a request. It is received before its handler begins, within a time and at a minimum rate, so a slow client holds
//! nothing but its connection.

use std::future::poll_fn;
use std::net::IpAddr;
use std::pin::pin;
use std::time::Instant;

use actix_http::h1;
use actix_web::HttpMessage;
use actix_web::body::{BodyStream, MessageBody};
use actix_web::dev::{Payload, ServiceRequest};
use actix_web::http::{Method, header};
use actix_web::web::{Bytes, BytesMut};
use tokio::time::{Instant as Deadline, timeout_at};

use crate::app::{App, ReceivedBody};
use crate::common::config::Limits;
use crate::common::error::AppError;
use crate::common::fields::LARGEST;
use crate::web::connection::ConnectionState;
use crate::web::kept_form;
use crate::web::problem::is_api;

/// The largest document that the API takes, in bytes.
const LARGEST_DOCUMENT: usize = 1024 * 1024;

/// Receives the body, which the handler then finds whole.
pub async fn receive(
    req: &mut ServiceRequest,
    app: &App,
    ip: &str,
    connection: Option<&ConnectionState>,
) -> Result<(), AppError> {
    let payload = req.take_payload();
    // What no handler reads is not received either; the HTTP layer closes the connection.
    if matches!(payload, Payload::None) || matches!(*req.method(), Method::GET | Method::HEAD) {
        return Ok(());
    }
    let length = req.headers().get(header::CONTENT_LENGTH);
    let length = length.and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    let most = if is_api(req.path()) { LARGEST_DOCUMENT } else { LARGEST };
    if length.is_some_and(|length| length > most) {
        return Err(too_large(most));
    }
    let limits = &app.config.limits;
    let address = ip.parse::<IpAddr>().ok();
    let slot = app.bodies.open(address, limits.body).ok_or(AppError::Busy)?;
    if let Some(connection) = connection {
        connection.wait_for_body();
    }
    let bytes = tokio::select! {
        bytes = at_pace(payload, limits, most) => bytes?,
        () = slot.closed() => return Err(AppError::TooMany(
            "Too many forms are being sent at the same time. Wait a moment, then try again.".into(),
        )),
    };
    if let Some(connection) = connection {
        connection.has_body();
    }
    if is_api(req.path()) {
        req.extensions_mut().insert(ReceivedBody(bytes));
        return Ok(());
    }
    // To be kept, if the person has to sign in first.
    if bytes.len() <= kept_form::LARGEST && req.content_type() == "application/x-www-form-urlencoded" {
        req.extensions_mut().insert(ReceivedBody(bytes.clone()));
    }
    let (_, mut whole) = h1::Payload::create(true);
    whole.unread_data(bytes);
    req.set_payload(whole.into());
    Ok(())
}

fn too_large(most: usize) -> AppError {
    AppError::Unreadable(if most == LARGEST {
        "The form or its file is too large. Send at most 512 KB.".into()
    } else {
        "The body is too large. Send at most 1 MB.".into()
    })
}

/// The whole payload, unless it arrives too slowly.
async fn at_pace(payload: Payload, limits: &Limits, most: usize) -> Result<Bytes, AppError> {
    let mut chunks = pin!(BodyStream::new(payload));
    let mut body = BytesMut::new();
    let end = Instant::now() + limits.body;
    let (mut until, mut in_window) = (Instant::now() + limits.pace.window, 0);
    loop {
        let next = poll_fn(|cx| chunks.as_mut().poll_next(cx));
        let next = timeout_at(Deadline::from_std(until.min(end)), next);
        let Some(chunk) = next.await.map_err(|_| AppError::TooSlow)? else {
            return Ok(body.freeze());
        };
        let chunk = chunk.map_err(|_| AppError::Unreadable("The form did not arrive whole.".into()))?;
        if body.len() + chunk.len() > most {
            return Err(too_large(most));
        }
        body.extend_from_slice(&chunk);
        in_window += chunk.len();
        if in_window >= limits.pace.bytes {
            (until, in_window) = (Instant::now() + limits.pace.window, 0);
        }
    }
}
