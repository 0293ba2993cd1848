//! The forms that assign a company to somebody and take it away.

use actix_web::{HttpResponse, web};
use serde::Deserialize;

use crate::audit::Deeds;
use crate::auth::Gate;
use crate::authz::permission::{AssignCompanies, Permission};
use crate::authz::role::CompanyRole;
use crate::common::error::AppError;
use crate::common::form::FormErrors;
use crate::common::html::see_other;
use crate::common::id::CompanyId;
use crate::common::time::Time;
use crate::handlers::members::profile::{Place, Typed, again, back};
use crate::handlers::members::visible;
use crate::services::assignments;
use crate::services::assignments::Refused;

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
///
/// # Errors
/// What the gate or the order of command refuses; a company that is not here.
pub async fn assign(
    gate: Gate<AssignCompanies>,
    place: Place,
    form: web::Form<CompanyForm>,
) -> Result<HttpResponse, AppError> {
    let ((_, id), form) = (place.into_inner(), form.into_inner());
    let of = id.clone();
    let done = gate
        .write(move |member, conn| {
            let person = visible(conn, member, &of)?;
            if form.company_id.is_empty() {
                let sentence = format!("Choose {}", member.unit.a());
                return Ok((Err(("companies", sentence)), Deeds::none("no company was chosen")));
            }
            let company = CompanyId::parse(&form.company_id).ok_or(AppError::NotFound)?;
            let Some(role) = CompanyRole::parse(&form.company_role) else {
                let sentence = Refused::NotGrantable.sentence(member.unit.one());
                return Ok((Err(("companies", sentence)), Deeds::none("no role was chosen")));
            };
            let until = match form.company_until.as_deref().map(str::trim) {
                None => None,
                Some("") => Some(None),
                Some(day) => match Time::end_of_day(day) {
                    Some(end) if end >= member.cx.now => Some(Some(end)),
                    Some(_) => {
                        let sentence = "Choose today or a later day".to_owned();
                        return Ok((Err(("companies", sentence)), Deeds::none("a day in the past")));
                    }
                    None => {
                        let sentence = "Enter a day, like 2027-01-31".to_owned();
                        return Ok((Err(("companies", sentence)), Deeds::none("no day")));
                    }
                },
            };
            match assignments::give(conn, member, AssignCompanies::RIGHT, &person, company, role)? {
                Ok(placed) => {
                    let mut word = format!("{} is {} of {} now", person.name, role.label(), placed.company);
                    let mut deeds = placed.deeds;
                    if let Some(until) = until {
                        match assignments::end(conn, member, AssignCompanies::RIGHT, &person, company, until)? {
                            Ok(ended) => deeds = deeds.and(ended.deeds),
                            Err(_) => return Err(member.refusal(conn, AssignCompanies::RIGHT)?),
                        }
                        if let Some(end) = until {
                            word = format!("{word}, until {}", end.date());
                        }
                    }
                    Ok((Ok(word), deeds))
                }
                Err(refused @ Refused::Archived) => {
                    let sentence = refused.sentence(member.unit.one());
                    Ok((Err(("companies", sentence)), Deeds::none("archived")))
                }
                Err(_) => Err(member.refusal(conn, AssignCompanies::RIGHT)?),
            }
        })
        .await?;
    match done {
        Ok(word) => Ok(back(&gate, "success", word)),
        Err((field, sentence)) => again(&gate, id, Typed::default(), FormErrors::one(field, sentence)).await,
    }
}

/// `POST /organizations/{slug}/members/{id}/companies/{company_id}/unassigning`
///
/// # Errors
/// What the gate or the order of command refuses; a company that is not here.
pub async fn unassign(gate: Gate<AssignCompanies>, place: CompanyPlace) -> Result<HttpResponse, AppError> {
    let (_, id, company) = place.into_inner();
    let (tone, word, path) = gate
        .write(move |member, conn| {
            let person = visible(conn, member, &id)?;
            let page = member.path(&format!("/members/{}", person.id));
            let company = CompanyId::parse(&company).ok_or(AppError::NotFound)?;
            let placed = match assignments::take(conn, member, AssignCompanies::RIGHT, &person, company)? {
                Ok(placed) => placed,
                Err(refused @ (Refused::NotAssigned | Refused::Archived | Refused::ByGroup)) => {
                    let word = refused.sentence(member.unit.one());
                    return Ok((("danger", word, page), Deeds::none("nothing to take away")));
                }
                Err(_) => return Err(member.refusal(conn, AssignCompanies::RIGHT)?),
            };
            // Somebody who was taken off the last company they shared with a manager is not the manager's to see any more.
            let path = match visible(conn, member, &id) {
                Ok(_) => page,
                Err(AppError::NotFound) => member.path("/members"),
                Err(error) => return Err(error),
            };
            let word = format!("{} is no longer assigned to {}", person.name, placed.company);
            Ok((("success", word, path), placed.deeds))
        })
        .await?;
    gate.tell(tone, word);
    Ok(see_other(gate.fragment(), &path))
}
