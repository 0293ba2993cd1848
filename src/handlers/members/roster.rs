//! The list of members, as a page and as CSV.

use std::collections::HashMap;

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::auth::Gate;
use crate::auth::actor::Actor;
use crate::authz::decision::Reach;
use crate::authz::permission::{InviteMembers, Permission, ViewMembers};
use crate::authz::role::Role;
use crate::common::csv::Sheet;
use crate::common::error::AppError;
use crate::common::fields::Fields;
use crate::common::html::{download, html, query_value};
use crate::common::id::{CompanyId, MembershipId};
use crate::common::name;
use crate::common::paging::Cursor;
use crate::common::time::Time;
use crate::db::Conn;
use crate::db::types::organization::UnitLabel;
use crate::handlers::members::bulk::BulkAction;
use crate::handlers::members::queries;
use crate::models::company_choice;
use crate::models::company_choice::CompanyChoices;
use crate::models::custom_role::CustomRole;
use crate::models::member_search;
use crate::models::member_search::{AccessStatus, MemberFilter, MemberRow, Sort, Total};
use crate::services::members::bulk;
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;

const SIZE: usize = 50;
const SHEET_SIZE: usize = 1_000;

/// So many pending invitations are counted for the tab.
const COUNTED: i64 = 100;

/// The list as the address asks for it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct MembersQuery {
    q: String,
    role: String,
    company: String,
    status: String,
    sort: String,
    after: String,
}

impl MembersQuery {
    /// Takes what came with a form.
    pub fn of(fields: &Fields) -> Self {
        let text = |name: &str| fields.get(name).to_owned();
        Self {
            q: text("q"),
            role: text("role"),
            company: text("company"),
            status: text("status"),
            ..Self::default()
        }
    }

    /// What narrows the list, to go along with a form.
    pub fn narrowing(&self) -> Vec<(&'static str, &str)> {
        let fields = [
            ("q", self.q.as_str()),
            ("role", &self.role),
            ("company", &self.company),
            ("status", &self.status),
        ];
        fields.into_iter().filter(|(_, value)| !value.is_empty()).collect()
    }

    fn sort(&self) -> Sort {
        Sort::parse(&self.sort).unwrap_or(Sort::Name)
    }

    fn is_narrowed(&self) -> bool {
        [&self.q, &self.role, &self.company, &self.status]
            .into_iter()
            .any(|text| !text.is_empty())
    }

    /// The address of the list with another order or place.
    fn href(&self, sort: &str, after: &str) -> String {
        let fields = [
            ("q", self.q.as_str()),
            ("role", &self.role),
            ("company", &self.company),
            ("status", &self.status),
            ("sort", sort),
            ("after", after),
        ];
        let query: Vec<String> = fields
            .into_iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| format!("{name}={}", query_value(value)))
            .collect();
        format!("members{}{}", if query.is_empty() { "" } else { "?" }, query.join("&"))
    }

    /// What it means here; `None` when no company is meant by what was typed.
    pub fn read(&self, conn: &mut Conn, actor: &Actor) -> Result<Option<MemberFilter>, AppError> {
        let own = match actor.reach::<ViewMembers>() {
            Reach::Everywhere => None,
            _ => Some(actor.own_companies(conn, ViewMembers::ID)?),
        };
        let mut company = None;
        if !self.company.trim().is_empty() {
            let meant = company_choice::company_meant(conn, actor.organization, self.company.trim())?;
            let seen = meant.filter(|meant| own.as_ref().is_none_or(|own| own.contains(&meant.id)));
            match seen {
                Some(seen) => company = Some(seen.id),
                // An id is never typed: it leads to nothing here, whoever's it is.
                None if CompanyId::parse(self.company.trim()).is_some() => return Err(AppError::NotFound),
                None => return Ok(None),
            }
        }
        Ok(Some(MemberFilter {
            words: name::query(&self.q),
            role: Role::parse(&self.role),
            company,
            given: None,
            standing: AccessStatus::parse(&self.status),
            within: own.filter(|_| company.is_none()),
            sort: self.sort(),
            now: actor.cx.now,
        }))
    }
}

/// A row as the page shows it.
#[derive(Debug)]
struct Line {
    row: MemberRow,
    role: String,
    you: bool,
    /// Badge and its tone, for who has no access at present.
    out: Option<(&'static str, &'static str)>,
    companies: String,
    /// Whether a change of many is offered for them.
    chosen: bool,
}

