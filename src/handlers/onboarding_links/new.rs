//! Creating a link.

use actix_web::{HttpRequest, HttpResponse, web};

use crate::auth::Gate;
use crate::authz::permission::ManageOnboardingLinks;
use crate::common::error::AppError;
use crate::common::fields::Fields;
use crate::common::form::FormErrors;
use crate::common::html::{html, refused};
use crate::handlers::onboarding_links::form::{LinkFormError, OnboardingLinkForm};
use crate::handlers::onboarding_links::form_page::LinkFormPage;
use crate::services::invitations::authority::InviteAuthority;
use crate::services::onboarding_links::save;

/// The form. With `company_q` a fragment request gets only the companies.
pub async fn new(gate: Gate<ManageOnboardingLinks>, req: HttpRequest) -> Result<HttpResponse, AppError> {
    let query = Fields::urlencoded(req.query_string()).unwrap_or_default();
    gate.show(move |actor, conn| {
        let typed = OnboardingLinkForm::fresh(actor.cx.now, actor.org_zone).searched(&query);
        LinkFormPage::load(conn, actor, None, typed, FormErrors::none())
    })
    .await
}

pub async fn create(
    gate: Gate<ManageOnboardingLinks>,
    path: web::Path<String>,
    fields: Fields,
) -> Result<HttpResponse, AppError> {
    let typed = OnboardingLinkForm::of(&fields);
    if typed.companies.finds {
        let page = gate
            .read(move |actor, conn| LinkFormPage::load(conn, actor, None, typed, FormErrors::none()))
            .await?;
        return html(page);
    }
    let form = typed.clone();
    let saved = gate
        .try_write(move |actor, conn| {
            let authority = InviteAuthority::of(conn, actor)?;
            let terms = form.read(conn, actor, &authority, None)?;
            Ok(((), save::create(conn, actor, &authority, &terms)?))
        })
        .await;
    match saved {
        Ok(()) => Ok(gate.done(
            "The link is ready. Copy it and share it",
            &format!("/organizations/{path}/settings/onboarding"),
        )),
        Err(LinkFormError::Failed(error)) => Err(error),
        Err(LinkFormError::Invalid(errors)) => {
            let page = gate
                .read(move |actor, conn| LinkFormPage::load(conn, actor, None, typed, errors))
                .await?;
            refused(page)
        }
    }
}
