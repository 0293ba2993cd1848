//! The page that makes an account.

use actix_web::HttpResponse;
use actix_web::web::{Form, Query};
use askama::Template;
use serde::Deserialize;

use crate::app::Ctx;
use crate::audit::{Action, Events};
use crate::auth::Visitor;
use crate::common::config::Signup;
use crate::common::email::Email;
use crate::common::error::AppError;
use crate::common::form::FormErrors;
use crate::common::html::{html, local_path, query_value, refused, see_other};
use crate::common::id::UserId;
use crate::common::name;
use crate::common::password::NewPassword;
use crate::common::token::Token;
use crate::db::Conn;
use crate::handlers::accounts::entry;
use crate::handlers::accounts::entry::SignedUp;
use crate::models::login_attempt;
use crate::models::login_attempt::Postage;
use crate::models::user;
use crate::services::accounts::email;
use crate::services::onboarding_links::resolve::ResolvedLink;
use crate::web::layout::Layout;
use crate::web::layout::PublicLayout;

/// Where somebody wants to go afterwards.
#[derive(Debug, Default, Deserialize)]
pub struct Next {
    #[serde(default)]
    pub next: String,
}

/// What a person types.
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

#[derive(Template)]
#[template(path = "accounts/sign_up.html")]
struct Page {
    layout: Layout,
    errors: FormErrors,
    name: String,
    email: String,
    terms: bool,
    next: String,
    invited_to: Option<String>,
    /// The organization whose onboarding link led here.
    joining: Option<String>,
    open: bool,
}

enum Shown {
    Form(Box<Page>),
    Elsewhere(String),
}

/// Shows the form.
pub async fn page(visitor: Visitor, query: Query<Next>) -> Result<HttpResponse, AppError> {
    let next = query.into_inner().next;
    show(
        &visitor,
        SignUpForm {
            next,
            ..SignUpForm::default()
        },
        FormErrors::none(),
    )
    .await
}

async fn show(visitor: &Visitor, typed: SignUpForm, errors: FormErrors) -> Result<HttpResponse, AppError> {
    let first = errors.is_empty();
    let shown = visitor
        .read(move |visit, conn| {
            let next = local_path(&typed.next, "").to_owned();
            if visit.person.is_some() {
                return Ok(Shown::Elsewhere(local_path(&next, "/organizations").to_owned()));
            }
            let invited = entry::invited(conn, &visit.cx, &next)?;
            let door = ResolvedLink::ahead(conn, &visit.cx, &next)?;
            let (mut name, mut email) = (typed.name, typed.email);
            if let Some(invited) = invited.as_ref().filter(|_| first && email.is_empty()) {
                let invitation = &invited.invitation;
                if user::by_email(conn, &Email::stored(invitation.email.clone()))?.is_some() {
                    return Ok(Shown::Elsewhere(format!("/login?next={}", query_value(&next))));
                }
                let full = format!("{} {}", invitation.first_name, invitation.last_name);
                full.trim().clone_into(&mut name);
                email.clone_from(&invitation.email);
            }
            Ok(Shown::Form(Box::new(Page {
                layout: visit.layout(),
                errors,
                name,
                email,
                terms: !typed.terms.is_empty(),
                open: invited.is_some() || door.is_some() || is_open(conn, &visit.cx)?,
                joining: door.map(|door| door.organization.name),
                invited_to: invited.map(|invited| invited.organization),
                next,
            })))
        })
        .await?;
    match shown {
        Shown::Elsewhere(path) => Ok(see_other(visitor.fragment(), &path)),
        Shown::Form(page) if first => html(*page),
        Shown::Form(page) => refused(*page),
    }
}

/// Whether anybody may sign up without an invitation: the first account always may.
fn is_open(conn: &mut Conn, cx: &Ctx) -> Result<bool, AppError> {
    Ok(cx.config().signup == Signup::Open || !user::inhabited(conn)?)
}

