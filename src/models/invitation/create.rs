//! Creates invitations, their links and their companies.

use diesel::prelude::*;

use crate::app::Ctx;
use crate::authz::role::{CompanyRole, Role};
use crate::common::id::{CompanyId, InvitationId, MailId, UserId};
use crate::common::time::Time;
use crate::common::token::Seed;
use crate::db::schema::{invitation_grants, invitation_tokens, invitations};
use crate::db::types::org_id::OrgId;
use crate::db::types::organization::InvitationStatus;
use crate::db::{Conn, affected};
use crate::models::invitation::change::count_pending;
use crate::models::invitation::words::FoundBy;
use crate::models::invitation::{CompanyGrant, LIFETIME, NewInvitation, words};
use crate::on_each;

/// Grants in one statement: SQLite limits the number of its parameters.
const GRANTS: usize = 1000;

/// An invitation with its id, its link's seed and its queued email.
#[derive(Debug)]
pub struct PreparedInvitation {
    pub id: InvitationId,
    pub seed: Seed,
    pub mail: MailId,
    pub invitation: NewInvitation,
}

#[derive(Insertable)]
#[diesel(table_name = invitations, treat_none_as_default_value = false)]
struct InvitationRow<'a> {
    organization_id: OrgId,
    id: InvitationId,
    email: &'a str,
    first_name: &'a str,
    last_name: &'a str,
    role: Role,
    message: &'a str,
    access_until: Option<Time>,
    status: InvitationStatus,
    hands_over: bool,
    invited_by: UserId,
    mail_id: Option<MailId>,
    sent_count: i32,
    last_sent_at: Time,
    created_at: Time,
    expires_at: Time,
}

impl InvitationRow<'_> {
    fn found_by(&self) -> FoundBy<'_> {
        FoundBy {
            id: self.id,
            first_name: self.first_name,
            last_name: self.last_name,
            email: self.email,
            status: self.status,
            created_at: self.created_at,
        }
    }
}

#[derive(Insertable)]
#[diesel(table_name = invitation_tokens, treat_none_as_default_value = false)]
struct TokenRow<'a> {
    token_hash: String,
    organization_id: OrgId,
    invitation_id: InvitationId,
    seed: &'a str,
    is_current: bool,
    sent_by: UserId,
    created_at: Time,
}

#[derive(Insertable)]
#[diesel(table_name = invitation_grants, treat_none_as_default_value = false)]
struct GrantRow {
    organization_id: OrgId,
    invitation_id: InvitationId,
    company_id: CompanyId,
    role: CompanyRole,
}

/// Saves invitations with their links and companies; `false` when one of the addresses has an open invitation already.
pub fn create_all(
    conn: &mut Conn,
    cx: &Ctx,
    organization: OrgId,
    invited_by: UserId,
    prepared: &[PreparedInvitation],
) -> QueryResult<bool> {
    let rows: Vec<InvitationRow<'_>> = prepared
        .iter()
        .map(
            |PreparedInvitation {
                 id, mail, invitation, ..
             }| InvitationRow {
                organization_id: organization,
                id: *id,
                email: invitation.email.as_str(),
                first_name: &invitation.first_name,
                last_name: &invitation.last_name,
                role: invitation.role,
                message: &invitation.message,
                access_until: invitation.access_until,
                status: InvitationStatus::Pending,
                hands_over: invitation.hands_over,
                invited_by,
                mail_id: Some(*mail),
                sent_count: 1,
                last_sent_at: cx.now,
                created_at: cx.now,
                expires_at: cx.now + LIFETIME,
            },
        )
        .collect();
    let saved = on_each!(conn, c => diesel::insert_into(invitations::table)
        .values(&rows)
        .on_conflict_do_nothing()
        .execute(c))?;
    if saved != rows.len() {
        return Ok(false);
    }
    for one in prepared {
        affected::address(one.invitation.email.as_str());
    }
    let tokens: Vec<TokenRow<'_>> = prepared
        .iter()
        .map(|one| token_row(cx, organization, one.id, &one.seed, invited_by))
        .collect();
    on_each!(conn, c => diesel::insert_into(invitation_tokens::table).values(&tokens).execute(c))?;
    let grants: Vec<GrantRow> = prepared
        .iter()
        .flat_map(|one| grant_rows(organization, one.id, &one.invitation.companies))
        .collect();
    insert_grants(conn, &grants)?;
    let found: Vec<FoundBy<'_>> = rows.iter().map(InvitationRow::found_by).collect();
    words::put(conn, organization, &found)?;
    count_pending(conn, organization, i64::try_from(rows.len()).unwrap_or_default())?;
    Ok(true)
}

fn token_row<'a>(
    cx: &Ctx,
    organization_id: OrgId,
    invitation_id: InvitationId,
    seed: &'a Seed,
    sent_by: UserId,
) -> TokenRow<'a> {
    TokenRow {
        token_hash: cx.token(seed).hash(),
        organization_id,
        invitation_id,
        seed: &seed.0,
        is_current: true,
        sent_by,
        created_at: cx.now,
    }
}

fn grant_rows(
    organization_id: OrgId,
    invitation_id: InvitationId,
    companies: &[CompanyGrant],
) -> impl Iterator<Item = GrantRow> {
    companies.iter().map(move |grant| GrantRow {
        organization_id,
        invitation_id,
        company_id: grant.company,
        role: grant.role,
    })
}

fn insert_grants(conn: &mut Conn, rows: &[GrantRow]) -> QueryResult<()> {
    for rows in rows.chunks(GRANTS) {
        on_each!(conn, c => diesel::insert_into(invitation_grants::table).values(rows).execute(c))?;
    }
    Ok(())
}

/// Creates a link; the previous links stop working.
pub(super) fn new_link(
    conn: &mut Conn,
    cx: &Ctx,
    organization: OrgId,
    invitation: InvitationId,
    sent_by: UserId,
) -> QueryResult<Seed> {
    diesel::update(
        invitation_tokens::table
            .filter(invitation_tokens::organization_id.eq(organization))
            .filter(invitation_tokens::invitation_id.eq(invitation)),
    )
    .set(invitation_tokens::is_current.eq(false))
    .execute(conn)?;
    let seed = Seed::random();
    diesel::insert_into(invitation_tokens::table)
        .values(token_row(cx, organization, invitation, &seed, sent_by))
        .execute(conn)?;
    Ok(seed)
}

pub(super) fn set_grants(
    conn: &mut Conn,
    organization: OrgId,
    invitation: InvitationId,
    companies: &[CompanyGrant],
) -> QueryResult<()> {
    diesel::delete(
        invitation_grants::table
            .filter(invitation_grants::organization_id.eq(organization))
            .filter(invitation_grants::invitation_id.eq(invitation)),
    )
    .execute(conn)?;
    let rows: Vec<GrantRow> = grant_rows(organization, invitation, companies).collect();
    insert_grants(conn, &rows)
}
