//! The form of a bulk change: which members, which change, and what is wrong with it.

use std::collections::BTreeSet;

use crate::auth::actor::Actor;
use crate::authz::decision::Reach;
use crate::authz::permission::ViewMembers;
use crate::common::error::AppError;
use crate::common::fields::Fields;
use crate::common::form::FormErrors;
use crate::common::id::MembershipId;
use crate::common::paging::Cursor;
use crate::db::Conn;
use crate::handlers::members::bulk::action::BulkAction;
use crate::handlers::members::filter::MembersQuery;
use crate::handlers::members::index::PAGE;
use crate::handlers::members::suspension::parse_reason;
use crate::handlers::members::{end_date, queries, visible};
use crate::models::company_choice;
use crate::models::member_search;
use crate::services::groups;
use crate::services::members::bulk::{BulkChange, MOST, offers};
use crate::services::members::role::Title;
use crate::web::company_picker;
use crate::web::company_picker::PickerScope;

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum BulkStep {
    /// Only members are selected.
    #[default]
    Choose,
    /// The change is chosen.
    Look,
    /// The change was shown and is to be applied.
    Apply,
}

#[derive(Debug, Clone, Default)]
pub struct BulkForm {
    pub action: Option<BulkAction>,
    pub ids: Vec<String>,
    /// Everyone who matches the filters, evaluated again by each request.
    pub all: bool,
    /// Everyone on the page of the list, for browsers without JavaScript.
    page: bool,
    /// The members who matched when the changes were shown.
    pub matched: String,
    pub asked: MembersQuery,
    pub step: BulkStep,
    pub role: String,
    pub companies: company_picker::PickerForm,
    pub company: String,
    pub access_until: String,
    pub group: String,
    pub reason: String,
    pub cancels: bool,
}

impl BulkForm {
    pub fn of(fields: &Fields) -> Self {
        let text = |name: &str| fields.get(name).to_owned();
        Self {
            action: BulkAction::parse(fields.get("do")),
            ids: fields.all("id").map(str::to_owned).collect(),
            all: !fields.get("all").is_empty(),
            page: !fields.get("page").is_empty(),
            matched: text("matched"),
            asked: MembersQuery::of(fields),
            step: match fields.get("step") {
                "look" => BulkStep::Look,
                "apply" => BulkStep::Apply,
                _ => BulkStep::Choose,
            },
            role: text("role_value"),
            companies: company_picker::PickerForm::of(fields),
            company: text("company_value"),
            access_until: text("access_until"),
            group: text("group_id"),
            reason: text("reason"),
            // Selected until the confirmation is sent without it.
            cancels: fields.get("step") != "apply" || !fields.get("cancel_invitations").is_empty(),
        }
    }
}

impl BulkForm {
    /// The selected members who still are members. What is wrong is added at `people`.
    pub fn members(
        &self,
        conn: &mut Conn,
        actor: &Actor,
        errors: &mut FormErrors,
    ) -> Result<Vec<MembershipId>, AppError> {
        let mut ids = BTreeSet::new();
        if self.all || (self.page && self.ids.is_empty()) {
            let Some(filter) = self.asked.read(conn, actor)? else {
                errors.add("people", "No member matches any more");
                return Ok(Vec::new());
            };
            let (cursor, size) = if self.all {
                (None, MOST)
            } else {
                (Cursor::parse(&self.asked.after), PAGE)
            };
            let found = member_search::page(conn, actor.organization, &filter, cursor.as_ref(), size)?;
            if self.all && found.page.next.is_some() {
                errors.add(
                    "people",
                    format!("More than {MOST} match. Narrow the list by a filter first"),
                );
            } else {
                // Without the actor, and without those whom the list doesn't offer either.
                let offered = found.page.rows.iter().filter(|row| offers(actor, row.id, row.role));
                ids.extend(offered.map(|row| row.id));
            }
        } else {
            for id in &self.ids {
                ids.insert(MembershipId::parse(id).ok_or(AppError::NotFound)?);
            }
            if ids.len() > MOST {
                errors.add("people", format!("Choose at most {MOST} people"));
                ids.clear();
            }
        }
        if ids.is_empty() {
            errors.add("people", "Choose at least one person in the list");
        }
        present(conn, actor, ids, errors)
    }

