//! The home page of operators: counts and health.

use std::time::Instant;

use actix_web::HttpResponse;
use askama::Template;

use crate::auth::OperatorGate;
use crate::auth::current_user::CurrentUser;
use crate::common::error::AppError;
use crate::common::html::number;
use crate::db::Conn;
use crate::handlers::operator::queries::numbers::InstanceNumbers;
use crate::handlers::operator::queries::{numbers, reports};
use crate::handlers::operator::rules;
use crate::mail::outbox::MailState;
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;

pub struct HealthRow {
    good: bool,
    title: &'static str,
    text: String,
    /// The words and the path of a link.
    more: Option<(&'static str, &'static str)>,
}

#[derive(Template)]
#[template(path = "operator/home.html")]
struct HomePage {
    layout: Layout,
    numbers: InstanceNumbers,
    lights: Vec<HealthRow>,
    facts: Vec<(&'static str, String)>,
}

/// `GET /operator`
pub async fn show(gate: OperatorGate) -> Result<HttpResponse, AppError> {
    gate.show(load).await
}

crate::page!(HomePage);

fn load(operator: &CurrentUser, conn: &mut Conn) -> Result<HomePage, AppError> {
    let (cx, app) = (&operator.cx, &operator.cx.app);
    let asked = Instant::now();
    numbers::ping(conn)?;
    let answered = asked.elapsed();
    let numbers = numbers::count(conn, cx.now)?;
    let zone = operator.zone.unwrap_or_default();
    let facts = vec![
        ("Version", env!("CARGO_PKG_VERSION").to_owned()),
        ("Database", app.engine().to_owned()),
        ("Schema", numbers::schema(conn)?),
        ("Running since", app.uptime.began().full(zone)),
        ("Uptime", rules::duration(cx.now - app.uptime.began())),
        ("Address", cx.config().base_url.clone()),
        (
            "Email",
            if cx.config().sends_mail() {
                "SMTP"
            } else {
                "Saved to the data folder"
            }
            .to_owned(),
        ),
    ];
    Ok(HomePage {
        layout: operator.layout(conn, "operator")?,
        lights: lights(operator, conn, &numbers, answered)?,
        numbers,
        facts,
    })
}

fn lights(
    operator: &CurrentUser,
    conn: &mut Conn,
    numbers: &InstanceNumbers,
    answered: std::time::Duration,
) -> Result<Vec<HealthRow>, AppError> {
    let (now, uptime) = (operator.cx.now, &operator.cx.app.uptime);
    let zone = operator.zone.unwrap_or_default();
    let (began, last_run) = (uptime.began(), uptime.last_job_run());
    let due = numbers::oldest_due(conn, now)?;
    let sealed = numbers::sealed(conn)?;
    let reports = reports::count_open(conn)?;
    let failed = numbers.emails_in(MailState::Failed) + numbers.emails_in(MailState::Bounced);
    Ok(vec![
        HealthRow {
            good: answered.as_millis() < 500,
            title: "Database",
            text: format!("Responds within {} ms", answered.as_millis().max(1)),
            more: Some(("Run checks", "/operator/health")),
        },
        HealthRow {
            good: !rules::jobs_are_late(began, last_run, now),
            title: "Background jobs",
            text: match last_run {
                None => "Not run since the start".to_owned(),
                Some(at) => format!("Last run {}", at.ago(now, zone)),
            },
            more: None,
        },
        HealthRow {
            good: !rules::outbox_is_stuck(due, now),
            title: "Delayed emails",
            text: match due {
                None => "None".to_owned(),
                Some(at) => format!(
                    "{} queued, the oldest due for {}",
                    number(&numbers.emails_in(MailState::Queued)),
                    rules::duration(now - at)
                ),
            },
            more: Some(("View queued emails", "/operator/mail?state=queued")),
        },
        HealthRow {
            good: failed == 0,
            title: "Failed emails",
            text: match failed {
                0 => "None".to_owned(),
                n => format!("{} failed or bounced", number(&n)),
            },
            more: Some(("View failed emails", "/operator/mail?state=failed")),
        },
        reports_row(reports),
        HealthRow {
            good: !rules::seals_are_late(sealed, began, now),
            title: "Audit seals",
            text: sealed.map_or_else(|| "None yet".into(), |at| format!("Last sealed {}", at.ago(now, zone))),
            more: None,
        },
    ])
}

fn reports_row(open: i64) -> HealthRow {
    HealthRow {
        good: open == 0,
        title: "Reported invitations",
        text: match open {
            0 => "None open".to_owned(),
            1 => "1 report is open".to_owned(),
            n => format!("{} reports are open", number(&n)),
        },
        more: Some(("View reports", "/operator/reports")),
    }
}
