//! What a request reads before its handler: session, account, organization and membership.

use diesel::prelude::*;

use crate::authz::role::{CompanyRole, Role};
use crate::authz::session_rules::{Proofs, SessionPolicy};
use crate::common::id::{CompanyId, MembershipId, SessionId, UserId};
use crate::common::time::Time;
use crate::common::token::Token;
use crate::common::zone::Zone;
use crate::db::Conn;
use crate::db::schema::{
    companies, company_assignments, instance_pages, memberships, organization_slugs, organizations, sessions, users,
};
use crate::db::types::MembershipStatus;
use crate::db::types::org_id::OrgId;
use crate::db::types::organization::{CompanyStatus, OrganizationType, UnitLabel};
use crate::models::membership::access::{FACTS, MembershipAccess};
use crate::models::membership::held::HeldRoles;
use crate::models::security_policy::SecurityColumns;
use crate::models::session::{ABSOLUTE, IDLE, ProofColumns};
use crate::on_each;

/// The account of a session.
#[derive(Queryable, Selectable)]
#[diesel(table_name = users)]
pub struct AccountRow {
    pub id: UserId,
    pub name: String,
    pub email: String,
    pub email_verified_at: Option<Time>,
    pub is_operator: bool,
    pub organization_limit: Option<i32>,
    pub timezone: Option<Zone>,
    pub page_version: i64,
    /// Whether the account has an authenticator app or a passkey.
    pub second_factor: bool,
}

/// A session.
#[derive(Queryable, Selectable)]
#[diesel(table_name = sessions)]
pub struct SessionRow {
    pub id: SessionId,
    pub created_at: Time,
    pub last_seen_at: Time,
    pub longest_idle: i64,
    #[diesel(embed)]
    pub proofs: ProofColumns,
}

impl SessionRow {
    /// Instead of a session, for who acts without one.
    pub fn none(now: Time) -> Self {
        Self {
            id: SessionId::NIL,
            created_at: now,
            last_seen_at: now,
            longest_idle: 0,
            proofs: Proofs::default().into(),
        }
    }
}

/// An organization.
#[derive(Queryable, Selectable)]
#[diesel(table_name = organizations)]
pub struct OrganizationRow {
    pub id: OrgId,
    pub name: String,
    pub organization_type: OrganizationType,
    pub unit_label: UnitLabel,
    pub active_companies: i64,
    pub archived_companies: i64,
    pub policies: String,
    pub delete_after: Option<Time>,
    pub timezone: Zone,
    pub page_version: i64,
    #[diesel(embed)]
    pub security: SecurityColumns,
}

impl OrganizationRow {
    /// What the organization asks of a member's session.
    pub fn policy(&self, member: &MembershipRow) -> SessionPolicy {
        let policy = self.security.policy();
        SessionPolicy {
            sessions_from: policy.sessions_from.max(member.sessions_from),
            ..policy
        }
    }

    /// Whether a member waits for a second factor, whatever a session proved: for work without one.
    pub fn awaits_second_factor(&self, now: Time, account: &AccountRow, member: &MembershipRow) -> bool {
        !account.second_factor && self.security.policy().enforces(now, member.role.is_owner_or_admin())
    }
}

/// A membership.
#[derive(Queryable, Selectable)]
#[diesel(table_name = memberships)]
pub struct MembershipRow {
    pub id: MembershipId,
    pub role: Role,
    pub status: MembershipStatus,
    pub access_until: Option<Time>,
    pub last_seen_at: Option<Time>,
    pub sessions_from: Time,
}

/// A company.
#[derive(Queryable, Selectable)]
#[diesel(table_name = companies)]
pub struct CompanyRow {
    pub id: CompanyId,
    pub name: String,
    pub slug: String,
    pub status: CompanyStatus,
    pub created_at: Time,
    pub archived_at: Option<Time>,
}

