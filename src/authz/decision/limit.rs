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
    /// What is left of the owner's permissions. `implied` is what every member has, `assigned` whether the owner has a role in the
    /// company: what the role in the organization gives in own companies, it gives in no other.
    pub(super) fn of(self, owner: Permissions, implied: PermissionSet, assigned: bool) -> Permissions {
        let allowed = self.permissions.or(implied);
        let (everywhere, own) = (owner.everywhere().and(allowed), owner.own().and(allowed));
        if self.one_company {
            let own = if assigned { own } else { PermissionSet::NONE };
            Permissions::new(everywhere.and(implied), everywhere.or(own))
        } else {
            Permissions::new(everywhere, own)
        }
    }
}
