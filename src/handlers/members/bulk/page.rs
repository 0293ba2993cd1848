//! The page of a bulk change: what to choose from, or what would happen to each member.

use askama::Template;
use sha2::{Digest, Sha256};

use crate::auth::actor::Actor;
use crate::common::error::AppError;
use crate::common::form::FormErrors;
use crate::common::id::MembershipId;
use crate::common::token::hex;
use crate::db::Conn;
use crate::db::types::organization::UnitLabel;
use crate::handlers::members::bulk::action::BulkAction;
use crate::handlers::members::bulk::form::BulkForm;
use crate::handlers::members::bulk::messages::{people, refusal};
use crate::handlers::members::bulk::row::{BulkPageRow, RowResult};
use crate::handlers::members::tabs;
use crate::handlers::members::tabs::{MembersTab, MembersTabLink};
use crate::models::api_key::list;
use crate::models::company_choice::CompanyChoices;
use crate::models::custom_role;
use crate::services::groups;
use crate::services::groups::Group;
use crate::services::members::bulk::{BulkChange, BulkPlan};
use crate::services::members::role::{Title, grantable};
use crate::web::company_picker::{CompanyPicker, PickerScope};
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;

/// One text for one set of members.
pub fn matched(ids: &[MembershipId]) -> String {
    let mut ids: Vec<&str> = ids.iter().map(MembershipId::as_str).collect();
    ids.sort_unstable();
    hex(&Sha256::digest(ids.join(" ").as_bytes()))
}

#[derive(Template)]
#[template(path = "members/bulk.html")]
pub struct BulkPage {
    layout: Layout,
    organization: String,
    unit: UnitLabel,
    members: String,
    tabs: Vec<MembersTabLink>,
    path: String,
    kind: BulkAction,
    typed: BulkForm,
    ids: Vec<MembershipId>,
    /// Tells apart the members who match.
    matched: String,
    errors: FormErrors,
    /// What to choose from.
    titles: Vec<Title>,
    picker: Option<CompanyPicker>,
    choices: CompanyChoices,
    groups: Vec<Group>,
    /// Whether the page shows what would happen.
    planned: bool,
    rows: Vec<BulkPageRow>,
    changed: usize,
    /// The API keys that stop working.
    keys: Vec<String>,
    /// Whether the actor may give a role in the organization instead of companies.
    offers_role: bool,
}

crate::page!(BulkPage);

impl BulkPage {
    fn title(&self) -> String {
        let people = people(self.rows.len());
        match self.kind {
            BulkAction::Role => format!("Change the role of {people}"),
            BulkAction::Assign => format!("Assign {} to {people}", self.unit.many()),
            BulkAction::Unassign => format!("Unassign {people} from {}", self.unit.a()),
            BulkAction::AccessEnd => format!("Set an end date for {people}"),
            BulkAction::Group => format!("Add {people} to a group"),
            BulkAction::Suspend => format!("Suspend {people}"),
            BulkAction::Restore => format!("Restore access for {people}"),
            BulkAction::Remove => format!("Remove {people}"),
        }
    }

    fn verb(&self) -> String {
        let people = people(self.changed);
        match self.kind {
            BulkAction::Suspend => format!("Suspend {people}"),
            BulkAction::Remove => format!("Remove {people}"),
            BulkAction::Restore => format!("Restore access for {people}"),
            _ => format!("Change {people}"),
        }
    }

    fn danger(&self) -> bool {
        matches!(self.kind, BulkAction::Suspend | BulkAction::Remove)
    }

    /// "2 people to change, 1 unchanged, 1 refused".
    fn counts(&self) -> String {
        let of = |test: fn(&RowResult) -> bool| {
            let results = self.rows.iter().filter_map(|row| row.result.as_ref());
            results.filter(|result| test(result)).count()
        };
        let unchanged = of(|result| matches!(result, RowResult::Unchanged));
        let refused = of(|result| matches!(result, RowResult::Refused(_)));
        let mut words = vec![format!("{} to change", people(self.changed))];
        if unchanged > 0 {
            words.push(format!("{unchanged} unchanged"));
        }
        if refused > 0 {
            words.push(format!("{refused} refused"));
        }
        words.join(", ")
    }

