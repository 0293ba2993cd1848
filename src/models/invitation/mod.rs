//! Invitations: the rows, the link tokens and the companies that come with them.

pub mod change;
pub mod create;
pub mod list;
pub mod search;
pub mod sent;
pub mod to_own;
pub mod words;

use diesel::prelude::*;
use diesel::sql_types::{Binary, Text};

pub use crate::models::invitation::change::{accept, close, due_to_expire, edit, expire, renew, set_mail};
pub use crate::models::invitation::create::{PreparedInvitation, create_all};
pub use crate::models::invitation::to_own::{to_own, waiting_for_owner};

use crate::authz::role::{CompanyRole, Role};
use crate::common::email::Email;
use crate::common::id::{CompanyId, InvitationId, MailId, UserId};
use crate::common::time::{Span, Time};
use crate::common::token::Token;
use crate::db::Conn;
use crate::db::schema::{invitation_tokens, invitations};
use crate::db::types::org_id::OrgId;
use crate::db::types::organization::{CompanyStatus, InvitationStatus};

/// How long a link is valid.
pub const LIFETIME: Span = Span::days(7);

/// A company that an invitation gives a role in.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct CompanyGrant {
    pub company: CompanyId,
    pub name: String,
    pub status: CompanyStatus,
    pub role: CompanyRole,
}

impl CompanyGrant {
    /// "Harbor (Editor)".
    pub fn label(&self) -> String {
        format!("{} ({})", self.name, self.role.label())
    }

    pub fn is_active(&self) -> bool {
        self.status == CompanyStatus::Active
    }
}

/// Company ids and roles, as the permission checks take them.
pub fn pairs(grants: &[CompanyGrant]) -> Vec<(CompanyId, CompanyRole)> {
    grants.iter().map(|grant| (grant.company, grant.role)).collect()
}

/// An invitation before it is saved. Names, message and end of access may be empty.
#[derive(Debug, Clone)]
pub struct NewInvitation {
    pub email: Email,
    pub first_name: String,
    pub last_name: String,
    pub role: Role,
    pub companies: Vec<CompanyGrant>,
    pub message: String,
    pub access_until: Option<Time>,
    /// Whether the inviter becomes an admin when it is accepted.
    pub hands_over: bool,
}

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = invitations)]
pub struct Invitation {
    pub organization_id: OrgId,
    pub id: InvitationId,
    pub email: String,
    pub first_name: String,
    pub last_name: String,
    pub role: Role,
    pub message: String,
    pub access_until: Option<Time>,
    pub status: InvitationStatus,
    /// Whether the inviter becomes an admin when it is accepted.
    pub hands_over: bool,
    pub invited_by: UserId,
    /// The latest email.
    pub mail_id: Option<MailId>,
    pub sent_count: i32,
    pub last_sent_at: Time,
    pub created_at: Time,
    pub expires_at: Time,
    /// When it was accepted, declined, cancelled or expired.
    pub closed_at: Option<Time>,
}

impl Invitation {
    /// The status now: an open invitation is expired as soon as its time is over, before the background job runs.
    pub fn status_at(&self, now: Time) -> InvitationStatus {
        status_at(self.status, self.expires_at, now)
    }
}

fn status_at(status: InvitationStatus, expires_at: Time, now: Time) -> InvitationStatus {
    if status == InvitationStatus::Pending && expires_at <= now {
        InvitationStatus::Expired
    } else {
        status
    }
}

/// The invitation of a token.
#[derive(Debug)]
pub struct FoundInvitation {
    pub invitation: Invitation,
    /// Whether a newer link was sent.
    pub superseded: bool,
}

