//! The list of events.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;

use crate::audit::query::EventFilter;
use crate::audit::visibility::Visibility;
use crate::audit::{Action, Category, walk};
use crate::auth::Gate;
use crate::auth::actor::Actor;
use crate::authz::permission::{ExportAudit, Permission, ViewAudit};
use crate::common::error::AppError;
use crate::common::form::FormErrors;
use crate::common::html::Page;
use crate::common::id::UserId;
use crate::common::zone::Zone;
use crate::db::Conn;
use crate::handlers::audit::event_line::EventLine;
use crate::handlers::audit::filter::{AuditQuery, AuditZones, FilterError};
use crate::handlers::audit::links::EventLinks;
use crate::handlers::audit::queries;
use crate::models::member_names;
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;
use crate::web::nav;
use crate::web::nav::NavTab;

const SIZE: usize = 50;

/// A group of actions in the filter: its name, its label and its actions.
struct ActionGroup {
    name: &'static str,
    label: &'static str,
    actions: Vec<(&'static str, String)>,
}

#[derive(Template)]
#[template(path = "audit/index.html", blocks = ["events"])]
struct IndexPage {
    layout: Layout,
    tabs: Vec<&'static NavTab>,
    tab: &'static str,
    /// The path of the settings, for the tabs.
    path: String,
    /// The path of the list.
    base: String,
    asked: AuditQuery,
    zones: AuditZones,
    /// The reader's time zone, if that is not UTC.
    own_zone: Option<Zone>,
    errors: FormErrors,
    groups: Vec<ActionGroup>,
    may_export: bool,
    /// Which part of the log the reader sees, if not all of it.
    part: Option<String>,
    lines: Vec<EventLine>,
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

    /// The list without filters.
    fn unfiltered(&self) -> String {
        let all = AuditQuery::unfiltered(self.zones);
        format!("{}{}", self.base, all.query(("", ""), ""))
    }

    fn link(&mut self, after: Option<String>) -> Option<String> {
        after.map(|after| format!("{}{}", self.base, self.asked.query(("", ""), &after)))
    }

    fn caption(&self) -> String {
        let (lines, zone) = (self.lines.len(), self.zones.times);
        let days = match (self.lines.last(), self.lines.first()) {
            (Some(last), Some(first)) if last.at.day(zone) != first.at.day(zone) => {
                format!(", {} to {}", last.at.date(zone), first.at.date(zone))
            }
            (Some(last), _) => format!(", {}", last.at.date(zone)),
            _ => String::new(),
        };
        format!("{lines} {}{days}", if lines == 1 { "event" } else { "events" })
    }
}

crate::page!(IndexPage => as_events);

/// `GET /organizations/{slug}/settings/audit`
pub async fn index(gate: Gate<ViewAudit>, query: web::Query<AuditQuery>) -> Result<HttpResponse, AppError> {
    let query = query.into_inner();
    let page = gate.read(move |actor, conn| load(actor, conn, query)).await?;
    let status = if page.errors.is_empty() {
        StatusCode::OK
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    };
    page.respond(status, gate.fragment())
}

fn load(actor: &Actor, conn: &mut Conn, asked: AuditQuery) -> Result<IndexPage, AppError> {
    let visibility = actor.visibility(conn)?;
    let mut page = IndexPage {
        layout: actor.layout(conn, "settings")?,
        tabs: nav::settings(actor.permissions),
        tab: "audit",
        path: actor.path("/settings"),
        base: actor.path("/settings/audit"),
        errors: FormErrors::none(),
        groups: groups(&visibility),
        may_export: actor.permissions.has(ExportAudit::ID),
        part: part(&visibility, actor),
        lines: Vec::new(),
        newer: None,
        older: None,
        stopped: None,
        person: None,
        thing: None,
        zones: asked.zones(actor),
        own_zone: Some(actor.zone).filter(|zone| *zone != Zone::UTC),
        asked,
    };
    match page.asked.filter(conn, actor.organization, page.zones.times) {
        Ok(wanted) => page.fill(conn, actor, &wanted, &visibility)?,
        Err(FilterError::Invalid(errors)) => page.errors = errors,
        Err(FilterError::Failed(error)) => return Err(error),
    }
    Ok(page)
}

impl IndexPage {
    fn fill(
        &mut self,
        conn: &mut Conn,
        actor: &Actor,
        wanted: &EventFilter,
        visibility: &Visibility,
    ) -> Result<(), AppError> {
        let (organization, now) = (actor.organization, actor.cx.now);
        let found = walk::page(conn, organization, wanted, visibility, self.asked.cursor(), SIZE)?;
        if UserId::parse(self.asked.actor.trim()).is_some() {
            let named = match found.lines.first() {
                Some(line) => Some(line.actor_name.clone()),
                None => queries::name(conn, organization, self.asked.actor.trim())?,
            };
            self.person = Some(named.unwrap_or_else(|| "this person".into()));
        }
        if wanted.target.is_some() {
            let labelled = found
                .lines
                .first()
                .map(|line| format!("{} ({})", line.target_label, line.target_kind.replace('_', " ")));
            self.thing = Some(labelled.unwrap_or_else(|| self.asked.target.clone()));
        }
        self.newer = self.link(found.newer);
        self.older = self.link(found.older);
        self.stopped = found.stopped.map(|line| line.at.full(self.zones.times));
        let links = EventLinks::load(conn, actor, &found.lines.iter().collect::<Vec<_>>())?;
        let ids = found.lines.iter().filter_map(|line| line.actor_id.clone());
        let emails = member_names::user_emails(conn, ids.collect())?;
        let email = |id: &Option<String>| id.as_ref().and_then(|id| emails.get(id)).cloned();
        let lines = found.lines.iter();
        self.lines = lines
            .map(|line| EventLine {
                email: email(&line.actor_id).unwrap_or_default(),
                ..EventLine::of(line, &links, &self.base, now, self.zones)
            })
            .collect();
        Ok(())
    }
}

/// The groups of actions that the reader can see.
fn groups(visibility: &Visibility) -> Vec<ActionGroup> {
    let mut groups: Vec<ActionGroup> = Vec::new();
    for action in Action::ALL.iter().filter(|action| visibility.may_see(**action)) {
        let option = (action.as_str(), action.label());
        match groups.iter_mut().find(|group| group.name == action.group()) {
            Some(group) => group.actions.push(option),
            None => groups.push(ActionGroup {
                name: action.group(),
                label: action.group_label(),
                actions: vec![option],
            }),
        }
    }
    groups
}

/// Which part of the log the reader sees.
fn part(visibility: &Visibility, actor: &Actor) -> Option<String> {
    let Visibility::Part(part) = visibility else {
        return None;
    };
    let mut seen: Vec<String> = part.areas.iter().map(|area| area.label().to_owned()).collect();
    if !part.companies.is_empty() {
        seen.push(format!("events about the {} you manage", actor.unit.many()));
    }
    seen.push("your own actions".into());
    Some(match seen.split_last() {
        Some((last, [])) => format!("You see {last}."),
        Some((last, rest)) => format!("You see {} and {last}.", rest.join(", ")),
        None => String::new(),
    })
}