    /// The page to choose the change on.
    pub fn choose(
        conn: &mut Conn,
        actor: &Actor,
        action: BulkAction,
        form: BulkForm,
        ids: Vec<MembershipId>,
        errors: FormErrors,
    ) -> Result<Self, AppError> {
        let rows = BulkPageRow::selected(conn, actor, &ids)?;
        let mut page = Self::new(conn, actor, action, form, rows, errors)?;
        page.ids = ids;
        if action.asks() {
            page.load_choices(conn, actor)?;
        }
        Ok(page)
    }

    /// The page that shows the plan.
    pub fn planned(
        conn: &mut Conn,
        actor: &Actor,
        action: BulkAction,
        form: BulkForm,
        plan: BulkPlan,
    ) -> Result<Self, AppError> {
        let (ids, matched) = (plan.changing(), matched(&plan.ids()));
        let customs = match plan.change {
            BulkChange::Role(_) => custom_role::all(conn, actor.organization)?,
            _ => Vec::new(),
        };
        let rows = BulkPageRow::planned(plan, &customs, actor.unit.one(), actor.org_zone);
        let mut page = Self::new(conn, actor, action, form, rows, FormErrors::none())?;
        if page.danger() {
            page.keys = list::names_of_owners(conn, actor.cx.now, actor.organization, &ids, list::NAMED)?;
        }
        (page.changed, page.ids, page.planned, page.matched) = (ids.len(), ids, true, matched);
        Ok(page)
    }

    /// The plan again, after the change of some members was refused.
    pub fn refused(
        conn: &mut Conn,
        actor: &Actor,
        action: BulkAction,
        form: BulkForm,
        plan: BulkPlan,
    ) -> Result<Self, AppError> {
        let mut errors = FormErrors::none();
        for (member, error) in plan.refusals() {
            let message = refusal(error, actor.unit.one());
            errors.add(
                "people",
                format!("Nothing was changed, because of {}. {message}", member.name),
            );
        }
        let mut page = Self::planned(conn, actor, action, form, plan)?;
        page.errors = errors;
        Ok(page)
    }

    /// The plan, when other members match than those that were shown before.
    pub fn moved(
        conn: &mut Conn,
        actor: &Actor,
        action: BulkAction,
        form: BulkForm,
        plan: BulkPlan,
    ) -> Result<Self, AppError> {
        let mut page = Self::planned(conn, actor, action, form, plan)?;
        let now = people(page.rows.len());
        page.errors = FormErrors::one(
            "people",
            format!(
                "Nothing was changed, because other people match the filter now: {now}. Check the list and confirm again"
            ),
        );
        Ok(page)
    }

    fn new(
        conn: &mut Conn,
        actor: &Actor,
        action: BulkAction,
        form: BulkForm,
        rows: Vec<BulkPageRow>,
        errors: FormErrors,
    ) -> Result<Self, AppError> {
        Ok(Self {
            layout: actor.layout(conn, "members")?,
            organization: actor.organization_name.clone(),
            unit: actor.unit,
            members: actor.path("/members"),
            tabs: tabs::links(conn, actor, MembersTab::List)?,
            path: actor.path("/members/bulk"),
            offers_role: BulkAction::Role.open(actor),
            kind: action,
            typed: form,
            ids: Vec::new(),
            matched: String::new(),
            errors,
            titles: Vec::new(),
            picker: None,
            choices: CompanyChoices::default(),
            groups: Vec::new(),
            planned: false,
            changed: 0,
            keys: Vec::new(),
            rows,
        })
    }

    fn load_choices(&mut self, conn: &mut Conn, actor: &Actor) -> Result<(), AppError> {
        let (organization, typed) = (actor.organization, &self.typed.companies);
        let scope = PickerScope::to_assign(conn, actor)?;
        match self.kind {
            BulkAction::Role => self.titles = grantable(conn, actor)?,
            BulkAction::Assign => {
                let path = actor.path("/members/bulk?do=assign");
                self.picker = Some(CompanyPicker::of(conn, organization, &scope, typed, path, true)?);
            }
            BulkAction::Unassign => {
                let within = scope.within.as_deref();
                self.choices = CompanyChoices::of(conn, organization, actor.active_companies, within)?;
            }
            BulkAction::Group => {
                let roles = groups::roles(actor);
                self.groups = groups::list(conn, actor)?;
                self.groups.retain(|group| roles.contains(&group.role));
            }
            BulkAction::AccessEnd | BulkAction::Suspend | BulkAction::Restore | BulkAction::Remove => {}
        }
        Ok(())
    }
}
