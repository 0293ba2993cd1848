//! What a company used: its days, and their events.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::auth::CompanyGate;
use crate::auth::actor::Actor;
use crate::auth::company::Company;
use crate::authz::permission::ViewCompanyReports;
use crate::common::day::Day;
use crate::common::decimal;
use crate::common::error::AppError;
use crate::common::form::FormErrors;
use crate::common::html::{number, on_this_page, query_value};
use crate::common::id::UsageEventId;
use crate::common::paging::{Cursor, Direction, Page};
use crate::db::Conn;
use crate::db::types::usage::Meter;
use crate::handlers::reporting::queries;
use crate::handlers::reporting::reported;
use crate::handlers::reporting::reported::ReportedRow;
use crate::handlers::reporting::usage_query::{Shown, UsageQuery};
use crate::models::usage::event;
use crate::models::usage::event::UsageEvent;
use crate::models::usage::sums;
use crate::models::usage::zones::CountingZones;
use crate::services::reports::DayRange;
use crate::web::layout::{Layout, PageLayout};

/// Events of a page.
const PAGE: usize = 50;

struct DayRow {
    day: String,
    href: String,
    quantity: String,
    events: String,
}

struct EventRow {
    id: String,
    source: String,
    event_id: String,
    day: String,
    at: (String, String),
    quantity: String,
    sender: String,
    conflicts: i32,
    voided: Option<(String, String)>,
    voiding: Option<String>,
}

#[derive(Template)]
#[template(path = "reporting/usage.html")]
struct UsagePage {
    layout: Layout,
    company: String,
    company_path: String,
    path: String,
    /// Back to the report, for those who may view it.
    report: Option<String>,
    meters: Vec<(&'static str, &'static str)>,
    shows: Shown,
    from: String,
    to: String,
    words: String,
    zone: String,
    total: String,
    days: Vec<DayRow>,
    reported: Vec<ReportedRow>,
    events: Vec<EventRow>,
    voids: bool,
    previous: Option<String>,
    next: Option<String>,
    errors: FormErrors,
}

crate::page!(UsagePage);

/// The key of an event in the list: newest first, so a later day comes before.
fn cursor_of(event: &UsageEvent) -> (Vec<u8>, String) {
    (event.day.0.to_be_bytes().to_vec(), event.id.to_string())
}

fn place(after: &str) -> Option<(Day, UsageEventId)> {
    let cursor = Cursor::parse(after).filter(|cursor| cursor.direction == Direction::Next)?;
    let day = i32::from_be_bytes(cursor.key.try_into().ok()?);
    Some((Day(day), UsageEventId::parse(&cursor.id)?))
}

impl UsagePage {
    fn load(conn: &mut Conn, actor: &Actor, company: &Company, query: &UsageQuery) -> Result<Self, AppError> {
        // The usual days depend on the time.
        actor.cx.request.page.never_store();
        let mut errors = FormErrors::none();
        let today = CountingZones::read(conn, actor.organization, actor.org_zone)?.day(actor.cx.now);
        let range = query.range(today, &mut errors);
        let mut page = Self {
            layout: actor.layout(conn, "reporting")?,
            company: company.name.clone(),
            company_path: company.path(actor, ""),
            path: company.path(actor, "/usage"),
            report: actor.permissions.view_reporting().then(|| actor.path("/reporting")),
            meters: Meter::ALL
                .iter()
                .map(|meter| Shown::Meter(*meter))
                .chain([Shown::Reported])
                .map(Shown::choice)
                .collect(),
            shows: Shown::parse(&query.meter),
            from: range.map_or_else(|| query.from.clone(), |range| range.from.iso()),
            to: range.map_or_else(|| query.to.clone(), |range| range.to.iso()),
            words: range.map(DayRange::words).unwrap_or_default(),
            zone: actor.org_zone.to_string(),
            total: String::new(),
            days: Vec::new(),
            reported: Vec::new(),
            events: Vec::new(),
            voids: company.permissions.edit_company_data(),
            previous: None,
            next: None,
            errors,
        };
        match (range, page.shows) {
            (Some(range), Shown::Meter(meter)) => {
                page.load_days(conn, actor, company, (range, meter))?;
                page.load_events(conn, actor, company, (range, meter), &query.after)?;
            }
            (Some(range), Shown::Reported) => page.reported = reported::rows(conn, actor, company, range)?,
            (None, _) => {}
        }
        Ok(page)
    }

