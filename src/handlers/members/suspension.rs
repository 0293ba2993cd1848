//! Shutting somebody out for a while, and letting them in again.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::audit::Events;
use crate::auth::Gate;
use crate::auth::actor::Actor;
use crate::authz::permission::{Permission, RemoveMembers};
use crate::common::error::AppError;
use crate::common::form::FormErrors;
use crate::common::html::{html, refused, see_other};
use crate::db::Conn;
use crate::handlers::members::profile::{Place, back};
use crate::handlers::members::visible;
use crate::models::membership::record::Membership;
use crate::services::members::rules;
use crate::services::members::rules::{MemberChangeError, Target};
use crate::services::members::suspension;
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;

/// The longest reason, in letters.
pub const LONGEST: usize = 300;

#[derive(Template)]
#[template(path = "members/suspension.html", blocks = ["dialog"])]
struct SuspensionPage {
    layout: Layout,
    organization: String,
    person: Membership,
    path: String,
    back: String,
    reason: String,
    errors: FormErrors,
}

impl SuspensionPage {
    fn load(conn: &mut Conn, actor: &Actor, id: &str, reason: String, errors: FormErrors) -> Result<Self, AppError> {
        let person = touchable(conn, actor, id)?;
        Ok(Self {
            layout: actor.layout(conn, "members")?,
            organization: actor.organization_name.clone(),
            path: actor.path(&format!("/members/{}/suspension", person.id)),
            back: actor.path(&format!("/members/{}", person.id)),
            person,
            reason,
            errors,
        })
    }

    fn question(&self) -> String {
        format!("Suspend {}?", self.person.name)
    }

    fn verb(&self) -> String {
        format!("Suspend {}", self.person.name)
    }
}

/// The person, when the reader may shut them out and let them in.
fn touchable(conn: &mut Conn, actor: &Actor, id: &str) -> Result<Membership, AppError> {
    let person = visible(conn, actor, id)?;
    if rules::may_remove(&actor.into(), &Target::from(&person)) {
        Ok(person)
    } else {
        Err(actor.refusal(conn, RemoveMembers::ID)?)
    }
}

/// `GET /organizations/{slug}/members/{id}/suspension`
pub async fn page(gate: Gate<RemoveMembers>, place: Place) -> Result<HttpResponse, AppError> {
    let (_, id) = place.into_inner();
    let page = gate
        .read(move |actor, conn| SuspensionPage::load(conn, actor, &id, String::new(), FormErrors::none()))
        .await?;
    if gate.fragment() {
        html(page.as_dialog())
    } else {
        html(page)
    }
}

/// The confirmation.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct SuspensionForm {
    reason: String,
}

/// `POST /organizations/{slug}/members/{id}/suspension`
pub async fn suspend(
    gate: Gate<RemoveMembers>,
    place: Place,
    form: web::Form<SuspensionForm>,
) -> Result<HttpResponse, AppError> {
    let ((_, id), reason) = (place.into_inner(), form.into_inner().reason);
    let (of, why) = (id.clone(), reason.trim().to_owned());
    let done = gate
        .write(move |actor, conn| {
            let person = touchable(conn, actor, &of)?;
            if why.chars().count() > LONGEST {
                let sentence = format!("Say it in at most {LONGEST} letters");
                return Ok((Err(("reason", sentence)), Events::none("too long")));
            }
            match suspension::suspend(conn, actor, &person, &why)? {
                Ok(done) => Ok((
                    Ok((done.word, actor.path(&format!("/members/{}", person.id)))),
                    done.events,
                )),
                Err(why) => Ok((
                    Err(("suspension", why.sentence().to_owned())),
                    Events::none("a rule refused"),
                )),
            }
        })
        .await?;
    match done {
        Ok((word, path)) => {
            gate.tell("success", word);
            Ok(see_other(gate.fragment(), &path))
        }
        Err((field, sentence)) => {
            let errors = FormErrors::one(field, sentence);
            let page = gate
                .read(move |actor, conn| SuspensionPage::load(conn, actor, &id, reason, errors))
                .await?;
            if gate.fragment() {
                refused(page.as_dialog())
            } else {
                refused(page)
            }
        }
    }
}

/// `POST /organizations/{slug}/members/{id}/restoration`
pub async fn restore(gate: Gate<RemoveMembers>, place: Place) -> Result<HttpResponse, AppError> {
    let (_, id) = place.into_inner();
    let (tone, word) = gate
        .write(move |actor, conn| {
            let person = touchable(conn, actor, &id)?;
            match suspension::reinstate(conn, actor, &person)? {
                Ok(done) => Ok((("success", done.word), done.events)),
                Err(MemberChangeError::NotAllowed) => Err(actor.refusal(conn, RemoveMembers::ID)?),
                Err(why) => Ok((("danger", why.sentence().to_owned()), Events::none("a rule refused"))),
            }
        })
        .await?;
    Ok(back(&gate, tone, word))
}
