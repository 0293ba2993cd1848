//! Pages leave compressed, at a fast level: the last percents would cost more than making the page.

use std::cell::RefCell;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header;
use actix_web::http::header::HeaderValue;
use actix_web::middleware::Next;
use flate2::{Compress, Compression, FlushCompress, Status};

// Smaller ones are one network packet anyway.
const SMALLEST: usize = 1024;

// At level 1 a list of 50 members is a quarter larger, too much for the first view; at 5 it is a tenth smaller and takes 60 % more.
const LEVEL: u32 = 2;

// The largest window that the format has (RFC 1951).
const WINDOW_BITS: u8 = 15;

thread_local! {
    // Its tables are 270 KB: making them anew costs a quarter of what compressing a page costs.
    static COMPRESSOR: RefCell<Compress> = RefCell::new(Compress::new_gzip(Compression::new(LEVEL), WINDOW_BITS));
}

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
    COMPRESSOR.with_borrow_mut(|compressor| {
        compressor.reset();
        let mut packed = Vec::with_capacity(bytes.len() / 4);
        loop {
            let read = usize::try_from(compressor.total_in()).ok()?;
            match compressor.compress_vec(bytes.get(read..)?, &mut packed, FlushCompress::Finish) {
                Ok(Status::StreamEnd) => return Some(packed),
                Ok(Status::Ok | Status::BufError) => packed.reserve(bytes.len() / 4),
                Err(_) => return None,
            }
        }
    })
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

#[cfg(test)]
mod tests {
    use std::io::Read;

    use flate2::read::GzDecoder;
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn one_page_after_the_other_is_read_as_it_was_written(pages in vec(vec(any::<u8>(), 0..5_000), 1..4)) {
            for page in &pages {
                let packed = gzip(page);
                prop_assert_eq!(packed.is_some(), page.len() >= SMALLEST);
                let mut read = Vec::new();
                if let Some(packed) = packed {
                    GzDecoder::new(&packed[..]).read_to_end(&mut read).unwrap();
                    prop_assert_eq!(&read, page);
                }
            }
        }
    }

    #[test]
    fn a_page_that_repeats_itself_becomes_small() {
        let page = "<td>Member</td>".repeat(10_000);
        assert!(gzip(page.as_bytes()).unwrap().len() < 2_000);
    }
}
