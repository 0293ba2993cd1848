//! The first page after signing in.

use crate::common::html::local_path;
use crate::services::accounts::invited::invitation_token;

pub fn landing(next: &str, verified: bool, has_organization: bool) -> &str {
    if !verified && invitation_token(next).is_none() {
        "/verify"
    } else if has_organization {
        local_path(next, "/organizations")
    } else {
        local_path(next, "/onboarding")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unverified_users_verify_first_and_users_without_organization_start_with_onboarding() {
        assert_eq!(landing("/organizations/a", true, true), "/organizations/a");
        assert_eq!(landing("https://evil.example", true, true), "/organizations");
        assert_eq!(landing("", true, false), "/onboarding");
        assert_eq!(landing("/organizations/a", false, false), "/verify");
        assert_eq!(landing("/invitations/abc", false, false), "/invitations/abc");
    }
}
