//! The invitation of a link, as the person who opens it finds it.

use crate::app::Ctx;
use crate::auth::current_user::CurrentUser;
use crate::common::email::Email;
use crate::common::error::AppError;
use crate::common::id::MembershipId;
use crate::common::token::Token;
use crate::db::Conn;
use crate::models::invitation;
use crate::models::invitation::{CompanyGrant, Invitation, pairs};
use crate::models::membership::by_user;
use crate::models::organization::heading;
use crate::models::organization::heading::OrganizationHeading;
use crate::models::user;
use crate::models::user::Account;
use crate::services::invitations::authority::InviteAuthority;
use crate::services::invitations::situation::{InvitationSituation, InvitationViewer, InviteFacts};

pub struct ResolvedInvitation {
    pub invitation: Invitation,
    pub organization: OrganizationHeading,
    pub grants: Vec<CompanyGrant>,
    pub inviter: Account,
    /// The membership of the inviter, while it is active.
    pub inviter_membership: Option<MembershipId>,
    pub situation: InvitationSituation,
}

impl ResolvedInvitation {
    /// `None` when the token has no invitation.
    pub fn find(
        conn: &mut Conn,
        cx: &Ctx,
        token: &Token,
        person: Option<&CurrentUser>,
    ) -> Result<Option<Self>, AppError> {
        let Some(found) = invitation::find_by_token(conn, token)? else {
            return Ok(None);
        };
        let invitation = found.invitation;
        let id = invitation.organization_id;
        let organization = heading::heading(conn, id)?;
        let grants = invitation::grants_of(conn, id, invitation.id)?;
        let inviter = InviteAuthority::of_user(conn, cx, id, invitation.invited_by)?;
        let situation = InvitationSituation::of(InviteFacts {
            status: invitation.status_at(cx.now),
            superseded: found.superseded,
            active: organization.is_active(),
            authorized: inviter
                .as_ref()
                .is_some_and(|(_, authority)| authority.covers(invitation.role, &pairs(&grants))),
            access_ended: invitation.access_until.is_some_and(|end| end < cx.now),
            viewer: viewer(conn, &invitation, person)?,
        });
        Ok(Some(Self {
            inviter: user::by_id(conn, invitation.invited_by)?,
            inviter_membership: inviter.map(|(membership, _)| membership),
            invitation,
            organization,
            grants,
            situation,
        }))
    }

    /// The companies that can be joined: archived ones cannot.
    pub fn active_grants(&self) -> impl Iterator<Item = &CompanyGrant> {
        self.grants.iter().filter(|grant| grant.is_active())
    }
}

fn viewer(
    conn: &mut Conn,
    invitation: &Invitation,
    person: Option<&CurrentUser>,
) -> Result<InvitationViewer, AppError> {
    Ok(match person {
        None => InvitationViewer::SignedOut {
            account: user::by_email(conn, &Email::stored(invitation.email.clone()))?.is_some(),
        },
        Some(person) if person.email.as_str() == invitation.email => InvitationViewer::Invited {
            verified: person.verified,
            member: person.verified && by_user::is_member(conn, invitation.organization_id, person.id)?,
        },
        Some(_) => InvitationViewer::Other,
    })
}
