//! What saving a member's page would change, in words, and the dialog that shows it.

use askama::Template;
use sha2::{Digest, Sha256};

use crate::app::FlashUndo;
use crate::auth::actor::Actor;
use crate::authz::role::CompanyRole;
use crate::common::error::AppError;
use crate::common::id::CompanyId;
use crate::common::time::Time;
use crate::common::token::hex;
use crate::common::zone::Zone;
use crate::db::Conn;
use crate::handlers::members::show::form::MemberForm;
use crate::handlers::permissions::effect::PermissionEffect;
use crate::models::membership::assigned::AssignedCompany;
use crate::services::members::access_edit::AccessPlan;
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;
use crate::web::messages;

/// What happens to one assignment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AssignmentFate {
    Added,
    Changed,
    Removed,
}

#[derive(Debug, Clone)]
pub struct ChangedCompany {
    id: CompanyId,
    name: String,
    fate: AssignmentFate,
    /// "Viewer", "Viewer → Editor, until January 31, 2027".
    text: String,
    /// Role and end before, when it is removed.
    before: Option<(CompanyRole, Option<Time>)>,
}

impl ChangedCompany {
    fn badge(&self) -> (&'static str, &'static str) {
        match self.fate {
            AssignmentFate::Added => ("Added", "success"),
            AssignmentFate::Changed => ("Changed", "info"),
            AssignmentFate::Removed => ("Removed", "danger"),
        }
    }
}

/// The changes in words.
pub struct PlannedChanges {
    name: String,
    /// "Member", "Editor".
    role: Option<(String, String)>,
    pending: bool,
    end: Option<(String, String)>,
    companies: Vec<ChangedCompany>,
    effect: PermissionEffect,
    zone: Zone,
}

impl PlannedChanges {
    pub fn of(actor: &Actor, plan: &AccessPlan) -> Self {
        let (before, after, zone) = (&plan.before, &plan.after, actor.org_zone);
        let pending = plan.is_pending();
        let day = |end: Option<Time>| end.map_or_else(|| "No end date".to_owned(), |end| end.date(zone));
        let labels = (before.title.label().to_owned(), plan.wanted().label().to_owned());
        let mut inputs = after.inputs.clone();
        // What another owner has to approve first is shown as it will be then.
        if let (true, Some(own)) = (pending, inputs.roles.first_mut()) {
            *own = plan.wanted().grant();
        }
        let you = plan.member.id == actor.id;
        Self {
            name: plan.member.name.clone(),
            role: (before.title != *plan.wanted()).then_some(labels),
            pending,
            end: (before.access_until != after.access_until)
                .then(|| (day(before.access_until), day(after.access_until))),
            companies: companies(&before.companies, &after.companies, zone),
            effect: PermissionEffect::of(&plan.member.name, you, &before.inputs, &inputs, actor.unit),
            zone,
        }
    }

    pub fn is_empty(&self) -> bool {
        self.role.is_none() && self.end.is_none() && self.companies.is_empty()
    }

    /// Tells two plans apart.
    pub fn digest(&self) -> String {
        let text = format!(
            "{:?} {:?} {:?} {} {}",
            self.role,
            self.end,
            self.companies,
            self.pending,
            self.effect.words()
        );
        hex(&Sha256::digest(text.as_bytes()))
    }

    /// What was saved.
    pub fn message(&self) -> String {
        let mut words = Vec::new();
        if let Some((_, role)) = &self.role {
            words.push(if self.pending {
                messages::PENDING.to_owned()
            } else {
                format!("{} is {role} now", self.name)
            });
        }
        match &self.end {
            Some((_, end)) if end == "No end date" => {
                words.push(format!("{} has access without an end date", self.name));
            }
            Some((_, end)) => words.push(format!("{} has access until {end}", self.name)),
            None => {}
        }
        for (fate, verb) in [
            (AssignmentFate::Added, "is assigned to"),
            (AssignmentFate::Changed, "has another role or end date in"),
            (AssignmentFate::Removed, "is no longer assigned to"),
        ] {
            let named: Vec<&str> = self
                .companies
                .iter()
                .filter(|one| one.fate == fate)
                .map(|one| &*one.name)
                .collect();
            match named[..] {
                [] => {}
                [one] => words.push(format!("{} {verb} {one}", self.name)),
                [one, ref rest @ ..] => words.push(format!("{} {verb} {one} and {} more", self.name, rest.len())),
            }
        }
        words.join(". ")
    }

    /// Undoes the removal of one assignment.
    pub fn undo(&self, path: &str) -> Option<FlashUndo> {
        let [one] = &self.companies[..] else { return None };
        let (role, until) = one.before.filter(|_| self.role.is_none() && self.end.is_none())?;
        let until = until.map(|end| end.day(self.zone)).unwrap_or_default();
        Some(
            FlashUndo::to(format!("{path}/companies"))
                .with("company_id", one.id)
                .with("company_role", role)
                .with("company_until", until),
        )
    }
}

fn companies(before: &[AssignedCompany], after: &[AssignedCompany], zone: Zone) -> Vec<ChangedCompany> {
    let words = |company: &AssignedCompany| match company.access_until {
        Some(end) => format!("{}, until {}", company.role.label(), end.date(zone)),
        None => company.role.label().to_owned(),
    };
    let changed = |company: &AssignedCompany, fate, text| ChangedCompany {
        id: company.id,
        name: company.name.clone(),
        fate,
        text,
        before: None,
    };
    let mut all = Vec::new();
    for company in after {
        match before.iter().find(|was| was.id == company.id) {
            None => all.push(changed(company, AssignmentFate::Added, words(company))),
            Some(was) if (was.direct, was.access_until) != (company.direct, company.access_until) => {
                let text = if words(was) == words(company) {
                    format!("{} by group", company.role.label())
                } else {
                    format!("{} → {}", words(was), words(company))
                };
                all.push(changed(company, AssignmentFate::Changed, text));
            }
            Some(_) => {}
        }
    }
    let gone = before
        .iter()
        .filter(|was| after.iter().all(|company| company.id != was.id));
    all.extend(gone.map(|was| ChangedCompany {
        before: was.direct.map(|role| (role, was.access_until)),
        ..changed(was, AssignmentFate::Removed, words(was))
    }));
    all
}

#[derive(Template)]
#[template(path = "members/changes.html", blocks = ["dialog"])]
pub struct ChangesPage {
    layout: Layout,
    path: String,
    name: String,
    many: &'static str,
    fields: Vec<(&'static str, String)>,
    plan: String,
    changes: PlannedChanges,
    /// Whether the member was changed since the changes were shown.
    moved: bool,
}

crate::page!(ChangesPage => as_dialog);

impl ChangesPage {
    pub fn load(
        conn: &mut Conn,
        actor: &Actor,
        form: &MemberForm,
        plan: &AccessPlan,
        moved: bool,
    ) -> Result<Self, AppError> {
        let changes = PlannedChanges::of(actor, plan);
        Ok(Self {
            layout: actor.layout(conn, "members")?,
            path: actor.path(&format!("/members/{}", plan.member.id)),
            name: plan.member.name.clone(),
            many: actor.unit.titles(),
            fields: form.fields(),
            plan: changes.digest(),
            changes,
            moved,
        })
    }

    fn question(&self) -> String {
        format!("Save the changes to {}?", self.name)
    }

    /// Whether the permissions in the organization change.
    fn affects(&self) -> bool {
        self.changes.role.is_some() || !self.changes.effect.gained.is_empty() || !self.changes.effect.lost.is_empty()
    }
}
