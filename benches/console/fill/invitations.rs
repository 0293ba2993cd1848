//! Pending invitations, as they are two days after they were sent.

use diesel::prelude::*;
use tenantry::common::time::Span;
use tenantry::db::schema::{invitation_grants, invitation_tokens, invitations};

use super::organizations::{Company, Plan};
use super::{fresh, sha256, words};

const ROWS: usize = 500;

fn email(plan: &Plan, at: usize) -> String {
    format!("invited.{at}@{}.example", plan.slug)
}

pub fn insert(
    conn: &mut SqliteConnection,
    plan: &Plan,
    org: &str,
    owner: &str,
    companies: &[Company],
    now: i64,
) -> QueryResult<()> {
    let sent = now - Span::days(2).0;
    let ids: Vec<String> = (0..plan.invitations).map(|_| fresh()).collect();
    for (chunk, ids) in ids.chunks(ROWS).enumerate() {
        let first = chunk * ROWS;
        let rows: Vec<_> = ids
            .iter()
            .enumerate()
            .map(|(at, id)| {
                (
                    invitations::organization_id.eq(org),
                    invitations::id.eq(id),
                    invitations::email.eq(email(plan, first + at)),
                    invitations::first_name.eq("Ingrid"),
                    invitations::last_name.eq("Invited"),
                    invitations::role.eq("member"),
                    invitations::message.eq(""),
                    invitations::status.eq("pending"),
                    invitations::hands_over.eq(false),
                    invitations::invited_by.eq(owner),
                    invitations::sent_count.eq(1),
                    invitations::last_sent_at.eq(sent),
                    invitations::created_at.eq(sent),
                    invitations::expires_at.eq(now + Span::days(5).0),
                )
            })
            .collect();
        diesel::insert_into(invitations::table).values(&rows).execute(conn)?;
        let invited: Vec<(&str, String)> = ids
            .iter()
            .enumerate()
            .map(|(at, id)| (id.as_str(), email(plan, first + at)))
            .collect();
        words::of_invitations(conn, org, "Ingrid Invited", sent, &invited)?;
        let rows: Vec<_> = ids
            .iter()
            .enumerate()
            .map(|(at, id)| {
                (
                    invitation_grants::organization_id.eq(org),
                    invitation_grants::invitation_id.eq(id),
                    invitation_grants::company_id.eq(&companies[(first + at) % companies.len()].id),
                    invitation_grants::role.eq("viewer"),
                )
            })
            .collect();
        diesel::insert_into(invitation_grants::table)
            .values(&rows)
            .execute(conn)?;
        let rows: Vec<_> = ids
            .iter()
            .map(|id| {
                (
                    invitation_tokens::token_hash.eq(sha256(id)),
                    invitation_tokens::organization_id.eq(org),
                    invitation_tokens::invitation_id.eq(id),
                    invitation_tokens::seed.eq(sha256(&format!("seed of {id}"))),
                    invitation_tokens::is_current.eq(true),
                    invitation_tokens::sent_by.eq(owner),
                    invitation_tokens::created_at.eq(sent),
                )
            })
            .collect();
        diesel::insert_into(invitation_tokens::table)
            .values(&rows)
            .execute(conn)?;
    }
    Ok(())
}
