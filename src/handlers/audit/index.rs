//! The list.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;

use crate::audit::visibility::Visibility;
use crate::audit::{Action, Category, query};
use crate::auth::Gate;
use crate::auth::actor::Actor;
use crate::authz::permission::{ExportAudit, Permission, ViewAudit};
use crate::common::error::AppError;
use crate::common::form::FormErrors;
use crate::common::html::html_with;
use crate::common::id::UserId;
use crate::db::Conn;
use crate::handlers::audit::asked::AuditQuery;
use crate::handlers::audit::queries;
use crate::handlers::audit::shown::Shown;
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;
use crate::web::nav;
use crate::web::nav::Tab;

const SIZE: usize = 50;

/// A group of actions in the filter: its name, the words for people, and its actions.
struct Group {
    name: &'static str,
    label: &'static str,
    actions: Vec<(&'static str, String)>,
}

#[derive(Template)]
#[template(path = "audit/index.html", blocks = ["events"])]
struct IndexPage {
    layout: Layout,
    tabs: Vec<&'static Tab>,
    tab: &'static str,
    /// The settings' path, for the tabs.
    path: String,
    /// The list's path.
    base: String,
    asked: AuditQuery,
    errors: FormErrors,
    groups: Vec<Group>,
    may_export: bool,
    /// Who sees a part only is told which.
    part: Option<String>,
    lines: Vec<Shown>,
    newer: Option<String>,
    older: Option<String>,
    stopped: Option<String>,
    person: Option<String>,
    thing: Option<String>,
}

impl IndexPage {
    fn kinds() -> impl Iterator<Item = (&'static str, &'static str)> {
        Category::ALL.into_iter().map(|kind| (kind.as_str(), kind.label()))
    }

    /// The list without one of its filters.
    fn without(&self, name: &str) -> String {
        format!("{}{}", self.base, self.asked.query((name, ""), ""))
    }

    fn place(&mut self, after: Option<String>) -> Option<String> {
        after.map(|after| format!("{}{}", self.base, self.asked.query(("", ""), &after)))
    }

    fn caption(&self) -> String {
        let lines = self.lines.len();
        let days = match (self.lines.last(), self.lines.first()) {
            (Some(last), Some(first)) if last.at.day() != first.at.day() => {
                format!(", {} to {}", last.at.date(), first.at.date())
            }
            (Some(last), _) => format!(", {}", last.at.date()),
            _ => String::new(),
        };
        format!("{lines} {}{days}", if lines == 1 { "line" } else { "lines" })
    }
}

/// `GET /organizations/{slug}/settings/audit`
pub async fn page(gate: Gate<ViewAudit>, asked: web::Query<AuditQuery>) -> Result<HttpResponse, AppError> {
    let asked = asked.into_inner();
    let page = gate.read(move |actor, conn| load(actor, conn, asked)).await?;
    let status = if page.errors.is_empty() {
        StatusCode::OK
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    };
    if gate.fragment() {
        html_with(status, page.as_events())
    } else {
        html_with(status, page)
    }
}

fn load(actor: &Actor, conn: &mut Conn, asked: AuditQuery) -> Result<IndexPage, AppError> {
    let (organization, now) = (actor.organization, actor.cx.now);
    let sight = Visibility::of(conn, actor)?;
    let base = actor.path("/settings/audit");
    let mut page = IndexPage {
        layout: actor.layout(conn, "settings")?,
        tabs: nav::settings(actor.permissions),
        tab: "audit",
        path: actor.path("/settings"),
        errors: FormErrors::none(),
        groups: groups(&sight),
        may_export: actor.permissions.has(ExportAudit::ID),
        part: part(&sight, actor),
        lines: Vec::new(),
        newer: None,
        older: None,
        stopped: None,
        person: None,
        thing: None,
        base,
        asked,
    };
    let wanted = match page.asked.read(conn, organization)? {
        Ok(wanted) => wanted,
        Err(errors) => {
            page.errors = errors;
            return Ok(page);
        }
    };
    let found = query::page(conn, organization, &wanted, &sight, page.asked.place(), SIZE)?;
    if UserId::parse(page.asked.actor.trim()).is_some() {
        let named = found.lines.first().map(|line| line.actor_name.clone());
        let named = match named {
            Some(name) => Some(name),
            None => queries::name(conn, organization, page.asked.actor.trim())?,
        };
        page.person = Some(named.unwrap_or_else(|| "this person".into()));
    }
    if wanted.target.is_some() {
        let labelled = found.lines.first().map(|line| Shown::of(line, &page.base, now).target);
        page.thing = Some(labelled.unwrap_or_else(|| page.asked.target.clone()));
    }
    page.newer = page.place(found.newer);
    page.older = page.place(found.older);
    page.stopped = found.stopped.map(|line| line.at.full());
    page.lines = found
        .lines
        .iter()
        .map(|line| Shown::of(line, &page.base, now))
        .collect();
    Ok(page)
}

fn groups(sight: &Visibility) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for action in Action::ALL.iter().filter(|action| sight.may_see(**action)) {
        if groups.iter().all(|group| group.name != action.group()) {
            groups.push(Group {
                name: action.group(),
                label: Action::group_label(action.group()),
                actions: Vec::new(),
            });
        }
        if let Some(group) = groups.iter_mut().find(|group| group.name == action.group()) {
            group.actions.push((action.as_str(), action.label()));
        }
    }
    groups
}

/// Which part of the log the reader sees, as a sentence.
fn part(sight: &Visibility, actor: &Actor) -> Option<String> {
    let Visibility::Part(part) = sight else { return None };
    let mut seen: Vec<String> = part.areas.iter().map(|area| area.label().to_owned()).collect();
    if !part.companies.is_empty() {
        seen.push(format!("what concerns the {} you manage", actor.unit.many()));
    }
    seen.push("what you did yourself".into());
    Some(match seen.split_last() {
        Some((last, [])) => format!("You see {last}."),
        Some((last, rest)) => format!("You see {} and {last}.", rest.join(", ")),
        None => String::new(),
    })
}
