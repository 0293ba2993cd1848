//! The page of one event, with its position in the chain.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::audit::seal;
use crate::audit::seal::Seal;
use crate::audit::visibility::Visibility;
use crate::audit::{AuditEntry, query};
use crate::auth::Gate;
use crate::auth::actor::Actor;
use crate::authz::permission::ViewAudit;
use crate::common::error::AppError;
use crate::common::zone::Zone;
use crate::db::Conn;
use crate::handlers::audit::event_line::EventLine;
use crate::handlers::audit::filter::{AuditQuery, AuditZones};
use crate::handlers::audit::links::EventLinks;
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;
use crate::web::nav;
use crate::web::nav::NavTab;

#[derive(Template)]
#[template(path = "audit/show.html")]
struct EventPage {
    layout: Layout,
    tabs: Vec<&'static NavTab>,
    tab: &'static str,
    path: String,
    base: String,
    /// The query that keeps the time zone.
    query: String,
    zone: Zone,
    /// The reader's time zone, if that is not UTC, and whether UTC is shown instead.
    own_zone: Option<Zone>,
    is_utc: bool,
    line: EventLine,
    hash: String,
    previous_hash: String,
    /// Whether it matches its hash and follows the event before.
    is_valid: bool,
    seal: Option<Seal>,
    /// The events before and after, for readers who see all of them.
    before: Option<i64>,
    behind: Option<i64>,
    json: String,
}

crate::page!(EventPage);

/// `GET /organizations/{slug}/settings/audit/{seq}`
pub async fn show(
    gate: Gate<ViewAudit>,
    path: web::Path<(String, String)>,
    query: web::Query<AuditQuery>,
) -> Result<HttpResponse, AppError> {
    let seq = path.into_inner().1.parse::<i64>().ok().filter(|seq| *seq > 0);
    let seq = seq.ok_or(AppError::NotFound)?;
    gate.show(move |actor, conn| load(actor, conn, seq, query.zones(actor)))
        .await
}

fn load(actor: &Actor, conn: &mut Conn, seq: i64, zones: AuditZones) -> Result<EventPage, AppError> {
    let organization = actor.organization;
    let visibility = actor.visibility(conn)?;
    let neighbours = query::stretch(conn, organization, seq.saturating_sub(2), seq.saturating_add(1), 3)?;
    let of = |number: i64| neighbours.iter().find(|line| line.seq == number);
    let line = of(seq).filter(|line| visibility.sees(line)).ok_or(AppError::NotFound)?;
    let before = of(seq - 1);
    let everything = visibility == Visibility::Everything;
    let base = actor.path("/settings/audit");
    Ok(EventPage {
        layout: actor.layout(conn, "settings")?,
        tabs: nav::settings(actor.permissions),
        tab: "audit",
        path: actor.path("/settings"),
        line: EventLine::of(
            line,
            &EventLinks::load(conn, actor, &[line])?,
            &base,
            actor.cx.now,
            zones,
        ),
        hash: line.hash.clone(),
        previous_hash: line.prev_hash.clone(),
        is_valid: is_valid(before, line),
        seal: seal::covering(conn, organization, seq)?,
        before: before.filter(|_| everything).map(|line| line.seq),
        behind: of(seq + 1).filter(|_| everything).map(|line| line.seq),
        json: line.json().to_string(),
        query: AuditQuery::unfiltered(zones).query(("", ""), ""),
        zone: zones.times,
        own_zone: Some(actor.zone).filter(|zone| *zone != Zone::UTC),
        is_utc: zones.is_utc,
        base,
    })
}

fn is_valid(before: Option<&AuditEntry>, line: &AuditEntry) -> bool {
    let follows = match before {
        Some(before) => line.prev_hash == before.hash,
        None => line.seq == 1 && line.prev_hash.is_empty(),
    };
    follows && line.digest() == line.hash
}