    /// The chosen change. What is wrong is added at its field.
    pub fn change(
        &self,
        conn: &mut Conn,
        actor: &Actor,
        action: BulkAction,
        errors: &mut FormErrors,
    ) -> Result<Option<BulkChange>, AppError> {
        Ok(match action {
            BulkAction::Role => {
                let title = Title::parse(conn, actor.organization, &self.role)?;
                if title.is_none() {
                    errors.add("role_value", "Choose a role");
                }
                title.map(BulkChange::Role)
            }
            BulkAction::Assign => self.assignment(conn, actor, errors)?,
            BulkAction::Unassign => self.unassignment(conn, actor, errors)?,
            BulkAction::AccessEnd => {
                let until = errors.take(
                    "access_until",
                    end_date(&self.access_until, actor.cx.now, actor.org_zone, None),
                );
                until.map(BulkChange::AccessEnd)
            }
            BulkAction::Group if self.group.is_empty() => {
                errors.add("group_id", "Choose a group");
                None
            }
            BulkAction::Group => Some(BulkChange::Group(groups::find(conn, actor, &self.group)?)),
            BulkAction::Suspend => errors
                .take("reason", parse_reason(&self.reason))
                .map(BulkChange::Suspend),
            BulkAction::Restore => Some(BulkChange::Restore),
            BulkAction::Remove => Some(BulkChange::Remove(self.cancels)),
        })
    }

    fn assignment(
        &self,
        conn: &mut Conn,
        actor: &Actor,
        errors: &mut FormErrors,
    ) -> Result<Option<BulkChange>, AppError> {
        let scope = PickerScope::to_assign(conn, actor)?;
        let (chosen, named) = self.companies.read(conn, actor, &scope, errors)?;
        if chosen.is_empty() {
            errors.add(
                "company_id",
                format!("Choose a role in at least one {}", actor.unit.one()),
            );
        }
        Ok(errors.is_empty().then_some(BulkChange::Assign(chosen, named)))
    }

    fn unassignment(
        &self,
        conn: &mut Conn,
        actor: &Actor,
        errors: &mut FormErrors,
    ) -> Result<Option<BulkChange>, AppError> {
        let text = self.company.trim();
        let company = if text.is_empty() {
            None
        } else {
            company_choice::company_meant(conn, actor.organization, text)?
        };
        let scope = PickerScope::to_assign(conn, actor)?;
        let company = company.filter(|company| {
            let within = scope.within.as_ref();
            within.is_none_or(|within| within.contains(&company.id))
        });
        if company.is_none() {
            errors.add("company_value", format!("Choose {}", actor.unit.a()));
        }
        Ok(company.map(|company| BulkChange::Unassign(company.id, company.name)))
    }
}

/// The selected members who still are members. The names of the others are added at `people`.
fn present(
    conn: &mut Conn,
    actor: &Actor,
    ids: BTreeSet<MembershipId>,
    errors: &mut FormErrors,
) -> Result<Vec<MembershipId>, AppError> {
    let (mut here, mut gone) = (Vec::new(), Vec::new());
    for id in ids {
        match visible(conn, actor, id.as_str()) {
            Ok(_) => here.push(id),
            // An id that was never a member's is not found, whatever the actor may do.
            Err(AppError::NotFound) if actor.reach::<ViewMembers>() == Reach::Everywhere => {
                let name = queries::removed::name(conn, actor.organization, id)?.ok_or(AppError::NotFound)?;
                gone.push(name);
            }
            Err(error) => return Err(error),
        }
    }
    if !gone.is_empty() {
        errors.add(
            "people",
            format!("Nothing was changed: {} is no longer a member", gone.join(", ")),
        );
    }
    Ok(here)
}
