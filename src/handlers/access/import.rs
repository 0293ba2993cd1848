//! Taking a sheet of roles in: what it would change is shown first, and then all of it is done or nothing.

pub mod plan;

use actix_web::HttpResponse;
use askama::Template;
use serde_json::json;

use crate::audit::{Action, Event, Events};
use crate::auth::Gate;
use crate::auth::actor::Actor;
use crate::authz::permission::AssignCompanies;
use crate::common::error::AppError;
use crate::common::fields::Fields;
use crate::common::form::FormErrors;
use crate::common::html::{html, refused, see_other};
use crate::db::Conn;
use crate::db::types::organization::UnitLabel;
use crate::handlers::access::import::plan::{ChangeKind, Plan};
use crate::handlers::access::rules;
use crate::handlers::access::rules::MOST;
use crate::services::members::access_matrix;
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;
use crate::web::nav;
use crate::web::nav::Tab;

/// So many wrong lines are told at once.
const TOLD: usize = 50;

#[derive(Template)]
#[template(path = "access/import.html")]
struct ImportPage {
    layout: Layout,
    organization: String,
    unit: UnitLabel,
    tabs: Vec<&'static Tab>,
    tab: &'static str,
    base: String,
    typed: String,
    errors: FormErrors,
    /// Line and sentence of what is wrong in the sheet.
    wrong: Vec<(u64, String)>,
    /// How many more lines are wrong.
    more_wrong: usize,
    plan: Option<Plan>,
    /// The rows on their way to be applied.
    rows: String,
    /// Whether something changed since the changes were shown.
    stale: bool,
}

impl ImportPage {
    fn of(conn: &mut Conn, actor: &Actor) -> Result<Self, AppError> {
        Ok(Self {
            layout: actor.layout(conn, "access")?,
            organization: actor.organization_name.clone(),
            unit: actor.unit,
            tabs: nav::access(actor.permissions),
            tab: "/matrix",
            base: actor.path("/access"),
            typed: String::new(),
            errors: FormErrors::none(),
            wrong: Vec::new(),
            more_wrong: 0,
            plan: None,
            rows: String::new(),
            stale: false,
        })
    }

    fn wrong_with(mut self, text: &str, mut wrong: Vec<(u64, String)>) -> Self {
        let told = wrong.len().min(TOLD);
        self.more_wrong = wrong.len() - told;
        wrong.truncate(told);
        self.errors = FormErrors::one("text", "Some lines are wrong, so nothing was changed");
        self.wrong = wrong;
        text.clone_into(&mut self.typed);
        self
    }

    /// The changes, to be confirmed.
    fn showing(mut self, plan: Plan) -> Self {
        self.rows = rules::write(plan.lines.iter().map(|line| &line.row));
        self.plan = Some(plan);
        self
    }

    fn limit() -> String {
        format!("Up to {MOST} rows and 512 KB. Leave out what stays as it is.")
    }

    fn is_refused(&self) -> bool {
        !self.errors.is_empty() || self.stale
    }
}

/// `GET /organizations/{slug}/access/matrix/import`
pub async fn form(gate: Gate<AssignCompanies>) -> Result<HttpResponse, AppError> {
    html(gate.read(|actor, conn| ImportPage::of(conn, actor)).await?)
}

/// `POST /organizations/{slug}/access/matrix/import`: shows what the sheet would change, and changes nothing.
pub async fn show(gate: Gate<AssignCompanies>, fields: Fields) -> Result<HttpResponse, AppError> {
    let page = gate
        .read(move |actor, conn| {
            let file = fields.get("csv");
            let text = if file.trim().is_empty() {
                fields.get("text")
            } else {
                file
            };
            let page = ImportPage::of(conn, actor)?;
            let rows = match rules::read(text) {
                Ok(rows) => rows,
                Err(sentence) => {
                    return Ok(ImportPage {
                        typed: text.to_owned(),
                        errors: FormErrors::one("text", sentence),
                        ..page
                    });
                }
            };
            Ok(match Plan::of(conn, actor, rows)? {
                Ok(plan) => page.showing(plan),
                Err(wrong) => page.wrong_with(text, wrong),
            })
        })
        .await?;
    if page.is_refused() { refused(page) } else { html(page) }
}

enum Answer {
    Done(usize, String),
    Refused(Box<ImportPage>),
}

/// `POST /organizations/{slug}/access/matrix/import/applying`: does what was shown, if it is still what would be shown.
pub async fn apply(gate: Gate<AssignCompanies>, fields: Fields) -> Result<HttpResponse, AppError> {
    let answer = gate
        .write(move |actor, conn| applied(conn, actor, fields.get("rows")))
        .await?;
    match answer {
        Answer::Done(changes, path) => {
            gate.tell("success", plural(changes, "change was made", "changes were made"));
            Ok(see_other(gate.fragment(), &path))
        }
        Answer::Refused(page) => refused(*page),
    }
}

fn applied(conn: &mut Conn, actor: &Actor, text: &str) -> Result<(Answer, Events), AppError> {
    let no = |page: ImportPage| Ok((Answer::Refused(Box::new(page)), Events::none("nothing was taken in")));
    let page = ImportPage::of(conn, actor)?;
    let rows = match rules::read(text) {
        Ok(rows) => rows,
        Err(sentence) => {
            return no(ImportPage {
                errors: FormErrors::one("text", sentence),
                ..page
            });
        }
    };
    let shown: Vec<Option<String>> = rows.iter().map(|row| row.was.clone()).collect();
    let plan = match Plan::of(conn, actor, rows)? {
        Ok(plan) => plan,
        Err(wrong) => return no(page.wrong_with(text, wrong)),
    };
    let same = plan
        .lines
        .iter()
        .zip(&shown)
        .all(|(line, shown)| line.row.was == *shown);
    if !same {
        return no(ImportPage { stale: true, ..page }.showing(plan));
    }
    let changes = plan.changes();
    match access_matrix::apply(conn, actor, &changes)? {
        Ok(events) => {
            let summary = Event::new(
                Action::AccessImported,
                "organization",
                actor.organization,
                &actor.organization_name,
            )
            .after(json!({
                "added": plan.count(ChangeKind::Added),
                "changed": plan.count(ChangeKind::Changed),
                "removed": plan.count(ChangeKind::Removed),
            }));
            let own = changes.iter().any(|change| change.person == actor.id);
            // Who changed their own role may not see the matrix any more.
            let path = actor.path(if own { "" } else { "/access/matrix" });
            let events = if changes.is_empty() {
                events
            } else {
                events.and(actor.event(summary))
            };
            Ok((Answer::Done(changes.len(), path), events))
        }
        Err(faults) => {
            let wrong = faults
                .into_iter()
                .map(|fault| (fault.line, format!("{}: {}", fault.name, fault.sentence)))
                .collect();
            no(page.wrong_with(text, wrong))
        }
    }
}

fn plural(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}
