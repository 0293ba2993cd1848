//! Addresses that accept no invitations: from one organization, or from one account in any organization.

use diesel::prelude::*;

use crate::common::id::UserId;
use crate::common::time::Time;
use crate::db::Conn;
use crate::db::schema::{organization_blocks, sender_blocks};
use crate::db::types::org_id::OrgId;
use crate::on_each;

/// What an address has blocked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct InvitationBlocks {
    pub organization: bool,
    pub sender: bool,
}

/// Whether an address accepts no invitations from an organization.
pub fn blocks_organization(conn: &mut Conn, organization: OrgId, email: &str) -> QueryResult<bool> {
    diesel::select(diesel::dsl::exists(
        organization_blocks::table.find((organization, email)),
    ))
    .get_result(conn)
}

/// Whether an address accepts no invitations from an account.
pub fn blocks_sender(conn: &mut Conn, sender: UserId, email: &str) -> QueryResult<bool> {
    diesel::select(diesel::dsl::exists(sender_blocks::table.find((sender, email)))).get_result(conn)
}

pub fn find(conn: &mut Conn, organization: OrgId, sender: UserId, email: &str) -> QueryResult<InvitationBlocks> {
    Ok(InvitationBlocks {
        organization: blocks_organization(conn, organization, email)?,
        sender: blocks_sender(conn, sender, email)?,
    })
}

/// Which of these addresses accept no invitations from an organization or an account.
pub fn blocked_among(
    conn: &mut Conn,
    organization: OrgId,
    sender: UserId,
    emails: &[&str],
) -> QueryResult<Vec<String>> {
    let mut blocked: Vec<String> = organization_blocks::table
        .filter(organization_blocks::organization_id.eq(organization))
        .filter(organization_blocks::email.eq_any(emails))
        .select(organization_blocks::email)
        .load(conn)?;
    blocked.extend(
        sender_blocks::table
            .filter(sender_blocks::user_id.eq(sender))
            .filter(sender_blocks::email.eq_any(emails))
            .select(sender_blocks::email)
            .load::<String>(conn)?,
    );
    Ok(blocked)
}

/// `false` when the address had blocked the organization before.
pub fn block_organization(conn: &mut Conn, now: Time, organization: OrgId, email: &str) -> QueryResult<bool> {
    let row = (
        organization_blocks::organization_id.eq(organization),
        organization_blocks::email.eq(email),
        organization_blocks::created_at.eq(now),
    );
    let added = on_each!(conn, c => diesel::insert_into(organization_blocks::table).values(row).on_conflict_do_nothing().execute(c))?;
    Ok(added == 1)
}

/// `false` when the address had not blocked the organization.
pub fn unblock_organization(conn: &mut Conn, organization: OrgId, email: &str) -> QueryResult<bool> {
    let deleted = diesel::delete(organization_blocks::table.find((organization, email))).execute(conn)?;
    Ok(deleted == 1)
}

/// `false` when the address had blocked the account before.
pub fn block_sender(conn: &mut Conn, now: Time, sender: UserId, email: &str) -> QueryResult<bool> {
    let row = (
        sender_blocks::user_id.eq(sender),
        sender_blocks::email.eq(email),
        sender_blocks::created_at.eq(now),
    );
    let added =
        on_each!(conn, c => diesel::insert_into(sender_blocks::table).values(row).on_conflict_do_nothing().execute(c))?;
    Ok(added == 1)
}

/// `false` when the address had not blocked the account.
pub fn unblock_sender(conn: &mut Conn, sender: UserId, email: &str) -> QueryResult<bool> {
    let deleted = diesel::delete(sender_blocks::table.find((sender, email))).execute(conn)?;
    Ok(deleted == 1)
}
