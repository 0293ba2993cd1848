//! Shutting somebody out for a while, and letting them in again.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::audit::Deeds;
use crate::auth::Gate;
use crate::auth::actor::Member;
use crate::authz::permission::{Permission, RemoveMembers};
use crate::common::error::AppError;
use crate::common::form::FormErrors;
use crate::common::html::{html, refused, see_other};
use crate::db::Conn;
use crate::handlers::members::profile::{Place, back};
use crate::handlers::members::visible;
use crate::models::membership::record::Standing;
use crate::services::members::rules;
use crate::services::members::rules::{Refused, Target};
use crate::services::members::suspension;
use crate::web::layout::Shell;

/// The longest reason, in letters.
pub const LONGEST: usize = 300;

#[derive(Template)]
#[template(path = "members/suspension.html", blocks = ["dialog"])]
struct SuspensionPage {
    shell: Shell,
    organization: String,
    person: Standing,
    path: String,
    back: String,
    reason: String,
    errors: FormErrors,
}

impl SuspensionPage {
    fn load(conn: &mut Conn, member: &Member, id: &str, reason: String, errors: FormErrors) -> Result<Self, AppError> {
        let person = touchable(conn, member, id)?;
        Ok(Self {
            shell: member.shell(conn, "members")?,
            organization: member.organization_name.clone(),
            path: member.path(&format!("/members/{}/suspension", person.id)),
            back: member.path(&format!("/members/{}", person.id)),
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
fn touchable(conn: &mut Conn, member: &Member, id: &str) -> Result<Standing, AppError> {
    let person = visible(conn, member, id)?;
    if rules::may_remove(&member.into(), &Target::from(&person)) {
        Ok(person)
    } else {
        Err(member.refusal(conn, RemoveMembers::RIGHT)?)
    }
}

/// `GET /organizations/{slug}/members/{id}/suspension`
///
/// # Errors
/// What the gate or the order of command refuses.
pub async fn page(gate: Gate<RemoveMembers>, place: Place) -> Result<HttpResponse, AppError> {
    let (_, id) = place.into_inner();
    let page = gate
        .read(move |member, conn| SuspensionPage::load(conn, member, &id, String::new(), FormErrors::none()))
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
///
/// # Errors
/// What the gate or the order of command refuses.
pub async fn suspend(
    gate: Gate<RemoveMembers>,
    place: Place,
    form: web::Form<SuspensionForm>,
) -> Result<HttpResponse, AppError> {
    let ((_, id), reason) = (place.into_inner(), form.into_inner().reason);
    let (of, why) = (id.clone(), reason.trim().to_owned());
    let done = gate
        .write(move |member, conn| {
            let person = touchable(conn, member, &of)?;
            if why.chars().count() > LONGEST {
                let sentence = format!("Say it in at most {LONGEST} letters");
                return Ok((Err(("reason", sentence)), Deeds::none("too long")));
            }
            match suspension::suspend(conn, member, &person, &why)? {
                Ok(done) => Ok((
                    Ok((done.word, member.path(&format!("/members/{}", person.id)))),
                    done.deeds,
                )),
                Err(why) => Ok((
                    Err(("suspension", why.sentence().to_owned())),
                    Deeds::none("a rule refused"),
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
                .read(move |member, conn| SuspensionPage::load(conn, member, &id, reason, errors))
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
///
/// # Errors
/// What the gate or the order of command refuses.
pub async fn restore(gate: Gate<RemoveMembers>, place: Place) -> Result<HttpResponse, AppError> {
    let (_, id) = place.into_inner();
    let (tone, word) = gate
        .write(move |member, conn| {
            let person = touchable(conn, member, &id)?;
            match suspension::restore(conn, member, &person)? {
                Ok(done) => Ok((("success", done.word), done.deeds)),
                Err(Refused::Right) => Err(member.refusal(conn, RemoveMembers::RIGHT)?),
                Err(why) => Ok((("danger", why.sentence().to_owned()), Deeds::none("a rule refused"))),
            }
        })
        .await?;
    Ok(back(&gate, tone, word))
}
