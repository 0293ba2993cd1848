//! What came with the form: who is meant, what is wanted, and what is wrong with it.

use std::collections::BTreeSet;

use crate::auth::actor::Actor;
use crate::authz::decision::Reach;
use crate::authz::permission::ViewMembers;
use crate::common::error::AppError;
use crate::common::fields::Fields;
use crate::common::form::FormErrors;
use crate::common::id::MembershipId;
use crate::common::time::Time;
use crate::db::Conn;
use crate::handlers::members::bulk::kind::BulkAction;
use crate::handlers::members::roster::MembersQuery;
use crate::handlers::members::suspension::LONGEST;
use crate::handlers::members::{queries, visible};
use crate::models::company_choice;
use crate::models::member_search;
use crate::services::groups;
use crate::services::members::bulk::{Change, MOST};
use crate::services::members::role::Title;
use crate::web::company_picker;
use crate::web::company_picker::Scope;

/// How far it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Step {
    /// Only the people came.
    #[default]
    Choose,
    /// What is wanted came with them.
    Look,
    /// It was seen, and is to be done.
    Apply,
}

/// The form as it was typed.
#[derive(Debug, Clone, Default)]
pub struct BulkForm {
    pub kind: Option<BulkAction>,
    pub ids: Vec<String>,
    pub all: bool,
    pub asked: MembersQuery,
    pub step: Step,
    pub role: String,
    pub companies: company_picker::PickerForm,
    pub company: String,
    pub access_until: String,
    pub group: String,
    pub reason: String,
    pub cancels: bool,
}

impl BulkForm {
    /// Takes what came.
    pub fn of(fields: &Fields) -> Self {
        let text = |name: &str| fields.get(name).to_owned();
        Self {
            kind: BulkAction::parse(fields.get("do")),
            ids: fields.all("id").map(str::to_owned).collect(),
            all: !fields.get("all").is_empty(),
            asked: MembersQuery::of(fields),
            step: match fields.get("step") {
                "look" => Step::Look,
                "apply" => Step::Apply,
                _ => Step::Choose,
            },
            role: text("role_value"),
            companies: company_picker::PickerForm::of(fields),
            company: text("company_value"),
            access_until: text("access_until"),
            group: text("group_id"),
            reason: text("reason"),
            // On the way to the confirmation nothing was unticked yet.
            cancels: fields.get("step") != "apply" || !fields.get("cancel_invitations").is_empty(),
        }
    }
}

/// The people who are meant: those that were ticked, or all whom the list shows.
pub fn meant(
    conn: &mut Conn,
    actor: &Actor,
    typed: &BulkForm,
    errors: &mut FormErrors,
) -> Result<Vec<MembershipId>, AppError> {
    let mut ids = BTreeSet::new();
    if typed.all {
        let Some(wanted) = typed.asked.read(conn, actor)? else {
            errors.add("people", "Nobody matches any more");
            return Ok(Vec::new());
        };
        let found = member_search::page(conn, actor.organization, &wanted, None, MOST)?;
        if found.page.next.is_some() {
            errors.add(
                "people",
                format!("More than {MOST} match. Narrow the list by a filter first"),
            );
        } else {
            ids.extend(found.page.rows.iter().map(|row| row.id));
        }
    } else {
        for id in &typed.ids {
            ids.insert(MembershipId::parse(id).ok_or(AppError::NotFound)?);
        }
        if ids.len() > MOST {
            errors.add("people", format!("Choose at most {MOST} people at once"));
            ids.clear();
        }
    }
    if ids.is_empty() {
        errors.add("people", "Choose at least one person in the list");
    }
    Ok(ids.into_iter().collect())
}

/// Those of them who are still here. Of the others the names stand at `people`.
pub fn present(
    conn: &mut Conn,
    actor: &Actor,
    ids: Vec<MembershipId>,
    errors: &mut FormErrors,
) -> Result<Vec<MembershipId>, AppError> {
    let (mut here, mut gone) = (Vec::new(), Vec::new());
    for id in ids {
        match visible(conn, actor, id.as_str()) {
            Ok(_) => here.push(id),
            // Somebody who was never here is nobody's to ask for.
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
            format!("Nothing was changed: {} is no member any more", gone.join(", ")),
        );
    }
    Ok(here)
}

/// What is wanted, or what is wrong with it.
pub fn wanted(
    conn: &mut Conn,
    actor: &Actor,
    kind: BulkAction,
    typed: &BulkForm,
    errors: &mut FormErrors,
) -> Result<Option<Change>, AppError> {
    Ok(match kind {
        BulkAction::Role => {
            let title = Title::parse(conn, actor.organization, &typed.role)?;
            if title.is_none() {
                errors.add("role_value", "Choose a role");
            }
            title.map(Change::Role)
        }
        BulkAction::Assign => {
            let scope = Scope::to_assign(conn, actor)?;
            let (chosen, named) = typed.companies.read(conn, actor, &scope, errors)?;
            if chosen.is_empty() {
                errors.add(
                    "company_id",
                    format!("Choose a role in at least one {}", actor.unit.one()),
                );
            }
            errors.is_empty().then_some(Change::Assign(chosen, named))
        }
        BulkAction::TakeOff => {
            let text = typed.company.trim();
            let company = if text.is_empty() {
                None
            } else {
                company_choice::company_meant(conn, actor.organization, text)?
            };
            let scope = Scope::to_assign(conn, actor)?;
            let company = company.filter(|company| {
                let within = scope.within.as_ref();
                within.is_none_or(|within| within.contains(&company.id))
            });
            if company.is_none() {
                errors.add("company_value", format!("Choose {}", actor.unit.a()));
            }
            company.map(|company| Change::TakeOff(company.id, company.name))
        }
        BulkAction::AccessEnd => match typed.access_until.trim() {
            "" => Some(Change::AccessEnd(None)),
            day => match Time::end_of_day(day) {
                Some(end) if end >= actor.cx.now => Some(Change::AccessEnd(Some(end))),
                Some(_) => {
                    errors.add("access_until", "Choose today or a later day");
                    None
                }
                None => {
                    errors.add("access_until", "Enter a day, like 2027-01-31");
                    None
                }
            },
        },
        BulkAction::Group => {
            if typed.group.is_empty() {
                errors.add("group_id", "Choose a group");
                None
            } else {
                Some(Change::Group(groups::find(conn, actor, &typed.group)?))
            }
        }
        BulkAction::Suspend => {
            if typed.reason.trim().chars().count() > LONGEST {
                errors.add("reason", format!("Say it in at most {LONGEST} letters"));
            }
            Some(Change::Suspend(typed.reason.trim().to_owned()))
        }
        BulkAction::Restore => Some(Change::Restore),
        BulkAction::Remove => Some(Change::Remove(typed.cancels)),
    })
}
