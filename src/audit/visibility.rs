//! Which lines of an organization's log a reader sees: the one rule for the list, one line, exports and the history of an
//! object alike.

use std::collections::HashSet;

use diesel::prelude::*;
use serde_json::Value;

use crate::audit::{Action, Entry};
use crate::auth::actor::Actor;
use crate::authz::decision::AccessInputs;
use crate::authz::permission::{Permission, ViewAudit};
use crate::authz::role::Role;
use crate::db::Conn;

/// What belongs to a role that is responsible for a part of the organization.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Area {
    /// Money: the Billing admin's.
    Billing,
    /// Who comes in and with what: the User admin's.
    People,
}

impl Area {
    fn beginnings(self) -> &'static [&'static str] {
        match self {
            Self::Billing => &["billing.", "budget.", "invoice.", "payment.", "plan.", "wallet."],
            Self::People => &["access.", "group.", "invitation.", "join.", "member."],
        }
    }

    /// The words for people.
    pub fn label(self) -> &'static str {
        match self {
            Self::Billing => "what was done about billing",
            Self::People => "what was done about members, invitations, groups and access",
        }
    }

    /// Whether an action is of this area, by its stable name.
    pub fn covers(self, action: &str) -> bool {
        self.beginnings().iter().any(|beginning| action.starts_with(beginning))
    }
}

/// What one reader sees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Visibility {
    /// Every line.
    Everything,
    /// A part.
    Part(Part),
}

/// A reader who sees a part of the log: what they did themselves, and what follows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Part {
    /// The reader's account.
    pub reader: String,
    /// Areas that the reader is responsible for.
    pub areas: Vec<Area>,
    /// Companies that the reader manages.
    pub companies: HashSet<String>,
}

/// The areas that somebody with these grounds sees everywhere; `None` is all of the log.
pub fn areas(inputs: &AccessInputs) -> Option<Vec<Area>> {
    let permission = ViewAudit::ID;
    let mut areas = Vec::new();
    if !inputs.permissions().everywhere().has(permission) {
        return Some(areas);
    }
    for held in &inputs.roles {
        let given = held.gives(&inputs.policies).has(permission);
        let allowed = inputs.overrides.allow.has(permission) && held.grantable(&inputs.policies).has(permission);
        if !given && !allowed {
            continue;
        }
        match (held.custom, held.role) {
            (None, Role::BillingAdmin) => areas.push(Area::Billing),
            (None, Role::UserAdmin) => areas.push(Area::People),
            _ => return None,
        }
    }
    Some(areas)
}

impl Visibility {
    /// What a member sees.
    ///
    /// # Errors
    /// When the database fails.
    pub fn of(conn: &mut Conn, actor: &Actor) -> QueryResult<Self> {
        let areas = if actor.support.is_some() {
            None
        } else {
            areas(&actor.inputs)
        };
        let Some(areas) = areas else {
            return Ok(Self::Everything);
        };
        let companies = if actor.permissions.own().has(ViewAudit::ID) {
            let own = actor.own_companies(conn, ViewAudit::ID)?;
            own.iter().map(ToString::to_string).collect()
        } else {
            HashSet::new()
        };
        Ok(Self::Part(Part {
            reader: actor.person.id.to_string(),
            areas,
            companies,
        }))
    }

    /// Whether a line is among them.
    pub fn sees(&self, line: &Entry) -> bool {
        match self {
            Self::Everything => true,
            Self::Part(part) => {
                line.actor_id.as_deref() == Some(&part.reader)
                    || part.areas.iter().any(|area| area.covers(&line.action))
                    || part.concerns_own_company(line)
            }
        }
    }

    /// Whether lines of an action can be among them at all.
    pub fn may_see(&self, action: Action) -> bool {
        match self {
            Self::Everything => true,
            // In a company, or by the reader's own hand.
            Self::Part(part) if !part.companies.is_empty() => true,
            Self::Part(part) => part.areas.iter().any(|area| area.covers(action.as_str())),
        }
    }
}

