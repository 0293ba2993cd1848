//! Invitations as rows: made by the rooms that invite, found by the link that somebody follows.

use diesel::prelude::*;

use crate::app::Ctx;
use crate::authz::role::{CompanyRole, Role};
use crate::common::email::Email;
use crate::common::id::{CompanyId, InvitationId, MailId, UserId};
use crate::common::time::{Span, Time};
use crate::common::token::{Seed, Token};
use crate::db::Conn;
use crate::db::schema::{invitation_grants, invitation_tokens, invitations};
use crate::db::types::org_id::OrgId;
use crate::db::types::organization::InvitationStatus;
use crate::on_each;

/// How long a link opens.
pub const LIFETIME: Span = Span::days(7);

/// What somebody is invited to.
#[derive(Debug, Clone)]
pub struct NewInvitation {
    pub email: Email,
    /// The first name, or nothing.
    pub first_name: String,
    /// The last name, or nothing.
    pub last_name: String,
    /// The role in the organization.
    pub role: Role,
    /// Companies with a role each.
    pub companies: Vec<(CompanyId, CompanyRole)>,
    /// A personal message, or nothing.
    pub message: String,
    /// The last moment of access.
    pub access_until: Option<Time>,
    /// Whether the inviter steps down to admin when it is accepted.
    pub hands_over: bool,
}

/// An invitation.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = invitations)]
pub struct Invitation {
    pub organization_id: OrgId,
    pub id: InvitationId,
    pub email: String,
    /// The first name, or nothing.
    pub first_name: String,
    /// The last name, or nothing.
    pub last_name: String,
    /// The role in the organization.
    pub role: Role,
    /// A personal message, or nothing.
    pub message: String,
    /// The last moment of access.
    pub access_until: Option<Time>,
    pub status: InvitationStatus,
    /// Whether the inviter steps down to admin when it is accepted.
    pub hands_over: bool,
    pub invited_by: UserId,
    pub mail_id: Option<MailId>,
    /// How many letters went out.
    pub sent_count: i32,
    /// When the latest letter went out.
    pub last_sent_at: Time,
    /// When it was made.
    pub created_at: Time,
    /// When its link ends.
    pub expires_at: Time,
    /// When it was accepted, declined, cancelled or expired.
    pub closed_at: Option<Time>,
}

/// What a link leads to.
#[derive(Debug)]
pub struct Found {
    pub invitation: Invitation,
    /// Whether a newer link was sent.
    pub superseded: bool,
}

/// Makes a pending invitation with its first link. `None` when one is open for this address.
pub fn create(
    conn: &mut Conn,
    cx: &Ctx,
    organization: OrgId,
    invited_by: UserId,
    offer: &NewInvitation,
) -> QueryResult<Option<(InvitationId, Seed)>> {
    let id = InvitationId::fresh();
    let row = (
        invitations::organization_id.eq(organization),
        invitations::id.eq(id),
        invitations::email.eq(offer.email.as_str()),
        invitations::first_name.eq(&offer.first_name),
        invitations::last_name.eq(&offer.last_name),
        invitations::role.eq(offer.role),
        invitations::message.eq(&offer.message),
        invitations::access_until.eq(offer.access_until),
        invitations::status.eq(InvitationStatus::Pending),
        invitations::hands_over.eq(offer.hands_over),
        invitations::invited_by.eq(invited_by),
        invitations::sent_count.eq(1),
        invitations::last_sent_at.eq(cx.now),
        invitations::created_at.eq(cx.now),
        invitations::expires_at.eq(cx.now + LIFETIME),
    );
    let placed =
        on_each!(conn, c => diesel::insert_into(invitations::table).values(row).on_conflict_do_nothing().execute(c))?;
    if placed == 0 {
        return Ok(None);
    }
    set_grants(conn, organization, id, &offer.companies)?;
    let seed = new_link(conn, cx, organization, id)?;
    Ok(Some((id, seed)))
}

