//! The invitation that a path to continue with belongs to.

use crate::app::Ctx;
use crate::common::error::AppError;
use crate::common::html::local_path;
use crate::common::token::Token;
use crate::db::Conn;
use crate::db::types::organization::InvitationStatus;
use crate::models::invitation;
use crate::models::invitation::Invitation;
use crate::models::user;

/// The token in a path of an invitation.
pub fn invitation_token(next: &str) -> Option<&str> {
    let rest = local_path(next, "").strip_prefix("/invitations/")?;
    let token = rest.split(['/', '?', '#']).next().unwrap_or_default();
    (!token.is_empty()).then_some(token)
}

/// An open invitation.
pub struct OpenInvitation {
    pub invitation: Invitation,
    /// The name of the organization.
    pub organization: String,
}

/// The open invitation to which `next` leads. Only the recipient of the email knows its link, so a link verifies the address.
pub fn find(conn: &mut Conn, cx: &Ctx, next: &str) -> Result<Option<OpenInvitation>, AppError> {
    let Some(token) = invitation_token(next) else {
        return Ok(None);
    };
    let found = invitation::find_by_token(conn, &Token::received(token))?.filter(|found| {
        !found.superseded
            && found.invitation.status == InvitationStatus::Pending
            && found.invitation.expires_at > cx.now
    });
    let Some(found) = found else { return Ok(None) };
    Ok(Some(OpenInvitation {
        organization: user::organization_name(conn, found.invitation.organization_id)?,
        invitation: found.invitation,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_path_of_an_invitation_has_a_token() {
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
}
