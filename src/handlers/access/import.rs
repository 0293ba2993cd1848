//! Importing roles from a CSV file: the page shows what would change, the next request applies it.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use crate::auth::Gate;
use crate::auth::actor::Actor;
use crate::authz::permission::AssignCompanies;
use crate::common::error::AppError;
use crate::common::fields::Fields;
use crate::common::form::FormErrors;
use crate::common::html::Page;
use crate::db::Conn;
use crate::db::types::organization::UnitLabel;
use crate::handlers::access::matrix_csv::{MOST, SheetError};
use crate::handlers::access::{matrix_csv, messages};
use crate::services::access_matrix::ChangeKind;
use crate::services::access_matrix::import;
use crate::services::access_matrix::import::{ImportError, ImportPlan, PlannedChange};
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;
use crate::web::nav;
use crate::web::nav::NavTab;

/// The most lines with errors on the page.
const SHOWN: usize = 20;

#[derive(Template)]
#[template(path = "access/import.html")]
struct ImportPage {
    layout: Layout,
    organization: String,
    unit: UnitLabel,
    tabs: Vec<&'static NavTab>,
    tab: &'static str,
    base: String,
    typed: String,
    errors: FormErrors,
    /// Line and error.
    wrong: Vec<(u64, String)>,
    /// The number of further lines with errors.
    more_wrong: usize,
    plan: Option<ImportPlan>,
    /// The rows of the plan, to be applied.
    rows: String,
    /// Whether something changed since the plan was shown.
    stale: bool,
}

crate::page!(ImportPage);