/// Why an address cannot sign up where sign-up is by invitation; `None` when an organization's onboarding link asks it in.
fn closed_to(conn: &mut Conn, cx: &Ctx, next: &str, email: &Email) -> Result<Option<String>, AppError> {
    Ok(match ResolvedLink::ahead(conn, cx, next)? {
        None => Some("Sign-up is by invitation here".into()),
        Some(door) if door.link.admits(email.as_str()) => None,
        Some(door) => Some(format!(
            "This link is for addresses at {}",
            door.link.domains().join(", ")
        )),
    })
}

enum Made {
    /// A letter is on its way; nothing says to whom it was written.
    Waiting(Option<UserId>),
    /// The invitation's link proved the address.
    Inside(Token, String),
    /// By invitation alone: why not for this address.
    Closed(String),
}

/// Makes the account, or writes to the owner of the address that there is one.
pub async fn submit(visitor: Visitor, form: Form<SignUpForm>) -> Result<HttpResponse, AppError> {
    let typed = form.into_inner();
    let mut errors = FormErrors::none();
    let name = errors.take("name", name::person(&typed.name, "your name"));
    let email = errors.take("email", Email::parse(&typed.email));
    let password = errors.take(
        "password",
        NewPassword::parse(&typed.password, &[&typed.name, &typed.email]),
    );
    if typed.terms.is_empty() {
        errors.add("terms", "Accept the terms and the privacy policy to create an account");
    }
    let (Some(name), Some(email), Some(password), true) = (name, email, password, errors.is_empty()) else {
        return show(&visitor, typed, errors).await;
    };
    // Hashed before anybody looks whether the address is known: both take as long.
    let hash = visitor.app().hasher.hash(password).await?;
    let (address, next) = (email.clone(), local_path(&typed.next, "").to_owned());
    let made = visitor
        .write(move |visit, conn| {
            let cx = &visit.cx;
            let invited = entry::invited(conn, cx, &next)?;
            if invited.is_none()
                && !is_open(conn, cx)?
                && let Some(reason) = closed_to(conn, cx, &next, &address)?
            {
                return Ok((Made::Closed(reason), None, Events::none("sign-up is by invitation")));
            }
            let Some(account) = user::add(conn, cx, &name, &address, &hash)? else {
                if login_attempt::postage(conn, cx, login_attempt::AttemptKind::Letter, &address)? == Postage::Paid {
                    remind(conn, cx, &address, &next)?;
                }
                return Ok((Made::Waiting(None), None, Events::none("the account was there before")));
            };
            let actor = Some(account.actor());
            let events = account.event(Action::SignedUp);
            if invited.is_some_and(|invited| invited.invitation.email == address.as_str()) {
                let proven = user::prove(conn, cx, &account)?;
                let (token, begun) = entry::begin(visit, conn, account.id)?;
                return Ok((Made::Inside(token, next), actor, events.and(proven).and(begun)));
            }
            // A letter is due to a new account whatever was counted for its address before.
            login_attempt::postage(conn, cx, login_attempt::AttemptKind::Letter, &address)?;
            email::verify(conn, cx, &account, &next)?;
            Ok((Made::Waiting(Some(account.id)), actor, events))
        })
        .await?;
    match made {
        Made::Inside(token, next) => {
            crate::auth::current_user::remember(visitor.session(), &token)?;
            Ok(see_other(visitor.fragment(), &next))
        }
        Made::Waiting(user) => {
            // Who signs up twice in one browser keeps what the first time proved.
            let same = SignedUp::of(visitor.session()).is_some_and(|before| before.email == email.as_str());
            if user.is_some() || !same {
                SignedUp::leave(visitor.session(), user, email.as_str())?;
            }
            Ok(see_other(visitor.fragment(), "/verify"))
        }
        Made::Closed(reason) => show(&visitor, typed, FormErrors::one("email", reason)).await,
    }
}

/// Writes to the owner of an address that has an account: how to prove it, or that there is nothing to do.
fn remind(conn: &mut Conn, cx: &Ctx, email: &Email, next: &str) -> Result<(), AppError> {
    match user::by_email(conn, email)? {
        Some(account) if account.verified() => email::account_exists(conn, cx, &account),
        Some(account) => email::verify(conn, cx, &account, next),
        None => Ok(()),
    }
}
