//! Removing a member. The dialog says what they lose.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::app::FlashUndo;
use crate::auth::Gate;
use crate::auth::actor::Actor;
use crate::authz::decision::Reach;
use crate::authz::permission::RemoveMembers;
use crate::common::error::AppError;
use crate::common::form::FormErrors;
use crate::common::html::counted;
use crate::db::Conn;
use crate::db::types::organization::UnitLabel;
use crate::handlers::members::queries::impact::RemovalImpact;
use crate::handlers::members::{MemberPath, members_path, removable};
use crate::models::membership::record::Membership;
use crate::services::members::MemberOutcome;
use crate::services::members::errors::RemovalError;
use crate::services::members::removal::MemberRemoval;
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;

/// How many names of a kind are listed.
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
    removal: MemberRemoval,
    impact: RemovalImpact,
    /// Whether the actor may see removed members and restore them.
    undoes: bool,
    cancel_invitations: bool,
    errors: FormErrors,
}

crate::page!(RemovalPage => as_dialog);

impl RemovalPage {
    fn load(conn: &mut Conn, actor: &Actor, id: &str, errors: FormErrors, cancel: bool) -> Result<Self, AppError> {
        let member = removable(conn, actor, id)?;
        let removal = MemberRemoval::plan(conn, actor, &member).map_err(|error| match error {
            RemovalError::Failed(error) => error,
            _ => AppError::NotFound,
        })?;
        Ok(Self {
            layout: actor.layout(conn, "members")?,
            organization: actor.organization_name.clone(),
            unit: actor.unit,
            path: actor.path(&format!("/members/{}/removal", member.id)),
            back: actor.path(&format!("/members/{}", member.id)),
            impact: RemovalImpact::load(conn, actor.organization, &removal, actor.cx.now)?,
            undoes: actor.reach::<RemoveMembers>() == Reach::Everywhere,
            cancel_invitations: cancel,
            errors,
            removal,
            person: member,
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
        if self.person.role.inherited().is_some() {
            return format!("all {}", self.unit.many());
        }
        let companies = self.removal.companies.iter();
        let names: Vec<&str> = companies.map(|company| company.name.as_str()).collect();
        match &names[..] {
            [] => self.organization.clone(),
            [one] => (*one).to_owned(),
            [one, two] => format!("{one} and {two}"),
            [one, two, three] => format!("{one}, {two} and {three}"),
            [one, two, rest @ ..] => format!("{one}, {two} and {} more {}", rest.len(), self.unit.many()),
        }
    }

    /// What the removal changes beside the access itself, as terms and descriptions.
    fn sheet(&self) -> Vec<(&'static str, String)> {
        let impact = &self.impact;
        let mut lines = vec![("Role", impact.title.label().to_owned())];
        let companies = &self.removal.companies;
        if !companies.is_empty() {
            let named = companies
                .iter()
                .map(|company| format!("{} ({})", company.name, company.role.label().to_lowercase()));
            lines.push((self.unit.titles(), first_names(named.collect())));
        }
        if !impact.only_manager.is_empty() {
            let named = first_names(impact.only_manager.clone());
            lines.push((
                "No other manager",
                format!("{named}. Assign another manager afterwards"),
            ));
        }
        if !impact.groups.is_empty() {
            lines.push(("Groups", first_names(impact.groups.clone())));
        }
        if impact.overrides > 0 {
            lines.push(("Overrides", of(impact.overrides, "permission")));
        }
        let open = usize::try_from(impact.requests + impact.approvals).unwrap_or_default();
        if open > 0 {
            lines.push(("Open requests", of(open, "request")));
        }
        if !impact.links.is_empty() {
            let named = first_names(impact.links.clone());
            lines.push((
                "Onboarding links",
                format!("{named}. Links that they created stay open"),
            ));
        }
        if !impact.keys.is_empty() {
            let named = first_names(impact.keys.clone());
            lines.push((
                "API keys",
                format!("{named}. They stop working until someone adopts them"),
            ));
        }
        lines
    }

    fn sent(&self) -> String {
        match self.removal.invitations.len() {
            1 => "Cancel the pending invitation this person sent".into(),
            many => format!("Cancel the {many} pending invitations this person sent"),
        }
    }
}

fn first_names(mut names: Vec<String>) -> String {
    let more = names.len().saturating_sub(NAMED);
    names.truncate(NAMED);
    let text = names.join(", ");
    if more == 0 {
        text
    } else {
        format!("{text} and {more} more")
    }
}

fn of(n: usize, one: &str) -> String {
    counted(i64::try_from(n).unwrap_or(i64::MAX), one, &format!("{one}s"))
}

/// `GET /organizations/{slug}/members/{id}/removal`
pub async fn new(gate: Gate<RemoveMembers>, path: MemberPath) -> Result<HttpResponse, AppError> {
    let (_, id) = path.into_inner();
    gate.show(move |actor, conn| RemovalPage::load(conn, actor, &id, FormErrors::none(), true))
        .await
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct RemovalForm {
    cancel_invitations: String,
}

/// `POST /organizations/{slug}/members/{id}/removal`
pub async fn create(
    gate: Gate<RemoveMembers>,
    path: MemberPath,
    form: web::Form<RemovalForm>,
) -> Result<HttpResponse, AppError> {
    let ((_, id), cancel) = (path.into_inner(), !form.cancel_invitations.is_empty());
    let member = id.clone();
    let removed = gate
        .try_write(move |actor, conn| {
            let member = removable(conn, actor, &member)?;
            let (outcome, events) = MemberRemoval::plan(conn, actor, &member)?.apply(conn, actor, cancel)?;
            let done = || {
                format!(
                    "{} is no longer a member of {}. You can undo this for 24 hours under “Recently removed”",
                    member.name, actor.organization_name
                )
            };
            // Another owner may have to approve it first, and only some can restore members.
            let undoes = outcome == MemberOutcome::Done && actor.reach::<RemoveMembers>() == Reach::Everywhere;
            let undo = FlashUndo::to(actor.path(&format!("/members/{}/reinstatement", member.id)));
            Ok::<_, RemovalError>(((outcome.message_or(done), Some(undo).filter(|_| undoes)), events))
        })
        .await;
    match removed {
        Ok((message, undo)) => Ok(gate.done_with_undo(message, &members_path(&gate), undo)),
        Err(RemovalError::Failed(error)) => Err(error),
        Err(error) => {
            let errors = FormErrors::one("removal", error.message());
            gate.refused(move |actor, conn| RemovalPage::load(conn, actor, &id, errors, cancel))
                .await
        }
    }
}
