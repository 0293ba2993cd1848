//! Voiding a usage event that was a mistake.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::auth::CompanyGate;
use crate::auth::actor::Actor;
use crate::auth::company::Company;
use crate::authz::permission::EditCompanyData;
use crate::common::decimal;
use crate::common::error::AppError;
use crate::common::form::FormErrors;
use crate::common::id::UsageEventId;
use crate::db::Conn;
use crate::models::usage::event;
use crate::models::usage::event::UsageEvent;
use crate::services::usage::void::{REASON, VoidingError, void_kept};
use crate::web::layout::{Layout, PageLayout};

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct VoidingForm {
    reason: String,
}

/// The organization, the company and the event of a path.
type EventPath = web::Path<(String, String, String)>;

#[derive(Template)]
#[template(path = "reporting/voiding.html", blocks = ["dialog"])]
struct VoidingPage {
    layout: Layout,
    action: String,
    back: String,
    what: String,
    reason: String,
    errors: FormErrors,
}

crate::page!(VoidingPage => as_dialog);

fn find(conn: &mut Conn, actor: &Actor, company: &Company, id: &str) -> Result<UsageEvent, AppError> {
    let id = UsageEventId::parse(id).ok_or(AppError::NotFound)?;
    let event = event::find(conn, actor.organization, id)?;
    if event.company == company.id {
        Ok(event)
    } else {
        Err(AppError::NotFound)
    }
}

/// The days of the event in the list.
fn back(actor: &Actor, company: &Company, event: &UsageEvent) -> String {
    let (meter, day) = (event.meter, event.day.iso());
    company.path(actor, &format!("/usage?meter={meter}&from={day}&to={day}"))
}

impl VoidingPage {
    fn load(
        conn: &mut Conn,
        actor: &Actor,
        company: &Company,
        id: &str,
        reason: String,
        errors: FormErrors,
    ) -> Result<Self, AppError> {
        let event = find(conn, actor, company, id)?;
        Ok(Self {
            layout: actor.layout(conn, "reporting")?,
            action: company.path(actor, &format!("/usage/{}/voiding", event.id)),
            back: back(actor, company, &event),
            what: format!(
                "{} {} on {}",
                decimal::words(event.quantity, 6),
                event.meter.unit().1,
                event.day.words()
            ),
            reason,
            errors,
        })
    }
}

/// `GET /organizations/{slug}/companies/{company}/usage/{id}/voiding`
pub async fn new(gate: CompanyGate<EditCompanyData>, path: EventPath) -> Result<HttpResponse, AppError> {
    let (_, _, id) = path.into_inner();
    gate.show(move |actor, company, conn| {
        VoidingPage::load(conn, actor, company, &id, String::new(), FormErrors::none())
    })
    .await
}

/// `POST /organizations/{slug}/companies/{company}/usage/{id}/voiding`
pub async fn create(
    gate: CompanyGate<EditCompanyData>,
    path: EventPath,
    form: web::Form<VoidingForm>,
) -> Result<HttpResponse, AppError> {
    let (_, _, id) = path.into_inner();
    let again = id.clone();
    let reason = form.into_inner().reason.trim().to_owned();
    if reason.is_empty() || reason.chars().count() > REASON {
        let errors = FormErrors::one("reason", format!("Say why, in at most {REASON} characters"));
        return gate
            .refused(move |actor, company, conn| VoidingPage::load(conn, actor, company, &id, reason, errors))
            .await;
    }
    let typed = reason.clone();
    let voided = gate
        .try_write(move |actor, company, conn| {
            let event = find(conn, actor, company, &id).map_err(VoidingError::Failed)?;
            let back = back(actor, company, &event);
            let (organization, by) = (actor.organization, actor.id.to_string());
            let own = [company.id];
            let events = void_kept(conn, organization, event.id, Some(&own), (&by, &reason, actor.cx.now))?;
            Ok((back, events))
        })
        .await;
    match voided {
        Ok(path) => Ok(gate.done("The event is voided. Reports no longer include it", &path)),
        Err(VoidingError::Failed(error)) => Err(error),
        Err(VoidingError::Unknown) => Err(AppError::NotFound),
        Err(VoidingError::Voided) => {
            let errors = FormErrors::one("reason", "The event is voided already");
            gate.refused(move |actor, company, conn| VoidingPage::load(conn, actor, company, &again, typed, errors))
                .await
        }
    }
}
