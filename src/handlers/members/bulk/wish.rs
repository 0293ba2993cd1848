//! What came with the form: who is meant, what is wanted, and what is wrong with it.

use std::collections::BTreeSet;

use crate::auth::actor::Member;
use crate::authz::decision::Reach;
use crate::authz::permission::ViewMembers;
use crate::common::error::AppError;
use crate::common::fields::Fields;
use crate::common::form::FormErrors;
use crate::common::id::MembershipId;
use crate::common::time::Time;
use crate::db::Conn;
use crate::handlers::members::bulk::kind::Kind;
use crate::handlers::members::roster::Asked;
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
pub struct Typed {
    pub kind: Option<Kind>,
    pub ids: Vec<String>,
    pub all: bool,
    pub asked: Asked,
    pub step: Step,
    pub role: String,
    pub companies: company_picker::Typed,
    pub company: String,
    pub access_until: String,
    pub group: String,
    pub reason: String,
    pub cancels: bool,
}

impl Typed {
    /// Takes what came.
    pub fn of(fields: &Fields) -> Self {
        let text = |name: &str| fields.get(name).to_owned();
        Self {
            kind: Kind::parse(fields.get("do")),
            ids: fields.all("id").map(str::to_owned).collect(),
            all: !fields.get("all").is_empty(),
            asked: Asked::of(fields),
            step: match fields.get("step") {
                "look" => Step::Look,
                "apply" => Step::Apply,
                _ => Step::Choose,
            },
            role: text("role_value"),
            companies: company_picker::Typed::of(fields),
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
    member: &Member,
    typed: &Typed,
    errors: &mut FormErrors,
) -> Result<Vec<MembershipId>, AppError> {
    let mut ids = BTreeSet::new();
    if typed.all {
        let Some(wanted) = typed.asked.read(conn, member)? else {
            errors.add("people", "Nobody matches any more");
            return Ok(Vec::new());
        };
        let found = member_search::page(conn, member.organization, &wanted, None, MOST)?;
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
    member: &Member,
    ids: Vec<MembershipId>,
    errors: &mut FormErrors,
) -> Result<Vec<MembershipId>, AppError> {
    let (mut here, mut gone) = (Vec::new(), Vec::new());
    for id in ids {
        match visible(conn, member, id.as_str()) {
            Ok(_) => here.push(id),
            // Somebody who was never here is nobody's to ask for.
            Err(AppError::NotFound) if member.reach::<ViewMembers>() == Reach::Everywhere => {
                let name = queries::removed::name(conn, member.organization, id)?.ok_or(AppError::NotFound)?;
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
    member: &Member,
    kind: Kind,
    typed: &Typed,
    errors: &mut FormErrors,
) -> Result<Option<Change>, AppError> {
    Ok(match kind {
        Kind::Role => {
            let title = Title::parse(conn, member.organization, &typed.role)?;
            if title.is_none() {
                errors.add("role_value", "Choose a role");
            }
            title.map(Change::Role)
        }
        Kind::Assign => {
            let scope = Scope::to_assign(conn, member)?;
            let (chosen, named) = typed.companies.read(conn, member, &scope, errors)?;
            if chosen.is_empty() {
                errors.add(
                    "company_id",
                    format!("Choose a role in at least one {}", member.unit.one()),
                );
            }
            errors.is_empty().then_some(Change::Assign(chosen, named))
        }
        Kind::TakeOff => {
            let text = typed.company.trim();
            let company = if text.is_empty() {
                None
            } else {
                company_choice::company_meant(conn, member.organization, text)?
            };
            let scope = Scope::to_assign(conn, member)?;
            let company = company.filter(|company| {
                let within = scope.within.as_ref();
                within.is_none_or(|within| within.contains(&company.id))
            });
            if company.is_none() {
                errors.add("company_value", format!("Choose {}", member.unit.a()));
            }
            company.map(|company| Change::TakeOff(company.id, company.name))
        }
        Kind::AccessEnd => match typed.access_until.trim() {
            "" => Some(Change::AccessEnd(None)),
            day => match Time::end_of_day(day) {
                Some(end) if end >= member.cx.now => Some(Change::AccessEnd(Some(end))),
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
        Kind::Group => {
            if typed.group.is_empty() {
                errors.add("group_id", "Choose a group");
                None
            } else {
                Some(Change::Group(groups::find(conn, member, &typed.group)?))
            }
        }
        Kind::Suspend => {
            if typed.reason.trim().chars().count() > LONGEST {
                errors.add("reason", format!("Say it in at most {LONGEST} letters"));
            }
            Some(Change::Suspend(typed.reason.trim().to_owned()))
        }
        Kind::Restore => Some(Change::Restore),
        Kind::Remove => Some(Change::Remove(typed.cancels)),
    })
}
