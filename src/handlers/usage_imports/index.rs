//! The files that were imported, and the form for another one.

use std::collections::HashMap;

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::auth::Gate;
use crate::auth::actor::Actor;
use crate::authz::permission::EditCompanyData;
use crate::common::error::AppError;
use crate::common::fields::{Fields, LargeFields};
use crate::common::form::FormErrors;
use crate::common::html::{number, on_this_page};
use crate::common::id::MembershipId;
use crate::common::paging::{Cursor, Page};
use crate::db::Conn;
use crate::db::types::organization::UnitLabel;
use crate::db::types::usage_import::{ImportKind, ImportStatus};
use crate::handlers::usage_imports::words;
use crate::models::usage_import::UsageImport;
use crate::models::{member_names, usage_import};
use crate::services::usage_imports::create::{ImportFile, ImportFileError};
use crate::services::usage_imports::{create, seen_of};
use crate::web::layout::{Layout, PageLayout};

/// Rows of a page.
const PAGE: usize = 25;

/// The most lines with errors on the page.
const SHOWN: usize = 20;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ImportsQuery {
    after: String,
}

/// A file in the list.
struct ImportLine {
    name: String,
    href: String,
    kind: ImportKind,
    badge: (&'static str, &'static str),
    result: String,
    by: String,
    at: (String, String),
}

/// What was sent, and what is wrong with it.
#[derive(Default)]
struct Refused {
    kind: String,
    text: String,
    errors: FormErrors,
    lines: Vec<(usize, String)>,
}

#[derive(Template)]
#[template(path = "usage_imports/index.html")]
struct ImportsPage {
    layout: Layout,
    unit: UnitLabel,
    base: String,
    /// Back to the reports, for those who may view them.
    report: Option<String>,
    kind: String,
    typed: String,
    errors: FormErrors,
    /// Line and error.
    wrong: Vec<(usize, String)>,
    more_wrong: usize,
    rows: Vec<ImportLine>,
    previous: Option<String>,
    next: Option<String>,
}

crate::page!(ImportsPage);

impl ImportsPage {
    fn load(conn: &mut Conn, actor: &Actor, cursor: Option<&Cursor>, mut refused: Refused) -> Result<Self, AppError> {
        let base = actor.path("/imports");
        let found = usage_import::page(conn, actor.organization, seen_of(actor), cursor, PAGE)?;
        let page = Page::cut(found, PAGE, cursor, |import| (Vec::new(), import.id.to_string()));
        let members: Vec<MembershipId> = page.rows.iter().map(|import| import.created_by).collect();
        let names = member_names::names(conn, actor.organization, members)?;
        let link = |after: Option<String>| after.map(|after| format!("{base}?after={after}"));
        let more_wrong = refused.lines.len().saturating_sub(SHOWN);
        refused.lines.truncate(SHOWN);
        Ok(Self {
            layout: actor.layout(conn, "reporting")?,
            unit: actor.unit,
            report: actor.permissions.view_reporting().then(|| actor.path("/reporting")),
            kind: refused.kind,
            typed: refused.text,
            errors: refused.errors,
            wrong: refused.lines,
            more_wrong,
            rows: page.rows.iter().map(|import| line(actor, &names, import)).collect(),
            previous: link(page.previous),
            next: link(page.next),
            base,
        })
    }

    fn caption(&self) -> String {
        on_this_page(self.rows.len(), "import", "imports")
    }
}

fn line(actor: &Actor, names: &HashMap<MembershipId, String>, import: &UsageImport) -> ImportLine {
    let counts = import.counts();
    ImportLine {
        name: import.file_name.clone(),
        href: actor.path(&format!("/imports/{}", import.id)),
        kind: import.kind,
        badge: match import.status {
            ImportStatus::Draft => ("Not imported yet", "warning"),
            ImportStatus::Running => ("Importing", "info"),
            ImportStatus::Finished if counts.rejected > 0 => ("Imported in part", "warning"),
            ImportStatus::Finished => ("Imported", "success"),
            ImportStatus::Stopped => ("Stopped", "danger"),
        },
        result: match import.status {
            ImportStatus::Draft => format!("{} rows", number(&import.row_count)),
            _ => format!(
                "{} imported, {} rejected",
                number(&counts.accepted),
                number(&counts.rejected)
            ),
        },
        by: names.get(&import.created_by).cloned().unwrap_or_default(),
        at: (import.created_at.iso(), import.created_at.ago(actor.cx.now, actor.zone)),
    }
}

/// `GET /organizations/{slug}/imports`
pub async fn index(gate: Gate<EditCompanyData>, query: web::Query<ImportsQuery>) -> Result<HttpResponse, AppError> {
    let cursor = Cursor::parse(&query.after);
    gate.show(move |actor, conn| ImportsPage::load(conn, actor, cursor.as_ref(), Refused::default()))
        .await
}

/// `POST /organizations/{slug}/imports`: keeps a file and imports nothing yet.
pub async fn create(gate: Gate<EditCompanyData>, fields: LargeFields) -> Result<HttpResponse, AppError> {
    let fields = fields.0;
    let refused = match read(&fields) {
        Err(refused) => refused,
        Ok(file) => {
            let written = gate
                .try_write(move |actor, conn| {
                    let (id, events) = create::create(conn, actor, &file)?;
                    Ok::<_, ImportFileError>((actor.path(&format!("/imports/{id}")), events))
                })
                .await;
            match written {
                Ok(path) => return Ok(gate.done("File read. Check it, then import it", &path)),
                Err(ImportFileError::Failed(error)) => return Err(error),
                Err(error) => refusal(&fields, &error),
            }
        }
    };
    gate.refused(move |actor, conn| ImportsPage::load(conn, actor, None, refused))
        .await
}

fn read(fields: &Fields) -> Result<ImportFile, Refused> {
    let refuse = |field: &'static str, message: &str| Refused {
        kind: fields.get("kind").to_owned(),
        text: fields.get("text").to_owned(),
        errors: FormErrors::one(field, message),
        lines: Vec::new(),
    };
    let Some(kind) = ImportKind::parse(fields.get("kind")) else {
        return Err(refuse("kind", "Choose what the rows are"));
    };
    if let Err(message) = fields.check_text("csv") {
        return Err(refuse("csv", message));
    }
    let (name, text) = match (fields.get("csv"), fields.get("text")) {
        (file, text) if file.trim().is_empty() && text.trim().is_empty() => {
            return Err(refuse("csv", "Choose a file or paste rows"));
        }
        (file, text) if file.trim().is_empty() => ("Pasted rows", text),
        (file, _) => (
            Some(fields.file_name("csv"))
                .filter(|name| !name.trim().is_empty())
                .unwrap_or("File"),
            file,
        ),
    };
    ImportFile::read(kind, name, text).map_err(|error| refusal(fields, &error))
}

fn refusal(fields: &Fields, error: &ImportFileError) -> Refused {
    let (message, lines) = words::file(error);
    let field = if fields.get("csv").trim().is_empty() {
        "text"
    } else {
        "csv"
    };
    Refused {
        kind: fields.get("kind").to_owned(),
        text: fields.get("text").to_owned(),
        errors: FormErrors::one(field, message),
        lines,
    }
}