impl Line {
    fn of(row: MemberRow, actor: &Actor, names: &HashMap<MembershipId, Vec<String>>, customs: &[CustomRole]) -> Self {
        let companies = match (row.role.inherited(), names.get(&row.id)) {
            (Some(_), _) => format!("All {}", actor.unit.many()),
            (None, None) => "None".into(),
            (None, Some(names)) => {
                let mut text = names.iter().take(2).map(String::as_str).collect::<Vec<_>>().join(", ");
                if names.len() > 2 {
                    text = format!("{text} +{}", names.len() - 2);
                }
                text
            }
        };
        Self {
            you: row.id == actor.id,
            out: match row.standing(actor.cx.now) {
                AccessStatus::Active => None,
                AccessStatus::Suspended => Some(("Suspended", "danger")),
                AccessStatus::Ended => Some(("Access ended", "warning")),
            },
            companies,
            chosen: bulk::offers(actor, row.id, row.role),
            role: row.title(customs).to_owned(),
            row,
        }
    }

    fn href(&self) -> String {
        format!("members/{}", self.row.id)
    }

    fn badge(&self) -> &'static str {
        if self.you { "You" } else { "" }
    }
}

#[derive(Template)]
#[template(path = "members/index.html", blocks = ["roster"])]
struct RosterPage {
    layout: Layout,
    organization: String,
    unit: UnitLabel,
    asked: MembersQuery,
    members: Option<i64>,
    pending: Option<String>,
    may_invite: bool,
    choices: CompanyChoices,
    lines: Vec<Line>,
    /// What the ticked people can be changed by.
    kinds: Vec<BulkAction>,
    /// How many match, when they can be changed all at once.
    all: Option<i64>,
    /// How many can still be brought back, for who may.
    removed: Option<usize>,
    previous: Option<String>,
    next: Option<String>,
    count: String,
    now: Time,
}

impl RosterPage {
    fn standings() -> [(&'static str, &'static str); 4] {
        [
            ("", "Any status"),
            (AccessStatus::Active.as_str(), "Active"),
            (AccessStatus::Ended.as_str(), "Access ended"),
            (AccessStatus::Suspended.as_str(), "Suspended"),
        ]
    }

    /// Whether somebody on the page can be ticked.
    fn ticks(&self) -> bool {
        !self.kinds.is_empty() && self.lines.iter().any(|line| line.chosen)
    }

    /// What stands in the bar itself, and what in its menu.
    fn bar(&self) -> (Vec<BulkAction>, Vec<BulkAction>) {
        let usual = |kind: &BulkAction| matches!(kind, BulkAction::Role | BulkAction::Assign | BulkAction::Remove);
        let few = self.kinds.len() <= 3;
        self.kinds.iter().partition(|kind| few || usual(kind))
    }

    /// `aria-sort` of a column.
    fn sorted(&self, column: &str) -> &'static str {
        match self.asked.sort().as_str().strip_prefix('-') {
            Some(backwards) if backwards == column => "descending",
            None if self.asked.sort().as_str() == column => "ascending",
            _ => "none",
        }
    }

    /// The address that turns the order of a column round, or begins with it.
    fn turned(&self, column: &str) -> String {
        let sort = match (column, self.sorted(column)) {
            (column, "ascending") => format!("-{column}"),
            // The list's own order needs no word.
            ("name", _) => String::new(),
            (column, _) => column.to_owned(),
        };
        self.asked.href(&sort, "")
    }
}

/// `GET /organizations/{slug}/members`
pub async fn page(gate: Gate<ViewMembers>, asked: web::Query<MembersQuery>) -> Result<HttpResponse, AppError> {
    let asked = asked.into_inner();
    let fragment = gate.fragment();
    let page = gate
        .read(move |actor, conn| {
            let (organization, everywhere) = (actor.organization, actor.reach::<ViewMembers>() == Reach::Everywhere);
            let mut page = RosterPage {
                layout: actor.layout(conn, "members")?,
                organization: actor.organization_name.clone(),
                unit: actor.unit,
                members: None,
                pending: None,
                may_invite: actor.permissions.has(InviteMembers::ID),
                choices: CompanyChoices::default(),
                lines: Vec::new(),
                kinds: BulkAction::of(actor),
                all: None,
                removed: None,
                previous: None,
                next: None,
                count: String::new(),
                now: actor.cx.now,
                asked,
            };
            if !fragment {
                page.frame(conn, actor, everywhere)?;
            }
            let Some(wanted) = page.asked.read(conn, actor)? else {
                return Ok(page);
            };
            let place = Cursor::parse(&page.asked.after);
            let found = member_search::page(conn, organization, &wanted, place.as_ref(), SIZE)?;
            page.count = found.words("member", "members");
            page.all = match found.total {
                Total::Exactly(all)
                    if usize::try_from(all).is_ok_and(|all| all > found.page.rows.len() && all <= bulk::MOST) =>
                {
                    Some(all)
                }
                _ => None,
            };
            page.previous = found
                .page
                .previous
                .map(|after| page.asked.href(&page.asked.sort, &after));
            page.next = found.page.next.map(|after| page.asked.href(&page.asked.sort, &after));
            let assigned: Vec<MembershipId> = found
                .page
                .rows
                .iter()
                .filter(|row| row.role.inherited().is_none())
                .map(|row| row.id)
                .collect();
            let names = queries::company_names(conn, organization, &assigned)?;
            let customs = member_search::customs(conn, organization, &found.page.rows)?;
            page.lines = found
                .page
                .rows
                .into_iter()
                .map(|row| Line::of(row, actor, &names, &customs))
                .collect();
            Ok(page)
        })
        .await?;
    if fragment { html(page.as_roster()) } else { html(page) }
}

