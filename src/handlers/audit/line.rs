//! One line on a page of its own, with its place in the chain.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::audit::seal;
use crate::audit::seal::Seal;
use crate::audit::visibility::Visibility;
use crate::audit::{Entry, query};
use crate::auth::Gate;
use crate::auth::actor::Actor;
use crate::authz::permission::ViewAudit;
use crate::common::error::AppError;
use crate::common::html::html;
use crate::db::Conn;
use crate::handlers::audit::shown::Shown;
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;
use crate::web::nav;
use crate::web::nav::Tab;

#[derive(Template)]
#[template(path = "audit/line.html")]
struct LinePage {
    layout: Layout,
    tabs: Vec<&'static Tab>,
    tab: &'static str,
    path: String,
    base: String,
    line: Shown,
    hash: String,
    previous_hash: String,
    /// Whether it gives its hash and follows on the line before.
    holds: bool,
    seal: Option<Seal>,
    /// The lines before and behind, for who sees all of them.
    before: Option<i64>,
    behind: Option<i64>,
    json: String,
}

/// `GET /organizations/{slug}/settings/audit/{seq}`
pub async fn page(gate: Gate<ViewAudit>, place: web::Path<(String, String)>) -> Result<HttpResponse, AppError> {
    let seq = place.into_inner().1.parse::<i64>().ok().filter(|seq| *seq > 0);
    let seq = seq.ok_or(AppError::NotFound)?;
    html(gate.read(move |actor, conn| load(actor, conn, seq)).await?)
}

fn load(actor: &Actor, conn: &mut Conn, seq: i64) -> Result<LinePage, AppError> {
    let organization = actor.organization;
    let sight = Visibility::of(conn, actor)?;
    let neighbours = query::stretch(conn, organization, seq.saturating_sub(2), seq.saturating_add(1), 3)?;
    let of = |number: i64| neighbours.iter().find(|line| line.seq == number);
    let line = of(seq).filter(|line| sight.sees(line)).ok_or(AppError::NotFound)?;
    let before = of(seq - 1);
    let everything = sight == Visibility::Everything;
    let base = actor.path("/settings/audit");
    Ok(LinePage {
        layout: actor.layout(conn, "settings")?,
        tabs: nav::settings(actor.permissions),
        tab: "audit",
        path: actor.path("/settings"),
        line: Shown::of(line, &base, actor.cx.now),
        hash: line.hash.clone(),
        previous_hash: line.prev_hash.clone(),
        holds: holds(before, line),
        seal: seal::covering(conn, organization, seq)?,
        before: before.filter(|_| everything).map(|line| line.seq),
        behind: of(seq + 1).filter(|_| everything).map(|line| line.seq),
        json: line.json().to_string(),
        base,
    })
}

fn holds(before: Option<&Entry>, line: &Entry) -> bool {
    let follows = match before {
        Some(before) => line.prev_hash == before.hash,
        None => line.seq == 1 && line.prev_hash.is_empty(),
    };
    follows && line.digest() == line.hash
}
