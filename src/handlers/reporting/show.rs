//! The report.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::auth::Gate;
use crate::auth::actor::Actor;
use crate::authz::decision::Reach;
use crate::authz::permission::ViewReporting;
use crate::common::error::AppError;
use crate::common::form::FormErrors;
use crate::db::Conn;
use crate::db::types::organization::UnitLabel;
use crate::handlers::reporting::charts::ReportCharts;
use crate::handlers::reporting::companies::CompanyTable;
use crate::handlers::reporting::query::{AskedReport, ReportingQuery};
use crate::handlers::reporting::stats::{Stat, stats};
use crate::models::company_choice::CompanyChoices;
use crate::services::reports::{Preset, Report, ReportQuery, ReportReader, forecast};
use crate::web::layout::{Layout, PageLayout};

struct PeriodLink {
    label: &'static str,
    href: String,
    current: bool,
}

/// What is shown of a report.
struct ReportView {
    stats: Vec<Stat>,
    charts: ReportCharts,
    table: CompanyTable,
    /// Why there are no amounts, or not of all months.
    note: Option<String>,
    too_large: bool,
}

#[derive(Template)]
#[template(path = "reporting/show.html")]
struct ReportingPage {
    layout: Layout,
    unit: UnitLabel,
    path: String,
    lead: String,
    /// Whether only the companies assigned to the reader count.
    own: bool,
    exports: Option<String>,
    manages_card: bool,
    rate_card: String,
    /// The page that imports usage, for who may.
    imports: Option<String>,
    periods: Vec<PeriodLink>,
    custom: bool,
    query: ReportingQuery,
    choices: CompanyChoices,
    comparisons: [(&'static str, &'static str); 2],
    compares: &'static str,
    zone: String,
    /// The days of the custom range, filled with those that are shown.
    from: String,
    to: String,
    errors: FormErrors,
    report: Option<ReportView>,
}

crate::page!(ReportingPage);

impl ReportingPage {
    fn load(conn: &mut Conn, actor: &Actor, query: ReportingQuery) -> Result<Self, AppError> {
        // The days of a period depend on the time.
        actor.cx.request.page.never_store();
        let reader = ReportReader::of::<ViewReporting>(conn, actor)?;
        let mut errors = FormErrors::none();
        let asked = query.read(conn, actor, &reader, &mut errors)?;
        let report = match &asked {
            Some(asked) => Some(view(conn, actor, &reader, &query, asked)?),
            None => None,
        };
        let choices = CompanyChoices::of(
            conn,
            actor.organization,
            actor.active_companies,
            reader.companies.as_deref(),
        )?;
        let day = |typed: &str, of: fn(&AskedReport) -> String| match &asked {
            Some(asked) => of(asked),
            None => typed.to_owned(),
        };
        let path = actor.path("/reporting");
        Ok(Self {
            layout: actor.layout(conn, "reporting")?,
            unit: actor.unit,
            lead: lead(actor, asked.as_ref()),
            own: actor.reach::<ViewReporting>() != Reach::Everywhere,
            exports: actor
                .permissions
                .export_reporting()
                .then(|| actor.path(&format!("/reporting.csv{}", query.link(&[("sort", "")])))),
            manages_card: actor.permissions.manage_billing(),
            rate_card: actor.path("/settings/rate-card"),
            imports: actor.permissions.edit_company_data().then(|| actor.path("/imports")),
            periods: periods(&path, &query),
            custom: query.preset() == Preset::Custom,
            choices,
            compares: if query.compares() { "before" } else { "none" },
            comparisons: [("before", "The time before"), ("none", "Nothing")],
            zone: actor.org_zone.to_string(),
            from: day(&query.from, |asked| asked.days.from.iso()),
            to: day(&query.to, |asked| asked.days.to.iso()),
            query,
            path,
            errors,
            report,
        })
    }
}

fn periods(path: &str, query: &ReportingQuery) -> Vec<PeriodLink> {
    let presets = Preset::ALL.iter().filter(|preset| **preset != Preset::Custom);
    presets
        .map(|preset| PeriodLink {
            label: preset.label(),
            href: format!(
                "{path}{}",
                query.link(&[("period", preset.as_str()), ("from", ""), ("to", "")])
            ),
            current: query.preset() == *preset,
        })
        .collect()
}

fn lead(actor: &Actor, asked: Option<&AskedReport>) -> String {
    let Some(asked) = asked else {
        return format!("Usage, cases and recovery of your {}", actor.unit.many());
    };
    let whose = match &asked.company {
        Some(company) => company.name.clone(),
        None if actor.reach::<ViewReporting>() == Reach::Everywhere => format!("all {}", actor.unit.many()),
        None => format!("your {}", actor.unit.many()),
    };
    format!("{}, {whose}", asked.days.words())
}

fn view(
    conn: &mut Conn,
    actor: &Actor,
    reader: &ReportReader,
    query: &ReportingQuery,
    asked: &AskedReport,
) -> Result<ReportView, AppError> {
    let wanted = asked.query(reader);
    let report = Report::read(conn, ReportQuery { series: true, ..wanted })?;
    let before = match asked.before {
        Some(days) => {
            let total = ReportQuery {
                days,
                lines: false,
                ..wanted
            };
            Some(Report::read(conn, total)?)
        }
        None => None,
    };
    let mut stats = stats(actor, query, asked, &report, before.as_ref());
    let is_month = asked.preset == Preset::MonthToDate && asked.company.is_none() && !asked.archived;
    if is_month
        && let Some(cost) = forecast::month(conn, reader, &report, asked.today)?
        && let (Some(money), Some(stat)) = (report.money, stats.last_mut())
    {
        stat.note = Some(format!(
            "{} forecast for the month",
            money.currency.amount(cost.total())
        ));
    }
    Ok(ReportView {
        stats,
        charts: ReportCharts::of(&report),
        table: CompanyTable::of(actor, query, asked, &report),
        note: report.money.and_then(|money| {
            let later = money.from > asked.days.from.month();
            later.then(|| format!("There are no prices before {}", money.from.words()))
        }),
        too_large: report.too_large,
    })
}

/// `GET /organizations/{slug}/reporting`
pub async fn show(gate: Gate<ViewReporting>, query: web::Query<ReportingQuery>) -> Result<HttpResponse, AppError> {
    let query = query.into_inner();
    let page = gate
        .read(move |actor, conn| ReportingPage::load(conn, actor, query))
        .await?;
    let status = if page.errors.is_empty() {
        actix_web::http::StatusCode::OK
    } else {
        actix_web::http::StatusCode::UNPROCESSABLE_ENTITY
    };
    crate::common::html::Page::respond(page, status, gate.fragment())
}
