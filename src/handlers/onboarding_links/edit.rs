//! Changing a link. Its URL stays the same.

use actix_web::{HttpRequest, HttpResponse, web};

use crate::auth::Gate;
use crate::authz::permission::ManageOnboardingLinks;
use crate::common::error::AppError;
use crate::common::fields::Fields;
use crate::common::form::FormErrors;
use crate::common::html::{html, refused};
use crate::handlers::onboarding_links::form::{LinkFormError, OnboardingLinkForm};
use crate::handlers::onboarding_links::form_page::LinkFormPage;
use crate::models::onboarding_link;
use crate::services::invitations::authority::InviteAuthority;
use crate::services::onboarding_links::save;

/// The form. With `company_q` a fragment request gets only the companies.
pub async fn edit(
    gate: Gate<ManageOnboardingLinks>,
    path: web::Path<(String, String)>,
    req: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let (_, id) = path.into_inner();
    let query = Fields::urlencoded(req.query_string()).unwrap_or_default();
    gate.show(move |actor, conn| {
        let link = onboarding_link::find(conn, actor.organization, &id)?;
        let typed = OnboardingLinkForm::saved(&link, actor.org_zone).searched(&query);
        LinkFormPage::load(conn, actor, Some(&link), typed, FormErrors::none())
    })
    .await
}

pub async fn update(
    gate: Gate<ManageOnboardingLinks>,
    path: web::Path<(String, String)>,
    fields: Fields,
) -> Result<HttpResponse, AppError> {
    let (slug, id) = path.into_inner();
    let typed = OnboardingLinkForm::of(&fields);
    if typed.companies.finds {
        return html(page(&gate, id, typed, FormErrors::none()).await?);
    }
    let (link, form) = (id.clone(), typed.clone());
    let saved = gate
        .try_write(move |actor, conn| {
            let was = onboarding_link::find(conn, actor.organization, &link)?;
            let authority = InviteAuthority::of(conn, actor)?;
            let terms = form.read(conn, actor, &authority, Some(&was))?;
            Ok(((), save::edit(conn, actor, &authority, &was, &terms)?))
        })
        .await;
    match saved {
        Ok(()) => Ok(gate.done(
            "The link is changed. Its URL stays the same",
            &format!("/organizations/{slug}/settings/onboarding"),
        )),
        Err(LinkFormError::Failed(error)) => Err(error),
        Err(LinkFormError::Invalid(errors)) => refused(page(&gate, id, typed, errors).await?),
    }
}

async fn page(
    gate: &Gate<ManageOnboardingLinks>,
    id: String,
    typed: OnboardingLinkForm,
    errors: FormErrors,
) -> Result<LinkFormPage, AppError> {
    gate.read(move |actor, conn| {
        let link = onboarding_link::find(conn, actor.organization, &id)?;
        LinkFormPage::load(conn, actor, Some(&link), typed, errors)
    })
    .await
}