/// A member with everything that a request needs; the last is the instance's page version.
pub type MemberRow = (
    AccountRow,
    SessionRow,
    OrganizationRow,
    String,
    MembershipRow,
    MembershipAccess,
    HeldRoles,
    Option<i64>,
);

/// The account of a session token; `None` when the session is over.
pub fn account(conn: &mut Conn, now: Time, token: &Token) -> QueryResult<Option<(AccountRow, SessionRow)>> {
    on_each!(conn, c => sessions::table
        .inner_join(users::table)
        .filter(sessions::token_hash.eq(token.hash()))
        .filter(sessions::last_seen_at.gt(now - IDLE))
        .filter(sessions::created_at.gt(now - ABSOLUTE))
        .select((AccountRow::as_select(), SessionRow::as_select()))
        .first(c)
        .optional())
}

/// The member of a session token in the organization of a slug: one indexed query.
pub fn member(conn: &mut Conn, now: Time, token: &Token, slug: &str) -> QueryResult<Option<MemberRow>> {
    on_each!(conn, c => sessions::table
        .inner_join(users::table)
        .inner_join(memberships::table.on(memberships::user_id.eq(users::id)))
        .inner_join(organizations::table.on(organizations::id.eq(memberships::organization_id)))
        .inner_join(organization_slugs::table.on(organization_slugs::organization_id.eq(organizations::id)))
        .filter(sessions::token_hash.eq(token.hash()))
        .filter(sessions::last_seen_at.gt(now - IDLE))
        .filter(sessions::created_at.gt(now - ABSOLUTE))
        .filter(organization_slugs::slug.eq(slug))
        .filter(organization_slugs::is_current)
        .select((
            AccountRow::as_select(),
            SessionRow::as_select(),
            OrganizationRow::as_select(),
            organization_slugs::slug,
            MembershipRow::as_select(),
            FACTS,
            HeldRoles::columns(now),
            instance_pages::table.select(instance_pages::page_version).single_value(),
        ))
        .first(c)
        .optional())
}

/// A member without a session, for work in their name.
pub type AbsentRow = (
    AccountRow,
    OrganizationRow,
    String,
    MembershipRow,
    MembershipAccess,
    HeldRoles,
);

/// A member of an organization by id.
pub fn absent_member(
    conn: &mut Conn,
    now: Time,
    organization: OrgId,
    member: MembershipId,
) -> QueryResult<Option<AbsentRow>> {
    on_each!(conn, c => memberships::table
        .inner_join(users::table.on(users::id.eq(memberships::user_id)))
        .inner_join(organizations::table.on(organizations::id.eq(memberships::organization_id)))
        .inner_join(organization_slugs::table.on(organization_slugs::organization_id.eq(organizations::id)))
        .filter(memberships::organization_id.eq(organization))
        .filter(memberships::id.eq(member))
        .filter(organization_slugs::is_current)
        .select((
            AccountRow::as_select(),
            OrganizationRow::as_select(),
            organization_slugs::slug,
            MembershipRow::as_select(),
            FACTS,
            HeldRoles::columns(now),
        ))
        .first(c)
        .optional())
}

/// A company of an organization by its slug.
pub fn company(conn: &mut Conn, organization: OrgId, slug: &str) -> QueryResult<CompanyRow> {
    companies::table
        .filter(companies::organization_id.eq(organization))
        .filter(companies::slug.eq(slug))
        .select(CompanyRow::as_select())
        .first(conn)
}

/// The role to which a member is assigned in a company.
pub fn company_role(
    conn: &mut Conn,
    now: Time,
    organization: OrgId,
    membership: MembershipId,
    company: CompanyId,
) -> QueryResult<Option<CompanyRole>> {
    company_assignments::table
        .filter(company_assignments::organization_id.eq(organization))
        .filter(company_assignments::membership_id.eq(membership))
        .filter(company_assignments::company_id.eq(company))
        .filter(
            company_assignments::access_until
                .is_null()
                .or(company_assignments::access_until.ge(now)),
        )
        .select(company_assignments::role)
        .first(conn)
        .optional()
}
