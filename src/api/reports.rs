//! The report of the companies that a key reaches, with the figures of the page and the file.

use actix_web::{HttpRequest, HttpResponse};
use utoipa::IntoParams;

use crate::api::paging::{ListQuery, PageParams, flag};
use crate::api::report_document::{ReportDocument, ReportLineDocument, figures};
use crate::api_auth::ApiGate;
use crate::auth::actor::Actor;
use crate::authz::permission::ViewReporting;
use crate::authz::scope::ReportsRead;
use crate::common::day::Day;
use crate::common::error::AppError;
use crate::common::id::CompanyId;
use crate::common::paging::Page;
use crate::common::problem::Problem;
use crate::db::Conn;
use crate::models::company_choice;
use crate::models::usage::zones::CountingZones;
use crate::services::reports::{
    CompanyFigures, DayRange, Preset, Report, ReportMoney, ReportQuery, ReportReader, period,
};

const PATH: &str = "/api/v1/reports";

/// The days that are asked for.
fn days(asked: &ListQuery, conn: &mut Conn, actor: &Actor) -> Result<(DayRange, Day), AppError> {
    let today = CountingZones::read(conn, actor.organization, actor.org_zone)?.day(actor.cx.now);
    let typed = asked.get("period");
    let is_custom = !asked.get("from").is_empty() || !asked.get("to").is_empty();
    let preset = match typed {
        "" if is_custom => Preset::Custom,
        "" => Preset::MonthToDate,
        typed => Preset::parse(typed).ok_or_else(|| {
            let known: Vec<&str> = Preset::ALL.iter().map(|preset| preset.as_str()).collect();
            Problem::invalid("period", format!("Send one of {}.", known.join(", ")))
        })?,
    };
    if preset != Preset::Custom {
        return Ok((preset.days(today), today));
    }
    match period::custom(asked.get("from"), asked.get("to")) {
        Ok(range) => Ok((range, today)),
        Err([Some(fault), _]) => Err(Problem::invalid("from", format!("{}.", fault.message())).into()),
        Err([None, fault]) => {
            let words = fault.map_or("Send a day", period::PeriodFault::message);
            Err(Problem::invalid("to", format!("{words}.")).into())
        }
    }
}

fn company(
    asked: &ListQuery,
    conn: &mut Conn,
    actor: &Actor,
    reader: &ReportReader,
) -> Result<Option<CompanyId>, AppError> {
    let typed = asked.get("company");
    if typed.is_empty() {
        return Ok(None);
    }
    let found = company_choice::named(conn, actor.organization, reader.companies.as_deref(), typed, 1)?;
    let exact = found
        .into_iter()
        .find(|found| found.slug == typed || found.id.as_str() == typed);
    match exact {
        Some(found) => Ok(Some(found.id)),
        None => Err(Problem::invalid("company", "Send the slug or the id of a company that the key reaches.").into()),
    }
}

/// By name; those that are gone come last.
fn key(line: &CompanyFigures) -> (Vec<u8>, String) {
    match &line.company {
        Some(company) => (company.sort_name.clone(), company.id.to_string()),
        None => (vec![u8::MAX], "0".repeat(32)),
    }
}

/// Which days and companies a report has.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "names and schemas for the document")]
pub struct ReportsParams {
    /// `today`, `7d`, `30d`, `90d`, `mtd`, `last_month`, `qtd`, `ytd` or `custom`.
    #[param(example = "mtd", default = "mtd")]
    period: Option<String>,
    /// The first day of a range of at most two years.
    #[param(example = "2026-11-01")]
    from: Option<String>,
    /// The last day.
    #[param(example = "2026-11-28")]
    to: Option<String>,
    /// The slug or the id of the only company.
    #[param(example = "harbor-recovery")]
    company: Option<String>,
    /// Whether archived companies count.
    #[param(inline, default = "false")]
    archived: Option<bool>,
}

/// Get a report
///
/// Usage, figures and costs over a range of days in the organization's time zone: in total, and of each company that the key reaches.
/// Costs are null without a rate card, and where the owner of the key may not see them.
#[utoipa::path(
    get, path = "/api/v1/reports", tag = "Reports", operation_id = "get_report",
    params(ReportsParams, PageParams),
    responses((status = 200, description = "The report", body = ReportDocument))
)]
pub async fn index(gate: ApiGate<ViewReporting, ReportsRead>, req: HttpRequest) -> Result<HttpResponse, AppError> {
    let asked = ListQuery::read::<ReportsParams>(&req);
    let (asked, document, next) = gate
        .read(move |actor, conn| {
            let asked = asked?;
            let reader = ReportReader::of::<ViewReporting>(conn, actor)?;
            let (days, today) = days(&asked, conn, actor)?;
            let query = ReportQuery {
                reader: &reader,
                company: company(&asked, conn, actor, &reader)?,
                archived: flag(&asked.fields, "archived")?,
                days,
                today,
                series: false,
                lines: true,
            };
            let (document, next) = document(&asked, actor, Report::read(conn, query)?)?;
            Ok((asked, document, next))
        })
        .await?;
    asked.respond_with(gate.app(), PATH, &document, next)
}

fn document(asked: &ListQuery, actor: &Actor, report: Report) -> Result<(ReportDocument, Option<String>), AppError> {
    let money: Option<ReportMoney> = report.money;
    let (from, to) = (report.days.from.iso(), report.days.to.iso());
    let total = figures(&report.total, money.is_some_and(|money| money.total))?;
    let page = Page::of_all(report.companies, asked.limit, asked.after.as_ref(), key);
    let data = page.rows.iter().map(|line| {
        Ok(ReportLineDocument {
            company: line.company.as_ref().map(|company| company.slug.clone()),
            name: line.company.as_ref().map(|company| company.name.clone()),
            figures: figures(&line.figures, line.money)?,
        })
    });
    let document = ReportDocument {
        from,
        to,
        time_zone: actor.org_zone.to_string(),
        currency: money.map(|money| money.currency.code()),
        total,
        data: data.collect::<Result<_, AppError>>()?,
    };
    Ok((document, page.next))
}
