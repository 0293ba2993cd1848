use actix_web::HttpResponse;
use actix_web::web::{Form, Query};
use askama::Template;
use serde::Deserialize;

use crate::auth::{Visit, Visitor};
use crate::common::config::Signup;
use crate::common::email::Email;
use crate::common::error::AppError;
use crate::common::form::FormErrors;
use crate::common::html::{local_path, query_value, see_other};
use crate::common::name;
use crate::common::password::NewPassword;
use crate::common::session_cookie;
use crate::db::Conn;
use crate::handlers::accounts::page::{AccountPage, NextQuery};
use crate::handlers::accounts::signed_up::SignedUp;
use crate::models::user;
use crate::services::accounts::invited;
use crate::services::accounts::sign_up;
use crate::services::accounts::sign_up::{NewAccount, SignUpError, SignUpOutcome};
use crate::services::onboarding_links::resolve::ResolvedLink;
use crate::web::layout::Layout;
use crate::web::layout::PublicLayout;

#[derive(Default, Deserialize)]
pub struct SignUpForm {
    #[serde(default)]
    name: String,
    #[serde(default)]
    email: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    terms: String,
    #[serde(default)]
    next: String,
}

/// The valid parts of a form.
struct CheckedSignUp {
    name: String,
    email: Email,
    password: NewPassword,
}

impl SignUpForm {
    fn check(&self) -> Result<CheckedSignUp, FormErrors> {
        let mut errors = FormErrors::none();
        let name = errors.take("name", name::person(&self.name, "your name"));
        let email = errors.take("email", Email::parse(&self.email));
        let password = NewPassword::parse(&self.password, &[&self.name, &self.email]);
        let password = errors.take("password", password);
        if self.terms.is_empty() {
            errors.add("terms", "Accept the terms and the privacy policy to create an account");
        }
        match (name, email, password) {
            (Some(name), Some(email), Some(password)) if errors.is_empty() => {
                Ok(CheckedSignUp { name, email, password })
            }
            _ => Err(errors),
        }
    }
}

#[derive(Template)]
#[template(path = "accounts/sign_up.html")]
struct SignUpPage {
    layout: Layout,
    errors: FormErrors,
    name: String,
    email: String,
    terms: bool,
    next: String,
    invited_to: Option<String>,
    /// The organization of an onboarding link.
    joining: Option<String>,
    open: bool,
    /// The domains of the addresses that sign up, where they are limited.
    domains: String,
}
crate::page!(SignUpPage);

impl SignUpPage {
    fn load(
        conn: &mut Conn,
        visit: &Visit,
        form: SignUpForm,
        errors: FormErrors,
    ) -> Result<AccountPage<Self>, AppError> {
        let next = local_path(&form.next, "").to_owned();
        if visit.person.is_some() {
            return Ok(AccountPage::Redirect(local_path(&next, "/").to_owned()));
        }
        let invited = invited::find(conn, &visit.cx, &next)?;
        let link = ResolvedLink::ahead(conn, &visit.cx, &next)?;
        let (mut name, mut email) = (form.name, form.email);
        if let Some(open) = invited.as_ref().filter(|_| errors.is_empty() && email.is_empty()) {
            let invitation = &open.invitation;
            if user::by_email(conn, &Email::stored(invitation.email.clone()))?.is_some() {
                return Ok(AccountPage::Redirect(format!("/login?next={}", query_value(&next))));
            }
            let full = format!("{} {}", invitation.first_name, invitation.last_name);
            full.trim().clone_into(&mut name);
            email.clone_from(&invitation.email);
        }
        Ok(AccountPage::shown(Self {
            layout: visit.layout(),
            errors,
            name,
            email,
            terms: !form.terms.is_empty(),
            open: invited.is_some() || link.is_some() || sign_up::is_open_to_some(conn, &visit.cx)?,
            domains: domains(conn, visit, invited.is_some() || link.is_some())?,
            joining: link.map(|link| link.organization.name),
            invited_to: invited.map(|open| open.organization),
            next,
        }))
    }
}

/// The hint of the address, empty where any address signs up.
fn domains(conn: &mut Conn, visit: &Visit, by_link: bool) -> Result<String, AppError> {
    let config = visit.cx.config();
    if by_link || config.signup != Signup::Domains || sign_up::is_open(conn, &visit.cx)? {
        return Ok(String::new());
    }
    Ok(format!(
        "At {}, or at any address with an invitation",
        config.signup_domains.join(", ")
    ))
}

/// `GET /signup`
pub async fn new(visitor: Visitor, query: Query<NextQuery>) -> Result<HttpResponse, AppError> {
    let form = SignUpForm {
        next: query.into_inner().next,
        ..SignUpForm::default()
    };
    visitor
        .show(move |visit, conn| SignUpPage::load(conn, visit, form, FormErrors::none()))
        .await
}

/// `POST /signup`
pub async fn create(visitor: Visitor, form: Form<SignUpForm>) -> Result<HttpResponse, AppError> {
    let form = form.into_inner();
    let checked = match form.check() {
        Ok(checked) => checked,
        Err(errors) => {
            return visitor
                .refused(move |visit, conn| SignUpPage::load(conn, visit, form, errors))
                .await;
        }
    };
    let signed_up = SignedUp::again(visitor.session(), checked.email.as_str());
    let new = NewAccount {
        user: signed_up.user(),
        name: checked.name,
        email: checked.email,
        // Hashed before the address is looked up, so that known and unknown addresses take as long.
        password_hash: visitor.app().hasher.hash(checked.password).await?,
        next: local_path(&form.next, "").to_owned(),
    };
    let outcome = visitor
        .try_write(move |visit, conn| sign_up::sign_up(conn, visit, &new))
        .await;
    match outcome {
        Ok(SignUpOutcome::SignedIn(session)) => {
            session_cookie::remember(visitor.session(), &session.token)?;
            Ok(see_other(visitor.fragment(), local_path(&form.next, "")))
        }
        Ok(SignUpOutcome::EmailSent) => {
            signed_up.store(visitor.session())?;
            Ok(see_other(visitor.fragment(), "/verify"))
        }
        Err(SignUpError::Failed(error)) => Err(error),
        Err(error) => {
            let errors = FormErrors::one("email", message(error));
            visitor
                .refused(move |visit, conn| SignUpPage::load(conn, visit, form, errors))
                .await
        }
    }
}

fn message(error: SignUpError) -> String {
    match error {
        SignUpError::InvitationOnly => "Sign-up is by invitation here".into(),
        SignUpError::DomainsOnly(domains) => {
            let at = domains.join(", ");
            format!("Sign-up is for addresses at {at}. With another address, ask for an invitation")
        }
        SignUpError::OtherDomains(domains) => format!("This link is for addresses at {}", domains.join(", ")),
        SignUpError::Failed(error) => error.to_string(),
    }
}
