//! The list of members.

mod frame;
mod line;

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
use crate::common::id::MembershipId;
use crate::common::paging::Cursor;
use crate::common::time::Time;
use crate::db::Conn;
use crate::db::types::organization::UnitLabel;
use crate::handlers::members::bulk::BulkAction;
use crate::handlers::members::filter::MembersQuery;
use crate::handlers::members::index::line::MemberLine;
use crate::handlers::members::shown_companies;
use crate::handlers::members::tabs::MembersTabLink;
use crate::models::company_choice::CompanyChoices;
use crate::models::member_search;
use crate::models::member_search::{FoundMembers, MemberTotal};
use crate::models::member_view::MemberView;
use crate::models::membership::assigned;
use crate::models::membership::role_counts::RoleCounts;
use crate::services::members::bulk;
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;

/// The members on a page.
pub const PAGE: usize = 50;

#[expect(
    clippy::struct_excessive_bools,
    reason = "each is one thing that the reader may see or do"
)]
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
    /// Whether the reader sees who has a second factor.
    shows_two_factor: bool,
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
            tabs: Vec::new(),
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
            shows_two_factor: actor.permissions.manage_security(),
            asked: query,
        };
        let found = page.find(conn, actor)?;
        if !actor.cx.request.fragment {
            page.load_frame(conn, actor)?;
        }
        if let Some(found) = found {
            page.load_rows(conn, actor, found)?;
            page.count_suspended(actor.role_counts(conn)?);
        }
        Ok(page)
    }

    /// The members who match; `None` when no company has the entered name.
    fn find(&self, conn: &mut Conn, actor: &Actor) -> Result<Option<FoundMembers>, AppError> {
        let Some(filter) = self.asked.read(conn, actor)? else {
            return Ok(None);
        };
        let (counts, cursor) = (actor.role_counts(conn)?, Cursor::parse(&self.asked.after));
        let organization = actor.organization;
        let found = member_search::page_with_counts(conn, organization, &filter, counts, cursor.as_ref(), PAGE)?;
        Ok(Some(found))
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
        let within = shown_companies(conn, actor)?;
        let known = &self.choices.companies;
        let names = assigned::company_names(conn, actor.organization, &assigned, within.as_deref(), known)?;
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

    /// Whether the filter can be saved as a view.
    fn may_save_view(&self) -> bool {
        self.has_views && (self.asked.is_filtered() || !self.errors.is_empty())
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
