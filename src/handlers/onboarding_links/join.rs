//! The page that a link opens, and joining by it.

use actix_web::{HttpResponse, web};
use serde::Deserialize;

use crate::auth::{SignedIn, Visitor};
use crate::common::error::AppError;
use crate::common::form::FormErrors;
use crate::common::token::Token;
use crate::handlers::onboarding_links::join_page::JoinLinkPage;
use crate::services::onboarding_links::join;
use crate::services::onboarding_links::join::{JoinError, JoinInput, JoinOutcome};

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct JoinForm {
    pub company_name: String,
    /// Set when the link counted the person as opened.
    pub continued: String,
}

/// Changes nothing: mail programs and previews open links too.
pub async fn show(
    gate: Visitor,
    path: web::Path<String>,
    query: web::Query<JoinForm>,
) -> Result<HttpResponse, AppError> {
    let token = Token::received(&path);
    let typed = JoinForm {
        company_name: String::new(),
        ..query.into_inner()
    };
    gate.show(move |visit, conn| JoinLinkPage::for_visit(conn, visit, &token, typed))
        .await
}

pub async fn create(
    gate: SignedIn,
    path: web::Path<String>,
    form: web::Form<JoinForm>,
) -> Result<HttpResponse, AppError> {
    let (token, typed) = (Token::received(&path), form.into_inner());
    let input = JoinInput {
        company_name: typed.company_name.clone(),
        counted: !typed.continued.is_empty(),
    };
    let link = token.clone();
    let errors = match gate
        .try_write(move |person, conn| join::join(conn, person, &link, &input))
        .await
    {
        Ok(outcome) => return Ok(answer(&gate, &token, outcome)),
        Err(JoinError::Failed(error)) => return Err(error),
        Err(JoinError::TooManyTries) => {
            return Err(AppError::TooMany(
                "You used onboarding links many times today. Try again tomorrow.".into(),
            ));
        }
        Err(JoinError::InvalidCompany(errors)) => {
            let message = errors.get("name").unwrap_or("Enter another name");
            FormErrors::one("company_name", message)
        }
        Err(JoinError::Unavailable) => FormErrors::none(),
    };
    gate.refused(move |person, conn| JoinLinkPage::for_person(conn, person, &token, typed, errors))
        .await
}

fn answer(gate: &SignedIn, token: &Token, outcome: JoinOutcome) -> HttpResponse {
    let see_other = |path: &str| crate::common::html::see_other(gate.fragment(), path);
    match outcome {
        JoinOutcome::Requested => see_other(&format!("/join/{}", token.as_str())),
        JoinOutcome::Member { slug } => see_other(&format!("/organizations/{slug}")),
        JoinOutcome::Joined {
            organization,
            slug,
            company,
        } => {
            let path = match company {
                Some(company) => format!("/organizations/{slug}/companies/{company}"),
                None => format!("/organizations/{slug}"),
            };
            gate.done(format!("Welcome to {organization}"), &path)
        }
    }
}
