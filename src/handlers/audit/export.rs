//! The log as a file, in pieces: a million lines never stand in memory, and the right is asked for again with each piece.

use std::rc::Rc;

use actix_web::body::BoxBody;
use actix_web::http::header;
use actix_web::{HttpResponse, web};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::audit::query;
use crate::audit::query::Filter;
use crate::audit::visibility::Visibility;
use crate::audit::{Action, Entry, Event, seal};
use crate::auth::Gate;
use crate::auth::actor::Actor;
use crate::authz::permission::ExportAudit;
use crate::common::csv::Sheet;
use crate::common::error::AppError;
use crate::common::pieces::{Making, Pieces};
use crate::common::time::Time;
use crate::common::token::hex;
use crate::db::Conn;
use crate::handlers::audit::asked::AuditQuery;

/// So many numbers a piece passes.
const PIECE: i64 = 5_000;

/// What an export is about, fixed when it begins.
#[derive(Clone)]
struct Range {
    wanted: Filter,
    first: i64,
    last: i64,
    file: String,
    head: Value,
}

/// Notes the export as a deed, then fixes its range: the deed is the last line in it.
async fn begin(gate: &Gate<ExportAudit>, asked: AuditQuery, form: &'static str) -> Result<Range, AppError> {
    let noted = asked.clone();
    let wanted = gate
        .write(move |actor, conn| {
            let wanted = read(conn, actor, &noted)?;
            let event = Event::new(
                Action::AuditExported,
                "organization",
                actor.organization,
                &actor.organization_name,
            );
            let mut after = noted.set();
            after.insert("format".into(), form.into());
            Ok((wanted, actor.event(event.after(after.into()))))
        })
        .await?;
    gate.read(move |actor, conn| {
        let (first, last) = query::range(conn, actor.organization, &wanted)?;
        let head = json!({
            "type": "head",
            "format": "tenantry-audit-1",
            "organization": { "id": actor.organization.to_string(), "name": actor.organization_name, "slug": actor.slug },
            "exported_at": actor.cx.now.iso_micros(),
            "exported_by": actor.person.name,
            "filters": asked.set(),
            "complete": !asked.is_narrowed() && Visibility::of(conn, actor)? == Visibility::Everything,
            "first": first,
            "last": last,
            "public_key": actor.cx.app.keys.signer().public_key(),
            "seals": seal::between(conn, actor.organization, first, last)?.iter().map(|seal| {
                json!({ "day": seal.day, "seq": seal.seq, "hash": seal.hash, "signature": seal.signature })
            }).collect::<Vec<_>>(),
        });
        let file = format!("{}-audit-{}", actor.slug, actor.cx.now.day());
        Ok(Range { wanted, first, last, file, head })
    })
    .await
}

fn read(conn: &mut Conn, actor: &Actor, asked: &AuditQuery) -> Result<Filter, AppError> {
    asked.read(conn, actor.organization)?.map_err(|errors| {
        let wrong: Vec<String> = errors.iter().map(|(field, what)| format!("{field}: {what}")).collect();
        AppError::Unreadable(format!("The filters cannot be read. {}.", wrong.join(". ")))
    })
}

