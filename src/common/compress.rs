//! Pages leave compressed, at a fast level: the last percents would cost more than making the page.

use std::io::Write;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header;
use actix_web::http::header::HeaderValue;
use actix_web::middleware::Next;
use flate2::Compression;
use flate2::write::GzEncoder;

// Smaller ones are one network packet anyway.
const SMALLEST: usize = 1024;

// At level 1 a list of 50 members is a quarter larger, too much for the first view; at 5 it is a tenth smaller and takes 60 % more.
const LEVEL: u32 = 2;

/// Whether a client takes gzip.
pub fn takes_gzip(headers: &header::HeaderMap) -> bool {
    headers
        .get(header::ACCEPT_ENCODING)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.contains("gzip"))
}

/// A body, compressed; `None` if it is too small for that.
pub fn gzip(bytes: &[u8]) -> Option<Vec<u8>> {
    if bytes.len() < SMALLEST {
        return None;
    }
    let mut encoder = GzEncoder::new(Vec::with_capacity(bytes.len() / 4), Compression::new(LEVEL));
    encoder.write_all(bytes).and_then(|()| encoder.finish()).ok()
}

/// Compresses whole text bodies for browsers that take gzip.
///
/// # Errors
/// Only what the layers below give.
pub async fn compress(
    req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let takes = takes_gzip(req.headers());
    let mut response = next.call(req).await?.map_into_boxed_body();
    let text = response
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.starts_with("text/"));
    if !takes || !text || response.headers().contains_key(header::CONTENT_ENCODING) {
        return Ok(response);
    }
    let mut packed = false;
    response = response.map_body(|_, body| match body.try_into_bytes() {
        Ok(bytes) => match gzip(&bytes) {
            Some(small) => {
                packed = true;
                BoxBody::new(small)
            }
            None => BoxBody::new(bytes),
        },
        Err(body) => body,
    });
    if packed {
        response
            .headers_mut()
            .insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    Ok(response)
}
