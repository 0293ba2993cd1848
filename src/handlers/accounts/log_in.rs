//! The page that signs in, and the way out.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Form, Query};
use askama::Template;
use serde::Deserialize;

use crate::audit::{Action, Event, Events};
use crate::auth::Visitor;
use crate::common::config::Signup;
use crate::common::email::Email;
use crate::common::error::AppError;
use crate::common::form::FormErrors;
use crate::common::html::{html, html_with, local_path, query_value, see_other};
use crate::handlers::accounts::sign_up::Next;
use crate::handlers::accounts::{entry, rules};
use crate::models::login_attempt;
use crate::models::session;
use crate::models::user;
use crate::models::user::Account;
use crate::services::accounts::challenge;
use crate::services::accounts::challenge::Challenge;
use crate::services::onboarding_links::resolve;
use crate::web::layout::Layout;
use crate::web::layout::PublicLayout;

/// What a person types.
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
struct Page {
    layout: Layout,
    errors: FormErrors,
    email: String,
    next: String,
    open: bool,
}

impl Page {
    fn new(layout: Layout, signup: Signup, next: &str) -> Self {
        let next = local_path(next, "").to_owned();
        Self {
            layout,
            errors: FormErrors::none(),
            email: String::new(),
            open: signup == Signup::Open
                || rules::invitation_token(&next).is_some()
                || resolve::token_in(&next).is_some(),
            next,
        }
    }

    /// The way to another page of this room, which keeps where the person wants to go.
    fn beside(&self, path: &str) -> String {
        if self.next.is_empty() {
            path.to_owned()
        } else {
            format!("{path}?next={}", query_value(&self.next))
        }
    }
}

/// Shows the form.
pub async fn page(visitor: Visitor, query: Query<Next>) -> Result<HttpResponse, AppError> {
    let next = query.into_inner().next;
    let page = visitor
        .read(move |visit, _| {
            Ok(match &visit.person {
                Some(_) => Err(local_path(&next, "/organizations").to_owned()),
                None => Ok(Page::new(visit.layout(), visit.cx.config().signup, &next)),
            })
        })
        .await?;
    match page {
        Ok(page) => html(page),
        Err(path) => Ok(see_other(visitor.fragment(), &path)),
    }
}

/// Signs in, with a new session.
pub async fn submit(visitor: Visitor, form: Form<SignInForm>) -> Result<HttpResponse, AppError> {
    let typed = form.into_inner();
    let email = match Email::parse(&typed.email) {
        Ok(email) => email,
        Err(sentence) => return again(&visitor, typed, StatusCode::UNPROCESSABLE_ENTITY, "email", sentence),
    };
    let tried = email.clone();
    let challenge = visitor
        .write(move |visit, conn| {
            let (challenge, events) = challenge::challenge(conn, &visit.cx, &tried)?;
            Ok((challenge, None, events))
        })
        .await?;
    let account = match challenge {
        Challenge::Open(account) => account,
        Challenge::Locked => {
            return again(
                &visitor,
                typed,
                StatusCode::UNPROCESSABLE_ENTITY,
                "password",
                login_attempt::LOCKED,
            );
        }
        Challenge::Flooded => {
            return again(
                &visitor,
                typed,
                StatusCode::TOO_MANY_REQUESTS,
                "password",
                login_attempt::FLOODED,
            );
        }
    };
    let stored = account.as_ref().map(|account| account.password_hash.clone());
    let tried = account.clone();
    let permission = visitor.app().hasher.verify(stored, typed.password.clone()).await?;
    let entered = match account.filter(|_| permission) {
        Some(account) => enter(&visitor, account, typed.next.clone()).await?,
        None => None,
    };
    let Some((token, path)) = entered else {
        let sentence = "The email address and the password do not belong together";
        let answer = again(&visitor, typed, StatusCode::UNPROCESSABLE_ENTITY, "password", sentence);
        if let Some(account) = tried {
            actix_web::rt::spawn(failed(visitor, account));
        }
        return answer;
    };
    crate::auth::current_user::remember(visitor.session(), &token)?;
    Ok(see_other(visitor.fragment(), &path))
}

/// Notes a wrong password, for the person and their organizations. Nobody waits for it, so that the answer takes as long
/// where there is no account. How many there can be follows from how many passwords may be tried (`rules::may_try`).
async fn failed(visitor: Visitor, account: Account) {
    let noted = visitor
        .write(move |_, _| Ok(((), None, account.event(Action::SignInFailed))))
        .await;
    if let Err(error) = noted {
        tracing::warn!(%error, "a wrong password was not noted");
    }
}

/// The new session and where it begins; `None` when the password was changed while it was being checked.
async fn enter(
    visitor: &Visitor,
    checked: Account,
    next: String,
) -> Result<Option<(crate::common::token::Token, String)>, AppError> {
    visitor
        .write(move |visit, conn| {
            let cx = &visit.cx;
            let account = user::by_id(conn, checked.id)?;
            if account.password_hash != checked.password_hash {
                return Ok((None, None, Events::none("another password counts now")));
            }
            login_attempt::forgive(conn, &account.email)?;
            let mut verified = account.verified();
            let mut events = Events::default();
            // Who knows the password and holds the letter's link has proven the address.
            if !verified
                && entry::invited(conn, cx, &next)?.is_some_and(|invited| invited.invitation.email == account.email)
            {
                events = events.and(user::prove(conn, cx, &account)?);
                verified = true;
            }
            let (token, begun) = entry::begin(visit, conn, account.id)?;
            let belongs = user::belongs(conn, account.id)?;
            let path = rules::landing(&next, verified, belongs).to_owned();
            Ok((Some((token, path)), Some(account.actor()), events.and(begun)))
        })
        .await
}

fn again(
    visitor: &Visitor,
    typed: SignInForm,
    status: StatusCode,
    field: &'static str,
    sentence: &str,
) -> Result<HttpResponse, AppError> {
    let page = Page {
        errors: FormErrors::one(field, sentence),
        email: typed.email,
        ..Page::new(visitor.layout(), visitor.app().config.signup, &typed.next)
    };
    html_with(status, page)
}

/// Ends this session.
pub async fn out(visitor: Visitor, form: Option<Form<Next>>) -> Result<HttpResponse, AppError> {
    visitor
        .write(|visit, conn| {
            let Some(person) = &visit.person else {
                return Ok(((), None, Events::none("nobody was signed in")));
            };
            session::end(conn, person.id, person.session)?;
            let event = Event::new(Action::SignedOut, "session", person.session, "session");
            Ok(((), Some(person.actor()), person.event(event)))
        })
        .await?;
    visitor.session().purge();
    // Who signs out to be somebody else goes on where they were, such as at an invitation.
    let next = form.map(|form| form.into_inner().next).unwrap_or_default();
    let path = match local_path(&next, "") {
        "" => "/login".to_owned(),
        next => format!("/login?next={}", query_value(next)),
    };
    Ok(see_other(visitor.fragment(), &path))
}
