//! Over the limit: asking the people who run this installation for another organization.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde_json::json;

use crate::audit::{Action, Event, Events};
use crate::auth::SignedIn;
use crate::auth::current_user::CurrentUser;
use crate::common::error::AppError;
use crate::common::form::FormErrors;
use crate::common::html::{refused, see_other};
use crate::common::time::Span;
use crate::db::Conn;
use crate::handlers::organizations::{letter, queries, rules};
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;

const A_DAY: i64 = 3;
const LONGEST: usize = 1000;

/// The page in place of the form.
#[derive(Template)]
#[template(path = "organizations/limit.html")]
pub struct LimitPage {
    layout: Layout,
    created: i64,
    reason: String,
    errors: FormErrors,
}

impl LimitPage {
    /// The page for somebody who has as many organizations as they may create; `None` for everybody else.
    pub fn when_full(conn: &mut Conn, person: &CurrentUser) -> Result<Option<Self>, AppError> {
        let limit = rules::limit(person.organization_limit, person.cx.config().organization_limit);
        let created = queries::created(conn, person.id)?;
        if !rules::is_full(created, limit) {
            return Ok(None);
        }
        Ok(Some(Self {
            layout: person.layout(conn, "organizations")?,
            created,
            reason: String::new(),
            errors: FormErrors::none(),
        }))
    }
}

/// The form as typed.
#[derive(Debug, Clone, Default, serde::Deserialize)]
#[serde(default)]
pub struct RequestForm {
    reason: String,
}

/// `POST /organizations/requests`
pub async fn ask(gate: SignedIn, form: web::Form<RequestForm>) -> Result<HttpResponse, AppError> {
    let reason = form.into_inner().reason;
    let typed = reason.clone();
    let sent = gate.write(move |person, conn| send(conn, person, typed.trim())).await?;
    let Err(errors) = sent else {
        gate.tell(
            "success",
            "Your request is on its way to the people who run this console",
        );
        return Ok(see_other(gate.fragment(), "/organizations"));
    };
    let page = gate
        .read(|person, conn| {
            let page = LimitPage::when_full(conn, person)?;
            Ok(page.map(|page| LimitPage { reason, errors, ..page }))
        })
        .await?;
    match page {
        Some(page) => refused(page),
        // An operator raised the limit in between.
        None => Ok(see_other(gate.fragment(), "/organizations/new")),
    }
}

fn send(conn: &mut Conn, person: &CurrentUser, reason: &str) -> Result<(Result<(), FormErrors>, Events), AppError> {
    let refuse = |sentence: &str| Ok((Err(FormErrors::one("reason", sentence)), Events::none("refused")));
    if reason.is_empty() {
        return refuse("Say what the organization is for");
    }
    if reason.chars().count() > LONGEST {
        return refuse("Use at most 1,000 characters");
    }
    queries::lock(conn, person.id)?;
    let created = queries::created(conn, person.id)?;
    let limit = rules::limit(person.organization_limit, person.cx.config().organization_limit);
    if !rules::is_full(created, limit) {
        return refuse("You can create an organization without asking");
    }
    if queries::asked(conn, person.id, person.cx.now - Span::days(1))? >= A_DAY {
        return refuse("You asked three times in a day. Wait for an answer, or ask again tomorrow");
    }
    let operators = queries::operators(conn)?;
    if operators.is_empty() {
        return refuse("Nobody runs this console at the moment. Ask whoever gave you its address");
    }
    letter::ask(conn, person, operators, created, reason)?;
    let event = Event::new(
        Action::OrganizationRequested,
        "account",
        person.id,
        person.email.as_str(),
    )
    .after(json!({ "reason": reason }));
    Ok((Ok(()), person.event(event)))
}
