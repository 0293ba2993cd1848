//! Reads of invitations: what a member sees, and what the limits need.

use diesel::prelude::*;
use diesel::sql_types::Text;

use crate::common::error::AppError;
use crate::common::id::{CompanyId, InvitationId, MailId, UserId};
use crate::common::time::Time;
use crate::common::token::Seed;
use crate::db::Conn;
use crate::db::schema::{invitation_grants, invitation_tokens, invitations, mail_outbox, organizations, users};
use crate::db::types::org_id::OrgId;
use crate::db::types::organization::InvitationStatus;
use crate::mail::outbox::MailState;
use crate::models::invitation::Invitation;

type DbBackend = <Conn as diesel::Connection>::Backend;

/// Which invitations a member sees.
#[derive(Debug, Clone)]
pub enum InvitationScope {
    All,
    /// The ones they sent, and the ones that give a role in their companies.
    Own {
        user: UserId,
        companies: Vec<CompanyId>,
    },
}

macro_rules! in_scope {
    ($query:expr, $organization:expr, $scope:expr) => {
        match $scope {
            InvitationScope::All => $query,
            InvitationScope::Own { user, companies } => {
                let with_company = invitation_grants::table
                    .filter(invitation_grants::organization_id.eq($organization))
                    .filter(invitation_grants::company_id.eq_any(companies.clone()))
                    .select(invitation_grants::invitation_id);
                $query.filter(
                    invitations::invited_by
                        .eq(*user)
                        .or(invitations::id.eq_any(with_company)),
                )
            }
        }
    };
}
pub(super) use in_scope;

pub fn count_pending(conn: &mut Conn, organization: OrgId, scope: &InvitationScope) -> QueryResult<i64> {
    if let InvitationScope::All = scope {
        return organizations::table
            .find(organization)
            .select(organizations::pending_invitations)
            .first(conn);
    }
    let query = invitations::table
        .filter(invitations::organization_id.eq(organization))
        .filter(invitations::status.eq(InvitationStatus::Pending))
        .into_boxed::<DbBackend>();
    in_scope!(query, organization, scope).count().get_result(conn)
}

/// Finds an invitation by the id in a path or form.
pub fn find_in_scope(
    conn: &mut Conn,
    organization: OrgId,
    scope: &InvitationScope,
    id: &str,
) -> Result<Invitation, AppError> {
    let id = InvitationId::parse(id).ok_or(AppError::NotFound)?;
    let query = invitations::table
        .filter(invitations::organization_id.eq(organization))
        .filter(invitations::id.eq(id))
        .select(Invitation::as_select())
        .into_boxed::<DbBackend>();
    Ok(in_scope!(query, organization, scope).first(conn)?)
}

/// The delivery of an email.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = mail_outbox)]
pub struct InvitationDelivery {
    pub state: MailState,
    pub attempts: i32,
    pub next_attempt_at: Time,
    /// What the mail server said last, or nothing.
    pub last_error: String,
}

/// An invitation in the list.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = invitations)]
pub struct InvitationListing {
    #[diesel(embed)]
    pub invitation: Invitation,
    #[diesel(select_expression = users::name)]
    pub inviter: String,
    /// The latest email, unless it was withdrawn.
    #[diesel(embed)]
    pub delivery: Option<InvitationDelivery>,
}

/// The invitations with these ids that a member sees.
pub fn with_ids(
    conn: &mut Conn,
    organization: OrgId,
    scope: &InvitationScope,
    ids: &[InvitationId],
) -> QueryResult<Vec<InvitationListing>> {
    let query = invitations::table
        .inner_join(users::table)
        .left_join(mail_outbox::table)
        .filter(invitations::organization_id.eq(organization))
        .filter(conn.one_of(invitations::id, ids))
        .select(InvitationListing::as_select())
        .into_boxed::<DbBackend>();
    in_scope!(query, organization, scope).load(conn)
}

/// The seeds of the current links of invitations.
pub fn seeds(conn: &mut Conn, organization: OrgId, ids: &[InvitationId]) -> QueryResult<Vec<(InvitationId, Seed)>> {
    let seeds: Vec<(InvitationId, String)> = conn
        .for_each_of(ids)
        .then(
            "invitation_tokens",
            "t",
            "t.organization_id = ? AND t.invitation_id = each.value AND t.is_current",
            &[&organization],
        )
        .select::<(Text, Text)>("t.invitation_id, t.seed")
        .load(conn)?;
    Ok(seeds.into_iter().map(|(id, seed)| (id, Seed(seed))).collect())
}

const OPEN: [InvitationStatus; 2] = [InvitationStatus::Pending, InvitationStatus::AwaitingApproval];

/// Which of these addresses have an open invitation.
pub fn open_among(conn: &mut Conn, organization: OrgId, emails: &[&str]) -> QueryResult<Vec<String>> {
    invitations::table
        .filter(invitations::organization_id.eq(organization))
        .filter(invitations::email.eq_any(emails))
        .filter(invitations::status.eq_any(OPEN))
        .select(invitations::email)
        .load(conn)
}

/// Whether the address of an invitation has another open one.
pub fn has_newer(conn: &mut Conn, invitation: &Invitation) -> QueryResult<bool> {
    let others: i64 = invitations::table
        .filter(invitations::organization_id.eq(invitation.organization_id))
        .filter(invitations::email.eq(&invitation.email))
        .filter(invitations::status.eq_any(OPEN))
        .filter(invitations::id.ne(invitation.id))
        .count()
        .get_result(conn)?;
    Ok(others > 0)
}

/// Whether an email was not sent yet.
pub fn is_queued(conn: &mut Conn, mail: MailId) -> QueryResult<bool> {
    let queued: i64 = mail_outbox::table
        .filter(mail_outbox::id.eq(mail))
        .filter(mail_outbox::state.eq(MailState::Queued))
        .count()
        .get_result(conn)?;
    Ok(queued > 0)
}

/// When an invitation got a new link since a time.
pub fn resent_since(conn: &mut Conn, invitation: &Invitation, since: Time) -> QueryResult<Vec<Time>> {
    invitation_tokens::table
        .filter(invitation_tokens::organization_id.eq(invitation.organization_id))
        .filter(invitation_tokens::invitation_id.eq(invitation.id))
        .filter(invitation_tokens::created_at.gt(since))
        .select(invitation_tokens::created_at)
        .load(conn)
}
