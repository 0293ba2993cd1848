//! Who may switch what. Pure: what the database knows is brought along.

use crate::authz::decision::{Authority, Overrides, Reach, RolePolicies, columns};
use crate::authz::permission::Column;
use crate::authz::permission::{ManageRoles, Permission, PermissionId, PermissionSet};
use crate::authz::role::{CompanyRole, Role};
use crate::models::custom_role::Draft;

/// Whether a right may be switched on, or given back: only by who holds it in the whole organization.
pub fn may_switch_on(authority: &Authority, permission: PermissionId) -> bool {
    authority.permissions.everywhere().has(permission)
}

/// Why a cell stays as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Closed {
    /// The person's roles leave nothing to switch.
    Fixed,
    /// Who switches does not hold the right.
    NotHeld,
}

impl Closed {
    /// The sentence beside the cell.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Fixed => "Their roles leave nothing to switch here",
            Self::NotHeld => "You can only switch on what you can do yourself",
        }
    }
}

/// Whether the cells of a person may be changed like this. `open` are those that their roles leave open.
pub fn overrides(
    authority: &Authority,
    open: PermissionSet,
    before: Overrides,
    after: Overrides,
) -> Result<(), (PermissionId, Closed)> {
    for permission in PermissionId::all() {
        let (was, is) = (before.effect(permission), after.effect(permission));
        if was == is {
            continue;
        }
        // What has no effect any more can always be cleared away.
        if is.is_some() && !open.has(permission) {
            return Err((permission, Closed::Fixed));
        }
        let more = is == Some(true) || (is.is_none() && was == Some(false));
        if more && !may_switch_on(authority, permission) {
            return Err((permission, Closed::NotHeld));
        }
    }
    Ok(())
}

/// The height of a column: a role in companies stands one below the organization role that acts like it everywhere.
fn height(column: Column) -> u8 {
    match column {
        Column::Operator => u8::MAX,
        Column::Organization(role) => role.rank(),
        Column::Company(CompanyRole::Manager) => Role::Editor.rank(),
        Column::Company(CompanyRole::Editor) => Role::Viewer.rank(),
        Column::Company(CompanyRole::Viewer) => Role::Member.rank(),
    }
}

/// Whether the cells of a whole column may be switched: of the columns below one's own height, by an owner all.
pub fn may_switch_column(authority: &Authority, column: Column) -> bool {
    authority.permissions.reach(ManageRoles::ID) == Reach::Everywhere && authority.role.rank() > height(column)
}

/// The cells of a column that a policy can switch.
pub fn switchable(column: Column) -> PermissionSet {
    column.marks().on.or(column.marks().off)
}

/// Whether a column gives the right under these policies.
pub fn is_on(policies: &RolePolicies, column: Column, permission: PermissionId) -> bool {
    let cells = policies.of(column);
    match cells.effect(permission) {
        Some(on) => on,
        None => column.marks().on.has(permission),
    }
}

/// The policies with a cell switched: what the table says anyway is not written down.
pub fn switch(policies: RolePolicies, column: Column, permission: PermissionId, on: bool) -> RolePolicies {
    let by_itself = column.marks().on.has(permission);
    policies.set(column, permission, (on != by_itself).then_some(on))
}

/// A cell of a column.
pub type Cell = (Column, PermissionId);

/// The cells that differ, with what they are then.
pub fn changes(before: &RolePolicies, after: &RolePolicies) -> Vec<(Cell, bool)> {
    let each = columns().flat_map(|column| {
        switchable(column)
            .iter()
            .map(move |permission| (column, permission))
            .collect::<Vec<_>>()
    });
    each.filter(|(column, permission)| is_on(before, *column, *permission) != is_on(after, *column, *permission))
        .map(|(column, permission)| ((column, permission), is_on(after, column, permission)))
        .collect()
}

/// Whether the policies may be changed like this: only columns below one's own, and nothing is switched on that one does
/// not hold everywhere.
pub fn policies(authority: &Authority, before: &RolePolicies, after: &RolePolicies) -> Result<(), Cell> {
    for ((column, permission), on) in changes(before, after) {
        if !may_switch_column(authority, column) || (on && !may_switch_on(authority, permission)) {
            return Err((column, permission));
        }
    }
    Ok(())
}

/// Why a role is not this person's to make or to change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Beyond {
    /// It stands too high.
    Rank,
    /// It has a permission that they do not hold.
    Permission(PermissionId),
}

/// Whether a role of the organization's own may be made, changed or deleted: it stands below oneself, and gives nothing that
/// one does not hold in the whole organization.
pub fn role(authority: &Authority, draft: &Draft) -> Result<(), Beyond> {
    let lacking = draft
        .permissions
        .without(authority.permissions.everywhere())
        .iter()
        .next();
    if let Some(permission) = lacking {
        return Err(Beyond::Permission(permission));
    }
    if draft.base == Role::Owner || !authority.may_grant(draft.held()) {
        return Err(Beyond::Rank);
    }
    Ok(())
}

