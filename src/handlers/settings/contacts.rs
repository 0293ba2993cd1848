//! Contacts of an organization: typed here, used once their address has answered.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde_json::json;

use crate::audit::{Action, Event, Events};
use crate::auth::Gate;
use crate::auth::actor::Actor;
use crate::authz::permission::EditProfile;
use crate::common::email::Email;
use crate::common::error::AppError;
use crate::common::form::FormErrors;
use crate::common::html::{html, refused, see_other};
use crate::db::Conn;
use crate::models::login_attempt;
use crate::models::login_attempt::{AttemptKind, EmailQuota};
use crate::models::organization::contact;
use crate::models::organization::contact::{Contact, ContactKind};
use crate::services::approvals::email;
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;

type Place = web::Path<(String, String)>;

#[derive(Template)]
#[template(path = "settings/contact.html", blocks = ["dialog"])]
struct ContactPage {
    layout: Layout,
    path: String,
    back: String,
    contact: Contact,
    email: String,
    errors: FormErrors,
}

impl ContactPage {
    fn load(
        conn: &mut Conn,
        actor: &Actor,
        kind: ContactKind,
        typed: Option<String>,
        errors: FormErrors,
    ) -> Result<Self, AppError> {
        let contact = contact::find(conn, actor.organization, kind)?;
        let email = typed.unwrap_or_else(|| {
            let known = [&contact.pending_email, &contact.email];
            known
                .into_iter()
                .find(|email| !email.is_empty())
                .cloned()
                .unwrap_or_default()
        });
        Ok(Self {
            layout: actor.layout(conn, "settings")?,
            path: actor.path(&format!("/settings/contacts/{kind}")),
            back: actor.path("/settings/general"),
            contact,
            email,
            errors,
        })
    }
}

fn kind(text: &str) -> Result<ContactKind, AppError> {
    ContactKind::parse(text).ok_or(AppError::NotFound)
}

/// `GET /organizations/{slug}/settings/contacts/{kind}`
pub async fn edit(gate: Gate<EditProfile>, place: Place) -> Result<HttpResponse, AppError> {
    let (_, text) = place.into_inner();
    let page = gate
        .read(move |actor, conn| ContactPage::load(conn, actor, kind(&text)?, None, FormErrors::none()))
        .await?;
    if gate.fragment() {
        html(page.as_dialog())
    } else {
        html(page)
    }
}

/// The form as typed.
#[derive(Debug, Clone, Default, serde::Deserialize)]
#[serde(default)]
pub struct ContactForm {
    email: String,
}

const SENT: &str = "We sent a link to this address. It counts as soon as somebody opens the link";
const TOO_SOON: &str = "An email went to this address already. Wait a while before you send another";

/// Writes to an address; `false` when it had its letters.
fn ask(conn: &mut Conn, actor: &Actor, kind: ContactKind, email: &Email) -> Result<(bool, Events), AppError> {
    if login_attempt::take_email(conn, &actor.cx, AttemptKind::Email, email)? != EmailQuota::Available {
        return Ok((false, Events::none("no letter was sent")));
    }
    let seed = contact::ask(conn, &actor.cx, actor.organization, kind, email)?;
    email::contact(conn, actor, kind, email, seed)?;
    let event =
        Event::new(Action::ContactAsked, "contact", kind, kind.label()).after(json!({ "email": email.as_str() }));
    Ok((true, actor.event(event)))
}

/// `POST /organizations/{slug}/settings/contacts/{kind}`: an address, which gets a letter.
pub async fn save(
    gate: Gate<EditProfile>,
    place: Place,
    form: web::Form<ContactForm>,
) -> Result<HttpResponse, AppError> {
    let ((_, text), form) = (place.into_inner(), form.into_inner());
    let (typed, of) = (form.email.clone(), text.clone());
    let saved = gate
        .write(move |actor, conn| {
            let kind = kind(&of)?;
            let refuse = |sentence: &str| Ok((Err(FormErrors::one("email", sentence)), Events::none("refused")));
            let email = match Email::parse(&typed) {
                Ok(email) => email,
                Err(sentence) => return refuse(sentence),
            };
            if contact::find(conn, actor.organization, kind)?.email == email.as_str() {
                return refuse("This address is confirmed already. Enter another one");
            }
            match ask(conn, actor, kind, &email)? {
                (true, events) => Ok((Ok(actor.path("/settings/general")), events)),
                (false, _) => refuse(TOO_SOON),
            }
        })
        .await?;
    match saved {
        Ok(path) => {
            gate.tell("info", SENT);
            Ok(see_other(gate.fragment(), &path))
        }
        Err(errors) => {
            let page = gate
                .read(move |actor, conn| ContactPage::load(conn, actor, kind(&text)?, Some(form.email), errors))
                .await?;
            if gate.fragment() {
                refused(page.as_dialog())
            } else {
                refused(page)
            }
        }
    }
}

/// `POST /organizations/{slug}/settings/contacts/{kind}/resending`: a new link to the address that waits.
pub async fn resend(gate: Gate<EditProfile>, place: Place) -> Result<HttpResponse, AppError> {
    let (_, text) = place.into_inner();
    let (tone, word, path) = gate
        .write(move |actor, conn| {
            let kind = kind(&text)?;
            let path = actor.path("/settings/general");
            let waiting = contact::find(conn, actor.organization, kind)?.pending_email;
            if waiting.is_empty() {
                let word = "No address waits for its confirmation";
                return Ok((("info", word, path), Events::none("nothing waits")));
            }
            let (sent, events) = ask(conn, actor, kind, &Email::stored(waiting))?;
            let (tone, word) = if sent { ("info", SENT) } else { ("warning", TOO_SOON) };
            Ok(((tone, word, path), events))
        })
        .await?;
    gate.tell(tone, word);
    Ok(see_other(gate.fragment(), &path))
}

/// `POST /organizations/{slug}/settings/contacts/{kind}/removal`
pub async fn remove(gate: Gate<EditProfile>, place: Place) -> Result<HttpResponse, AppError> {
    let (_, text) = place.into_inner();
    let (word, path) = gate
        .write(move |actor, conn| {
            let kind = kind(&text)?;
            let was = contact::find(conn, actor.organization, kind)?;
            let events = if contact::remove(conn, actor.organization, kind)? {
                let event = Event::new(Action::ContactRemoved, "contact", kind, kind.label())
                    .before(json!({ "email": was.email, "waiting": was.pending_email }));
                actor.event(event)
            } else {
                Events::none("there was none")
            };
            let word = format!("{} removed", kind.label());
            Ok(((word, actor.path("/settings/general")), events))
        })
        .await?;
    gate.tell("success", word);
    Ok(see_other(gate.fragment(), &path))
}
