//! Removing somebody: what stops is said first, and it stops at once.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::profile::Place;
use super::{store, visible};
use crate::gate::Gate;
use crate::gate::db::Conn;
use crate::gate::deed::Deeds;
use crate::gate::member::{Member, Standing};
use crate::gate::organization::UnitLabel;
use crate::gate::permission::{Permission, RemoveMembers};
use crate::gate::shell::Shell;
use crate::ground::error::AppError;
use crate::ground::form::FormErrors;
use crate::ground::html::{html, refused, see_other};
use crate::people::removal;
use crate::people::rules::{self, Target};

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
        let invitations = removal::invitations_by(conn, member.organization, person.user)?;
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
            match removal::remove(conn, member, &person, cancel)? {
                Ok(done) => Ok((Ok((done.word, member.path("/members"))), done.deeds)),
                Err(why) => Ok((Err(why), Deeds::none("a rule refused"))),
            }
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