    fn link(&self, from: &str, to: &str) -> String {
        format!(
            "{}?meter={}&from={}&to={}",
            self.path,
            self.shows.choice().0,
            query_value(from),
            query_value(to)
        )
    }

    fn load_days(
        &mut self,
        conn: &mut Conn,
        actor: &Actor,
        company: &Company,
        (range, shown): (DayRange, Meter),
    ) -> Result<(), AppError> {
        let sums = sums::days(conn, actor.organization, company.id.as_str(), range.from, range.to)?;
        let mut total = 0_i64;
        for (meter, day, quantity, events) in sums.into_iter().rev() {
            if meter == shown && events > 0 {
                total = total.saturating_add(quantity);
                let row = DayRow {
                    day: day.words(),
                    href: self.link(&day.iso(), &day.iso()),
                    quantity: decimal::words(quantity, 6),
                    events: number(&events),
                };
                self.days.push(row);
            }
        }
        self.total = format!("{} {}", decimal::words(total, 6), shown.unit().1);
        Ok(())
    }

    fn load_events(
        &mut self,
        conn: &mut Conn,
        actor: &Actor,
        company: &Company,
        (range, meter): (DayRange, Meter),
        after: &str,
    ) -> Result<(), AppError> {
        let (organization, days, before) = (actor.organization, (range.from, range.to), place(after));
        let limit = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
        let found = event::page(conn, organization, company.id, meter, days, before, limit)?;
        let page = Page::cut(found, PAGE, None, cursor_of);
        let base = self.link(&self.from, &self.to);
        self.next = page.next.map(|next| format!("{base}&after={next}#events"));
        self.previous = before.map(|_| format!("{base}#events"));
        let ids = page.rows.iter().map(|event| event.sender_id.as_str());
        let ids: Vec<&str> = ids
            .chain(page.rows.iter().filter_map(|event| event.voided_by.as_deref()))
            .collect();
        let senders = queries::senders(conn, organization, &ids)?;
        let name = |id: &str| senders.get(id).cloned().unwrap_or_else(|| "Unknown".to_owned());
        self.events = page
            .rows
            .into_iter()
            .map(|event| EventRow {
                id: event.id.to_string(),
                day: event.day.words(),
                at: (event.occurred_at.iso(), event.occurred_at.exact(actor.zone)),
                quantity: decimal::words(event.quantity, 6),
                sender: name(&event.sender_id),
                conflicts: event.conflicts,
                voided: event.voided_at.map(|at| {
                    let by = event.voided_by.as_deref().map(name).unwrap_or_default();
                    let when = at.full(actor.zone);
                    (format!("{by}, {when}"), event.void_reason.clone().unwrap_or_default())
                }),
                voiding: (self.voids && event.voided_at.is_none())
                    .then(|| format!("{}/{}/voiding", self.path, event.id)),
                source: event.source,
                event_id: event.event_id,
            })
            .collect();
        Ok(())
    }

    fn caption(&self) -> String {
        on_this_page(self.events.len(), "event", "events")
    }
}

/// `GET /organizations/{slug}/companies/{company}/usage`
pub async fn show(
    gate: CompanyGate<ViewCompanyReports>,
    query: web::Query<UsageQuery>,
) -> Result<HttpResponse, AppError> {
    let query = query.into_inner();
    let page = gate
        .read(move |actor, company, conn| UsagePage::load(conn, actor, company, &query))
        .await?;
    let status = if page.errors.is_empty() {
        actix_web::http::StatusCode::OK
    } else {
        actix_web::http::StatusCode::UNPROCESSABLE_ENTITY
    };
    crate::common::html::Page::respond(page, status, gate.fragment())
}
