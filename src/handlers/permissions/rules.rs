//! Who may switch what. Pure: what the database knows is brought along.

use crate::authz::decision::{Authority, Cells, Policies, Reach, columns};
use crate::authz::permission::Column;
use crate::authz::permission::{ManageRoles, Permission, Right, RightSet};
use crate::authz::role::{CompanyRole, Role};
use crate::models::custom_role::Draft;

/// Whether a right may be switched on, or given back: only by who holds it in the whole organization.
pub fn may_switch_on(authority: &Authority, right: Right) -> bool {
    authority.rights.everywhere().has(right)
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
///
/// # Errors
/// The first cell that stays as it is, and why.
pub fn overrides(authority: &Authority, open: RightSet, before: Cells, after: Cells) -> Result<(), (Right, Closed)> {
    for right in Right::all() {
        let (was, is) = (before.effect(right), after.effect(right));
        if was == is {
            continue;
        }
        // What has no effect any more can always be cleared away.
        if is.is_some() && !open.has(right) {
            return Err((right, Closed::Fixed));
        }
        let more = is == Some(true) || (is.is_none() && was == Some(false));
        if more && !may_switch_on(authority, right) {
            return Err((right, Closed::NotHeld));
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
    authority.rights.reach(ManageRoles::RIGHT) == Reach::Everywhere && authority.role.rank() > height(column)
}

/// The cells of a column that a policy can switch.
pub fn switchable(column: Column) -> RightSet {
    column.marks().on.or(column.marks().off)
}

/// Whether a column gives the right under these policies.
pub fn is_on(policies: &Policies, column: Column, right: Right) -> bool {
    let cells = policies.of(column);
    match cells.effect(right) {
        Some(on) => on,
        None => column.marks().on.has(right),
    }
}

/// The policies with a cell switched: what the table says anyway is not written down.
pub fn switch(policies: Policies, column: Column, right: Right, on: bool) -> Policies {
    let by_itself = column.marks().on.has(right);
    policies.set(column, right, (on != by_itself).then_some(on))
}

/// A cell of a column.
pub type Cell = (Column, Right);

/// The cells that differ, with what they are then.
pub fn changes(before: &Policies, after: &Policies) -> Vec<(Cell, bool)> {
    let each = columns().flat_map(|column| {
        switchable(column)
            .iter()
            .map(move |right| (column, right))
            .collect::<Vec<_>>()
    });
    each.filter(|(column, right)| is_on(before, *column, *right) != is_on(after, *column, *right))
        .map(|(column, right)| ((column, right), is_on(after, column, right)))
        .collect()
}

/// Whether the policies may be changed like this: only columns below one's own, and nothing is switched on that one does
/// not hold everywhere.
///
/// # Errors
/// The first cell that is not this person's to switch.
pub fn policies(authority: &Authority, before: &Policies, after: &Policies) -> Result<(), Cell> {
    for ((column, right), on) in changes(before, after) {
        if !may_switch_column(authority, column) || (on && !may_switch_on(authority, right)) {
            return Err((column, right));
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
    Permission(Right),
}

/// Whether a role of the organization's own may be made, changed or deleted: it stands below oneself, and gives nothing that
/// one does not hold in the whole organization.
///
/// # Errors
/// Why not.
pub fn role(authority: &Authority, draft: &Draft) -> Result<(), Beyond> {
    let lacking = draft.permissions.without(authority.rights.everywhere()).iter().next();
    if let Some(right) = lacking {
        return Err(Beyond::Permission(right));
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
        permissions: RightSet::NONE,
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
///
/// # Errors
/// A sentence for the person who typed it.
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
    use crate::authz::decision::{DELEGABLE, Grounds, Held};
    use crate::authz::permission::{DeleteCompanies, InviteMembers, ManageBilling, ViewBilling};
    use crate::common::id::MembershipId;
    use crate::services::members::rules::{Actor, Target, may_override};
    use proptest::prelude::*;

    fn right() -> impl Strategy<Value = Right> {
        prop::sample::select(Right::all().collect::<Vec<_>>())
    }

    fn set() -> impl Strategy<Value = RightSet> {
        prop::collection::vec(right(), 0..12).prop_map(RightSet::of)
    }

    fn cells() -> impl Strategy<Value = Cells> {
        (set(), set()).prop_map(|(allow, deny)| Cells {
            allow: allow.without(deny),
            deny,
        })
    }

    fn switches() -> impl Strategy<Value = Vec<(Column, Right, bool)>> {
        let column = prop::sample::select(columns().collect::<Vec<_>>());
        prop::collection::vec((column, right(), any::<bool>()), 0..40)
    }

    fn policies_() -> impl Strategy<Value = Policies> {
        switches().prop_map(|switched| {
            let open = switched
                .into_iter()
                .filter(|(column, right, _)| switchable(*column).has(*right));
            open.fold(Policies::default(), |policies, (column, right, on)| {
                switch(policies, column, right, on)
            })
        })
    }

    fn held() -> impl Strategy<Value = Held> {
        let role = prop::sample::select(Role::ALL);
        (role, prop::option::of(set())).prop_map(|(role, custom)| Held {
            role,
            custom: custom.filter(|_| role != Role::Owner).map(|set| set.and(DELEGABLE)),
        })
    }

    fn grounds(policies: Policies) -> impl Strategy<Value = Grounds> {
        let companies = prop::collection::vec(prop::sample::select(CompanyRole::ALL), 0..3);
        (prop::collection::vec(held(), 1..3), companies, cells()).prop_map(move |(roles, companies, overrides)| {
            Grounds {
                in_force: true,
                read_only: false,
                roles,
                companies,
                overrides,
                policies,
            }
        })
    }

    fn two() -> impl Strategy<Value = (Grounds, Grounds)> {
        policies_().prop_flat_map(|policies| (grounds(policies), grounds(policies)))
    }

    proptest! {
        #[test]
        fn no_policy_gives_anybody_a_right_that_its_maker_does_not_hold(
            (actor, other) in two(), switched in switches(),
        ) {
            let mut after = actor.policies;
            for (column, right, on) in switched {
                let next = switch(after, column, right, on);
                if switchable(column).has(right) && policies(&actor.authority(), &after, &next).is_ok() {
                    after = next;
                }
            }
            prop_assert_eq!(policies(&actor.authority(), &actor.policies, &after), Ok(()));
            let holds = actor.rights().everywhere();
            for person in [&actor, &other] {
                let changed = Grounds { policies: after, ..person.clone() };
                let was = person.rights();
                let is = changed.rights();
                prop_assert!(is.everywhere().without(was.everywhere()).within(holds));
                prop_assert!(is.own().without(was.own().or(was.everywhere())).within(holds));
            }
            // Nobody gets more by their own policy.
            let mine = Grounds { policies: after, ..actor.clone() }.rights();
            prop_assert!(mine.everywhere().within(holds));
        }

        #[test]
        fn no_override_gives_anybody_a_right_that_its_maker_does_not_hold(
            (actor, target) in two(), after in cells(),
        ) {
            if overrides(&actor.authority(), target.open(), target.overrides, after).is_ok() {
                let is = Grounds { overrides: after, ..target.clone() }.rights();
                let was = target.rights();
                let holds = actor.rights().everywhere();
                prop_assert!(is.everywhere().without(was.everywhere()).within(holds));
                prop_assert!(is.own().without(was.own().or(was.everywhere())).within(holds));
            }
        }

        #[test]
        fn nobody_switches_for_themselves_for_an_owner_or_for_somebody_higher((actor, target) in two()) {
            let id = MembershipId::fresh();
            let me = Actor { id, authority: actor.authority() };
            let at = |id, role| Target { id, role, access_until: None };
            prop_assert!(!may_override(&me, &at(id, actor.role())));
            if may_override(&me, &at(MembershipId::fresh(), target.role())) {
                prop_assert!(target.role() != Role::Owner && actor.role().rank() >= target.role().rank());
                prop_assert!(actor.rights().everywhere().has(ManageRoles::RIGHT));
            }
        }

        #[test]
        fn no_role_gives_what_its_maker_does_not_hold(
            (actor, _) in two(), base in prop::sample::select(Role::ALL), permissions in set(),
        ) {
            let draft = Draft { name: String::new(), description: String::new(), base, permissions }.complete();
            if role(&actor.authority(), &draft).is_ok() {
                let gives = draft.held().gives(&actor.policies);
                prop_assert!(gives.within(actor.rights().everywhere()) && gives.within(DELEGABLE));
                prop_assert!(base != Role::Owner && base.rank() <= actor.role().rank());
                prop_assert!(base.inherited().is_none() || gives.has(crate::authz::permission::ViewCompany::RIGHT));
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
        let switched = switch(Policies::default(), admins, ManageBilling::RIGHT, true);
        assert_eq!(policies(&owner, &Policies::default(), &switched), Ok(()));
        assert_eq!(
            policies(&admin, &Policies::default(), &switched),
            Err((admins, ManageBilling::RIGHT))
        );
        assert_eq!(
            switch(switched, admins, ManageBilling::RIGHT, false),
            Policies::default()
        );
        assert_eq!(
            changes(&Policies::default(), &switched),
            [((admins, ManageBilling::RIGHT), true)]
        );
    }

    #[test]
    fn a_switched_off_right_is_given_back_only_by_who_holds_it() {
        let admin = Authority::of(Role::Admin, &[]);
        let off = Cells::NONE.set(ManageBilling::RIGHT, Some(false));
        let open = Grounds::of(Role::BillingAdmin, &[]).open();
        // Billing admins always manage billing: the cell is closed.
        assert_eq!(
            overrides(&admin, open, Cells::NONE, off),
            Err((ManageBilling::RIGHT, Closed::Fixed))
        );
        let open = Grounds::of(Role::Admin, &[]).open();
        assert!(open.has(ManageBilling::RIGHT) && open.has(ViewBilling::RIGHT) && !open.has(InviteMembers::RIGHT));
        assert_eq!(overrides(&admin, open, Cells::NONE, off), Ok(()));
        assert_eq!(
            overrides(&admin, open, off, Cells::NONE),
            Err((ManageBilling::RIGHT, Closed::NotHeld))
        );
    }

    #[test]
    fn what_only_owners_can_do_is_in_no_role() {
        let draft = Draft {
            name: String::new(),
            description: String::new(),
            base: Role::Viewer,
            permissions: RightSet::of([DeleteCompanies::RIGHT, InviteMembers::RIGHT]),
        };
        let owner = Authority::of(Role::Owner, &[]);
        let draft = draft.complete();
        assert!(!draft.permissions.has(DeleteCompanies::RIGHT) && draft.permissions.has(InviteMembers::RIGHT));
        assert_eq!(role(&owner, &draft), Ok(()));
        assert_eq!(bases(&owner).len(), 6);
        assert_eq!(
            role(&Authority::of(Role::UserAdmin, &[]), &draft),
            Err(Beyond::Permission(crate::authz::permission::ViewCompany::RIGHT))
        );
    }
}
