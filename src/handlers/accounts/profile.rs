//! A person's own page: name, address, password. Each card is a form of its own.

use actix_web::HttpResponse;
use actix_web::web::Form;
use askama::Template;
use serde::Deserialize;
use serde_json::json;

use crate::audit::{Action, Event, Events};
use crate::auth::current_user::CurrentUser;
use crate::auth::{SignedIn, Unverified};
use crate::common::email::Email;
use crate::common::error::AppError;
use crate::common::form::FormErrors;
use crate::common::html::{html, refused, see_other};
use crate::common::name;
use crate::common::password::NewPassword;
use crate::models::email_token;
use crate::models::login_attempt;
use crate::models::login_attempt::Postage;
use crate::models::session;
use crate::models::user;
use crate::models::user::Account;
use crate::services::accounts::challenge;
use crate::services::accounts::challenge::Challenge;
use crate::services::accounts::email;
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;

const HERE: &str = "/account";

#[derive(Template)]
#[template(path = "accounts/profile.html")]
struct Page {
    layout: Layout,
    errors: FormErrors,
    name: String,
    /// The address as it is.
    current: String,
    verified: bool,
    /// The one that was typed.
    email: String,
    /// A new address that waits for its proof.
    awaited: Option<String>,
}

/// Shows the cards.
pub async fn page(who: SignedIn<Unverified>) -> Result<HttpResponse, AppError> {
    html(build(&who, FormErrors::none(), |_| {}).await?)
}

/// The page again, with what was typed and why it was refused.
async fn again(
    who: &SignedIn<Unverified>,
    field: &'static str,
    sentence: impl Into<String>,
    typed: impl FnOnce(&mut Page),
) -> Result<HttpResponse, AppError> {
    refused(build(who, FormErrors::one(field, sentence), typed).await?)
}

async fn build(
    who: &SignedIn<Unverified>,
    errors: FormErrors,
    typed: impl FnOnce(&mut Page),
) -> Result<Page, AppError> {
    let mut page = who
        .read(move |person, conn| {
            Ok(Page {
                layout: person.layout(conn, "account")?,
                errors,
                name: person.name.clone(),
                current: person.email.to_string(),
                verified: person.verified,
                email: String::new(),
                awaited: email_token::awaited(conn, &person.cx, person.id)?,
            })
        })
        .await?;
    typed(&mut page);
    Ok(page)
}

/// The new name.
#[derive(Debug, Default, Deserialize)]
pub struct TypedName {
    #[serde(default)]
    name: String,
}

/// Changes the name.
pub async fn set_name(who: SignedIn<Unverified>, form: Form<TypedName>) -> Result<HttpResponse, AppError> {
    let typed = form.into_inner().name;
    let name = match name::person(&typed, "your name") {
        Ok(name) => name,
        Err(sentence) => return again(&who, "name", sentence, |page| page.name = typed).await,
    };
    who.write(move |person, conn| {
        if person.name == name {
            return Ok(((), Events::none("the name stays")));
        }
        user::set_name(conn, person.id, &name, &person.email)?;
        let event = Event::new(Action::NameChanged, "account", person.id, person.email.as_str())
            .before(json!({ "name": person.name }))
            .after(json!({ "name": name }));
        Ok(((), person.event(event)))
    })
    .await?;
    who.tell("success", "Your name is saved");
    Ok(see_other(who.fragment(), HERE))
}

/// Checks the password of the person at work, within the limits of a sign-in: a session left open is no way to guess it.
async fn confirmed(who: &SignedIn<Unverified>, password: String) -> Result<Result<Account, &'static str>, AppError> {
    let challenge = who
        .write(|person, conn| challenge::challenge(conn, &person.cx, &person.email))
        .await?;
    let account = match challenge {
        Challenge::Open(Some(account)) => account,
        Challenge::Locked => return Ok(Err(login_attempt::LOCKED)),
        Challenge::Open(None) | Challenge::Flooded => return Ok(Err(login_attempt::FLOODED)),
    };
    let stored = Some(account.password_hash.clone());
    let permission = who.app().hasher.verify(stored, password).await?;
    Ok(if permission {
        Ok(account)
    } else {
        Err("This is not your current password")
    })
}

