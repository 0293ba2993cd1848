//! The email with a report.

use crate::app::Ctx;
use crate::common::error::AppError;
use crate::db::Conn;
use crate::mail::message;
use crate::mail::message::{Recipient, token_link};
use crate::mail::name::MailName;
use crate::mail::outbox;
use crate::models::organization::heading::OrganizationHeading;
use crate::models::report_schedule::{Every, ReportRecipient, ReportSchedule};
use crate::services::reports::sheet::ReportSheet;
use crate::services::reports::{DayRange, Report};

crate::email! {
    struct ScheduledReportEmail: ScheduledReport("mail/scheduled_report/message.html", "mail/scheduled_report/message.txt") {
        name: MailName, organization: MailName, days: String, facts: Vec<(&'static str, String)>, link: String, stop: String, every: &'static str
    }
}

pub fn send(
    conn: &mut Conn,
    cx: &Ctx,
    heading: &OrganizationHeading,
    schedule: &ReportSchedule,
    recipient: &ReportRecipient,
    report: Report,
) -> Result<(), AppError> {
    let days = report.days;
    let email = ScheduledReportEmail {
        name: MailName::of(&recipient.name),
        organization: MailName::of(&heading.name),
        days: days.words(),
        facts: facts(&report),
        link: cx.config().link(&link(heading, days)),
        stop: token_link(cx, "/scheduled-reports"),
        every: match schedule.every {
            Every::Week => "week",
            Every::Month => "month",
        },
    };
    let to = Recipient::stored(&recipient.name, &recipient.email);
    let mut message = message::compose(&to, &email, Some(recipient.seed()))?;
    let file = format!("{}-reporting-{}-{}.csv", heading.slug, days.from.iso(), days.to.iso());
    let sheet = ReportSheet::new(report, format!("Deleted or moved {}", heading.unit.many()));
    let text = String::from_utf8(sheet.into_bytes()).map_err(AppError::internal)?;
    message.attachment = Some((file, text));
    outbox::enqueue(conn, cx, message)?;
    Ok(())
}

fn link(heading: &OrganizationHeading, days: DayRange) -> String {
    let (from, to) = (days.from.iso(), days.to.iso());
    format!(
        "/organizations/{}/reporting?period=custom&from={from}&to={to}",
        heading.slug
    )
}

fn facts(report: &Report) -> Vec<(&'static str, String)> {
    use crate::common::decimal;
    use crate::common::html::number;
    use crate::db::types::usage::Meter;
    let count = |number_of: Option<i64>| number_of.map_or_else(|| "–".to_owned(), |value| number(&value));
    let quantity = |meter| decimal::words(report.total.quantities.get(meter), 6);
    let mut facts = vec![
        ("Total cases", count(report.total.latest.cases_open)),
        ("Active campaigns", count(report.total.latest.campaigns_active)),
        ("Calls", quantity(Meter::Calls)),
        ("SMS segments", quantity(Meter::SmsSegments)),
    ];
    if let Some(money) = report.money.filter(|money| money.total) {
        facts.push(("Total cost", money.currency.amount(report.total.cost().total())));
    }
    facts
}
