//! Removing somebody: what stops is said first, and it stops at once.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::audit::Events;
use crate::auth::Gate;
use crate::auth::actor::Actor;
use crate::authz::decision::Reach;
use crate::authz::permission::{Permission, RemoveMembers};
use crate::common::error::AppError;
use crate::common::form::FormErrors;
use crate::common::html::{html, refused, see_other};
use crate::db::Conn;
use crate::db::types::organization::UnitLabel;
use crate::handlers::members::profile::Place;
use crate::handlers::members::queries::impact;
use crate::handlers::members::queries::impact::Impact;
use crate::handlers::members::visible;
use crate::models::membership::record::Membership;
use crate::services::members::removal;
use crate::services::members::rules;
use crate::services::members::rules::Target;
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;

/// So many things of a kind are named.
const NAMED: usize = 6;

#[derive(Template)]
#[template(path = "members/removal.html", blocks = ["dialog"])]
struct RemovalPage {
    layout: Layout,
    organization: String,
    unit: UnitLabel,
    person: Membership,
    path: String,
    back: String,
    impact: Impact,
    everywhere: bool,
    /// Whether the reader may see who was removed and bring them back.
    undoes: bool,
    cancel_invitations: bool,
    errors: FormErrors,
}

impl RemovalPage {
    fn load(conn: &mut Conn, actor: &Actor, id: &str, errors: FormErrors, cancel: bool) -> Result<Self, AppError> {
        let person = removable(conn, actor, id)?;
        let impact = impact::of(conn, actor.organization, &person, actor.cx.now)?;
        Ok(Self {
            layout: actor.layout(conn, "members")?,
            organization: actor.organization_name.clone(),
            unit: actor.unit,
            path: actor.path(&format!("/members/{}/removal", person.id)),
            back: actor.path(&format!("/members/{}", person.id)),
            impact,
            everywhere: person.role.inherited().is_some(),
            undoes: actor.permissions.reach(RemoveMembers::ID) == Reach::Everywhere,
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
        let names: Vec<&str> = self
            .impact
            .companies
            .iter()
            .map(|company| company.name.as_str())
            .collect();
        match &names[..] {
            [] => self.organization.clone(),
            [one] => (*one).to_owned(),
            [one, two] => format!("{one} and {two}"),
            [one, two, three] => format!("{one}, {two} and {three}"),
            [one, two, rest @ ..] => format!("{one}, {two} and {} more {}", rest.len(), self.unit.many()),
        }
    }

    /// What goes and what stays, beside the access itself: a heading and a sentence each.
    fn sheet(&self) -> Vec<(&'static str, String)> {
        let Impact {
            companies,
            only_manager,
            groups,
            title,
            overrides,
            links,
            requests,
            approvals,
            ..
        } = &self.impact;
        let mut lines = vec![("Role", title.label().to_owned())];
        if !companies.is_empty() {
            let named = companies
                .iter()
                .map(|company| format!("{} ({})", company.name, company.role.label().to_lowercase()));
            lines.push((self.unit.titles(), some(named.collect())));
        }
        if !only_manager.is_empty() {
            lines.push((
                "Nobody else manages",
                format!("{}. Assign another manager afterwards", some(only_manager.clone())),
            ));
        }
        if !groups.is_empty() {
            lines.push(("Groups", some(groups.clone())));
        }
        if *overrides > 0 {
            lines.push(("Overrides", counted(*overrides, "right", "switched for this person")));
        }
        let open = usize::try_from(requests + approvals).unwrap_or_default();
        if open > 0 {
            lines.push(("Waiting", counted(open, "request", "of theirs, still undecided")));
        }
        if !links.is_empty() {
            lines.push((
                "Stays open",
                format!("{}: onboarding links they made", some(links.clone())),
            ));
        }
        lines
    }

    fn sent(&self) -> String {
        match self.impact.invitations {
            1 => "Cancel the pending invitation this person sent".into(),
            many => format!("Cancel the {many} pending invitations this person sent"),
        }
    }
}

/// The first names of many.
fn some(mut names: Vec<String>) -> String {
    let more = names.len().saturating_sub(NAMED);
    names.truncate(NAMED);
    let text = names.join(", ");
    if more == 0 {
        text
    } else {
        format!("{text} and {more} more")
    }
}

fn counted(n: usize, one: &str, what: &str) -> String {
    format!("{n} {one}{} {what}", if n == 1 { "" } else { "s" })
}

/// The person, when the reader may remove them.
fn removable(conn: &mut Conn, actor: &Actor, id: &str) -> Result<Membership, AppError> {
    let person = visible(conn, actor, id)?;
    if rules::may_remove(&actor.into(), &Target::from(&person)) {
        Ok(person)
    } else {
        Err(actor.refusal(conn, RemoveMembers::ID)?)
    }
}

/// `GET /organizations/{slug}/members/{id}/removal`
pub async fn page(gate: Gate<RemoveMembers>, place: Place) -> Result<HttpResponse, AppError> {
    let (_, id) = place.into_inner();
    let page = gate
        .read(move |actor, conn| RemovalPage::load(conn, actor, &id, FormErrors::none(), true))
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
pub async fn remove(
    gate: Gate<RemoveMembers>,
    place: Place,
    form: web::Form<RemovalForm>,
) -> Result<HttpResponse, AppError> {
    let ((_, id), cancel) = (place.into_inner(), !form.cancel_invitations.is_empty());
    let of = id.clone();
    let done = gate
        .write(move |actor, conn| {
            let person = removable(conn, actor, &of)?;
            match removal::remove(conn, actor, &person, cancel)? {
                Ok(done) => Ok((Ok((done.word, actor.path("/members"))), done.events)),
                Err(why) => Ok((Err(why), Events::none("a rule refused"))),
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
                .read(move |actor, conn| RemovalPage::load(conn, actor, &id, errors, cancel))
                .await?;
            if gate.fragment() {
                refused(page.as_dialog())
            } else {
                refused(page)
            }
        }
    }
}
