//! What this room decides without asking anybody.

use crate::common::html::local_path;

/// The token of an invitation to which a path leads.
pub fn invitation_token(next: &str) -> Option<&str> {
    let rest = local_path(next, "").strip_prefix("/invitations/")?;
    let token = rest.split(['/', '?', '#']).next().unwrap_or_default();
    (!token.is_empty()).then_some(token)
}

/// Where somebody goes after signing in.
pub fn landing(next: &str, verified: bool, belongs: bool) -> &str {
    if !verified && invitation_token(next).is_none() {
        "/verify"
    } else if belongs {
        local_path(next, "/organizations")
    } else {
        local_path(next, "/onboarding")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_invitation_is_known_by_its_path_alone() {
        assert_eq!(invitation_token("/invitations/abc"), Some("abc"));
        assert_eq!(invitation_token("/invitations/abc/acceptance?x=1"), Some("abc"));
        for other in [
            "",
            "/invitations/",
            "/organizations/x/invitations/y",
            "//evil.example/invitations/x",
        ] {
            assert_eq!(invitation_token(other), None, "{other}");
        }
    }

    #[test]
    fn the_unproven_go_to_the_proof_and_the_homeless_to_the_start() {
        assert_eq!(landing("/organizations/a", true, true), "/organizations/a");
        assert_eq!(landing("https://evil.example", true, true), "/organizations");
        assert_eq!(landing("", true, false), "/onboarding");
        assert_eq!(landing("/organizations/a", false, false), "/verify");
        assert_eq!(landing("/invitations/abc", false, false), "/invitations/abc");
    }
}
