//! One file: what is in it while it is a draft, its progress, and what became of it.

use actix_web::HttpResponse;
use askama::Template;

use crate::auth::Gate;
use crate::auth::actor::Actor;
use crate::authz::permission::EditCompanyData;
use crate::common::error::AppError;
use crate::common::form::FormErrors;
use crate::common::html::number;
use crate::db::Conn;
use crate::db::types::organization::UnitLabel;
use crate::db::types::usage_import::{ImportKind, ImportStatus};
use crate::handlers::usage_imports::{ImportPath, words};
use crate::models::usage_import::rejections::Rejection;
use crate::models::usage_import::{ImportCounts, UsageImport, pieces, rejections};
use crate::services::usage_imports::columns::ImportColumns;
use crate::services::usage_imports::fields::ImportField;
use crate::services::usage_imports::preview::{LISTED, RejectedRow};
use crate::services::usage_imports::read::RowFault;
use crate::services::usage_imports::{find, preview};
use crate::web::layout::{Layout, PageLayout};

/// How many rows of the file are shown beside its columns.
const ROWS: usize = 3;

/// A column of the file.
struct ShownColumn {
    title: String,
    cells: Vec<String>,
    chosen: &'static str,
}

/// A row that is not imported.
struct ShownRejection {
    line: i64,
    column: String,
    reason: String,
}

#[derive(Template)]
#[template(path = "usage_imports/show.html", blocks = ["progress"])]
pub(super) struct ImportPage {
    layout: Layout,
    unit: UnitLabel,
    base: String,
    path: String,
    name: String,
    kind: ImportKind,
    status: ImportStatus,
    rows: i64,
    counts: ImportCounts,
    columns: Vec<ShownColumn>,
    lines: Vec<usize>,
    /// The columns as they are shown, for the confirmation.
    shown: String,
    /// Whether the columns say enough, so that there is a preview.
    readable: bool,
    rejections: Vec<ShownRejection>,
    errors: FormErrors,
}

crate::page!(ImportPage => as_progress);

impl ImportPage {
    /// `chosen`: columns that were sent and refused.
    pub(super) fn load(
        conn: &mut Conn,
        actor: &Actor,
        id: &str,
        chosen: Option<ImportColumns>,
        errors: FormErrors,
    ) -> Result<Self, AppError> {
        let import = find(conn, actor, id)?;
        if import.status == ImportStatus::Running {
            actor.cx.request.page.never_store();
        }
        let base = actor.path("/imports");
        let mut page = Self {
            layout: actor.layout(conn, "reporting")?,
            unit: actor.unit,
            path: format!("{base}/{}", import.id),
            base,
            name: import.file_name.clone(),
            kind: import.kind,
            status: import.status,
            rows: import.row_count,
            counts: import.counts(),
            columns: Vec::new(),
            lines: Vec::new(),
            shown: String::new(),
            readable: false,
            rejections: Vec::new(),
            errors,
        };
        if import.status == ImportStatus::Draft {
            page.add_draft(conn, actor, &import, chosen)?;
        } else if import.status != ImportStatus::Running {
            let found = rejections::after(
                conn,
                actor.organization,
                import.id,
                0,
                i64::try_from(LISTED).unwrap_or(i64::MAX),
            )?;
            page.rejections = found.into_iter().map(|row| shown(&row, &import, actor.unit)).collect();
        }
        Ok(page)
    }

    fn add_draft(
        &mut self,
        conn: &mut Conn,
        actor: &Actor,
        import: &UsageImport,
        chosen: Option<ImportColumns>,
    ) -> Result<(), AppError> {
        let stored = ImportColumns::read(&import.columns());
        let refused = chosen.is_some();
        let columns = chosen.unwrap_or_else(|| stored.clone());
        let first = pieces::next(conn, actor.organization, import.id, -1)?
            .unwrap_or_default()
            .1;
        let first = first.get(..ROWS.min(first.len())).unwrap_or_default();
        self.lines = first.iter().map(|row| row.line).collect();
        let column = |(at, title): (usize, String)| ShownColumn {
            title: if title.is_empty() {
                format!("Column {}", at + 1)
            } else {
                words::short(&title)
            },
            cells: first
                .iter()
                .map(|row| words::short(row.cells.get(at).map_or("", String::as_str)))
                .collect(),
            chosen: columns.0.get(at).copied().flatten().map_or("", ImportField::as_str),
        };
        self.columns = import.header().into_iter().enumerate().map(column).collect();
        self.shown = stored.texts().join(",");
        match stored.check(import.kind) {
            _ if refused => {}
            Err(fault) if self.errors.is_empty() => {
                self.errors = FormErrors::one("columns", words::columns(fault, actor.unit));
            }
            Err(_) => {}
            Ok(()) => {
                self.readable = true;
                let preview = preview::preview(conn, actor, import)?;
                self.counts = preview.counts;
                let shown = |row| shown_row(&row, &stored, import, actor.unit);
                self.rejections = preview.rejected.into_iter().map(shown).collect();
            }
        }
        Ok(())
    }

    fn choices(&self) -> Vec<(&'static str, &'static str)> {
        let mut choices = vec![("", "Not used")];
        let fields = ImportField::of(self.kind);
        choices.extend(
            fields
                .iter()
                .map(|field| (field.as_str(), words::field(*field, self.unit))),
        );
        choices
    }

    fn percent(&self) -> i64 {
        self.counts.total() * 100 / self.rows.max(1)
    }

    fn progress(&self) -> String {
        format!("{} of {} rows", number(&self.counts.total()), number(&self.rows))
    }

    /// “1 row”, “1,234 rows”.
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "templates pass references")]
    fn count(rows: &i64) -> String {
        match rows {
            1 => "1 row".into(),
            rows => format!("{} rows", number(rows)),
        }
    }

    fn unlisted(&self) -> i64 {
        self.counts.rejected - i64::try_from(self.rejections.len()).unwrap_or(i64::MAX)
    }
}

fn shown(row: &Rejection, import: &UsageImport, unit: UnitLabel) -> ShownRejection {
    let fault: Option<RowFault> = serde_json::from_str(&row.fault).ok();
    let cell = row.column.and_then(|at| row.cells.get(at)).cloned().unwrap_or_default();
    ShownRejection {
        line: row.line,
        column: row
            .column
            .and_then(|at| import.header().get(at).cloned())
            .unwrap_or_default(),
        reason: fault.map_or_else(String::new, |fault| words::row(fault, &cell, unit)),
    }
}

fn shown_row(row: &RejectedRow, columns: &ImportColumns, import: &UsageImport, unit: UnitLabel) -> ShownRejection {
    let column = row.fault.field().and_then(|field| columns.position(field));
    let cell = column.and_then(|at| row.cells.get(at)).cloned().unwrap_or_default();
    ShownRejection {
        line: i64::try_from(row.line).unwrap_or(i64::MAX),
        column: column
            .and_then(|at| import.header().get(at).cloned())
            .unwrap_or_default(),
        reason: words::row(row.fault, &cell, unit),
    }
}

/// `GET /organizations/{slug}/imports/{id}`
pub async fn show(gate: Gate<EditCompanyData>, path: ImportPath) -> Result<HttpResponse, AppError> {
    let (_, id) = path.into_inner();
    gate.show(move |actor, conn| ImportPage::load(conn, actor, &id, None, FormErrors::none()))
        .await
}
