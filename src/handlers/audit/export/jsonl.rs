//! The log as JSON lines, signed at the end.

use std::rc::Rc;

use actix_web::body::BoxBody;
use actix_web::{HttpResponse, web};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::audit::{query, seal};
use crate::auth::Gate;
use crate::auth::actor::Actor;
use crate::authz::permission::ExportAudit;
use crate::common::error::AppError;
use crate::common::pieces::{Making, Pieces};
use crate::common::time::Time;
use crate::common::token::hex;
use crate::db::Conn;
use crate::handlers::audit::export::{ExportRange, begin, file, piece};
use crate::handlers::audit::filter::AuditQuery;

/// How far a file is written. The hash of everything so far is signed in its last line.
struct ExportProgress {
    stage: ExportStage,
    hash: Sha256,
    lines: i64,
}

enum ExportStage {
    Head,
    /// After this number.
    Lines(i64),
    Over,
}

/// `GET /organizations/{slug}/settings/audit.jsonl`
pub async fn show(gate: Gate<ExportAudit>, query: web::Query<AuditQuery>) -> Result<HttpResponse, AppError> {
    let range = Rc::new(begin(&gate, query.into_inner(), "jsonl").await?);
    let (gate, name) = (Rc::new(gate), format!("{}.jsonl", range.file));
    let start = ExportProgress {
        stage: ExportStage::Head,
        hash: Sha256::new(),
        lines: 0,
    };
    let body = Pieces::new(start, move |written: ExportProgress| -> Making<ExportProgress> {
        let (gate, range) = (gate.clone(), range.clone());
        Box::pin(async move { go_on(&gate, &range, written).await })
    });
    Ok(file(&name, "application/jsonl; charset=utf-8", BoxBody::new(body)))
}

async fn go_on(
    gate: &Gate<ExportAudit>,
    range: &ExportRange,
    mut written: ExportProgress,
) -> Result<Option<(Vec<u8>, ExportProgress)>, AppError> {
    let mut text = String::new();
    match written.stage {
        ExportStage::Over => return Ok(None),
        ExportStage::Head => {
            text = format!("{}\n", range.head);
            written.stage = ExportStage::Lines(range.first - 1);
        }
        ExportStage::Lines(after) if after < range.last => {
            let piece = piece(gate, range, after).await?;
            for line in &piece.lines {
                text += &line.json().to_string();
                text.push('\n');
            }
            written.lines += i64::try_from(piece.lines.len()).unwrap_or_default();
            written.stage = ExportStage::Lines(piece.through);
        }
        ExportStage::Lines(_) => {
            let (digest, lines, last) = (hex(&written.hash.clone().finalize()), written.lines, range.last);
            let end = gate
                .read(move |actor, conn| end(actor, conn, &digest, lines, last))
                .await?;
            written.stage = ExportStage::Over;
            text = format!("{end}\n");
        }
    }
    written.hash.update(text.as_bytes());
    Ok(Some((text.into_bytes(), written)))
}

/// The last line: the end of the chain in this range, and signatures of that and of every byte before.
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