/// The next lines of a range, and the number that was passed; as somebody who still holds the right.
async fn piece(gate: &Gate<ExportAudit>, range: &Range, after: i64) -> Result<query::Piece, AppError> {
    let (wanted, last) = (range.wanted.clone(), range.last);
    gate.read(move |actor, conn| {
        let sight = Visibility::of(conn, actor)?;
        Ok(query::piece(
            conn,
            actor.organization,
            &wanted,
            &sight,
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

const COLUMNS: [&str; 16] = [
    "line",
    "time",
    "actor",
    "actor id",
    "allowed by",
    "action",
    "what",
    "target kind",
    "target id",
    "target",
    "before",
    "after",
    "ip",
    "browser",
    "request id",
    "hash",
];

fn row(sheet: &mut Sheet, line: &Entry) {
    sheet.row([
        line.seq.to_string().as_str(),
        &line.at.iso_micros(),
        &line.actor_name,
        line.actor_id.as_deref().unwrap_or_default(),
        line.on_behalf_of.as_deref().unwrap_or_default(),
        &line.action,
        &line.sentence(),
        &line.target_kind,
        &line.target_id,
        &line.target_label,
        &line.before,
        &line.after,
        &line.ip,
        &line.agent,
        &line.request_id,
        &line.hash,
    ]);
}

/// `GET /organizations/{slug}/settings/audit.csv`
pub async fn sheet(gate: Gate<ExportAudit>, asked: web::Query<AuditQuery>) -> Result<HttpResponse, AppError> {
    let range = Rc::new(begin(&gate, asked.into_inner(), "csv").await?);
    let (gate, name) = (Rc::new(gate), format!("{}.csv", range.file));
    let body = Pieces::new(range.first - 1, move |after| -> Making<i64> {
        let (gate, range) = (gate.clone(), range.clone());
        Box::pin(async move {
            let begins = after == range.first - 1;
            if after >= range.last && !begins {
                return Ok(None);
            }
            let piece = piece(&gate, &range, after).await?;
            let mut sheet = if begins {
                Sheet::new(&COLUMNS)
            } else {
                Sheet::going_on()
            };
            piece.lines.iter().for_each(|line| row(&mut sheet, line));
            // An empty range has its head row all the same, and ends.
            Ok(Some((sheet.into_bytes(), piece.through.max(range.first))))
        })
    });
    Ok(file(&name, "text/csv; charset=utf-8", BoxBody::new(body)))
}

/// How far a JSONL file came: everything written so far is in the hash that its last line signs.
struct Written {
    stage: Stage,
    hash: Sha256,
    lines: i64,
}

enum Stage {
    Head,
    /// Behind this number.
    Lines(i64),
    Over,
}

/// `GET /organizations/{slug}/settings/audit.jsonl`
pub async fn lines(gate: Gate<ExportAudit>, asked: web::Query<AuditQuery>) -> Result<HttpResponse, AppError> {
    let range = Rc::new(begin(&gate, asked.into_inner(), "jsonl").await?);
    let (gate, name) = (Rc::new(gate), format!("{}.jsonl", range.file));
    let start = Written {
        stage: Stage::Head,
        hash: Sha256::new(),
        lines: 0,
    };
    let body = Pieces::new(start, move |written: Written| -> Making<Written> {
        let (gate, range) = (gate.clone(), range.clone());
        Box::pin(async move { go_on(&gate, &range, written).await })
    });
    Ok(file(&name, "application/jsonl; charset=utf-8", BoxBody::new(body)))
}

async fn go_on(
    gate: &Gate<ExportAudit>,
    range: &Range,
    mut written: Written,
) -> Result<Option<(Vec<u8>, Written)>, AppError> {
    let mut text = String::new();
    match written.stage {
        Stage::Over => return Ok(None),
        Stage::Head => {
            text = format!("{}\n", range.head);
            written.stage = Stage::Lines(range.first - 1);
        }
        Stage::Lines(after) if after < range.last => {
            let piece = piece(gate, range, after).await?;
            for line in &piece.lines {
                text += &line.json().to_string();
                text.push('\n');
            }
            written.lines += i64::try_from(piece.lines.len()).unwrap_or_default();
            written.stage = Stage::Lines(piece.through);
        }
        Stage::Lines(_) => {
            let (digest, lines, last) = (hex(&written.hash.clone().finalize()), written.lines, range.last);
            let end = gate
                .read(move |actor, conn| end(actor, conn, &digest, lines, last))
                .await?;
            written.stage = Stage::Over;
            text = format!("{end}\n");
        }
    }
    written.hash.update(text.as_bytes());
    Ok(Some((text.into_bytes(), written)))
}

/// The last line: where the chain stood at the end of the range, and a signature on that and on every byte before.
fn end(actor: &Actor, conn: &mut Conn, digest: &str, lines: i64, last: i64) -> Result<Value, AppError> {
    let line = query::find(conn, actor.organization, last)?;
    let (seq, hash) = line.map_or((0, String::new()), |line| (line.seq, line.hash));
    let at = Time::iso_micros(actor.cx.now);
    let signer = actor.cx.app.keys.signer();
    let message = seal::message(actor.organization, &at, seq, &hash);
    Ok(json!({
        "type": "end",
        "at": at,
        "lines": lines,
        "seq": seq,
        "hash": hash,
        "signature": signer.sign(message.as_bytes()),
        "file": digest,
        "file_signature": signer.sign(format!("tenantry-export-1\n{digest}").as_bytes()),
    }))
}
