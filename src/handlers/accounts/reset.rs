//! A forgotten password: the page that asks for a letter, and the page behind its link.

use actix_web::HttpResponse;
use actix_web::web::{Form, Path, Query};
use askama::Template;
use serde::Deserialize;

use crate::audit::{Action, Events};
use crate::auth::Visitor;
use crate::common::email::Email;
use crate::common::error::AppError;
use crate::common::form::FormErrors;
use crate::common::html::{html, local_path, refused, see_other};
use crate::common::password::NewPassword;
use crate::common::token::Token;
use crate::handlers::accounts::entry;
use crate::handlers::accounts::entry::Over;
use crate::handlers::accounts::rules;
use crate::models::email_token;
use crate::models::email_token::TokenKind;
use crate::models::login_attempt;
use crate::models::login_attempt::Postage;
use crate::models::session;
use crate::models::user;
use crate::services::accounts::email;
use crate::web::layout::Layout;
use crate::web::layout::PublicLayout;

/// What the page of a forgotten password is asked with.
#[derive(Debug, Default, Deserialize)]
pub struct ForgotPasswordForm {
    #[serde(default)]
    next: String,
    #[serde(default)]
    sent: String,
}

/// The address whose owner shall get a letter.
#[derive(Debug, Default, Deserialize)]
pub struct NewPasswordForm {
    #[serde(default)]
    email: String,
    #[serde(default)]
    next: String,
}

#[derive(Template)]
#[template(path = "accounts/forgot.html")]
struct Forgot {
    layout: Layout,
    errors: FormErrors,
    email: String,
    next: String,
    sent: bool,
    sends_mail: bool,
}

/// Shows the form, or that a letter is on its way.
pub async fn forgot(visitor: Visitor, query: Query<ForgotPasswordForm>) -> Result<HttpResponse, AppError> {
    let asked = query.into_inner();
    let page = visitor
        .read(move |visit, _| {
            Ok(Forgot {
                layout: visit.layout(),
                errors: FormErrors::none(),
                email: visit
                    .person
                    .as_ref()
                    .map(|person| person.email.to_string())
                    .unwrap_or_default(),
                next: local_path(&asked.next, "").to_owned(),
                sent: !asked.sent.is_empty(),
                sends_mail: visit.cx.config().sends_mail(),
            })
        })
        .await?;
    html(page)
}

/// Writes to the owner of the address, if there is one. The answer is the same.
pub async fn ask(visitor: Visitor, form: Form<NewPasswordForm>) -> Result<HttpResponse, AppError> {
    let NewPasswordForm { email: text, next } = form.into_inner();
    let next = local_path(&next, "").to_owned();
    let email = match Email::parse(&text) {
        Ok(email) => email,
        Err(sentence) => {
            return refused(Forgot {
                layout: visitor.layout(),
                errors: FormErrors::one("email", sentence),
                email: text,
                next,
                sent: false,
                sends_mail: true,
            });
        }
    };
    visitor
        .write(move |visit, conn| {
            let cx = &visit.cx;
            if login_attempt::postage(conn, cx, login_attempt::AttemptKind::Reset, &email)? != Postage::Paid {
                return Ok(((), None, Events::none("no letter was sent")));
            }
            let Some(account) = user::by_email(conn, &email)? else {
                return Ok(((), None, Events::none("nobody's address")));
            };
            email::reset(conn, cx, &account, &next)?;
            Ok(((), None, account.event(Action::PasswordResetRequested)))
        })
        .await?;
    Ok(see_other(visitor.fragment(), "/password/forgot?sent=1"))
}

#[derive(Template)]
#[template(path = "accounts/reset.html")]
struct Page {
    layout: Layout,
    errors: FormErrors,
    email: String,
    action: String,
}

const OVER: Over = Over {
    title: "This link has ended",
    text: "It was used or is older than an hour. Ask for a new one.",
    way_on: ("/password/forgot", "Send a new link"),
};

/// Shows the form; the link stays unused.
pub async fn page(visitor: Visitor, path: Path<String>) -> Result<HttpResponse, AppError> {
    show(&visitor, path.into_inner(), FormErrors::none()).await
}

async fn show(visitor: &Visitor, token: String, errors: FormErrors) -> Result<HttpResponse, AppError> {
    let again = !errors.is_empty();
    let page = visitor
        .read(move |visit, conn| {
            let link = email_token::find_open(conn, &visit.cx, TokenKind::Reset, &Token::received(&token))?;
            let layout = visit.layout();
            Ok(match link {
                Some(link) => Ok(Page {
                    layout,
                    errors,
                    email: link.account.email,
                    action: format!("/password/reset/{token}"),
                }),
                None => Err(layout),
            })
        })
        .await?;
    match page {
        Ok(page) if again => refused(page),
        Ok(page) => html(page),
        Err(layout) => OVER.page(layout),
    }
}

/// The new password.
#[derive(Default, Deserialize)]
pub struct Chosen {
    #[serde(default)]
    password: String,
}

/// Sets the password. The link proves the address, every session ends, and a new one begins here.
pub async fn submit(visitor: Visitor, path: Path<String>, form: Form<Chosen>) -> Result<HttpResponse, AppError> {
    let (text, password) = (path.into_inner(), form.into_inner().password);
    let token = Token::received(&text);
    let asked = token.clone();
    let account = visitor
        .read(move |visit, conn| {
            let link = email_token::find_open(conn, &visit.cx, TokenKind::Reset, &asked)?;
            Ok(link.map(|link| (link.account.name, link.account.email)))
        })
        .await?;
    let Some((name, email)) = account else {
        return OVER.page(visitor.layout());
    };
    let password = match NewPassword::parse(&password, &[&name, &email]) {
        Ok(password) => password,
        Err(sentence) => return show(&visitor, text, FormErrors::one("password", sentence)).await,
    };
    let hash = visitor.app().hasher.hash(password).await?;
    let entered = visitor
        .write(move |visit, conn| {
            let cx = &visit.cx;
            let Some(link) = email_token::find_open(conn, cx, TokenKind::Reset, &token)? else {
                return Ok((None, None, Events::none("the link was used in between")));
            };
            if !email_token::take(conn, cx, TokenKind::Reset, &token)? {
                return Ok((None, None, Events::none("somebody else took it")));
            }
            let account = &link.account;
            user::set_password(conn, cx, account, &hash)?;
            session::end_all(conn, account.id, None)?;
            login_attempt::forgive(conn, &account.email)?;
            let proven = user::prove(conn, cx, account)?;
            email::password_changed(conn, cx, account)?;
            let (token, begun) = entry::begin(visit, conn, account.id)?;
            let belongs = user::belongs(conn, account.id)?;
            let path = rules::landing(&link.next, true, belongs).to_owned();
            let events = account.event(Action::PasswordReset).and(proven).and(begun);
            Ok((Some((token, path)), Some(account.actor()), events))
        })
        .await?;
    let Some((token, path)) = entered else {
        return OVER.page(visitor.layout());
    };
    crate::auth::current_user::remember(visitor.session(), &token)?;
    visitor.tell("success", "Your new password counts. Other sessions were signed out");
    Ok(see_other(visitor.fragment(), &path))
}
