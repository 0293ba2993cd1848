//! A body that is produced while it is sent, so that a large export is never in memory as a whole.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use actix_web::body::{BodySize, MessageBody};
use actix_web::web::Bytes;

use crate::common::error::AppError;

/// The making of a piece: its bytes, and what the next one begins with; nothing after the last.
pub type Making<S> = Pin<Box<dyn Future<Output = Result<Option<(Vec<u8>, S)>, AppError>>>>;

/// The body. The next piece is made when the one before has left.
pub struct Pieces<S> {
    make: Box<dyn Fn(S) -> Making<S>>,
    making: Option<Making<S>>,
}

impl<S> Pieces<S> {
    /// A body whose first piece begins with `start`.
    pub fn new(start: S, make: impl Fn(S) -> Making<S> + 'static) -> Self {
        let making = Some(make(start));
        Self {
            make: Box::new(make),
            making,
        }
    }
}

impl<S: 'static> Pieces<S> {
    /// A body whose first piece is made already, and whose next one begins with `next`.
    pub fn following(bytes: Vec<u8>, next: S, make: impl Fn(S) -> Making<S> + 'static) -> Self {
        Self {
            make: Box::new(make),
            making: Some(Box::pin(std::future::ready(Ok(Some((bytes, next)))))),
        }
    }
}

impl<S: 'static> MessageBody for Pieces<S> {
    type Error = Box<dyn std::error::Error>;

    fn size(&self) -> BodySize {
        BodySize::Stream
    }

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, Self::Error>>> {
        let this = self.get_mut();
        loop {
            let Some(making) = &mut this.making else {
                return Poll::Ready(None);
            };
            let made = match making.as_mut().poll(cx) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(made) => made,
            };
            this.making = None;
            match made {
                Ok(None) => return Poll::Ready(None),
                Ok(Some((bytes, next))) => {
                    this.making = Some((this.make)(next));
                    // An empty piece would end the body.
                    if !bytes.is_empty() {
                        return Poll::Ready(Some(Ok(bytes.into())));
                    }
                }
                // Breaks the connection, so that the client does not take the part for the whole.
                Err(error) => {
                    tracing::warn!(%error, "a body was not finished");
                    return Poll::Ready(Some(Err(error.to_string().into())));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(pieces: Pieces<u8>) -> (Vec<u8>, bool) {
        actix_web::rt::System::new().block_on(async {
            let mut pieces = Box::pin(pieces);
            let mut all = Vec::new();
            loop {
                match std::future::poll_fn(|cx| pieces.as_mut().poll_next(cx)).await {
                    None => return (all, true),
                    Some(Ok(bytes)) => all.extend_from_slice(&bytes),
                    Some(Err(_)) => return (all, false),
                }
            }
        })
    }

    #[test]
    fn pieces_leave_in_order_and_an_empty_one_does_not_end_the_body() {
        let make = |n: u8| -> Making<u8> {
            Box::pin(async move { Ok((n < 4).then(|| (if n == 2 { Vec::new() } else { vec![n] }, n + 1))) })
        };
        assert_eq!(taken(Pieces::new(0, make)), (vec![0, 1, 3], true));
    }

    #[test]
    fn a_first_piece_can_be_made_before_the_body() {
        let make = |n: u8| -> Making<u8> { Box::pin(async move { Ok((n < 3).then(|| (vec![n], n + 1))) }) };
        assert_eq!(taken(Pieces::following(vec![9], 1, make)), (vec![9, 1, 2], true));
    }

    #[test]
    fn a_fault_breaks_the_body_off() {
        let make = |n: u8| -> Making<u8> {
            Box::pin(async move {
                if n < 2 {
                    Ok(Some((vec![n], n + 1)))
                } else {
                    Err(AppError::Busy)
                }
            })
        };
        assert_eq!(taken(Pieces::new(0, make)), (vec![0, 1], false));
    }
}
