//! The list of members.

use std::collections::HashMap;

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::auth::Gate;
use crate::auth::actor::Actor;
use crate::authz::decision::Reach;
use crate::authz::permission::{InviteMembers, Permission, ViewMembers};
use crate::authz::role::Role;
use crate::common::error::AppError;
use crate::common::form::FormErrors;
use crate::common::html::number;
use crate::common::id::{CompanyId, MembershipId};
use crate::common::paging::Cursor;
use crate::common::time::Time;
use crate::db::Conn;
use crate::db::types::organization::UnitLabel;
use crate::handlers::members::bulk::BulkAction;
use crate::handlers::members::filter::MembersQuery;
use crate::handlers::members::queries;
use crate::handlers::members::tabs;
use crate::handlers::members::tabs::{MembersTab, MembersTabLink};
use crate::models::company_choice::CompanyChoices;
use crate::models::custom_role::CustomRole;
use crate::models::member_search;
use crate::models::member_search::{AccessStatus, FoundMembers, LastSeen, MemberRow, MemberTotal};
use crate::models::member_view;
use crate::models::member_view::MemberView;
use crate::models::membership::assigned;
use crate::models::membership::role_counts::RoleCounts;
use crate::services::members::bulk;
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;

/// The members on a page.
pub const PAGE: usize = 50;

/// A row as the page shows it.
#[derive(Debug)]
pub struct MemberLine {
    row: MemberRow,
    role: String,
    you: bool,
    /// Badge and its tone, for members without access.
    out: Option<(&'static str, &'static str)>,
    companies: String,
    /// Whether the row can be selected for a bulk change.
    chosen: bool,
}

