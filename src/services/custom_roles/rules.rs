//! Who may change which custom role. These rules read nothing; the caller passes what they need.

use crate::authz::decision::Authority;
use crate::authz::permission::PermissionSet;
use crate::authz::role::Role;
use crate::models::custom_role::CustomRoleTerms;
use crate::services::custom_roles::CustomRoleError;

/// Whether a custom role may be created, changed or deleted: it is below the actor's rank, and has no permission that the
/// actor does not have in the whole organization.
pub fn may_manage(authority: &Authority, terms: &CustomRoleTerms) -> Result<(), CustomRoleError> {
    let lacking = terms
        .permissions
        .without(authority.permissions.everywhere())
        .iter()
        .next();
    if let Some(permission) = lacking {
        return Err(CustomRoleError::NotHeld(permission));
    }
    if terms.base == Role::Owner || !authority.may_grant(terms.grant()) {
        return Err(CustomRoleError::AboveYourRank);
    }
    Ok(())
}

/// The levels that the actor may give a custom role, highest first.
pub fn levels(authority: &Authority) -> Vec<Role> {
    let empty = |base| CustomRoleTerms {
        name: String::new(),
        description: String::new(),
        base,
        permissions: PermissionSet::NONE,
    };
    Role::ALL
        .iter()
        .copied()
        .filter(|base| may_manage(authority, &empty(*base)).is_ok())
        .collect()
}
