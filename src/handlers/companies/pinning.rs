//! Pinning a company to one's own sidebar.

use actix_web::{HttpResponse, web};

use crate::auth::CompanyGate;
use crate::authz::permission::ViewCompany;
use crate::common::error::AppError;
use crate::common::html::{local_path, number, see_other};
use crate::models::company_pin;
use crate::services::companies::pin;
use crate::services::companies::pin::PinError;

#[derive(Debug, Clone, Default, serde::Deserialize)]
#[serde(default)]
pub struct PinForm {
    /// The page to go back to, when it is not the company's.
    next: String,
}

/// `POST /organizations/{slug}/companies/{company}/pinning`
pub async fn create(gate: CompanyGate<ViewCompany>, form: web::Form<PinForm>) -> Result<HttpResponse, AppError> {
    let next = form.into_inner().next;
    let own = gate.read(|actor, company, _| Ok(company.path(actor, ""))).await?;
    let pinned = gate
        .try_write(|actor, company, conn| {
            let ((), events) = pin::pin(conn, actor, company)?;
            Ok((company.name.clone(), events))
        })
        .await;
    let (tone, message) = match pinned {
        Ok(name) => ("success", format!("{name} is pinned to your sidebar")),
        Err(PinError::Archived) => ("warning", "Only active ones can be pinned. Restore it first".to_owned()),
        Err(PinError::TooMany) => {
            let most = i64::try_from(company_pin::MOST).unwrap_or(i64::MAX);
            (
                "warning",
                format!("You can pin {}. Unpin another one first", number(&most)),
            )
        }
        Err(PinError::Failed(error)) => return Err(error),
    };
    gate.tell(tone, message);
    Ok(see_other(gate.fragment(), local_path(&next, &own)))
}

/// `POST /organizations/{slug}/companies/{company}/unpinning`
pub async fn destroy(gate: CompanyGate<ViewCompany>, form: web::Form<PinForm>) -> Result<HttpResponse, AppError> {
    let next = form.into_inner().next;
    let (name, own) = gate
        .write(|actor, company, conn| {
            let ((), events) = pin::unpin(conn, actor, company)?;
            Ok(((company.name.clone(), company.path(actor, "")), events))
        })
        .await?;
    Ok(gate.done(format!("{name} is no longer pinned"), local_path(&next, &own)))
}
