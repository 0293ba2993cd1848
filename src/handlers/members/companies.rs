//! The forms that assign a company to somebody and take it away.

use actix_web::{HttpResponse, web};
use serde::Deserialize;

use crate::audit::Events;
use crate::auth::Gate;
use crate::authz::permission::{AssignCompanies, Permission};
use crate::authz::role::CompanyRole;
use crate::common::error::AppError;
use crate::common::form::FormErrors;
use crate::common::html::see_other;
use crate::common::id::CompanyId;
use crate::common::time::Time;
use crate::handlers::members::profile::{MemberProfileForm, Place, again, back};
use crate::handlers::members::visible;
use crate::services::assignments;
use crate::services::assignments::AssignmentError;

/// Organization, member and company of the path.
pub type CompanyPlace = web::Path<(String, String, String)>;

/// The form that assigns a company.
#[expect(clippy::struct_field_names, reason = "they are the names of the form's fields")]
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct CompanyForm {
    company_id: String,
    company_role: String,
    /// The last day there; empty is none, absent leaves it.
    company_until: Option<String>,
}

/// `POST /organizations/{slug}/members/{id}/companies`
pub async fn assign(
    gate: Gate<AssignCompanies>,
    place: Place,
    form: web::Form<CompanyForm>,
) -> Result<HttpResponse, AppError> {
    let ((_, id), form) = (place.into_inner(), form.into_inner());
    let of = id.clone();
    let done = gate
        .write(move |actor, conn| {
            let person = visible(conn, actor, &of)?;
            if form.company_id.is_empty() {
                let sentence = format!("Choose {}", actor.unit.a());
                return Ok((Err(("companies", sentence)), Events::none("no company was chosen")));
            }
            let company = CompanyId::parse(&form.company_id).ok_or(AppError::NotFound)?;
            let Some(role) = CompanyRole::parse(&form.company_role) else {
                let sentence = AssignmentError::NotGrantable.sentence(actor.unit.one());
                return Ok((Err(("companies", sentence)), Events::none("no role was chosen")));
            };
            let until = match form.company_until.as_deref().map(str::trim) {
                None => None,
                Some("") => Some(None),
                Some(day) => match Time::end_of_day(day) {
                    Some(end) if end >= actor.cx.now => Some(Some(end)),
                    Some(_) => {
                        let sentence = "Choose today or a later day".to_owned();
                        return Ok((Err(("companies", sentence)), Events::none("a day in the past")));
                    }
                    None => {
                        let sentence = "Enter a day, like 2027-01-31".to_owned();
                        return Ok((Err(("companies", sentence)), Events::none("no day")));
                    }
                },
            };
            match assignments::give(conn, actor, AssignCompanies::ID, &person, company, role)? {
                Ok(placed) => {
                    let mut word = format!("{} is {} of {} now", person.name, role.label(), placed.company);
                    let mut events = placed.events;
                    if let Some(until) = until {
                        match assignments::end(conn, actor, AssignCompanies::ID, &person, company, until)? {
                            Ok(ended) => events = events.and(ended.events),
                            Err(_) => return Err(actor.refusal(conn, AssignCompanies::ID)?),
                        }
                        if let Some(end) = until {
                            word = format!("{word}, until {}", end.date());
                        }
                    }
                    Ok((Ok(word), events))
                }
                Err(refused @ AssignmentError::Archived) => {
                    let sentence = refused.sentence(actor.unit.one());
                    Ok((Err(("companies", sentence)), Events::none("archived")))
                }
                Err(_) => Err(actor.refusal(conn, AssignCompanies::ID)?),
            }
        })
        .await?;
    match done {
        Ok(word) => Ok(back(&gate, "success", word)),
        Err((field, sentence)) => {
            again(
                &gate,
                id,
                MemberProfileForm::default(),
                FormErrors::one(field, sentence),
            )
            .await
        }
    }
}

/// `POST /organizations/{slug}/members/{id}/companies/{company_id}/unassigning`
pub async fn unassign(gate: Gate<AssignCompanies>, place: CompanyPlace) -> Result<HttpResponse, AppError> {
    let (_, id, company) = place.into_inner();
    let (tone, word, path) = gate
        .write(move |actor, conn| {
            let person = visible(conn, actor, &id)?;
            let page = actor.path(&format!("/members/{}", person.id));
            let company = CompanyId::parse(&company).ok_or(AppError::NotFound)?;
            let placed = match assignments::take(conn, actor, AssignCompanies::ID, &person, company)? {
                Ok(placed) => placed,
                Err(
                    refused @ (AssignmentError::NotAssigned | AssignmentError::Archived | AssignmentError::ByGroup),
                ) => {
                    let word = refused.sentence(actor.unit.one());
                    return Ok((("danger", word, page), Events::none("nothing to take away")));
                }
                Err(_) => return Err(actor.refusal(conn, AssignCompanies::ID)?),
            };
            // Somebody who was taken off the last company they shared with a manager is not the manager's to see any more.
            let path = match visible(conn, actor, &id) {
                Ok(_) => page,
                Err(AppError::NotFound) => actor.path("/members"),
                Err(error) => return Err(error),
            };
            let word = format!("{} is no longer assigned to {}", person.name, placed.company);
            Ok((("success", word, path), placed.events))
        })
        .await?;
    gate.tell(tone, word);
    Ok(see_other(gate.fragment(), &path))
}
