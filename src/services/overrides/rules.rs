//! Who may change which override. These rules read nothing; the caller passes what they need.

use crate::authz::decision::{Authority, Overrides};
use crate::authz::permission::{PermissionId, PermissionSet};
use crate::services::overrides::OverrideError;

/// Whether the actor may allow a permission, or remove its denial: only one that they have in the whole organization.
pub fn may_allow(authority: &Authority, permission: PermissionId) -> bool {
    authority.permissions.everywhere().has(permission)
}

/// Whether a member's overrides may be changed like this. `open` is what the member's roles leave open.
pub fn may_change(
    authority: &Authority,
    open: PermissionSet,
    before: Overrides,
    after: Overrides,
) -> Result<(), OverrideError> {
    for permission in PermissionId::all() {
        let (was, is) = (before.effect(permission), after.effect(permission));
        if was == is {
            continue;
        }
        // An override that has no effect any more can always be removed.
        if is.is_some() && !open.has(permission) {
            return Err(OverrideError::Fixed(permission));
        }
        let gains = is == Some(true) || (is.is_none() && was == Some(false));
        if gains && !may_allow(authority, permission) {
            return Err(OverrideError::NotHeld(permission));
        }
    }
    Ok(())
}
