//! Exports of the log, in pieces: a million events are never in memory, and each piece checks the permission again.

pub mod csv;
pub mod jsonl;

use actix_web::HttpResponse;
use actix_web::body::BoxBody;
use actix_web::http::header;
use serde_json::{Value, json};

use crate::audit::query::EventFilter;
use crate::audit::visibility::Visibility;
use crate::audit::walk::EventPiece;
use crate::audit::{Action, Event, seal, walk};
use crate::auth::Gate;
use crate::auth::actor::Actor;
use crate::authz::permission::ExportAudit;
use crate::common::error::AppError;
use crate::db::Conn;
use crate::handlers::audit::filter::{AuditQuery, FilterError};

/// The numbers that a piece passes.
const PIECE: i64 = 5_000;

/// What an export contains, fixed when it begins.
#[derive(Clone)]
struct ExportRange {
    wanted: EventFilter,
    first: i64,
    last: i64,
    file: String,
    head: Value,
}

/// Records the export, then fixes its range: the event of the export is the last one in it.
async fn begin(gate: &Gate<ExportAudit>, asked: AuditQuery, form: &'static str) -> Result<ExportRange, AppError> {
    let noted = asked.clone();
    let wanted = gate
        .write(move |actor, conn| {
            actor.confirmed()?;
            let wanted = read(conn, actor, &noted)?;
            let event = Event::new(
                Action::AuditExported,
                "organization",
                actor.organization,
                &actor.organization_name,
            );
            let mut after = noted.set(noted.zones(actor).times);
            after.insert("format".into(), form.into());
            Ok((wanted, actor.event(event.after(after.into()))))
        })
        .await?;
    gate.read(move |actor, conn| {
        let (first, last) = walk::range(conn, actor.organization, &wanted)?;
        let head = json!({
            "type": "head",
            "format": "tenantry-audit-2",
            "organization": { "id": actor.organization.to_string(), "name": actor.organization_name, "slug": actor.slug },
            "exported_at": actor.cx.now.iso_micros(),
            "exported_by": actor.person.name,
            "filters": asked.set(asked.zones(actor).times),
            "complete": !asked.is_narrowed() && actor.visibility(conn)? == Visibility::Everything,
            "first": first,
            "last": last,
            "public_key": actor.cx.app.keys.signer().public_key(),
            "seals": seal::between(conn, actor.organization, first, last)?.iter().map(|seal| {
                json!({ "day": seal.day, "seq": seal.seq, "hash": seal.hash, "signature": seal.signature })
            }).collect::<Vec<_>>(),
        });
        let file = format!("{}-audit-{}", actor.slug, actor.cx.now.day(actor.org_zone));
        Ok(ExportRange { wanted, first, last, file, head })
    })
    .await
}

fn read(conn: &mut Conn, actor: &Actor, asked: &AuditQuery) -> Result<EventFilter, AppError> {
    let zone = asked.zones(actor).times;
    asked
        .filter(conn, actor.organization, zone)
        .map_err(|error| match error {
            FilterError::Failed(error) => error,
            FilterError::Invalid(errors) => {
                let wrong: Vec<String> = errors.iter().map(|(field, what)| format!("{field}: {what}")).collect();
                AppError::Unreadable(format!("The filters can’t be read. {}.", wrong.join(". ")))
            }
        })
}

/// The next events of a range, if the actor still has the permission.
async fn piece(gate: &Gate<ExportAudit>, range: &ExportRange, after: i64) -> Result<EventPiece, AppError> {
    let (wanted, last) = (range.wanted.clone(), range.last);
    gate.read(move |actor, conn| {
        let visibility = actor.visibility(conn)?;
        Ok(walk::piece(
            conn,
            actor.organization,
            &wanted,
            &visibility,
            (after, last),
            PIECE,
        )?)
    })
    .await
}

fn file(name: &str, mime: &'static str, body: BoxBody) -> HttpResponse {
    HttpResponse::Ok()
        .content_type(mime)
        .insert_header((header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")))
        .body(body)
}
