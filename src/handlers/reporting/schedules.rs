//! Reports by email: the list, and scheduling one.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::auth::Gate;
use crate::auth::actor::Actor;
use crate::authz::permission::{ExportReporting, Permission, ViewReporting};
use crate::common::email::Email;
use crate::common::error::AppError;
use crate::common::form::FormErrors;
use crate::common::name;
use crate::common::time::Time;
use crate::db::Conn;
use crate::models::report_schedule::{Every, ReportRecipient, ReportSchedule, SkipReason};
use crate::services::report_schedules::create::{MOST, RECIPIENTS, ScheduleError};
use crate::services::report_schedules::{HOUR, create, visible};
use crate::web::layout::{Layout, PageLayout};

/// The fields of a new schedule.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct ScheduleForm {
    name: String,
    every: String,
    /// Addresses, separated by commas, spaces or lines.
    recipients: String,
}

struct RecipientRow {
    name: String,
    email: String,
    /// What became of the last report.
    state: String,
    tone: &'static str,
}

struct ScheduleRow {
    id: String,
    name: String,
    every: &'static str,
    next: Option<(String, String)>,
    last: Option<(String, String)>,
    recipients: Vec<RecipientRow>,
    manages: bool,
}

#[derive(Template)]
#[template(path = "reporting/schedules.html")]
struct SchedulesPage {
    layout: Layout,
    path: String,
    report: String,
    zone: String,
    hour: u32,
    rows: Vec<ScheduleRow>,
    /// Whether the reader can have one: an operator in a support session can't.
    schedules: bool,
    choices: Vec<(&'static str, &'static str)>,
    form: ScheduleForm,
    errors: FormErrors,
}

crate::page!(SchedulesPage);

impl SchedulesPage {
    fn load(conn: &mut Conn, actor: &Actor, form: ScheduleForm, errors: FormErrors) -> Result<Self, AppError> {
        let listed = visible::list(conn, actor)?;
        Ok(Self {
            layout: actor.layout(conn, "reporting")?,
            path: actor.path("/reporting/schedules"),
            report: actor.path("/reporting"),
            zone: actor.org_zone.to_string(),
            hour: HOUR,
            rows: listed
                .into_iter()
                .map(|(schedule, recipients)| row(actor, schedule, recipients))
                .collect(),
            schedules: actor.membership().is_some(),
            choices: vec![
                ("week", "Each Monday, the week before"),
                ("month", "On the first of each month, the month before"),
            ],
            form,
            errors,
        })
    }
}

fn row(actor: &Actor, schedule: ReportSchedule, recipients: Vec<ReportRecipient>) -> ScheduleRow {
    let moment = |at: Time| (at.iso(), at.full(actor.org_zone));
    ScheduleRow {
        manages: visible::manages(actor, &schedule),
        id: schedule.id.to_string(),
        every: match schedule.every {
            Every::Week => "Each week",
            Every::Month => "Each month",
        },
        next: schedule.due_at.map(moment),
        last: schedule.last_sent_at.map(moment),
        name: schedule.name,
        recipients: recipients
            .into_iter()
            .map(|recipient| recipient_row(actor, recipient))
            .collect(),
    }
}

fn recipient_row(actor: &Actor, recipient: ReportRecipient) -> RecipientRow {
    let (state, tone) = match (recipient.unsubscribed_at, recipient.skipped, recipient.last_sent_at) {
        (Some(at), ..) => (format!("Unsubscribed on {}", at.date(actor.org_zone)), ""),
        (None, Some(reason), _) => {
            let why = match reason {
                SkipReason::Removed => "Not sent: no longer a member",
                SkipReason::Suspended => "Not sent: suspended",
                SkipReason::NoPermission => "Not sent: can’t export reports",
            };
            (why.to_owned(), "warning")
        }
        (None, None, Some(at)) => (format!("Sent on {}", at.date(actor.org_zone)), "success"),
        (None, None, None) => ("Not sent yet".to_owned(), ""),
    };
    RecipientRow {
        name: recipient.name,
        email: recipient.email,
        state,
        tone,
    }
}

/// `GET /organizations/{slug}/reporting/schedules`
pub async fn index(gate: Gate<ExportReporting>) -> Result<HttpResponse, AppError> {
    gate.show(|actor, conn| SchedulesPage::load(conn, actor, ScheduleForm::default(), FormErrors::none()))
        .await
}

/// `POST /organizations/{slug}/reporting/schedules`
pub async fn create(gate: Gate<ExportReporting>, form: web::Form<ScheduleForm>) -> Result<HttpResponse, AppError> {
    let form = form.into_inner();
    let mut errors = FormErrors::none();
    if let Some((name, every, emails)) = form.read(&mut errors) {
        let created = gate
            .try_write(move |actor, conn| {
                // A schedule is no export, which alone is allowed while the organization awaits its deletion.
                actor.writable(conn, ViewReporting::ID)?;
                let ((), events) = create::create(conn, actor, &name, every, &emails)?;
                Ok(((name, actor.path("/reporting/schedules")), events))
            })
            .await;
        match created {
            Ok((name, path)) => return Ok(gate.done(format!("{name} is scheduled"), &path)),
            Err(ScheduleError::Failed(error)) => return Err(error),
            Err(error) => errors.add("recipients", refusal(&error)),
        }
    }
    gate.refused(move |actor, conn| SchedulesPage::load(conn, actor, form, errors))
        .await
}

fn refusal(error: &ScheduleError) -> String {
    match error {
        ScheduleError::NoMember(email) => format!("{email} is not an active member"),
        ScheduleError::NoPermission(email) => format!("{email} can’t export reports"),
        ScheduleError::TooManyRecipients => format!("Enter at most {RECIPIENTS} addresses"),
        ScheduleError::TooMany => format!("There are {MOST} scheduled reports. Delete one first"),
        ScheduleError::Failed(_) => "Something went wrong. Try again".to_owned(),
    }
}

impl ScheduleForm {
    fn read(&self, errors: &mut FormErrors) -> Option<(String, Every, Vec<Email>)> {
        let every = Every::parse(self.every.trim()).ok_or("Choose each week or each month");
        let every = errors.take("every", every)?;
        let typed = match (self.name.trim(), every) {
            ("", Every::Week) => "Weekly report",
            ("", Every::Month) => "Monthly report",
            (typed, _) => typed,
        };
        let name = errors.take("name", name::parse(typed, "a name", 60));
        let mut emails = Vec::new();
        let words = self
            .recipients
            .split(|c: char| c.is_whitespace() || c == ',' || c == ';');
        for word in words.filter(|word| !word.is_empty()) {
            match Email::parse(word) {
                Ok(email) => emails.push(email),
                Err(message) => errors.add("recipients", format!("{word}: {message}")),
            }
        }
        Some((name?, every, emails)).filter(|_| errors.is_empty())
    }
}
