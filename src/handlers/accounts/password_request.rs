use actix_web::HttpResponse;
use actix_web::web::{Form, Query};
use askama::Template;
use serde::Deserialize;

use crate::auth::{Visit, Visitor};
use crate::common::email::Email;
use crate::common::error::AppError;
use crate::common::form::FormErrors;
use crate::common::html::{local_path, see_other};
use crate::services::accounts::password_reset;
use crate::web::layout::Layout;
use crate::web::layout::PublicLayout;

#[derive(Debug, Default, Deserialize)]
pub struct PasswordRequestQuery {
    #[serde(default)]
    next: String,
    #[serde(default)]
    sent: String,
}

#[derive(Debug, Default, Deserialize)]
pub struct PasswordRequestForm {
    #[serde(default)]
    email: String,
    #[serde(default)]
    next: String,
}

#[derive(Template)]
#[template(path = "accounts/forgot.html")]
struct PasswordRequestPage {
    layout: Layout,
    errors: FormErrors,
    email: String,
    next: String,
    sent: bool,
    sends_mail: bool,
}
crate::page!(PasswordRequestPage);

impl PasswordRequestPage {
    fn new(visit: &Visit, email: String, next: &str, errors: FormErrors) -> Self {
        Self {
            layout: visit.layout(),
            errors,
            email,
            next: local_path(next, "").to_owned(),
            sent: false,
            sends_mail: visit.cx.config().sends_mail(),
        }
    }
}

/// `GET /password/forgot`: the form, or that the email was sent.
pub async fn new(visitor: Visitor, query: Query<PasswordRequestQuery>) -> Result<HttpResponse, AppError> {
    let query = query.into_inner();
    visitor
        .show(move |visit, _| {
            let email = visit.person.as_ref().map(|person| person.email.to_string());
            Ok(PasswordRequestPage {
                sent: !query.sent.is_empty(),
                ..PasswordRequestPage::new(visit, email.unwrap_or_default(), &query.next, FormErrors::none())
            })
        })
        .await
}

/// `POST /password/forgot`. The response is the same whether the address has an account or not.
pub async fn create(visitor: Visitor, form: Form<PasswordRequestForm>) -> Result<HttpResponse, AppError> {
    let PasswordRequestForm { email, next } = form.into_inner();
    let address = match Email::parse(&email) {
        Ok(address) => address,
        Err(message) => {
            let errors = FormErrors::one("email", message);
            return visitor
                .refused(move |visit, _| Ok(PasswordRequestPage::new(visit, email, &next, errors)))
                .await;
        }
    };
    visitor
        .write(move |visit, conn| {
            let next = local_path(&next, "");
            let events = password_reset::request(conn, &visit.cx, &address, next)?;
            Ok(((), None, events))
        })
        .await?;
    Ok(see_other(visitor.fragment(), "/password/forgot?sent=1"))
}
