//! The page of one change for many: what is chosen from, or what would happen to whom.

use askama::Template;

use crate::auth::actor::Actor;
use crate::common::error::AppError;
use crate::common::form::FormErrors;
use crate::common::id::MembershipId;
use crate::common::name;
use crate::db::Conn;
use crate::db::types::organization::UnitLabel;
use crate::handlers::members::bulk::kind::BulkAction;
use crate::handlers::members::bulk::wish::BulkForm;
use crate::handlers::members::visible;
use crate::models::company_choice::CompanyChoices;
use crate::services::groups;
use crate::services::groups::Group;
use crate::services::members::bulk::{Line, Outcome};
use crate::services::members::role::{Title, grantable};
use crate::web::company_picker::{Picker, Scope};
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;

/// One person in the list of what happens.
struct BulkRow {
    name: String,
    email: String,
    role: &'static str,
    outcome: Option<Outcome>,
}

impl BulkRow {
    fn foreseen(line: Line) -> Self {
        Self {
            role: line.person.role.label(),
            name: line.person.name,
            email: line.person.email,
            outcome: Some(line.outcome),
        }
    }

    /// The people alone, by name.
    fn only(conn: &mut Conn, actor: &Actor, ids: &[MembershipId]) -> Result<Vec<Self>, AppError> {
        let mut rows = Vec::new();
        for id in ids {
            let person = visible(conn, actor, id.as_str())?;
            rows.push(Self {
                role: person.role.label(),
                name: person.name,
                email: person.email,
                outcome: None,
            });
        }
        rows.sort_by_cached_key(|row| name::sort_key(&row.name));
        Ok(rows)
    }
}

#[derive(Template)]
#[template(path = "members/bulk.html")]
pub struct BulkPage {
    layout: Layout,
    organization: String,
    unit: UnitLabel,
    members: String,
    path: String,
    kind: BulkAction,
    typed: BulkForm,
    ids: Vec<MembershipId>,
    errors: FormErrors,
    /// What is chosen from.
    titles: Vec<Title>,
    picker: Option<Picker>,
    choices: CompanyChoices,
    groups: Vec<Group>,
    /// What would happen, once that can be said.
    foreseen: bool,
    rows: Vec<BulkRow>,
    changed: usize,
    /// Whether the reader may give a role in the organization instead of companies.
    offers_role: bool,
}

impl BulkPage {
    fn title(&self) -> String {
        let people = people(self.rows.len());
        match self.kind {
            BulkAction::Role => format!("Change the role of {people}"),
            BulkAction::Assign => format!("Assign {} to {people}", self.unit.many()),
            BulkAction::TakeOff => format!("Take {people} off {}", self.unit.a()),
            BulkAction::AccessEnd => format!("Set the end of access of {people}"),
            BulkAction::Group => format!("Put {people} into a group"),
            BulkAction::Suspend => format!("Suspend {people}"),
            BulkAction::Restore => format!("Give {people} access back"),
            BulkAction::Remove => format!("Remove {people}"),
        }
    }

    fn verb(&self) -> String {
        let people = people(self.changed);
        match self.kind {
            BulkAction::Suspend => format!("Suspend {people}"),
            BulkAction::Remove => format!("Remove {people}"),
            BulkAction::Restore => format!("Give {people} access back"),
            _ => format!("Change {people}"),
        }
    }

    fn danger(&self) -> bool {
        matches!(self.kind, BulkAction::Suspend | BulkAction::Remove)
    }

    /// "2 change, 1 is so already, 1 is refused".
    fn counts(&self) -> String {
        let of = |test: fn(&Outcome) -> bool| {
            let rows = self.rows.iter().filter_map(|row| row.outcome.as_ref());
            rows.filter(|outcome| test(outcome)).count()
        };
        let (same, refused) = (
            of(|outcome| *outcome == Outcome::Same),
            of(|outcome| matches!(outcome, Outcome::Refused(_))),
        );
        let mut words = vec![format!("{} to change", people(self.changed))];
        if same > 0 {
            words.push(format!("{same} already so"));
        }
        if refused > 0 {
            words.push(format!("{refused} refused"));
        }
        words.join(", ")
    }
}

/// "1 person", "3 people".
pub fn people(n: usize) -> String {
    match n {
        1 => "1 person".into(),
        n => format!("{n} people"),
    }
}

impl BulkPage {
    pub fn load(
        conn: &mut Conn,
        actor: &Actor,
        kind: BulkAction,
        typed: BulkForm,
        ids: Vec<MembershipId>,
        lines: Option<Vec<Line>>,
        errors: FormErrors,
    ) -> Result<Self, AppError> {
        let foreseen = lines.is_some();
        let scope = Scope::to_assign(conn, actor)?;
        let rows = match lines {
            Some(lines) => lines.into_iter().map(BulkRow::foreseen).collect(),
            None => BulkRow::only(conn, actor, &ids)?,
        };
        let choices = if kind == BulkAction::TakeOff {
            CompanyChoices::of(
                conn,
                actor.organization,
                actor.active_companies,
                scope.within.as_deref(),
            )?
        } else {
            CompanyChoices::default()
        };
        let roles = groups::roles(actor);
        Ok(Self {
            layout: actor.layout(conn, "members")?,
            organization: actor.organization_name.clone(),
            unit: actor.unit,
            members: actor.path("/members"),
            path: actor.path("/members/bulk"),
            titles: if kind == BulkAction::Role {
                grantable(conn, actor)?
            } else {
                Vec::new()
            },
            picker: if kind == BulkAction::Assign {
                let path = actor.path("/members/bulk?do=assign");
                Some(Picker::of(
                    conn,
                    actor.organization,
                    &scope,
                    &typed.companies,
                    path,
                    true,
                )?)
            } else {
                None
            },
            groups: if kind == BulkAction::Group {
                let mut groups = groups::all(conn, actor)?;
                groups.retain(|group| roles.contains(&group.role));
                groups
            } else {
                Vec::new()
            },
            choices,
            changed: rows
                .iter()
                .filter(|row| matches!(row.outcome, Some(Outcome::Changed(_))))
                .count(),
            offers_role: BulkAction::Role.open(actor),
            kind,
            typed,
            ids,
            errors,
            foreseen,
            rows,
        })
    }
}
