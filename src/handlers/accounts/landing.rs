//! The first page after signing in.

use crate::common::html::local_path;
use crate::services::accounts::invited::invitation_token;
use crate::services::accounts::sessions::NewSession;

/// The page of an organization, or the list of all.
pub fn home(last_used: Option<&str>) -> String {
    last_used.map_or_else(|| "/organizations".to_owned(), |slug| format!("/organizations/{slug}"))
}

/// The path that the person asked for, or else the organization that they used last.
pub fn landing(next: &str, verified: bool, session: &NewSession) -> String {
    if !verified && invitation_token(next).is_none() {
        "/verify".to_owned()
    } else if session.has_organization {
        local_path(next, &home(session.last_used.as_deref())).to_owned()
    } else {
        local_path(next, "/onboarding").to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::ActorRef;
    use crate::common::id::UserId;
    use crate::common::token::Token;

    #[test]
    fn unverified_users_verify_first_and_users_without_organization_start_with_onboarding() {
        let landing = |next: &str, verified, slug: Option<&str>| {
            let session = NewSession {
                token: Token::of(&[0; 32]),
                actor: ActorRef::user(UserId::fresh(), "Olivia Hart"),
                has_organization: slug.is_some(),
                last_used: slug.filter(|slug| !slug.is_empty()).map(str::to_owned),
            };
            super::landing(next, verified, &session)
        };
        assert_eq!(landing("/organizations/a", true, Some("b")), "/organizations/a");
        assert_eq!(landing("https://evil.example", true, Some("b")), "/organizations/b");
        assert_eq!(landing("", true, Some("")), "/organizations");
        assert_eq!(landing("", true, None), "/onboarding");
        assert_eq!(landing("/organizations/a", false, None), "/verify");
        assert_eq!(landing("/invitations/abc", false, None), "/invitations/abc");
    }
}