/// The new address, with the password as it is.
#[derive(Default, Deserialize)]
pub struct TypedEmail {
    #[serde(default)]
    email: String,
    #[serde(default)]
    email_password: String,
}

/// Writes to the new address. Nothing changes, and nothing is told of that address, before its owner has answered.
pub async fn set_email(who: SignedIn<Unverified>, form: Form<TypedEmail>) -> Result<HttpResponse, AppError> {
    let typed = form.into_inner();
    let email = match Email::parse(&typed.email) {
        Ok(email) => email,
        Err(sentence) => return again(&who, "email", sentence, |page| page.email = typed.email).await,
    };
    let account = match confirmed(&who, typed.email_password).await? {
        Ok(account) => account,
        Err(sentence) => return again(&who, "email_password", sentence, |page| page.email = typed.email).await,
    };
    if email.as_str() == account.email {
        let sentence = "This is your address already. Enter another one";
        return again(&who, "email", sentence, |page| page.email = typed.email).await;
    }
    let postage = who
        .write(move |person, conn| {
            let cx = &person.cx;
            login_attempt::forgive(conn, &account.email)?;
            let postage = login_attempt::postage(conn, cx, login_attempt::AttemptKind::Letter, &email)?;
            if postage != Postage::Paid {
                return Ok((postage, Events::none("no letter was sent")));
            }
            email::email_change(conn, cx, &account, &email)?;
            let event = account
                .audit_event(Action::EmailChangeRequested)
                .after(json!({ "email": email.as_str() }));
            Ok((postage, person.event(event)))
        })
        .await?;
    if postage != Postage::Paid {
        let sentence = "An email went to this address already. Wait a while before you ask for another";
        return again(&who, "email", sentence, |page| page.email = typed.email).await;
    }
    who.tell(
        "info",
        "We sent a link to the new address. It counts as soon as you open the link",
    );
    Ok(see_other(who.fragment(), HERE))
}

/// The password as it is and as it shall be.
#[derive(Default, Deserialize)]
pub struct TypedPassword {
    #[serde(default)]
    current_password: String,
    #[serde(default)]
    new_password: String,
}

/// Changes the password; the other sessions end.
pub async fn set_password(who: SignedIn<Unverified>, form: Form<TypedPassword>) -> Result<HttpResponse, AppError> {
    let typed = form.into_inner();
    let account = match confirmed(&who, typed.current_password.clone()).await? {
        Ok(account) => account,
        Err(sentence) => return again(&who, "current_password", sentence, |_| {}).await,
    };
    let new = match NewPassword::parse(&typed.new_password, &[&account.name, &account.email]) {
        Ok(_) if typed.new_password == typed.current_password => {
            return again(
                &who,
                "new_password",
                "This is your password already. Choose another",
                |_| {},
            )
            .await;
        }
        Ok(new) => new,
        Err(sentence) => return again(&who, "new_password", sentence, |_| {}).await,
    };
    let hash = who.app().hasher.hash(new).await?;
    let changed = who
        .write(move |person, conn| change_password(person, conn, &account, &hash))
        .await?;
    if !changed {
        return again(
            &who,
            "current_password",
            "Your password was changed in between. Try again",
            |_| {},
        )
        .await;
    }
    who.tell("success", "Your new password counts. Other sessions were signed out");
    Ok(see_other(who.fragment(), HERE))
}

fn change_password(
    person: &CurrentUser,
    conn: &mut crate::db::Conn,
    checked: &Account,
    hash: &str,
) -> Result<(bool, Events), AppError> {
    let cx = &person.cx;
    let account = user::by_id(conn, person.id)?;
    if account.password_hash != checked.password_hash {
        return Ok((false, Events::none("another password counts now")));
    }
    user::set_password(conn, cx, &account, hash)?;
    session::end_all(conn, person.id, Some(person.session))?;
    login_attempt::forgive(conn, &account.email)?;
    email::password_changed(conn, cx, &account)?;
    Ok((true, account.event(Action::PasswordChanged)))
}
