//! The verification of the whole chain, in steps, so that it does not block other requests.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::app::Ctx;
use crate::audit::chain;
use crate::audit::seal;
use crate::audit::seal::Seal;
use crate::audit::verify;
use crate::audit::verify::{VerifyCursor, VerifyStep};
use crate::auth::Gate;
use crate::auth::actor::Actor;
use crate::authz::permission::ViewAudit;
use crate::common::error::AppError;
use crate::common::html::number;
use crate::db::Conn;
use crate::db::types::org_id::OrgId;
use crate::handlers::audit::labels;
use crate::handlers::audit::rules;
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;
use crate::web::nav;
use crate::web::nav::NavTab;

/// Events verified in one request: one or two seconds of work.
const LINES: i64 = 50_000;

/// How far a verification is.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct VerificationQuery {
    run: String,
    cursor: String,
    /// Events at a time, at most `LINES`.
    lines: Option<i64>,
}

impl VerificationQuery {
    fn lines(&self) -> i64 {
        self.lines.unwrap_or(LINES).clamp(1, LINES)
    }
}

/// The state of the verification.
enum VerificationCheck {
    /// Not started.
    Idle,
    /// The first events are valid, as `through` says, and there are more.
    Going { through: String, next: String },
    /// Every event is valid.
    Whole { valid: String, sealed: Option<Seal> },
    /// The first invalid event.
    Broken {
        what: String,
        line: i64,
        href: Option<String>,
    },
}

#[derive(Template)]
#[template(path = "audit/verification.html", blocks = ["check"])]
struct VerificationPage {
    layout: Layout,
    tabs: Vec<&'static NavTab>,
    tab: &'static str,
    path: String,
    base: String,
    lines: String,
    any: bool,
    seal: Option<Seal>,
    key: String,
    check: VerificationCheck,
}

crate::page!(VerificationPage => as_check);

fn valid(lines: i64) -> String {
    match lines {
        1 => "Event 1 is valid".to_owned(),
        n => format!("All events from 1 to {} are valid", number(&n)),
    }
}

/// `GET /organizations/{slug}/settings/audit/verification`
pub async fn show(gate: Gate<ViewAudit>, query: web::Query<VerificationQuery>) -> Result<HttpResponse, AppError> {
    let query = query.into_inner();
    gate.show(move |actor, conn| load(actor, conn, &query)).await
}

fn load(actor: &Actor, conn: &mut Conn, query: &VerificationQuery) -> Result<VerificationPage, AppError> {
    let organization = actor.organization;
    let base = actor.path("/settings/audit");
    let lines = chain::head(conn, organization)?.map_or(0, |(seq, _)| seq);
    let check = if query.run.is_empty() && query.cursor.is_empty() {
        VerificationCheck::Idle
    } else {
        check(actor, conn, query, &base)?
    };
    Ok(VerificationPage {
        layout: actor.layout(conn, "settings")?,
        tabs: nav::settings(actor.permissions),
        tab: "audit",
        path: actor.path("/settings"),
        lines: number(&lines),
        any: lines > 0,
        seal: seal::latest(conn, organization)?,
        key: actor.cx.app.keys.signer().public_pem(),
        check,
        base,
    })
}

fn check(actor: &Actor, conn: &mut Conn, query: &VerificationQuery, base: &str) -> Result<VerificationCheck, AppError> {
    let (cx, organization) = (&actor.cx, actor.organization);
    let signer = cx.app.keys.signer();
    let cursor = opened(cx, organization, &query.cursor).unwrap_or_default();
    Ok(
        match verify::step(conn, &signer, organization, cursor, query.lines())? {
            VerifyStep::On(cursor) => VerificationCheck::Going {
                through: match cursor.seq {
                    1 => "Event 1 is valid".to_owned(),
                    seq => format!("Events 1 to {} are valid", number(&seq)),
                },
                next: format!(
                    "{base}/verification?cursor={}&lines={}",
                    sealed(cx, organization, &cursor),
                    query.lines()
                ),
            },
            VerifyStep::Whole(whole) => VerificationCheck::Whole {
                valid: valid(whole.lines),
                sealed: whole.seal,
            },
            VerifyStep::Broken(broken) => {
                tracing::error!(%organization, line = broken.line, what = %broken, "the audit log is not valid");
                let there = crate::audit::query::find(conn, organization, broken.line)?.is_some();
                VerificationCheck::Broken {
                    what: labels::capital(&broken.to_string()),
                    line: broken.line,
                    href: there.then(|| format!("{base}/{}", broken.line)),
                }
            }
        },
    )
}

/// The cursor goes through the browser, so it is signed: no one can make a link that skips events.
fn signed_text(organization: OrgId, cursor: &VerifyCursor) -> String {
    format!(
        "tenantry-verification-1\n{organization}\n{}\n{}",
        cursor.seq, cursor.hash
    )
}

fn sealed(cx: &Ctx, organization: OrgId, cursor: &VerifyCursor) -> String {
    let signature = cx.app.keys.signer().sign(signed_text(organization, cursor).as_bytes());
    format!("{}.{}.{signature}", cursor.seq, cursor.hash)
}

fn opened(cx: &Ctx, organization: OrgId, text: &str) -> Option<VerifyCursor> {
    let (seq, hash, signature) = rules::parts(text)?;
    let cursor = VerifyCursor {
        seq,
        hash: hash.to_owned(),
    };
    let signed = signed_text(organization, &cursor);
    cx.app
        .keys
        .signer()
        .verifies(signed.as_bytes(), signature)
        .then_some(cursor)
}