/// Makes a new link; every older one of the invitation stops opening.
pub fn new_link(conn: &mut Conn, cx: &Ctx, organization: OrgId, invitation: InvitationId) -> QueryResult<Seed> {
    diesel::update(
        invitation_tokens::table
            .filter(invitation_tokens::organization_id.eq(organization))
            .filter(invitation_tokens::invitation_id.eq(invitation)),
    )
    .set(invitation_tokens::is_current.eq(false))
    .execute(conn)?;
    let seed = Seed::random();
    diesel::insert_into(invitation_tokens::table)
        .values((
            invitation_tokens::token_hash.eq(cx.token(&seed).hash()),
            invitation_tokens::organization_id.eq(organization),
            invitation_tokens::invitation_id.eq(invitation),
            invitation_tokens::seed.eq(&seed.0),
            invitation_tokens::is_current.eq(true),
            invitation_tokens::created_at.eq(cx.now),
        ))
        .execute(conn)?;
    Ok(seed)
}

/// Puts the companies of an invitation in place of the ones before.
pub fn set_grants(
    conn: &mut Conn,
    organization: OrgId,
    invitation: InvitationId,
    companies: &[(CompanyId, CompanyRole)],
) -> QueryResult<()> {
    diesel::delete(
        invitation_grants::table
            .filter(invitation_grants::organization_id.eq(organization))
            .filter(invitation_grants::invitation_id.eq(invitation)),
    )
    .execute(conn)?;
    for (company, role) in companies {
        diesel::insert_into(invitation_grants::table)
            .values((
                invitation_grants::organization_id.eq(organization),
                invitation_grants::invitation_id.eq(invitation),
                invitation_grants::company_id.eq(company),
                invitation_grants::role.eq(*role),
            ))
            .execute(conn)?;
    }
    Ok(())
}

/// Notes which letter carries the link.
pub fn set_letter(conn: &mut Conn, organization: OrgId, invitation: InvitationId, letter: MailId) -> QueryResult<()> {
    diesel::update(invitations::table.find((organization, invitation)))
        .set(invitations::mail_id.eq(Some(letter)))
        .execute(conn)?;
    Ok(())
}

/// The invitation that a link's token leads to; whoever holds the token may read it.
pub fn find_by_token(conn: &mut Conn, token: &Token) -> QueryResult<Option<Found>> {
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
    Ok(invitation.map(|invitation| Found {
        invitation,
        superseded: !is_current,
    }))
}

/// An invitation of an organization.
pub fn find(conn: &mut Conn, organization: OrgId, id: InvitationId) -> QueryResult<Option<Invitation>> {
    invitations::table
        .find((organization, id))
        .select(Invitation::as_select())
        .first(conn)
        .optional()
}

/// The companies of an invitation with a role each.
pub fn grants(conn: &mut Conn, organization: OrgId, id: InvitationId) -> QueryResult<Vec<(CompanyId, CompanyRole)>> {
    invitation_grants::table
        .filter(invitation_grants::organization_id.eq(organization))
        .filter(invitation_grants::invitation_id.eq(id))
        .select((invitation_grants::company_id, invitation_grants::role))
        .load(conn)
}

/// Moves an open invitation into a closed state; `false` when it was not pending any more. The row is the lock:
/// of any number of acceptances, cancellations and declinations at once, one wins.
pub fn close(
    conn: &mut Conn,
    cx: &Ctx,
    organization: OrgId,
    id: InvitationId,
    to: InvitationStatus,
) -> QueryResult<bool> {
    let closed = diesel::update(
        invitations::table
            .filter(invitations::organization_id.eq(organization))
            .filter(invitations::id.eq(id))
            .filter(invitations::status.eq(InvitationStatus::Pending)),
    )
    .set((invitations::status.eq(to), invitations::closed_at.eq(Some(cx.now))))
    .execute(conn)?;
    Ok(closed == 1)
}

