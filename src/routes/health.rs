//! Whether the process runs, and whether it is ready to serve.

use std::sync::atomic::{AtomicBool, Ordering};

use actix_web::HttpResponse;

use crate::auth::{Public, Visitor};

static STOPPING: AtomicBool = AtomicBool::new(false);

/// From now on the process is not ready.
pub fn stop() {
    STOPPING.store(true, Ordering::Relaxed);
}

/// The process answers.
pub async fn live(_public: Public) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/plain; charset=utf-8")
        .body("live\n")
}

/// The database answers, its disk has room, and the process is not stopping.
pub async fn ready(visitor: Visitor) -> HttpResponse {
    let visitor = visitor.probing();
    let answers = async {
        let read = visitor.read(|visit, conn| {
            crate::models::user::has_operator(conn)?;
            Ok(visit.cx.app.db.disk_is_full())
        });
        match read.await {
            // A change failed for want of room: ready again when one is saved.
            Ok(true) => {
                let rewritten = visitor.write(|_, conn| Ok(((), None, crate::services::disk_check::rewrite(conn)?)));
                rewritten.await.is_ok()
            }
            Ok(false) => true,
            Err(_) => false,
        }
    };
    let (status, word) = if !STOPPING.load(Ordering::Relaxed) && answers.await {
        (actix_web::http::StatusCode::OK, "ready\n")
    } else {
        (actix_web::http::StatusCode::SERVICE_UNAVAILABLE, "not ready\n")
    };
    HttpResponse::build(status)
        .content_type("text/plain; charset=utf-8")
        .body(word)
}
