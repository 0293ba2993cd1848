use proptest::prelude::*;

use super::{inputs, permission};
use crate::authz::decision::AccessInputs;
use crate::authz::explain::explain;
use crate::authz::permission::{Permission, ViewOrganization};
use crate::authz::role::CompanyRole;

proptest! {
    #[test]
    fn the_explanation_agrees_with_the_decision(
        mut inputs in inputs(), permission in permission(), in_force in any::<bool>(),
        company in prop::option::of(prop::sample::select(CompanyRole::ALL)),
    ) {
        inputs.in_force = in_force;
        let general = explain(&inputs, permission, None);
        prop_assert_eq!(general.reach, inputs.permissions().reach(permission), "{} {:?}", permission.key(), general.steps);
        let there = explain(&inputs, permission, Some(company));
        prop_assert_eq!(there.yes(), inputs.in_company(company).has(permission), "{} {:?}", permission.key(), there.steps);
        // The explanation names what gives it.
        prop_assert!(!general.yes() || general.decisive().is_some());
    }

    #[test]
    fn an_override_of_an_open_permission_decides_and_any_other_changes_nothing(
        mut inputs in inputs(), permission in permission(),
    ) {
        inputs.read_only = false;
        inputs.overrides = inputs.overrides.set(permission, None);
        let with = |effect| AccessInputs { overrides: inputs.overrides.set(permission, effect), ..inputs.clone() }.permissions();
        if inputs.open().has(permission) {
            prop_assert!(with(Some(true)).has(permission));
            prop_assert!(!with(Some(false)).has(permission) || permission == ViewOrganization::ID);
        } else {
            prop_assert_eq!(with(Some(true)).reach(permission), with(None).reach(permission), "{}", permission.key());
        }
    }
}
