//! The instance in numbers, and what needs a look.

use std::time::Instant;

use actix_web::HttpResponse;
use askama::Template;

use crate::auth::OperatorGate;
use crate::auth::current_user::CurrentUser;
use crate::common::error::AppError;
use crate::common::html::{html, number};
use crate::db::Conn;
use crate::handlers::operator::queries::numbers;
use crate::handlers::operator::queries::numbers::Numbers;
use crate::handlers::operator::rules;
use crate::mail::outbox::MailState;
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;

/// One line on how something is.
pub struct Light {
    good: bool,
    title: &'static str,
    text: String,
    /// Where more of it stands, with its words.
    more: Option<(&'static str, &'static str)>,
}

#[derive(Template)]
#[template(path = "operator/home.html")]
struct HomePage {
    layout: Layout,
    numbers: Numbers,
    lights: Vec<Light>,
    facts: Vec<(&'static str, String)>,
}

/// `GET /operator`
pub async fn show(gate: OperatorGate) -> Result<HttpResponse, AppError> {
    html(gate.read(page).await?)
}

fn page(operator: &CurrentUser, conn: &mut Conn) -> Result<HomePage, AppError> {
    let (cx, app) = (&operator.cx, &operator.cx.app);
    let asked = Instant::now();
    numbers::ping(conn)?;
    let answered = asked.elapsed();
    let numbers = numbers::count(conn, cx.now)?;
    let facts = vec![
        ("Version", env!("CARGO_PKG_VERSION").to_owned()),
        ("Database", app.engine().to_owned()),
        ("Schema", numbers::schema(conn)?),
        ("Serves since", app.pulse.began().full()),
        ("Up for", rules::lasting(cx.now - app.pulse.began())),
        ("Address", cx.config().base_url.clone()),
        (
            "Letters leave by",
            if cx.config().sends_mail() {
                "SMTP"
            } else {
                "files in the data folder"
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
    numbers: &Numbers,
    answered: std::time::Duration,
) -> Result<Vec<Light>, AppError> {
    let (now, pulse) = (operator.cx.now, &operator.cx.app.pulse);
    let (began, chores) = (pulse.began(), pulse.last_chores());
    let due = numbers::oldest_due(conn, now)?;
    let sealed = numbers::sealed(conn)?;
    let lost = numbers.letters_in(MailState::Failed) + numbers.letters_in(MailState::Bounced);
    Ok(vec![
        Light {
            good: answered.as_millis() < 500,
            title: "Database",
            text: format!("Answers within {} ms", answered.as_millis().max(1)),
            more: Some(("Check everything", "/operator/health")),
        },
        Light {
            good: !rules::chores_are_late(began, chores, now),
            title: "Chores",
            text: chores.map_or_else(
                || "Not done yet since the start".to_owned(),
                |at| format!("Done {}", at.ago(now)),
            ),
            more: None,
        },
        Light {
            good: !rules::outbox_is_stuck(due, now),
            title: "Outbox",
            text: match due {
                None => "Nothing waits that is due".to_owned(),
                Some(at) => format!(
                    "{} due, the oldest for {}",
                    number(&numbers.letters_in(MailState::Queued)),
                    rules::lasting(now - at)
                ),
            },
            more: Some(("Waiting letters", "/operator/mail?state=queued")),
        },
        Light {
            good: lost == 0,
            title: "Lost letters",
            text: match lost {
                0 => "None".to_owned(),
                n => format!("{} given up or refused", number(&n)),
            },
            more: Some(("Letters given up", "/operator/mail?state=failed")),
        },
        Light {
            good: !rules::seals_are_late(sealed, began, now),
            title: "Seals of the logs",
            text: sealed.map_or_else(|| "None yet".to_owned(), |at| format!("Made {}", at.ago(now))),
            more: None,
        },
    ])
}