/// Finds the invitation of a link's token.
pub fn find_by_token(conn: &mut Conn, token: &Token) -> QueryResult<Option<FoundInvitation>> {
    let link: Option<(OrgId, InvitationId, bool)> = invitation_tokens::table
        .find(token.hash())
        .select((
            invitation_tokens::organization_id,
            invitation_tokens::invitation_id,
            invitation_tokens::is_current,
        ))
        .first(conn)
        .optional()?;
    let Some((organization, id, is_current)) = link else {
        return Ok(None);
    };
    let invitation = find(conn, organization, id)?;
    Ok(invitation.map(|invitation| FoundInvitation {
        invitation,
        superseded: !is_current,
    }))
}

pub fn find(conn: &mut Conn, organization: OrgId, id: InvitationId) -> QueryResult<Option<Invitation>> {
    invitations::table
        .find((organization, id))
        .select(Invitation::as_select())
        .first(conn)
        .optional()
}

/// The open invitation of an address.
pub fn find_pending(conn: &mut Conn, organization: OrgId, email: &str) -> QueryResult<Option<Invitation>> {
    invitations::table
        .filter(invitations::organization_id.eq(organization))
        .filter(invitations::email.eq(email))
        .filter(invitations::status.eq(InvitationStatus::Pending))
        .select(Invitation::as_select())
        .first(conn)
        .optional()
}

/// The open invitations that a member sent, oldest first.
pub fn pending_sent_by(conn: &mut Conn, organization: OrgId, user: UserId) -> QueryResult<Vec<Invitation>> {
    invitations::table
        .filter(invitations::organization_id.eq(organization))
        .filter(invitations::status.eq(InvitationStatus::Pending))
        .filter(invitations::invited_by.eq(user))
        .order((invitations::created_at, invitations::id))
        .select(Invitation::as_select())
        .load(conn)
}

/// The companies of invitations, by name.
pub fn grants(
    conn: &mut Conn,
    organization: OrgId,
    ids: &[InvitationId],
) -> QueryResult<Vec<(InvitationId, CompanyGrant)>> {
    let mut rows: Vec<(InvitationId, Vec<u8>, CompanyGrant)> = conn
        .for_each_of(ids)
        .then(
            "invitation_grants",
            "g",
            "g.organization_id = ? AND g.invitation_id = each.value",
            &[&organization],
        )
        .then(
            "companies",
            "c",
            "c.organization_id = g.organization_id AND c.id = g.company_id",
            &[],
        )
        .select::<(Text, Binary, (Text, Text, Text, Text))>(
            "g.invitation_id, c.sort_name, c.id, c.name, c.status, g.role",
        )
        .load(conn)?;
    rows.sort_by(|(_, one, at), (_, other, to)| (one, at.company).cmp(&(other, to.company)));
    Ok(rows.into_iter().map(|(id, _, grant)| (id, grant)).collect())
}

/// The companies of one invitation, by name.
pub fn grants_of(conn: &mut Conn, organization: OrgId, id: InvitationId) -> QueryResult<Vec<CompanyGrant>> {
    let grants = grants(conn, organization, &[id])?;
    Ok(grants.into_iter().map(|(_, grant)| grant).collect())
}

/// Locks the invitation of a token, so that it cannot change between this call and the end of the transaction.
pub fn lock_row(conn: &mut Conn, token: &Token) -> QueryResult<()> {
    let key: Option<(OrgId, InvitationId)> = invitation_tokens::table
        .find(token.hash())
        .select((invitation_tokens::organization_id, invitation_tokens::invitation_id))
        .first(conn)
        .optional()?;
    if let Some(key) = key {
        key.0.advisory_lock(conn)?;
        diesel::update(invitations::table.find(key))
            .set(invitations::sent_count.eq(invitations::sent_count))
            .execute(conn)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_open_invitation_expires() {
        use InvitationStatus::{Accepted, Expired, Pending};
        let now = Time(10);
        assert_eq!(status_at(Pending, Time(11), now), Pending);
        assert_eq!(status_at(Pending, Time(10), now), Expired);
        assert_eq!(status_at(Accepted, Time(9), now), Accepted);
    }
}