impl ImportPage {
    fn load(conn: &mut Conn, actor: &Actor) -> Result<Self, AppError> {
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

    /// What the text would change, or what is wrong with it.
    fn plan(conn: &mut Conn, actor: &Actor, text: &str) -> Result<Self, AppError> {
        let page = Self::load(conn, actor)?;
        let rows = match matrix_csv::read(text) {
            Ok(rows) => rows,
            Err(error) => return Ok(page.refused(text, ImportRefusal::Sheet(error))),
        };
        match import::plan(conn, actor, &rows) {
            Ok(plan) => Ok(page.showing(plan)),
            Err(ImportError::Failed(error)) => Err(error),
            Err(error) => Ok(page.refused(text, ImportRefusal::Import(error))),
        }
    }

    fn refused(mut self, text: &str, refusal: ImportRefusal) -> Self {
        text.clone_into(&mut self.typed);
        let unit = self.unit;
        let mut wrong: Vec<(u64, String)> = match refusal {
            ImportRefusal::NotText(message) => {
                self.errors = FormErrors::one("csv", message);
                return self;
            }
            ImportRefusal::Sheet(SheetError::Text(message)) => {
                self.errors = FormErrors::one("text", message);
                return self;
            }
            ImportRefusal::Sheet(SheetError::Lines(errors)) => errors
                .into_iter()
                .map(|error| (error.line().unwrap_or_default() as u64, error.message()))
                .collect(),
            ImportRefusal::Import(ImportError::Lines(errors)) => {
                let message = |(line, error)| (line, messages::line(&error, unit));
                errors.into_iter().map(message).collect()
            }
            ImportRefusal::Import(ImportError::Faults(faults)) => faults
                .into_iter()
                .map(|fault| {
                    let message = messages::fault(&fault.reason, unit);
                    (fault.line, format!("{}: {message}", fault.name))
                })
                .collect(),
            ImportRefusal::Import(ImportError::Stale | ImportError::Failed(_)) => Vec::new(),
        };
        self.more_wrong = wrong.len().saturating_sub(SHOWN);
        wrong.truncate(SHOWN);
        self.errors = FormErrors::one("text", "Some lines have errors, so nothing changed");
        self.wrong = wrong;
        self
    }

    fn showing(mut self, plan: ImportPlan) -> Self {
        self.rows = matrix_csv::write(plan.rows.iter());
        self.plan = Some(plan);
        self
    }

    fn limit() -> String {
        format!("Up to {MOST} rows and 512 KB. Leave out what stays the same.")
    }

    fn is_refused(&self) -> bool {
        !self.errors.is_empty() || self.stale
    }

    fn summary(plan: &ImportPlan) -> String {
        format!(
            "{} added, {} changed, {} removed, {} unchanged",
            plan.count(ChangeKind::Added),
            plan.count(ChangeKind::Changed),
            plan.count(ChangeKind::Removed),
            plan.unchanged()
        )
    }

    /// The badge of a change and its tone.
    fn badge(planned: &PlannedChange) -> (&'static str, &'static str) {
        match planned.change.kind() {
            ChangeKind::Added => ("Add", "success"),
            ChangeKind::Changed => ("Change", "info"),
            ChangeKind::Removed => ("Remove", "danger"),
        }
    }
}

/// Why a file is not imported.
enum ImportRefusal {
    /// The file is not text.
    NotText(&'static str),
    /// The text is not a list of roles.
    Sheet(SheetError),
    Import(ImportError),
}

/// `GET /organizations/{slug}/access/matrix/import`
pub async fn new(gate: Gate<AssignCompanies>) -> Result<HttpResponse, AppError> {
    gate.show(|actor, conn| ImportPage::load(conn, actor)).await
}

/// `POST /organizations/{slug}/access/matrix/import`: shows what the file would change, and changes nothing.
pub async fn show(gate: Gate<AssignCompanies>, fields: Fields) -> Result<HttpResponse, AppError> {
    let page = gate
        .read(move |actor, conn| {
            if let Err(message) = fields.check_text("csv") {
                let refusal = ImportRefusal::NotText(message);
                return Ok(ImportPage::load(conn, actor)?.refused(fields.get("text"), refusal));
            }
            let file = fields.get("csv");
            let text = if file.trim().is_empty() {
                fields.get("text")
            } else {
                file
            };
            ImportPage::plan(conn, actor, text)
        })
        .await?;
    let status = if page.is_refused() {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    page.respond(status, gate.fragment())
}

/// `POST /organizations/{slug}/access/matrix/import/applying`: applies the plan that was shown, if it is still the same.
pub async fn create(gate: Gate<AssignCompanies>, fields: Fields) -> Result<HttpResponse, AppError> {
    let text = fields.get("rows").to_owned();
    let rows = match matrix_csv::read(&text) {
        Ok(rows) => rows,
        Err(error) => return refuse(&gate, text, ImportRefusal::Sheet(error)).await,
    };
    let imported = gate
        .try_write(move |actor, conn| {
            let (plan, events) = import::import(conn, actor, &rows)?;
            // Members who changed their own role may not view the matrix any more.
            let own = plan.changes.iter().any(|planned| planned.change.cell.0 == actor.id);
            let path = actor.path(if own { "" } else { "/access/matrix" });
            Ok(((plan.changes.len(), path), events))
        })
        .await;
    match imported {
        Ok((1, path)) => Ok(gate.done("1 change saved", &path)),
        Ok((count, path)) => Ok(gate.done(format!("{count} changes saved"), &path)),
        Err(ImportError::Failed(error)) => Err(error),
        Err(ImportError::Stale) => {
            gate.refused(move |actor, conn| {
                let page = ImportPage::plan(conn, actor, &text)?;
                let stale = page.plan.is_some();
                Ok(ImportPage { stale, ..page })
            })
            .await
        }
        Err(error) => refuse(&gate, text, ImportRefusal::Import(error)).await,
    }
}

async fn refuse(gate: &Gate<AssignCompanies>, text: String, refusal: ImportRefusal) -> Result<HttpResponse, AppError> {
    gate.refused(move |actor, conn| Ok(ImportPage::load(conn, actor)?.refused(&text, refusal)))
        .await
}