impl Part {
    /// A line about a company, or one that says a company's id beside its fields.
    fn concerns_own_company(&self, line: &Entry) -> bool {
        if self.companies.is_empty() {
            return false;
        }
        if line.target_kind == "company" && self.companies.contains(&line.target_id) {
            return true;
        }
        [&line.before, &line.after].into_iter().any(|text| {
            text.contains("company_id")
                && serde_json::from_str::<Value>(text).is_ok_and(|fields| {
                    let company = fields.get("company_id").and_then(Value::as_str);
                    company.is_some_and(|company| self.companies.contains(company))
                })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::authz::decision::{RoleGrant, RolePolicies};
    use crate::authz::permission::{Column, PermissionSet};
    use crate::authz::role::CompanyRole;
    use crate::common::time::Time;

    fn line(action: &str, target: (&str, &str), after: &str) -> Entry {
        Entry {
            seq: 1,
            id: String::new(),
            at: Time(0),
            actor_id: Some("somebody".into()),
            actor_name: String::new(),
            on_behalf_of: None,
            ip: String::new(),
            agent: String::new(),
            request_id: String::new(),
            action: action.into(),
            target_kind: target.0.into(),
            target_id: target.1.into(),
            target_label: String::new(),
            before: "{}".into(),
            after: after.into(),
            prev_hash: String::new(),
            hash: String::new(),
        }
    }

    #[test]
    fn roles_see_their_own_area_and_the_others_all_or_nothing() {
        let of = |role| areas(&AccessInputs::of(role, &[]));
        assert_eq!(of(Role::Owner), None);
        assert_eq!(of(Role::Admin), None);
        assert_eq!(of(Role::BillingAdmin), Some(vec![Area::Billing]));
        assert_eq!(of(Role::UserAdmin), Some(vec![Area::People]));
        for role in [Role::Editor, Role::Viewer, Role::Member] {
            assert_eq!(of(role), Some(Vec::new()), "{role}");
        }
        assert_eq!(
            areas(&AccessInputs::of(Role::Member, &[CompanyRole::Manager])),
            Some(Vec::new())
        );
    }

    #[test]
    fn a_viewer_who_is_given_the_log_sees_all_of_it_and_a_second_role_adds_its_part() {
        let permission = ViewAudit::ID;
        let mut viewer = AccessInputs::of(Role::Viewer, &[]);
        viewer.overrides = viewer.overrides.set(permission, Some(true));
        assert_eq!(areas(&viewer), None);
        let mut viewer = AccessInputs::of(Role::Viewer, &[]);
        viewer.policies = RolePolicies::default().set(Column::Organization(Role::Viewer), permission, Some(true));
        assert_eq!(areas(&viewer), None);
        let mut both = AccessInputs::of(Role::BillingAdmin, &[]);
        both.roles.push(Role::UserAdmin.into());
        assert_eq!(areas(&both), Some(vec![Area::Billing, Area::People]));
        both.roles.push(Role::Admin.into());
        assert_eq!(areas(&both), None);
        // A custom role that stands at Billing admin is what it is made of.
        let mut custom = AccessInputs::of(Role::BillingAdmin, &[]);
        custom.roles = vec![RoleGrant {
            role: Role::BillingAdmin,
            custom: Some(PermissionSet::of([permission])),
        }];
        assert_eq!(areas(&custom), None);
        let mut denied = AccessInputs::of(Role::UserAdmin, &[]);
        denied.overrides = denied.overrides.set(permission, Some(false));
        assert_eq!(areas(&denied), Some(Vec::new()));
    }

    #[test]
    fn a_part_of_the_log_is_the_area_the_own_companies_and_what_one_did() {
        let part = |areas: &[Area], companies: &[&str]| {
            Visibility::Part(Part {
                reader: "me".into(),
                areas: areas.to_vec(),
                companies: companies.iter().map(ToString::to_string).collect(),
            })
        };
        let invited = line("member.invited", ("invitation", "i"), "{}");
        let company = line("company.edited", ("company", "north"), "{}");
        let assigned = line("member.assigned", ("member", "m"), r#"{"company_id":"north"}"#);
        // A name that happens to be an id is none.
        let named = line("member.assigned", ("member", "m"), r#"{"company":"north"}"#);
        let signed_in = line("account.signed_in", ("session", "s"), "{}");
        let paid = line("wallet.topped_up", ("wallet", "w"), "{}");
        let all = [&invited, &company, &assigned, &named, &signed_in, &paid];
        let seen = |sight: &Visibility| all.map(|line| sight.sees(line));
        assert_eq!(seen(&Visibility::Everything), [true; 6]);
        assert_eq!(seen(&part(&[], &[])), [false; 6]);
        assert_eq!(
            seen(&part(&[Area::People], &[])),
            [true, false, true, true, false, false]
        );
        assert_eq!(
            seen(&part(&[Area::Billing], &[])),
            [false, false, false, false, false, true]
        );
        assert_eq!(seen(&part(&[], &["north"])), [false, true, true, false, false, false]);
        assert_eq!(seen(&part(&[], &["south"])), [false; 6]);
        let mine = Entry {
            actor_id: Some("me".into()),
            ..signed_in.clone()
        };
        assert!(part(&[], &[]).sees(&mine));
    }
}