/// The roles at which somebody may let a role stand, highest first.
pub fn bases(authority: &Authority) -> Vec<Role> {
    let empty = |base| Draft {
        name: String::new(),
        description: String::new(),
        base,
        permissions: PermissionSet::NONE,
    };
    Role::ALL
        .iter()
        .copied()
        .filter(|base| role(authority, &empty(*base)).is_ok())
        .collect()
}

/// The longest note or answer.
const LONGEST: usize = 500;

/// A note or an answer: trimmed, without control characters, lines kept.
pub fn words(text: &str) -> Result<String, String> {
    let text = text.replace("\r\n", "\n").trim().to_owned();
    if text.chars().count() > LONGEST {
        return Err(format!("Use at most {LONGEST} characters"));
    }
    if text.chars().any(|c| c.is_control() && c != '\n' && c != '\t') {
        return Err("Remove the characters that cannot be printed".into());
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::authz::decision::{AccessInputs, DELEGABLE, RoleGrant};
    use crate::authz::permission::{DeleteCompanies, InviteMembers, ManageBilling, ViewBilling};
    use crate::common::id::MembershipId;
    use crate::services::members::rules::{ActorRank, Target, may_override};
    use proptest::prelude::*;

    fn permission() -> impl Strategy<Value = PermissionId> {
        prop::sample::select(PermissionId::all().collect::<Vec<_>>())
    }

    fn set() -> impl Strategy<Value = PermissionSet> {
        prop::collection::vec(permission(), 0..12).prop_map(PermissionSet::of)
    }

    fn cells() -> impl Strategy<Value = Overrides> {
        (set(), set()).prop_map(|(allow, deny)| Overrides {
            allow: allow.without(deny),
            deny,
        })
    }

    fn switches() -> impl Strategy<Value = Vec<(Column, PermissionId, bool)>> {
        let column = prop::sample::select(columns().collect::<Vec<_>>());
        prop::collection::vec((column, permission(), any::<bool>()), 0..40)
    }

    fn policies_() -> impl Strategy<Value = RolePolicies> {
        switches().prop_map(|switched| {
            let open = switched
                .into_iter()
                .filter(|(column, permission, _)| switchable(*column).has(*permission));
            open.fold(RolePolicies::default(), |policies, (column, permission, on)| {
                switch(policies, column, permission, on)
            })
        })
    }

    fn held() -> impl Strategy<Value = RoleGrant> {
        let role = prop::sample::select(Role::ALL);
        (role, prop::option::of(set())).prop_map(|(role, custom)| RoleGrant {
            role,
            custom: custom.filter(|_| role != Role::Owner).map(|set| set.and(DELEGABLE)),
        })
    }

    fn grounds(policies: RolePolicies) -> impl Strategy<Value = AccessInputs> {
        let companies = prop::collection::vec(prop::sample::select(CompanyRole::ALL), 0..3);
        (prop::collection::vec(held(), 1..3), companies, cells()).prop_map(move |(roles, companies, overrides)| {
            AccessInputs {
                in_force: true,
                read_only: false,
                roles,
                companies,
                overrides,
                policies,
            }
        })
    }

    fn two() -> impl Strategy<Value = (AccessInputs, AccessInputs)> {
        policies_().prop_flat_map(|policies| (grounds(policies), grounds(policies)))
    }

    proptest! {
        #[test]
        fn no_policy_gives_anybody_a_right_that_its_maker_does_not_hold(
            (actor, other) in two(), switched in switches(),
        ) {
            let mut after = actor.policies;
            for (column, permission, on) in switched {
                let next = switch(after, column, permission, on);
                if switchable(column).has(permission) && policies(&actor.authority(), &after, &next).is_ok() {
                    after = next;
                }
            }
            prop_assert_eq!(policies(&actor.authority(), &actor.policies, &after), Ok(()));
            let holds = actor.permissions().everywhere();
            for person in [&actor, &other] {
                let changed = AccessInputs { policies: after, ..person.clone() };
                let was = person.permissions();
                let is = changed.permissions();
                prop_assert!(is.everywhere().without(was.everywhere()).within(holds));
                prop_assert!(is.own().without(was.own().or(was.everywhere())).within(holds));
            }
            // Nobody gets more by their own policy.
            let mine = AccessInputs { policies: after, ..actor.clone() }.permissions();
            prop_assert!(mine.everywhere().within(holds));
        }

        #[test]
        fn no_override_gives_anybody_a_right_that_its_maker_does_not_hold(
            (actor, target) in two(), after in cells(),
        ) {
            if overrides(&actor.authority(), target.open(), target.overrides, after).is_ok() {
                let is = AccessInputs { overrides: after, ..target.clone() }.permissions();
                let was = target.permissions();
                let holds = actor.permissions().everywhere();
                prop_assert!(is.everywhere().without(was.everywhere()).within(holds));
                prop_assert!(is.own().without(was.own().or(was.everywhere())).within(holds));
            }
        }

        #[test]
        fn nobody_switches_for_themselves_for_an_owner_or_for_somebody_higher((actor, target) in two()) {
            let id = MembershipId::fresh();
            let me = ActorRank { id, authority: actor.authority() };
            let at = |id, role| Target { id, role, access_until: None };
            prop_assert!(!may_override(&me, &at(id, actor.role())));
            if may_override(&me, &at(MembershipId::fresh(), target.role())) {
                prop_assert!(target.role() != Role::Owner && actor.role().rank() >= target.role().rank());
                prop_assert!(actor.permissions().everywhere().has(ManageRoles::ID));
            }
        }

        #[test]
        fn no_role_gives_what_its_maker_does_not_hold(
            (actor, _) in two(), base in prop::sample::select(Role::ALL), permissions in set(),
        ) {
            let draft = Draft { name: String::new(), description: String::new(), base, permissions }.complete();
            if role(&actor.authority(), &draft).is_ok() {
                let gives = draft.held().gives(&actor.policies);
                prop_assert!(gives.within(actor.permissions().everywhere()) && gives.within(DELEGABLE));
                prop_assert!(base != Role::Owner && base.rank() <= actor.role().rank());
                prop_assert!(base.inherited().is_none() || gives.has(crate::authz::permission::ViewCompany::ID));
            }
        }
    }

    #[test]
    fn an_owner_switches_every_column_and_an_admin_those_below() {
        let owner = Authority::of(Role::Owner, &[]);
        let admin = Authority::of(Role::Admin, &[]);
        for column in columns().filter(|column| !switchable(*column).is_empty()) {
            assert!(may_switch_column(&owner, column), "{}", column.key());
            assert_eq!(
                may_switch_column(&admin, column),
                column != Column::Organization(Role::Admin),
                "{}",
                column.key()
            );
        }
        assert!(!may_switch_column(
            &Authority::of(Role::UserAdmin, &[]),
            Column::Organization(Role::Viewer)
        ));
        let admins = Column::Organization(Role::Admin);
        let switched = switch(RolePolicies::default(), admins, ManageBilling::ID, true);
        assert_eq!(policies(&owner, &RolePolicies::default(), &switched), Ok(()));
        assert_eq!(
            policies(&admin, &RolePolicies::default(), &switched),
            Err((admins, ManageBilling::ID))
        );
        assert_eq!(
            switch(switched, admins, ManageBilling::ID, false),
            RolePolicies::default()
        );
        assert_eq!(
            changes(&RolePolicies::default(), &switched),
            [((admins, ManageBilling::ID), true)]
        );
    }

    #[test]
    fn a_switched_off_right_is_given_back_only_by_who_holds_it() {
        let admin = Authority::of(Role::Admin, &[]);
        let off = Overrides::NONE.set(ManageBilling::ID, Some(false));
        let open = AccessInputs::of(Role::BillingAdmin, &[]).open();
        // Billing admins always manage billing: the cell is closed.
        assert_eq!(
            overrides(&admin, open, Overrides::NONE, off),
            Err((ManageBilling::ID, Closed::Fixed))
        );
        let open = AccessInputs::of(Role::Admin, &[]).open();
        assert!(open.has(ManageBilling::ID) && open.has(ViewBilling::ID) && !open.has(InviteMembers::ID));
        assert_eq!(overrides(&admin, open, Overrides::NONE, off), Ok(()));
        assert_eq!(
            overrides(&admin, open, off, Overrides::NONE),
            Err((ManageBilling::ID, Closed::NotHeld))
        );
    }

    #[test]
    fn what_only_owners_can_do_is_in_no_role() {
        let draft = Draft {
            name: String::new(),
            description: String::new(),
            base: Role::Viewer,
            permissions: PermissionSet::of([DeleteCompanies::ID, InviteMembers::ID]),
        };
        let owner = Authority::of(Role::Owner, &[]);
        let draft = draft.complete();
        assert!(!draft.permissions.has(DeleteCompanies::ID) && draft.permissions.has(InviteMembers::ID));
        assert_eq!(role(&owner, &draft), Ok(()));
        assert_eq!(bases(&owner).len(), 6);
        assert_eq!(
            role(&Authority::of(Role::UserAdmin, &[]), &draft),
            Err(Beyond::Permission(crate::authz::permission::ViewCompany::ID))
        );
    }
}
