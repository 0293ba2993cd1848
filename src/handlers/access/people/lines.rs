//! The roles of one person, line by line, and where they come from.

use std::collections::HashMap;

use crate::auth::actor::Actor;
use crate::authz::decision::Overrides;
use crate::authz::permission::{AssignCompanies, Permission};
use crate::authz::role::Role;
use crate::common::id::{CompanyId, MembershipId};
use crate::handlers::access::queries::{Assignment, GroupGrants, MemberGrants};
use crate::models::custom_role::CustomRole;
use crate::models::member_search::{AccessStatus, Given, MemberFilter, MemberRow};
use crate::services::assignments::AssignmentCheck;
use crate::services::members::rules::ActorRank;

/// The most companies of one person in the list; the matrix has all.
const LISTED: usize = 5;

/// A person with their role in the organization, or in a company.
#[derive(Debug)]
pub struct Line {
    pub id: MembershipId,
    pub name: String,
    pub email: String,
    pub you: bool,
    /// The label of the role.
    pub role: String,
    pub reach: String,
    /// The slug of the company, for a role in a company.
    pub company: Option<String>,
    /// Where the role comes from.
    pub origin: String,
    /// The number of overrides.
    pub overrides: usize,
    /// Badge and tone for someone without access.
    pub out: Option<(&'static str, &'static str)>,
    /// The query of the dialog that changes it.
    pub change: Option<String>,
}

impl Line {
    pub fn badge(&self) -> &'static str {
        if self.you { "You" } else { "" }
    }

    pub fn tone(&self) -> &'static str {
        if self.role == Role::Owner.label() { "accent" } else { "" }
    }

    pub fn overrides_label(&self) -> String {
        let noun = if self.overrides == 1 { "override" } else { "overrides" };
        format!("{} {noun}", self.overrides)
    }
}

/// Where the roles of the people on one page come from.
pub struct Details {
    pub grants: HashMap<MembershipId, MemberGrants>,
    pub assignments: HashMap<MembershipId, Vec<Assignment>>,
    pub groups: GroupGrants,
}

/// What every line needs.
pub struct Reader<'a> {
    pub actor: &'a Actor,
    pub rank: ActorRank,
    /// The companies that the actor manages by assignment.
    pub own: Vec<CompanyId>,
    pub customs: &'a [CustomRole],
}

impl Reader<'_> {
    fn line(&self, row: &MemberRow) -> Line {
        Line {
            id: row.id,
            name: row.name.clone(),
            email: row.email.clone(),
            you: row.id == self.actor.id,
            role: String::new(),
            reach: String::new(),
            company: None,
            origin: String::new(),
            overrides: 0,
            out: match row.standing(self.actor.cx.now) {
                AccessStatus::Active => None,
                AccessStatus::Suspended => Some(("Suspended", "danger")),
                AccessStatus::Ended => Some(("Access ended", "warning")),
            },
            change: None,
        }
    }

    /// The role and where it comes from: a group gives a higher one than the person's own, or it is their own.
    fn title(&self, row: &MemberRow, details: &Details) -> (String, String) {
        let Some(grants) = details.grants.get(&row.id) else {
            return (row.role.label().into(), "Direct".into());
        };
        if grants.direct_role != row.role
            && let Some(group) = details.groups.role(row.id, row.role)
        {
            return (row.role.label().into(), format!("By group {group}"));
        }
        let custom = grants
            .custom_role
            .and_then(|id| self.customs.iter().find(|custom| custom.id == id));
        match custom {
            Some(custom) => (
                custom.name.clone(),
                format!("Custom role ({} level)", custom.base.label()),
            ),
            None => (row.role.label().into(), "Direct".into()),
        }
    }

    /// The role in the organization.
    pub fn in_organization(&self, row: &MemberRow, details: &Details) -> Line {
        let (role, origin) = self.title(row, details);
        let many = self.actor.unit.many();
        let assignments = details.assignments.get(&row.id).map_or(&[][..], Vec::as_slice);
        let overrides = details.grants.get(&row.id).map_or(0, |grants| {
            let overrides = Overrides::read(&grants.overrides);
            overrides.allow.iter().count() + overrides.deny.iter().count()
        });
        Line {
            role,
            origin,
            overrides,
            reach: match (row.role.inherited(), assignments) {
                (Some(_), _) => format!("All {many}"),
                (None, []) if row.role == Role::BillingAdmin => "Billing".into(),
                (None, []) if row.role == Role::UserAdmin => "People".into(),
                (None, []) => format!("No {}", self.actor.unit.one()),
                (None, [one]) => one.name.clone(),
                (None, [one, other]) => format!("{}, {}", one.name, other.name),
                (None, [one, other, more @ ..]) => format!("{}, {} +{}", one.name, other.name, more.len()),
            },
            change: (self.rank.may_touch(row.role)).then(|| format!("?member_id={}", row.id)),
            ..self.line(row)
        }
    }

    /// One line for each role in a company: inherited, by assignment, by a group.
    pub fn in_companies(&self, row: &MemberRow, details: &Details, filter: &MemberFilter) -> Vec<Line> {
        let mut lines = Vec::new();
        let role_wanted = match filter.given {
            Some(Given::Place(role)) => Some(role),
            _ => None,
        };
        if filter.company.is_none()
            && let Some(inherited) = row.role.inherited()
            && role_wanted.is_none_or(|role| role == inherited)
        {
            let (title, origin) = self.title(row, details);
            lines.push(Line {
                role: inherited.label().into(),
                reach: format!("All {}", self.actor.unit.many()),
                origin: match origin.strip_prefix("By ") {
                    Some(group) => format!("Inherited from {title}, by {group}"),
                    None => format!("Inherited from {title}"),
                },
                ..self.line(row)
            });
        }
        let check = AssignmentCheck::of(self.actor, AssignCompanies::ID, row.id, row.role);
        let mut more = 0;
        for held in details.assignments.get(&row.id).map_or(&[][..], Vec::as_slice) {
            let listed = role_wanted.is_none_or(|role| role == held.role)
                && filter.company.is_none_or(|company| company == held.company)
                && filter.within.as_ref().is_none_or(|own| own.contains(&held.company));
            if !listed {
                continue;
            }
            if lines.len() >= LISTED {
                more += 1;
                continue;
            }
            let may = check.touch(self.own.contains(&held.company), Some(held.role)).is_ok() && !held.archived;
            lines.push(Line {
                role: held.role.label().into(),
                reach: held.name.clone(),
                company: Some(held.slug.clone()),
                origin: match details.groups.in_company(row.id, held.company) {
                    Some((_, group)) if held.by_group() => format!("By group {group}"),
                    _ => held.origin.label().into(),
                },
                change: may.then(|| format!("?member_id={}&company_id={}", row.id, held.company)),
                ..self.line(row)
            });
        }
        if lines.is_empty() {
            lines.push(Line {
                reach: format!("No {}", self.actor.unit.one()),
                ..self.line(row)
            });
        } else if more > 0 {
            lines.push(Line {
                reach: format!("and {more} more {}", self.actor.unit.many()),
                ..self.line(row)
            });
        }
        lines
    }
}
