//! The invitations that wait for a person. The person's address stands in the place of the organization here.

use diesel::dsl::count_star;
use diesel::prelude::*;

use crate::auth::current_user::CurrentUser;
use crate::authz::role::Role;
use crate::common::id::{InvitationId, JoinId, UserId};
use crate::common::time::Time;
use crate::common::token::Seed;
use crate::db::Conn;
use crate::db::schema::{
    companies, invitation_grants, invitation_tokens, invitations, join_requests, memberships, organization_slugs,
    organizations, users,
};
use crate::db::types::MembershipStatus;
use crate::db::types::org_id::OrgId;
use crate::db::types::organization::{InvitationStatus, UnitLabel};

/// An invitation that waits.
#[derive(Debug, Queryable)]
pub struct Waiting {
    pub organization: OrgId,
    pub id: InvitationId,
    /// The organization's name.
    pub name: String,
    /// Its word for companies.
    pub unit: UnitLabel,
    pub inviter: String,
    /// As what.
    pub role: Role,
    /// When the link ends.
    pub expires_at: Time,
    /// What its current link is made of.
    pub seed: String,
}

/// The invitations to a person's proven address, the ones that end first on top.
pub fn waiting(conn: &mut Conn, person: &CurrentUser) -> QueryResult<Vec<Waiting>> {
    if !person.verified {
        return Ok(Vec::new());
    }
    invitations::table
        .inner_join(organizations::table)
        .inner_join(users::table)
        .inner_join(
            invitation_tokens::table.on(invitation_tokens::organization_id
                .eq(invitations::organization_id)
                .and(invitation_tokens::invitation_id.eq(invitations::id))),
        )
        .filter(invitations::email.eq(person.email.as_str()))
        .filter(invitations::status.eq(InvitationStatus::Pending))
        .filter(invitations::expires_at.gt(person.cx.now))
        .filter(invitation_tokens::is_current.eq(true))
        .order((invitations::expires_at, invitations::id))
        .limit(50)
        .select((
            invitations::organization_id,
            invitations::id,
            organizations::name,
            organizations::unit_label,
            users::name,
            invitations::role,
            invitations::expires_at,
            invitation_tokens::seed,
        ))
        .load(conn)
}

impl Waiting {
    /// The path of its page, with the token that its letter carries.
    pub fn path(&self, person: &CurrentUser) -> String {
        let token = person.cx.token(&Seed(self.seed.clone()));
        format!("/invitations/{}", token.as_str())
    }
}

/// A request to come in by an onboarding link that waits for an answer.
#[derive(Debug, Queryable)]
pub struct OnboardingInvitee {
    pub id: JoinId,
    /// The organization's name.
    pub organization: String,
    /// The company to set up, or nothing.
    pub company: String,
    pub at: Time,
}

/// The requests of a person that wait, the latest on top.
pub fn asked(conn: &mut Conn, user: UserId) -> QueryResult<Vec<OnboardingInvitee>> {
    join_requests::table
        .inner_join(organizations::table)
        .filter(join_requests::user_id.eq(user))
        .filter(join_requests::status.eq("awaiting"))
        .order(join_requests::id.desc())
        .limit(50)
        .select((
            join_requests::id,
            organizations::name,
            join_requests::company_name,
            join_requests::created_at,
        ))
        .load(conn)
}

/// The companies of an invitation by name, at most three, and how many there are.
pub fn granted(conn: &mut Conn, org: OrgId, invitation: InvitationId) -> QueryResult<(Vec<String>, i64)> {
    let count: i64 = invitation_grants::table
        .filter(invitation_grants::organization_id.eq(org))
        .filter(invitation_grants::invitation_id.eq(invitation))
        .select(count_star())
        .first(conn)?;
    let names = invitation_grants::table
        .inner_join(
            companies::table.on(companies::organization_id
                .eq(invitation_grants::organization_id)
                .and(companies::id.eq(invitation_grants::company_id))),
        )
        .filter(invitation_grants::organization_id.eq(org))
        .filter(invitation_grants::invitation_id.eq(invitation))
        .order((companies::sort_name, companies::id))
        .limit(3)
        .select(companies::name)
        .load(conn)?;
    Ok((names, count))
}

/// Whether a person belongs to any organization.
pub fn has_any(conn: &mut Conn, user: UserId) -> QueryResult<bool> {
    diesel::select(diesel::dsl::exists(
        memberships::table
            .filter(memberships::user_id.eq(user))
            .filter(memberships::status.ne(MembershipStatus::Removed)),
    ))
    .get_result(conn)
}

/// Name, unit word and role of a person's organization by its slug; `None` when they do not belong to it.
pub fn entered(conn: &mut Conn, person: &CurrentUser, slug: &str) -> QueryResult<Option<(String, UnitLabel, Role)>> {
    memberships::table
        .inner_join(organizations::table)
        .inner_join(organization_slugs::table.on(organization_slugs::organization_id.eq(organizations::id)))
        .filter(memberships::user_id.eq(person.id))
        .filter(memberships::status.eq(MembershipStatus::Active))
        .filter(
            memberships::access_until
                .is_null()
                .or(memberships::access_until.ge(person.cx.now)),
        )
        .filter(organization_slugs::slug.eq(slug))
        .filter(organization_slugs::is_current.eq(true))
        .select((organizations::name, organizations::unit_label, memberships::role))
        .first(conn)
        .optional()
}
