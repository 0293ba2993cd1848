//! Reads of the commands.

use diesel::prelude::*;

use crate::db::Conn;
use crate::db::schema::{
    access_reviews, audit_seals, invitations, mail_outbox, onboarding_links, organization_slugs, organizations,
    sessions,
};
use crate::db::types::org_id::OrgId;
use crate::db::types::organization::InvitationStatus;
use crate::mail::outbox::MailState;

/// The organizations after an id, with their current slug; only one with `slug`.
pub fn organizations(
    conn: &mut Conn,
    slug: Option<&str>,
    after: Option<OrgId>,
    limit: i64,
) -> QueryResult<Vec<(OrgId, String)>> {
    let mut query = organizations::table
        .left_join(
            organization_slugs::table.on(organization_slugs::organization_id
                .eq(organizations::id)
                .and(organization_slugs::is_current)),
        )
        .order(organizations::id)
        .limit(limit)
        .select((organizations::id, organization_slugs::slug.nullable()))
        .into_boxed();
    if let Some(slug) = slug {
        query = query.filter(organization_slugs::slug.eq(slug));
    }
    if let Some(after) = after {
        query = query.filter(organizations::id.gt(after));
    }
    let rows: Vec<(OrgId, Option<String>)> = query.load(conn)?;
    let name = |(id, slug): (OrgId, Option<String>)| (id, slug.unwrap_or_else(|| id.to_string()));
    Ok(rows.into_iter().map(name).collect())
}

/// What only the key file opens: how many, of what, and what another key does to them.
pub fn made_with_the_key(conn: &mut Conn) -> QueryResult<Vec<(i64, &'static str, &'static str)>> {
    let emails = mail_outbox::table
        .filter(mail_outbox::seed.is_not_null())
        .filter(mail_outbox::state.eq_any([MailState::Queued, MailState::Sending, MailState::Failed]));
    let links = onboarding_links::table.filter(onboarding_links::seed.ne(""));
    let invitations = invitations::table.filter(invitations::status.eq(InvitationStatus::Pending));
    let reports = access_reviews::table.filter(access_reviews::signature.ne(""));
    Ok(vec![
        (
            sessions::table.count().get_result(conn)?,
            "sessions",
            "the people must sign in again",
        ),
        (
            emails.count().get_result(conn)?,
            "emails that are not sent yet",
            "their links do not open",
        ),
        (
            invitations.count().get_result(conn)?,
            "open invitations",
            "they open from emails that were sent, not from the invited person's start page; send them again",
        ),
        (
            links.count().get_result(conn)?,
            "onboarding links",
            "the address on their page does not open; rotate them",
        ),
        (
            audit_seals::table.count().get_result(conn)?,
            "seals of audit logs",
            "they do not verify",
        ),
        (
            reports.count().get_result(conn)?,
            "signed reports of access reviews",
            "they do not verify with the public key of this instance",
        ),
    ])
}