impl MemberLine {
    fn of(row: MemberRow, actor: &Actor, names: &HashMap<MembershipId, Vec<String>>, customs: &[CustomRole]) -> Self {
        Self {
            you: row.id == actor.id,
            out: match row.access_status(actor.cx.now) {
                AccessStatus::Active | AccessStatus::Ending => None,
                status @ AccessStatus::Suspended => Some((status_label(status), "danger")),
                status @ AccessStatus::Ended => Some((status_label(status), "warning")),
            },
            companies: match (row.role.inherited(), names.get(&row.id)) {
                (Some(_), _) => format!("All {}", actor.unit.many()),
                (None, None) => "None".into(),
                (None, Some(names)) => first_two(names),
            },
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

fn status_label(status: AccessStatus) -> &'static str {
    match status {
        AccessStatus::Active => "Active",
        AccessStatus::Ending => "Access ends soon",
        AccessStatus::Suspended => "Suspended",
        AccessStatus::Ended => "Access ended",
    }
}

fn first_two(names: &[String]) -> String {
    let text = names.iter().take(2).map(String::as_str).collect::<Vec<_>>().join(", ");
    if names.len() > 2 {
        format!("{text} +{}", names.len() - 2)
    } else {
        text
    }
}

#[derive(Template)]
#[template(path = "members/index.html", blocks = ["roster"])]
pub struct IndexPage {
    layout: Layout,
    organization: String,
    unit: UnitLabel,
    asked: MembersQuery,
    tabs: Vec<MembersTabLink>,
    /// The statuses to filter by, with how many members have each.
    statuses: Vec<(&'static str, String)>,
    /// The reader's saved views: address, name, and where it is deleted.
    views: Vec<(String, MemberView)>,
    /// What was entered to save a view, and what is wrong with it.
    view_name: String,
    errors: FormErrors,
    may_invite: bool,
    choices: CompanyChoices,
    lines: Vec<MemberLine>,
    /// The bulk changes that the actor may make.
    kinds: Vec<BulkAction>,
    /// How many members match, when all of them can be selected.
    all: Option<i64>,
    previous: Option<String>,
    next: Option<String>,
    count: String,
    now: Time,
    /// Whether the reader sees every member.
    members_everywhere: bool,
    /// Whether the reader has views of their own: an operator in a support session has none.
    has_views: bool,
}

crate::page!(IndexPage => as_roster);

impl IndexPage {
    pub fn load(
        conn: &mut Conn,
        actor: &Actor,
        query: MembersQuery,
        (view_name, errors): (String, FormErrors),
    ) -> Result<Self, AppError> {
        let mut page = Self {
            layout: actor.layout(conn, "members")?,
            organization: actor.organization_name.clone(),
            unit: actor.unit,
            tabs: tabs::links(conn, actor, MembersTab::List)?,
            statuses: Vec::new(),
            views: Vec::new(),
            view_name,
            errors,
            may_invite: actor.permissions.has(InviteMembers::ID),
            choices: CompanyChoices::default(),
            lines: Vec::new(),
            kinds: BulkAction::of(actor),
            all: None,
            previous: None,
            next: None,
            count: String::new(),
            now: actor.cx.now,
            members_everywhere: actor.reach::<ViewMembers>() == Reach::Everywhere,
            has_views: actor.membership().is_some(),
            asked: query,
        };
        if !actor.cx.request.fragment {
            page.load_frame(conn, actor)?;
        }
        if let Some(filter) = page.asked.read(conn, actor)? {
            let (counts, cursor) = (actor.role_counts(conn)?, Cursor::parse(&page.asked.after));
            let found =
                member_search::page_with_counts(conn, actor.organization, &filter, counts, cursor.as_ref(), PAGE)?;
            page.load_rows(conn, actor, found)?;
            page.count_suspended(actor.role_counts(conn)?);
        }
        Ok(page)
    }

    fn load_rows(&mut self, conn: &mut Conn, actor: &Actor, found: FoundMembers) -> Result<(), AppError> {
        self.count = found.words("member", "members");
        let rows = found.page.rows;
        self.all = match found.total {
            MemberTotal::Exactly(all) => usize::try_from(all)
                .is_ok_and(|all| all > rows.len() && all <= bulk::MOST)
                .then_some(all),
            _ => None,
        };
        let href = |after: String| self.asked.href(&self.asked.sort, &after);
        (self.previous, self.next) = (found.page.previous.map(href), found.page.next.map(href));
        let assigned = rows.iter().filter(|row| row.role.inherited().is_none());
        let assigned: Vec<MembershipId> = assigned.map(|row| row.id).collect();
        let names = assigned::company_names(conn, actor.organization, &assigned)?;
        let customs = member_search::customs(conn, actor.organization, &rows)?;
        let line = |row| MemberLine::of(row, actor, &names, &customs);
        self.lines = rows.into_iter().map(line).collect();
        Ok(())
    }

    /// The list also has the members whom the number of members leaves out.
    fn count_suspended(&mut self, counts: &RoleCounts) {
        if !self.asked.is_filtered() && counts.suspended() > 0 && self.members_everywhere {
            self.count = format!("{}, {} without access", self.count, number(&counts.suspended()));
        }
    }

    /// Everything around the list, which a fragment leaves out.
    fn load_frame(&mut self, conn: &mut Conn, actor: &Actor) -> Result<(), AppError> {
        if actor.membership().is_some() {
            let views = member_view::list(conn, actor.organization, actor.id)?;
            self.views = views
                .into_iter()
                .map(|view| (format!("members?{}", view.query), view))
                .collect();
        }
        self.statuses = self.statuses(conn, actor)?;
        let own = if actor.reach::<ViewMembers>() == Reach::Everywhere {
            None
        } else {
            Some(actor.own_companies(conn, ViewMembers::ID)?)
        };
        self.choices = CompanyChoices::of(conn, actor.organization, actor.active_companies, own.as_deref())?;
        // A link may name a company by its id; the select has slugs.
        if let Some(id) = CompanyId::parse(&self.asked.company)
            && let Some(company) = self.choices.companies.iter().find(|company| company.id == id)
        {
            self.asked.company.clone_from(&company.slug);
        }
        Ok(())
    }

    fn statuses(&self, conn: &mut Conn, actor: &Actor) -> Result<Vec<(&'static str, String)>, AppError> {
        let mut all = vec![("", "Any status".to_owned())];
        if !self.members_everywhere {
            let named = [
                AccessStatus::Active,
                AccessStatus::Ending,
                AccessStatus::Ended,
                AccessStatus::Suspended,
            ];
            all.extend(named.map(|status| (status.as_str(), status_label(status).to_owned())));
            return Ok(all);
        }
        let counts = actor.role_counts(conn)?;
        let ended = match counts.suspended() {
            0 => 0,
            _ => queries::ended(conn, actor.organization, actor.cx.now)?,
        };
        for (status, count) in [
            (AccessStatus::Active, counts.active()),
            (AccessStatus::Ended, ended),
            (AccessStatus::Suspended, counts.suspended() - ended),
        ] {
            all.push((status.as_str(), format!("{} {}", status_label(status), number(&count))));
        }
        let ending = AccessStatus::Ending;
        all.insert(2, (ending.as_str(), status_label(ending).to_owned()));
        Ok(all)
    }

    fn last_seen() -> [(&'static str, &'static str); 6] {
        [
            ("", "Any activity"),
            (LastSeen::Week.as_str(), "Active in the last 7 days"),
            (LastSeen::Month.as_str(), "Active in the last 30 days"),
            (LastSeen::NotInMonth.as_str(), "Not in the last 30 days"),
            (LastSeen::NotInQuarter.as_str(), "Not in the last 90 days"),
            (LastSeen::Never.as_str(), "Never active"),
        ]
    }

    /// Whether the filter can be saved as a view.
    fn may_save_view(&self) -> bool {
        self.asked.is_filtered() && self.has_views
    }

    /// Whether rows on the page can be selected.
    fn selects(&self) -> bool {
        !self.kinds.is_empty() && self.lines.iter().any(|line| line.chosen)
    }

    /// The buttons of the bulk bar, and the items of its menu.
    fn bar(&self) -> (Vec<BulkAction>, Vec<BulkAction>) {
        let usual = |kind: &BulkAction| matches!(kind, BulkAction::Role | BulkAction::Assign | BulkAction::Remove);
        let few = self.kinds.len() <= 3;
        self.kinds.iter().partition(|kind| few || usual(kind))
    }

    /// `aria-sort` of a column.
    fn sorted(&self, column: &str) -> &'static str {
        match self.asked.order().as_str().strip_prefix('-') {
            Some(descending) if descending == column => "descending",
            None if self.asked.order().as_str() == column => "ascending",
            _ => "none",
        }
    }

    /// The list sorted by a column, or in the opposite order.
    fn sort_href(&self, column: &str) -> String {
        let sort = match (column, self.sorted(column)) {
            (column, "ascending") => format!("-{column}"),
            // The default order is not part of the address.
            ("name", _) => String::new(),
            (column, _) => column.to_owned(),
        };
        self.asked.href(&sort, "")
    }
}

/// `GET /organizations/{slug}/members`
pub async fn index(gate: Gate<ViewMembers>, query: web::Query<MembersQuery>) -> Result<HttpResponse, AppError> {
    let query = query.into_inner();
    gate.show(move |actor, conn| IndexPage::load(conn, actor, query, Default::default()))
        .await
}
