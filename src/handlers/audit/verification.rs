//! The check of the whole chain, in steps that hold up nobody; and the key by which anybody checks an export.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::app::Ctx;
use crate::audit::seal;
use crate::audit::seal::Seal;
use crate::audit::verify;
use crate::audit::verify::{Cursor, Step};
use crate::audit::{chain, query};
use crate::auth::Gate;
use crate::auth::actor::Actor;
use crate::authz::permission::ViewAudit;
use crate::common::error::AppError;
use crate::common::html::{download, html, number};
use crate::db::Conn;
use crate::db::types::org_id::OrgId;
use crate::handlers::audit::rules;
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;
use crate::web::nav;
use crate::web::nav::Tab;

/// So many lines are checked in one request: a second's work, or two.
const LINES: i64 = 50_000;

/// How far a check came.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct VerificationQuery {
    run: String,
    cursor: String,
    /// So many lines at a time, up to what is good for a request.
    lines: Option<i64>,
}

impl VerificationQuery {
    fn lines(&self) -> i64 {
        self.lines.unwrap_or(LINES).clamp(1, LINES)
    }
}

/// What the page says of the check.
enum Check {
    /// Nobody asked for it yet.
    Idle,
    /// So many lines hold, and there are more: the way on.
    Going { through: String, next: String },
    /// Every line holds.
    Whole { lines: i64, sealed: Option<Seal> },
    /// The first line that does not.
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
    tabs: Vec<&'static Tab>,
    tab: &'static str,
    path: String,
    base: String,
    lines: String,
    any: bool,
    seal: Option<Seal>,
    key: String,
    check: Check,
}

/// `GET /organizations/{slug}/settings/audit/verification`
pub async fn page(gate: Gate<ViewAudit>, asked: web::Query<VerificationQuery>) -> Result<HttpResponse, AppError> {
    let asked = asked.into_inner();
    let page = gate.read(move |actor, conn| load(actor, conn, &asked)).await?;
    if gate.fragment() {
        html(page.as_check())
    } else {
        html(page)
    }
}

fn load(actor: &Actor, conn: &mut Conn, asked: &VerificationQuery) -> Result<VerificationPage, AppError> {
    let organization = actor.organization;
    let base = actor.path("/settings/audit");
    let lines = chain::head(conn, organization)?.map_or(0, |(seq, _)| seq);
    let check = if asked.run.is_empty() && asked.cursor.is_empty() {
        Check::Idle
    } else {
        check(actor, conn, asked, &base)?
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

fn check(actor: &Actor, conn: &mut Conn, asked: &VerificationQuery, base: &str) -> Result<Check, AppError> {
    let (cx, organization) = (&actor.cx, actor.organization);
    let signer = cx.app.keys.signer();
    let cursor = opened(cx, organization, &asked.cursor).unwrap_or_default();
    Ok(
        match verify::step(conn, &signer, organization, cursor, asked.lines())? {
            Step::On(cursor) => Check::Going {
                through: number(&cursor.seq),
                next: format!(
                    "{base}/verification?cursor={}&lines={}",
                    sealed(cx, organization, &cursor),
                    asked.lines()
                ),
            },
            Step::Whole(whole) => Check::Whole {
                lines: whole.lines,
                sealed: whole.seal,
            },
            Step::Broken(broken) => {
                tracing::error!(%organization, line = broken.line, what = %broken, "the audit log does not hold");
                let there = query::find(conn, organization, broken.line)?.is_some();
                Check::Broken {
                    what: rules::capital(&broken.to_string()),
                    line: broken.line,
                    href: there.then(|| format!("{base}/{}", broken.line)),
                }
            }
        },
    )
}

/// A cursor travels through the browser, so it is signed: nobody makes a link that says “all well” of lines unseen.
fn proof(organization: OrgId, cursor: &Cursor) -> String {
    format!(
        "tenantry-verification-1\n{organization}\n{}\n{}",
        cursor.seq, cursor.hash
    )
}

fn sealed(cx: &Ctx, organization: OrgId, cursor: &Cursor) -> String {
    let signature = cx.app.keys.signer().sign(proof(organization, cursor).as_bytes());
    format!("{}.{}.{signature}", cursor.seq, cursor.hash)
}

fn opened(cx: &Ctx, organization: OrgId, text: &str) -> Option<Cursor> {
    let (seq, hash, signature) = rules::parts(text)?;
    let cursor = Cursor {
        seq,
        hash: hash.to_owned(),
    };
    let signed = proof(organization, &cursor);
    cx.app
        .keys
        .signer()
        .verifies(signed.as_bytes(), signature)
        .then_some(cursor)
}

/// `GET /organizations/{slug}/settings/audit/key.pem`
pub async fn key(gate: Gate<ViewAudit>) -> Result<HttpResponse, AppError> {
    let pem = gate
        .read(|actor, _| Ok(actor.cx.app.keys.signer().public_pem()))
        .await?;
    Ok(download("tenantry-key.pem", "application/x-pem-file", pem.into_bytes()))
}
