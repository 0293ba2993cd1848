//! Removing somebody: what stops is said first, and it stops at once.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;
use serde_json::json;

use super::profile::Place;
use super::rules::{self, Refused, Target};
use super::{letter, store, visible};
use crate::gate::Gate;
use crate::gate::db::Conn;
use crate::gate::deed::{Action, Deed, Deeds};
use crate::gate::invitation;
use crate::gate::member::{Member, Standing};
use crate::gate::membership::{self, Outcome};
use crate::gate::organization::{InvitationStatus, UnitLabel};
use crate::gate::permission::{Permission, RemoveMembers};
use crate::gate::shell::Shell;
use crate::ground::error::AppError;
use crate::ground::form::FormErrors;
use crate::ground::html::{html, refused, see_other};
use crate::post::outbox;

#[derive(Template)]
#[template(path = "members/removal.html", blocks = ["dialog"])]
struct RemovalPage {
    shell: Shell,
    organization: String,
    unit: UnitLabel,
    person: Standing,
    path: String,
    back: String,
    companies: Vec<String>,
    everywhere: bool,
    invitations: usize,
    cancel_invitations: bool,
    errors: FormErrors,
}

impl RemovalPage {
    fn load(conn: &mut Conn, member: &Member, id: &str, errors: FormErrors, cancel: bool) -> Result<Self, AppError> {
        let person = removable(conn, member, id)?;
        let companies = store::assigned(conn, member.organization, person.id)?;
        let invitations = store::invitations_by(conn, member.organization, person.user)?;
        Ok(Self {
            shell: member.shell(conn, "members")?,
            organization: member.organization_name.clone(),
            unit: member.unit,
            path: member.path(&format!("/members/{}/removal", person.id)),
            back: member.path(&format!("/members/{}", person.id)),
            companies: companies.into_iter().map(|company| company.name).collect(),
            everywhere: person.role.inherited().is_some(),
            invitations: invitations.len(),
            cancel_invitations: cancel,
            errors,
            person,
        })
    }

    fn question(&self) -> String {
        format!("Remove {}?", self.person.name)
    }

    fn verb(&self) -> String {
        format!("Remove {}", self.person.name)
    }

    /// "all companies", "Harbor Recovery and Atlas Receivables", "Harbor Recovery, Atlas Receivables and 3 more companies".
    fn lost(&self) -> String {
        if self.everywhere {
            return format!("all {}", self.unit.many());
        }
        match &self.companies[..] {
            [] => self.organization.clone(),
            [one] => one.clone(),
            [one, two] => format!("{one} and {two}"),
            [one, two, three] => format!("{one}, {two} and {three}"),
            [one, two, rest @ ..] => format!("{one}, {two} and {} more {}", rest.len(), self.unit.many()),
        }
    }

    fn sent(&self) -> String {
        match self.invitations {
            1 => "Cancel the pending invitation this person sent".into(),
            many => format!("Cancel the {many} pending invitations this person sent"),
        }
    }
}

/// The person, when the reader may remove them.
fn removable(conn: &mut Conn, member: &Member, id: &str) -> Result<Standing, AppError> {
    let person = visible(conn, member, id)?;
    if rules::may_remove(&member.into(), &Target::from(&person)) {
        Ok(person)
    } else {
        Err(member.refusal(conn, RemoveMembers::RIGHT)?)
    }
}

/// `GET /organizations/{slug}/members/{id}/removal`
///
/// # Errors
/// What the gate or the order of command refuses.
pub async fn page(gate: Gate<RemoveMembers>, place: Place) -> Result<HttpResponse, AppError> {
    let (_, id) = place.into_inner();
    let page = gate
        .read(move |member, conn| RemovalPage::load(conn, member, &id, FormErrors::none(), true))
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
pub struct RemovalForm {
    cancel_invitations: String,
}

/// `POST /organizations/{slug}/members/{id}/removal`
///
/// # Errors
/// What the gate or the order of command refuses.
pub async fn remove(
    gate: Gate<RemoveMembers>,
    place: Place,
    form: web::Form<RemovalForm>,
) -> Result<HttpResponse, AppError> {
    let ((_, id), cancel) = (place.into_inner(), !form.cancel_invitations.is_empty());
    let of = id.clone();
    let done = gate
        .write(move |member, conn| {
            let person = removable(conn, member, &of)?;
            let companies = store::assigned(conn, member.organization, person.id)?;
            match membership::expel(conn, &member.cx, member.organization, &person, member.person.id)? {
                Outcome::Done => {}
                Outcome::LastOwner => return Ok((Err(Refused::LastOwner), Deeds::none("the last owner stays"))),
                Outcome::Changed => return Ok((Err(Refused::Changed), Deeds::none("somebody was faster"))),
            }
            letter::removed(conn, member, &person)?;
            let companies: Vec<_> = companies
                .into_iter()
                .map(|company| json!({"company": company.name, "role": company.role.as_str()}))
                .collect();
            let deed = Deed::new(Action::MemberRemoved, "member", person.id, &person.name)
                .before(json!({"role": person.role.as_str(), "email": person.email, "companies": companies}));
            let mut deeds = member.did(deed);
            if cancel {
                deeds = deeds.and(cancel_invitations(conn, member, &person)?);
            }
            let word = format!("{} is no longer a member of {}", person.name, member.organization_name);
            Ok((Ok((word, member.path("/members"))), deeds))
        })
        .await?;
    match done {
        Ok((word, path)) => {
            gate.tell("success", word);
            Ok(see_other(gate.fragment(), &path))
        }
        Err(why) => {
            let errors = FormErrors::one("removal", why.sentence());
            let page = gate
                .read(move |member, conn| RemovalPage::load(conn, member, &id, errors, cancel))
                .await?;
            if gate.fragment() {
                refused(page.as_dialog())
            } else {
                refused(page)
            }
        }
    }
}

/// Cancels what somebody sent and nobody has answered.
fn cancel_invitations(conn: &mut Conn, member: &Member, person: &Standing) -> Result<Deeds, AppError> {
    let mut deeds = Deeds::none("as many as were still pending");
    for (id, email, letter) in store::invitations_by(conn, member.organization, person.user)? {
        if invitation::close(conn, &member.cx, member.organization, id, InvitationStatus::Cancelled)? {
            if let Some(letter) = letter {
                outbox::withdraw(conn, letter)?;
            }
            let deed = Deed::new(Action::InvitationCancelled, "invitation", id, email)
                .before(json!({"status": InvitationStatus::Pending.as_str()}))
                .after(json!({"status": InvitationStatus::Cancelled.as_str()}));
            deeds = deeds.and(member.did(deed));
        }
    }
    Ok(deeds)
}