/// Accepts an open invitation; `false` when it was not open any more. Of any number of acceptances at once, one wins.
pub fn accept(conn: &mut Conn, cx: &Ctx, organization: OrgId, id: InvitationId) -> QueryResult<bool> {
    let accepted = diesel::update(
        invitations::table
            .filter(invitations::organization_id.eq(organization))
            .filter(invitations::id.eq(id))
            .filter(invitations::status.eq(InvitationStatus::Pending))
            .filter(invitations::expires_at.gt(cx.now)),
    )
    .set((
        invitations::status.eq(InvitationStatus::Accepted),
        invitations::closed_at.eq(Some(cx.now)),
    ))
    .execute(conn)?;
    Ok(accepted == 1)
}

/// Makes who answers and who changes the invitation of a link take turns until the transaction ends: what is read after
/// this is what is accepted.
pub fn lock_row(conn: &mut Conn, token: &Token) -> QueryResult<()> {
    let led: Option<(OrgId, InvitationId)> = invitation_tokens::table
        .find(token.hash())
        .select((invitation_tokens::organization_id, invitation_tokens::invitation_id))
        .first(conn)
        .optional()?;
    if let Some(key) = led {
        key.0.advisory_lock(conn)?;
        diesel::update(invitations::table.find(key))
            .set(invitations::sent_count.eq(invitations::sent_count))
            .execute(conn)?;
    }
    Ok(())
}

// The row as it was read: whoever changes it in between makes this change touch no row.
macro_rules! as_read {
    ($was:expr) => {
        invitations::table
            .filter(invitations::organization_id.eq($was.organization_id))
            .filter(invitations::id.eq($was.id))
            .filter(invitations::status.eq($was.status))
            .filter(invitations::sent_count.eq($was.sent_count))
    };
}

/// Opens a pending or expired invitation anew, with a new link, a new end and `by` as the one who vouches for it.
/// `None` when somebody else changed it in between.
pub fn renew(conn: &mut Conn, cx: &Ctx, was: &Invitation, by: UserId) -> QueryResult<Option<Seed>> {
    let renewed = diesel::update(as_read!(was))
        .set((
            invitations::status.eq(InvitationStatus::Pending),
            invitations::invited_by.eq(by),
            invitations::sent_count.eq(was.sent_count + 1),
            invitations::last_sent_at.eq(cx.now),
            invitations::expires_at.eq(cx.now + LIFETIME),
            invitations::closed_at.eq(None::<Time>),
        ))
        .execute(conn)?;
    if renewed == 0 {
        return Ok(None);
    }
    new_link(conn, cx, was.organization_id, was.id).map(Some)
}

/// Changes what an open invitation offers; its link stays. `false` when somebody else changed it in between.
pub fn edit(conn: &mut Conn, was: &Invitation, by: UserId, offer: &NewInvitation) -> QueryResult<bool> {
    let edited = diesel::update(as_read!(was))
        .set((
            invitations::first_name.eq(&offer.first_name),
            invitations::last_name.eq(&offer.last_name),
            invitations::role.eq(offer.role),
            invitations::message.eq(&offer.message),
            invitations::access_until.eq(offer.access_until),
            invitations::invited_by.eq(by),
        ))
        .execute(conn)?;
    if edited == 0 {
        return Ok(false);
    }
    set_grants(conn, was.organization_id, was.id, &offer.companies)?;
    Ok(true)
}

/// Closes the open invitations whose time is over, at most `most` of them, and gives them.
pub fn expire(conn: &mut Conn, now: Time, most: i64) -> QueryResult<Vec<Invitation>> {
    let over: Vec<Invitation> = invitations::table
        .filter(invitations::status.eq(InvitationStatus::Pending))
        .filter(invitations::expires_at.le(now))
        .order(invitations::expires_at)
        .limit(most)
        .select(Invitation::as_select())
        .load(conn)?;
    let mut expired = Vec::with_capacity(over.len());
    for invitation in over {
        let closed = diesel::update(as_read!(invitation))
            .set((
                invitations::status.eq(InvitationStatus::Expired),
                invitations::closed_at.eq(Some(now)),
            ))
            .execute(conn)?;
        if closed == 1 {
            expired.push(invitation);
        }
    }
    Ok(expired)
}
