//! The link of a token, with its status now.
//!
//! A link works with the permissions of the member who last saved it. They are checked each time: when that member cannot
//! give what the link gives anymore, it is paused until another member takes it over by saving it.

use crate::app::Ctx;
use crate::common::error::AppError;
use crate::common::html::local_path;
use crate::common::token::Token;
use crate::db::Conn;
use crate::models::onboarding_link;
use crate::models::onboarding_link::OnboardingLink;
use crate::models::organization::heading;
use crate::models::organization::heading::OrganizationHeading;
use crate::models::user;
use crate::services::onboarding_links::grant;
use crate::services::onboarding_links::status::LinkStatus;

#[derive(Debug, Clone)]
pub struct ResolvedLink {
    pub link: OnboardingLink,
    pub organization: OrganizationHeading,
    /// The name of the member who last saved the link.
    pub authorized_by: String,
    pub status: LinkStatus,
}

impl ResolvedLink {
    /// `None` when the token has no link.
    pub fn find(conn: &mut Conn, cx: &Ctx, token: &Token) -> Result<Option<Self>, AppError> {
        let Some(found) = onboarding_link::find_by_token(conn, token)? else {
            return Ok(None);
        };
        let link = found.link;
        let organization = heading::heading(conn, link.organization_id)?;
        let status = match LinkStatus::of(&link, cx.now) {
            _ if found.replaced => LinkStatus::Replaced,
            _ if !organization.is_active() || organization.awaits_deletion() => LinkStatus::Closed,
            LinkStatus::Open if !grant::is_authorized(conn, cx, &link)? => LinkStatus::Paused,
            status => status,
        };
        Ok(Some(Self {
            authorized_by: user::by_id(conn, link.authorized_by)?.name,
            link,
            organization,
            status,
        }))
    }

    /// The open link that a path leads to: someone who signs up on the way there is invited by the organization.
    pub fn ahead(conn: &mut Conn, cx: &Ctx, next: &str) -> Result<Option<Self>, AppError> {
        match token_in(next) {
            Some(token) => {
                let resolved = Self::find(conn, cx, &Token::received(token))?;
                Ok(resolved.filter(|resolved| resolved.status == LinkStatus::Open))
            }
            None => Ok(None),
        }
    }
}

/// The token of the onboarding link that a path leads to.
pub fn token_in(next: &str) -> Option<&str> {
    let rest = local_path(next, "").strip_prefix("/join/")?;
    let token = rest.split(['/', '?', '#']).next().unwrap_or_default();
    (!token.is_empty()).then_some(token)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_found_in_paths_of_this_site_only() {
        assert_eq!(token_in("/join/abc?continued=1"), Some("abc"));
        assert_eq!(token_in("/join/abc"), Some("abc"));
        for other in [
            "/join/",
            "/join",
            "//evil.example/join/abc",
            "/invitations/abc",
            "join/abc",
        ] {
            assert_eq!(token_in(other), None, "{other}");
        }
    }
}
