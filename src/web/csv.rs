//! CSV files that leave in pieces: a hundred thousand rows are never in memory, and each piece checks the permission again.

use std::rc::Rc;
use std::sync::Arc;

use actix_web::HttpResponse;

use crate::auth::Gate;
use crate::auth::actor::Actor;
use crate::authz::permission::Permission;
use crate::common::error::AppError;
use crate::common::html::download;
use crate::common::paging::Cursor;
use crate::common::pieces::{Making, Pieces};
use crate::db::Conn;

const MIME: &str = "text/csv; charset=utf-8";

/// Some rows, and the place after them if there are more.
pub type CsvPiece = (Vec<u8>, Option<Cursor>);

/// A file whose first piece is made already; `make` makes the one that begins at a place.
pub fn csv_in_pieces<P: Permission + 'static>(
    name: &str,
    first: Vec<u8>,
    next: Option<Cursor>,
    gate: Gate<P>,
    make: impl Fn(&Actor, &mut Conn, &Cursor) -> Result<CsvPiece, AppError> + Send + Sync + 'static,
) -> HttpResponse {
    if next.is_none() {
        return download(name, MIME, first);
    }
    let (gate, make) = (Rc::new(gate), Arc::new(make));
    let body = Pieces::following(first, next, move |at: Option<Cursor>| -> Making<Option<Cursor>> {
        let (gate, make) = (gate.clone(), make.clone());
        Box::pin(async move {
            let Some(at) = at else { return Ok(None) };
            gate.read(move |actor, conn| make(actor, conn, &at)).await.map(Some)
        })
    });
    download(name, MIME, body)
}
