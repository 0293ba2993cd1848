use actix_web::HttpResponse;
use actix_web::web::{Form, Path};
use askama::Template;
use serde::Deserialize;

use crate::auth::{Visit, Visitor};
use crate::common::error::AppError;
use crate::common::form::FormErrors;
use crate::common::password::NewPassword;
use crate::common::token::Token;
use crate::db::Conn;
use crate::handlers::accounts::page::{AccountPage, EndedLink, NextQuery};
use crate::models::email_token;
use crate::models::email_token::TokenKind;
use crate::services::accounts::password_reset;
use crate::services::accounts::password_reset::ResetPasswordError;
use crate::web::layout::Layout;
use crate::web::layout::PublicLayout;

#[derive(Template)]
#[template(path = "accounts/reset.html")]
struct PasswordResetPage {
    layout: Layout,
    errors: FormErrors,
    email: String,
    action: String,
}
crate::page!(PasswordResetPage);

const ENDED: EndedLink = EndedLink {
    title: "This link no longer works",
    text: "It was used or is older than an hour. Request a new one.",
    button: ("/password/forgot", "Send a new link"),
};

impl PasswordResetPage {
    fn load(conn: &mut Conn, visit: &Visit, token: &str, errors: FormErrors) -> Result<AccountPage<Self>, AppError> {
        let link = email_token::find_open(conn, &visit.cx, TokenKind::Reset, &Token::received(token))?;
        let layout = visit.layout();
        Ok(match link {
            Some(link) => AccountPage::shown(Self {
                layout,
                errors,
                email: link.account.email,
                action: format!("/password/reset/{token}"),
            }),
            None => AccountPage::ended(layout, ENDED),
        })
    }
}

/// `GET /password/reset/{token}`
pub async fn edit(visitor: Visitor, path: Path<String>) -> Result<HttpResponse, AppError> {
    let token = path.into_inner();
    visitor
        .show(move |visit, conn| PasswordResetPage::load(conn, visit, &token, FormErrors::none()))
        .await
}

#[derive(Default, Deserialize)]
pub struct PasswordResetForm {
    #[serde(default)]
    password: String,
}

/// `POST /password/reset/{token}`
pub async fn update(
    visitor: Visitor,
    path: Path<String>,
    form: Form<PasswordResetForm>,
) -> Result<HttpResponse, AppError> {
    let (text, password) = (path.into_inner(), form.into_inner().password);
    let token = Token::received(&text);
    let asked = token.clone();
    let account = visitor
        .read(move |visit, conn| Ok(email_token::find_open(conn, &visit.cx, TokenKind::Reset, &asked)?))
        .await?
        .map(|link| link.account);
    let Some(account) = account else {
        return again(&visitor, text, FormErrors::none()).await;
    };
    let password = match NewPassword::parse(&password, &[&account.name, &account.email]) {
        Ok(password) => password,
        Err(message) => return again(&visitor, text, FormErrors::one("password", message)).await,
    };
    let hash = visitor.app().hasher.hash(password).await?;
    let reset = visitor
        .try_write(move |visit, conn| {
            let (account, next, events) = password_reset::reset(conn, &visit.cx, &token, &hash)?;
            Ok((next, Some(account.actor()), events))
        })
        .await;
    match reset {
        Ok(next) => {
            let message = "Your password is changed and all sessions were signed out. Sign in with the new password";
            Ok(visitor.done(message, &NextQuery { next }.login()))
        }
        Err(ResetPasswordError::Ended) => again(&visitor, text, FormErrors::none()).await,
        Err(ResetPasswordError::Failed(error)) => Err(error),
    }
}

async fn again(visitor: &Visitor, token: String, errors: FormErrors) -> Result<HttpResponse, AppError> {
    visitor
        .refused(move |visit, conn| PasswordResetPage::load(conn, visit, &token, errors))
        .await
}
