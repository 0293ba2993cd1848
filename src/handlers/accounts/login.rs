use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::web::{Form, Query};
use askama::Template;
use serde::Deserialize;

use crate::audit::Events;
use crate::auth::{Visit, Visitor};
use crate::common::config::{BrowserCache, Signup};
use crate::common::email::Email;
use crate::common::error::AppError;
use crate::common::form::FormErrors;
use crate::common::html::{Page, local_path, query_value, see_other};
use crate::common::session_cookie;
use crate::handlers::accounts::landing::landing;
use crate::handlers::accounts::page::{AccountPage, NextQuery};
use crate::handlers::accounts::second_factor;
use crate::handlers::password::{FLOODED, LOCKED};
use crate::models::user::Account;
use crate::services::accounts::invited::invitation_token;
use crate::services::accounts::sign_in::SignInOutcome;
use crate::services::accounts::{passkeys, sessions, sign_in};
use crate::services::onboarding_links::resolve;
use crate::web::kept_form;
use crate::web::layout::Layout;
use crate::web::layout::PublicLayout;

#[derive(Default, Deserialize)]
pub struct SignInForm {
    #[serde(default)]
    email: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    next: String,
}

#[derive(Template)]
#[template(path = "accounts/log_in.html")]
struct LoginPage {
    layout: Layout,
    errors: FormErrors,
    email: String,
    next: String,
    /// Whether the page offers to sign up.
    open: bool,
    /// Whether it offers to sign in with a passkey.
    passkeys: bool,
}
crate::page!(LoginPage);

impl LoginPage {
    fn new(visit: &Visit, email: String, next: &str, errors: FormErrors) -> Self {
        let next = local_path(next, "").to_owned();
        Self {
            layout: visit.layout(),
            errors,
            email,
            open: visit.cx.config().signup != Signup::Invited
                || invitation_token(&next).is_some()
                || resolve::token_in(&next).is_some(),
            passkeys: passkeys::are_available(&visit.cx),
            next,
        }
    }

    /// The link to another page of accounts, with the path to continue with.
    fn beside(&self, path: &str) -> String {
        if self.next.is_empty() {
            path.to_owned()
        } else {
            format!("{path}?next={}", query_value(&self.next))
        }
    }
}

/// `GET /login`
pub async fn new(visitor: Visitor, query: Query<NextQuery>) -> Result<HttpResponse, AppError> {
    let next = query.into_inner().next;
    visitor
        .show(move |visit, _| {
            Ok(match &visit.person {
                Some(_) => AccountPage::Redirect(local_path(&next, "/").to_owned()),
                None => AccountPage::shown(LoginPage::new(visit, String::new(), &next, FormErrors::none())),
            })
        })
        .await
}

/// `POST /login`
pub async fn create(visitor: Visitor, form: Form<SignInForm>) -> Result<HttpResponse, AppError> {
    let SignInForm { email, password, next } = form.into_inner();
    let unprocessable = StatusCode::UNPROCESSABLE_ENTITY;
    let address = match Email::parse(&email) {
        Ok(address) => address,
        Err(message) => return again(&visitor, email, next, unprocessable, ("email", message)).await,
    };
    match sign_in::sign_in(&visitor, address, password, next.clone()).await? {
        SignInOutcome::SignedIn { session, verified } => {
            session_cookie::remember(visitor.session(), &session.token)?;
            let path = landing(&next, verified, &session);
            Ok(see_other(visitor.fragment(), &path))
        }
        SignInOutcome::SecondFactor(step) => {
            session_cookie::remember_step(visitor.session(), &step)?;
            Ok(see_other(visitor.fragment(), &second_factor::path(&next)))
        }
        SignInOutcome::Locked => again(&visitor, email, next, unprocessable, ("password", LOCKED)).await,
        SignInOutcome::Flooded => {
            let status = StatusCode::TOO_MANY_REQUESTS;
            again(&visitor, email, next, status, ("password", FLOODED)).await
        }
        SignInOutcome::Wrong(account) => {
            let error = ("password", "Incorrect email or password");
            let response = again(&visitor, email, next, unprocessable, error).await;
            if let Some(account) = account {
                actix_web::rt::spawn(note_failure(visitor, account));
            }
            response
        }
    }
}

/// Runs after the response, so that the response takes as long for addresses without an account.
async fn note_failure(visitor: Visitor, account: Account) {
    let noted = visitor
        .write(move |_, _| Ok(((), None, sign_in::note_failure(&account))))
        .await;
    if let Err(error) = noted {
        tracing::warn!(%error, "a failed sign-in was not logged");
    }
}

pub(super) async fn again(
    visitor: &Visitor,
    email: String,
    next: String,
    status: StatusCode,
    (field, message): (&'static str, &'static str),
) -> Result<HttpResponse, AppError> {
    let errors = FormErrors::one(field, message);
    visitor
        .read(move |visit, _| Ok(LoginPage::new(visit, email, &next, errors)))
        .await?
        .respond(status, visitor.fragment())
}

/// `POST /logout`
pub async fn destroy(visitor: Visitor, form: Option<Form<NextQuery>>) -> Result<HttpResponse, AppError> {
    visitor
        .write(|visit, conn| match &visit.person {
            Some(person) => Ok(((), Some(person.actor()), sessions::sign_out(conn, person)?)),
            None => Ok(((), None, Events::none("no session"))),
        })
        .await?;
    visitor.session().purge();
    // A user who changes accounts continues where they were, such as at an invitation.
    let next = form.map(|form| form.into_inner().next).unwrap_or_default();
    let mut answer = see_other(visitor.fragment(), &NextQuery { next }.login());
    kept_form::forget(&mut answer, visitor.app());
    if visitor.app().config.browser_cache == BrowserCache::Confirmed {
        // The pages on the device are this person's (w3.org/TR/clear-site-data).
        let cached = HeaderValue::from_static("\"cache\"");
        answer
            .headers_mut()
            .insert(HeaderName::from_static("clear-site-data"), cached);
    }
    Ok(answer)
}
