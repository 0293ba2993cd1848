//! Which events of an organization's log a reader sees: one rule for the list, a single event, exports and the history of
//! an object.

use crate::audit::AuditEntry;
use crate::audit::action::{Action, AuditArea};
use crate::authz::decision::AccessInputs;
use crate::authz::permission::{Permission, ViewAudit};
use crate::authz::role::Role;

/// What one reader sees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Visibility {
    /// Every event.
    Everything,
    /// A part.
    Part(VisiblePart),
}

/// A reader who sees a part of the log: their own actions, and what follows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct VisiblePart {
    /// The reader's account.
    pub reader: String,
    /// Areas that the reader is responsible for.
    pub areas: Vec<AuditArea>,
    /// Companies that the reader manages.
    pub companies: Vec<String>,
}

/// The areas that a member with these inputs sees everywhere; `None` is the whole log.
pub fn areas(inputs: &AccessInputs) -> Option<Vec<AuditArea>> {
    let permission = ViewAudit::ID;
    let mut areas = Vec::new();
    if !inputs.permissions().everywhere().has(permission) {
        return Some(areas);
    }
    for grant in &inputs.roles {
        let given = grant.gives(&inputs.policies).has(permission);
        let allowed = inputs.overrides.allow.has(permission) && grant.grantable(&inputs.policies).has(permission);
        if !given && !allowed {
            continue;
        }
        match (grant.custom, grant.role) {
            (None, Role::BillingAdmin) => areas.push(AuditArea::Billing),
            (None, Role::UserAdmin) => areas.push(AuditArea::People),
            _ => return None,
        }
    }
    Some(areas)
}

impl Visibility {
    /// Whether an event is visible.
    pub fn sees(&self, line: &AuditEntry) -> bool {
        match self {
            Self::Everything => true,
            Self::Part(part) => {
                let area = line.action().and_then(Action::area);
                line.actor_id.as_deref() == Some(&part.reader)
                    || area.is_some_and(|area| part.areas.contains(&area))
                    || line.company_id.as_ref().is_some_and(|id| part.companies.contains(id))
            }
        }
    }

    /// Whether events of an action can be visible at all.
    pub fn may_see(&self, action: Action) -> bool {
        match self {
            Self::Everything => true,
            // In a company, or the reader's own.
            Self::Part(part) if !part.companies.is_empty() => true,
            Self::Part(part) => action.area().is_some_and(|area| part.areas.contains(&area)),
        }
    }
}

impl VisiblePart {
    /// The stable names of the actions of its areas.
    pub fn actions(&self) -> Vec<&'static str> {
        let actions = self.areas.iter().flat_map(|area| area.actions());
        actions.map(Action::as_str).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::authz::decision::{RoleGrant, RolePolicies};
    use crate::authz::permission::{PermissionSet, RoleColumn};
    use crate::authz::role::CompanyRole;
    use crate::common::time::Time;

    fn line(action: &str, company: Option<&str>) -> AuditEntry {
        AuditEntry {
            v: crate::audit::entry::VERSION,
            seq: 1,
            id: String::new(),
            at: Time(0),
            actor_kind: "user".into(),
            actor_id: Some("another".into()),
            actor_name: String::new(),
            on_behalf_of: None,
            company_id: company.map(str::to_owned),
            ip: String::new(),
            agent: String::new(),
            request_id: String::new(),
            action: action.into(),
            target_kind: "member".into(),
            target_id: "m".into(),
            target_label: String::new(),
            before: "{}".into(),
            after: "{}".into(),
            prev_hash: String::new(),
            hash: String::new(),
        }
    }

    #[test]
    fn roles_see_their_own_area_and_the_others_all_or_nothing() {
        let of = |role| areas(&AccessInputs::of(role, &[]));
        assert_eq!(of(Role::Owner), None);
        assert_eq!(of(Role::Admin), None);
        assert_eq!(of(Role::BillingAdmin), Some(vec![AuditArea::Billing]));
        assert_eq!(of(Role::UserAdmin), Some(vec![AuditArea::People]));
        for role in [Role::Editor, Role::Viewer, Role::Member] {
            assert_eq!(of(role), Some(Vec::new()), "{role}");
        }
        assert_eq!(
            areas(&AccessInputs::of(Role::Member, &[CompanyRole::Manager])),
            Some(Vec::new())
        );
    }

    #[test]
    fn a_viewer_with_the_permission_sees_the_whole_log_and_a_second_role_adds_its_part() {
        let permission = ViewAudit::ID;
        let mut viewer = AccessInputs::of(Role::Viewer, &[]);
        viewer.overrides = viewer.overrides.set(permission, Some(true));
        assert_eq!(areas(&viewer), None);
        let mut viewer = AccessInputs::of(Role::Viewer, &[]);
        viewer.policies = RolePolicies::default().set(RoleColumn::Organization(Role::Viewer), permission, Some(true));
        assert_eq!(areas(&viewer), None);
        let mut both = AccessInputs::of(Role::BillingAdmin, &[]);
        both.roles.push(Role::UserAdmin.into());
        assert_eq!(areas(&both), Some(vec![AuditArea::Billing, AuditArea::People]));
        both.roles.push(Role::Admin.into());
        assert_eq!(areas(&both), None);
        // A custom role at the level of Billing admin has its own permissions, not the area.
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
    fn a_part_of_the_log_is_the_area_the_own_companies_and_own_actions() {
        let part = |areas: &[AuditArea], companies: &[&str]| {
            Visibility::Part(VisiblePart {
                reader: "me".into(),
                areas: areas.to_vec(),
                companies: companies.iter().map(ToString::to_string).collect(),
            })
        };
        let invited = line("member.invited", None);
        let company = line("company.edited", Some("north"));
        let assigned = line("member.assigned", Some("north"));
        let signed_in = line("account.signed_in", None);
        let unknown = line("nothing.known", None);
        let all = [&invited, &company, &assigned, &signed_in, &unknown];
        let seen = |visibility: &Visibility| all.map(|line| visibility.sees(line));
        assert_eq!(seen(&Visibility::Everything), [true; 5]);
        assert_eq!(seen(&part(&[], &[])), [false; 5]);
        assert_eq!(
            seen(&part(&[AuditArea::People], &[])),
            [true, false, true, false, false]
        );
        assert_eq!(seen(&part(&[AuditArea::Billing], &[])), [false; 5]);
        assert_eq!(seen(&part(&[], &["north"])), [false, true, true, false, false]);
        assert_eq!(seen(&part(&[], &["south"])), [false; 5]);
        let mine = AuditEntry {
            actor_id: Some("me".into()),
            ..signed_in.clone()
        };
        assert!(part(&[], &[]).sees(&mine));
    }
}
