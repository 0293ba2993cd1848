//! What an API key leaves of its owner's permissions.

use crate::authz::permission::{PermissionSet, Permissions};

/// The scopes of a key and whether it is limited to one company.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyLimit {
    /// What the scopes allow.
    pub permissions: PermissionSet,
    /// Whether the key is limited to one company. What the owner has everywhere, the key then has in that company only.
    pub one_company: bool,
}

impl KeyLimit {
    /// What is left of the owner's permissions. `implied` is what every member has.
    pub(super) fn of(self, owner: Permissions, implied: PermissionSet) -> Permissions {
        let allowed = self.permissions.or(implied);
        let (everywhere, own) = (owner.everywhere().and(allowed), owner.own().and(allowed));
        if self.one_company {
            Permissions::new(everywhere.and(implied), everywhere.or(own))
        } else {
            Permissions::new(everywhere, own)
        }
    }
}