impl RosterPage {
    /// What stands around the list.
    fn frame(&mut self, conn: &mut Conn, actor: &Actor, everywhere: bool) -> Result<(), AppError> {
        if everywhere {
            self.members = self.layout.place.as_ref().and_then(|place| place.members);
            self.choices = CompanyChoices::of(conn, actor.organization, actor.active_companies, None)?;
        } else {
            let own = actor.own_companies(conn, ViewMembers::ID)?;
            self.choices = CompanyChoices::of(conn, actor.organization, actor.active_companies, Some(&own))?;
        }
        // An address may name a company by its id; the select knows slugs.
        if let Some(id) = CompanyId::parse(&self.asked.company)
            && let Some(company) = self.choices.companies.iter().find(|company| company.id == id)
        {
            self.asked.company.clone_from(&company.slug);
        }
        if self.kinds.contains(&BulkAction::Remove) {
            let removed = queries::removed::count(conn, actor.organization, actor.cx.now)?;
            self.removed = Some(removed).filter(|removed| *removed > 0);
        }
        if self.may_invite {
            let pending = queries::pending_invitations(conn, actor.organization, COUNTED)?;
            self.pending = Some(if pending < usize::try_from(COUNTED).unwrap_or(usize::MAX) {
                pending.to_string()
            } else {
                format!("{}+", COUNTED - 1)
            });
        }
        Ok(())
    }
}

/// `GET /organizations/{slug}/members.csv`
pub async fn sheet(gate: Gate<ViewMembers>, asked: web::Query<MembersQuery>) -> Result<HttpResponse, AppError> {
    let asked = asked.into_inner();
    let (name, bytes) = gate
        .read(move |actor, conn| {
            let mut sheet = Sheet::new(&[
                "name",
                "email",
                "role",
                actor.unit.many(),
                "status",
                "joined",
                "last active",
                "invited by",
            ]);
            if let Some(wanted) = asked.read(conn, actor)? {
                fill(conn, actor, &wanted, &mut sheet)?;
            }
            let name = format!("{}-members-{}.csv", actor.slug, actor.cx.now.day());
            Ok((name, sheet.into_bytes()))
        })
        .await?;
    Ok(download(&name, "text/csv; charset=utf-8", bytes))
}

fn fill(conn: &mut Conn, actor: &Actor, wanted: &MemberFilter, sheet: &mut Sheet) -> Result<(), AppError> {
    let mut place = None;
    loop {
        let found = member_search::page(conn, actor.organization, wanted, place.as_ref(), SHEET_SIZE)?;
        let rows = &found.page.rows;
        let ids: Vec<MembershipId> = rows
            .iter()
            .filter(|row| row.role.inherited().is_none())
            .map(|row| row.id)
            .collect();
        let companies = queries::company_names(conn, actor.organization, &ids)?;
        let mut inviters: Vec<String> = rows.iter().filter_map(|row| row.invited_by.clone()).collect();
        inviters.sort_unstable();
        inviters.dedup();
        let inviters = queries::names(conn, &inviters)?;
        let customs = member_search::customs(conn, actor.organization, rows)?;
        for row in rows {
            let assigned = match row.role.inherited() {
                Some(_) => "All".to_owned(),
                None => companies.get(&row.id).map(|names| names.join("; ")).unwrap_or_default(),
            };
            let invited_by = row.invited_by.as_ref().and_then(|id| inviters.get(id));
            sheet.row([
                row.name.as_str(),
                &row.email,
                row.title(&customs),
                &assigned,
                row.standing(actor.cx.now).as_str(),
                &row.joined_at.iso(),
                &row.last_seen_at.map(Time::iso).unwrap_or_default(),
                invited_by.map_or("", String::as_str),
            ]);
        }
        place = found.page.next.as_deref().and_then(Cursor::parse);
        if place.is_none() {
            return Ok(());
        }
    }
}
