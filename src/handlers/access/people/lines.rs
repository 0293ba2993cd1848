//! What one person has, line by line, and why.

use std::collections::HashMap;

use crate::auth::actor::Actor;
use crate::authz::decision::Overrides;
use crate::authz::permission::{AssignCompanies, Permission};
use crate::authz::role::Role;
use crate::common::id::{CompanyId, MembershipId};
use crate::handlers::access::queries::{GrantFacts, Inherited, Place as Held};
use crate::models::custom_role::CustomRole;
use crate::models::member_search::{AccessStatus, Given, MemberFilter, MemberRow};
use crate::services::assignments::AssignmentCheck;
use crate::services::members::rules::ActorRank;

/// So many companies of one person are listed; the matrix has them all.
const PLACES: usize = 5;

/// A person with one thing that they have: their role in the organization, or a place in a company.
#[derive(Debug)]
pub struct Line {
    pub id: MembershipId,
    pub name: String,
    pub email: String,
    pub you: bool,
    /// What they have, by its name.
    pub role: String,
    pub reach: String,
    /// The slug of the one company where it does.
    pub company: Option<String>,
    /// Why they have it.
    pub origin: String,
    /// How many cells were switched for them.
    pub switched: usize,
    /// Badge and its tone, for who has no access at present.
    pub out: Option<(&'static str, &'static str)>,
    /// The query of the dialog that changes it.
    pub change: Option<String>,
}

impl Line {
    /// The words beside the name.
    pub fn badge(&self) -> &'static str {
        if self.you { "You" } else { "" }
    }

    /// The tone of the role.
    pub fn tone(&self) -> &'static str {
        if self.role == Role::Owner.label() { "accent" } else { "" }
    }

    /// How many cells were switched, in words.
    pub fn switches(&self) -> String {
        format!("{} switched", self.switched)
    }
}

/// What stands beside the rows of one page.
pub struct Beside {
    pub facts: HashMap<MembershipId, GrantFacts>,
    pub places: HashMap<MembershipId, Vec<Held>>,
    pub inherited: Inherited,
}

/// What is the same for every line.
pub struct Reader<'a> {
    pub actor: &'a Actor,
    pub rank: ActorRank,
    /// The companies that the reader manages by assignment.
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
            switched: 0,
            out: match row.standing(self.actor.cx.now) {
                AccessStatus::Active => None,
                AccessStatus::Suspended => Some(("Suspended", "danger")),
                AccessStatus::Ended => Some(("Access ended", "warning")),
            },
            change: None,
        }
    }

    /// Why the role counts: a group gives a higher one than the person's own, or the person has it.
    fn title(&self, row: &MemberRow, beside: &Beside) -> (String, String) {
        let Some(facts) = beside.facts.get(&row.id) else {
            return (row.role.label().into(), "Direct".into());
        };
        if facts.direct_role != row.role
            && let Some(group) = beside.inherited.role(row.id, row.role)
        {
            return (row.role.label().into(), format!("By group {group}"));
        }
        let custom = facts
            .custom_role
            .and_then(|id| self.customs.iter().find(|custom| custom.id == id));
        match custom {
            Some(custom) => (
                custom.name.clone(),
                format!("Direct, a custom role at the height of {}", custom.base.label()),
            ),
            None => (row.role.label().into(), "Direct".into()),
        }
    }

    /// Somebody's role in the organization.
    pub fn in_organization(&self, row: &MemberRow, beside: &Beside) -> Line {
        let (role, origin) = self.title(row, beside);
        let many = self.actor.unit.many();
        let places = beside.places.get(&row.id).map_or(&[][..], Vec::as_slice);
        let switched = beside.facts.get(&row.id).map_or(0, |facts| {
            let cells = Overrides::read(&facts.overrides);
            cells.allow.iter().count() + cells.deny.iter().count()
        });
        Line {
            role,
            origin,
            switched,
            reach: match (row.role.inherited(), places) {
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

    /// One line for each place: by the role in the organization, by assignment, by a group.
    pub fn in_companies(&self, row: &MemberRow, beside: &Beside, wanted: &MemberFilter) -> Vec<Line> {
        let mut lines = Vec::new();
        let role_wanted = match wanted.given {
            Some(Given::Place(role)) => Some(role),
            _ => None,
        };
        if wanted.company.is_none()
            && let Some(inherited) = row.role.inherited()
            && role_wanted.is_none_or(|role| role == inherited)
        {
            let (title, origin) = self.title(row, beside);
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
        let attempt = AssignmentCheck::of(self.actor, AssignCompanies::ID, row.id, row.role);
        let mut more = 0;
        for place in beside.places.get(&row.id).map_or(&[][..], Vec::as_slice) {
            let counts = role_wanted.is_none_or(|role| role == place.role)
                && wanted.company.is_none_or(|company| company == place.company)
                && wanted.within.as_ref().is_none_or(|own| own.contains(&place.company));
            if !counts {
                continue;
            }
            if lines.len() >= PLACES {
                more += 1;
                continue;
            }
            let may = attempt
                .touch(self.own.contains(&place.company), Some(place.role))
                .is_ok()
                && !place.archived;
            lines.push(Line {
                role: place.role.label().into(),
                reach: place.name.clone(),
                company: Some(place.slug.clone()),
                origin: match beside.inherited.place(row.id, place.company) {
                    Some((_, group)) if place.by_group() => format!("By group {group}"),
                    _ => place.origin.label().into(),
                },
                change: may.then(|| format!("?member_id={}&company_id={}", row.id, place.company)),
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
