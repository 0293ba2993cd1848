//! The pending invitations and open requests of a person, in every organization.

use diesel::dsl::count_star;
use diesel::prelude::*;

use crate::auth::current_user::CurrentUser;
use crate::authz::role::Role;
use crate::common::id::{InvitationId, JoinId, UserId};
use crate::common::time::Time;
use crate::common::token::Seed;
use crate::common::zone::Zone;
use crate::db::Conn;
use crate::db::schema::{
    companies, invitation_grants, invitation_tokens, invitations, join_requests, memberships, organization_slugs,
    organizations, users,
};
use crate::db::types::MembershipStatus;
use crate::db::types::org_id::OrgId;
use crate::db::types::organization::{InvitationStatus, UnitLabel};
use crate::models::join_request::JoinStatus;
use crate::opens;

#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = invitations)]
pub struct PendingInvitation {
    #[diesel(column_name = organization_id)]
    pub organization: OrgId,
    pub id: InvitationId,
    /// The organization's name.
    #[diesel(select_expression = organizations::name)]
    pub name: String,
    /// Its word for companies.
    #[diesel(select_expression = organizations::unit_label)]
    pub unit: UnitLabel,
    #[diesel(select_expression = users::name)]
    pub inviter: String,
    pub role: Role,
    pub expires_at: Time,
    #[diesel(select_expression = organizations::timezone)]
    pub zone: Zone,
    #[diesel(select_expression = invitation_tokens::seed)]
    seed: String,
}

/// The invitations to a person's verified address, the next to expire first.
pub fn pending_invitations(conn: &mut Conn, person: &CurrentUser) -> QueryResult<Vec<PendingInvitation>> {
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
        .select(PendingInvitation::as_select())
        .load(conn)
}

impl PendingInvitation {
    /// The path of its page, with the token of its email.
    pub fn path(&self, person: &CurrentUser) -> String {
        let token = person.cx.token(&Seed(self.seed.clone()));
        format!("/invitations/{}", token.as_str())
    }
}

/// An open request to join.
#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = join_requests)]
pub struct OpenJoinRequest {
    pub id: JoinId,
    #[diesel(select_expression = organizations::name)]
    pub organization: String,
    /// The company to create, or nothing.
    #[diesel(column_name = company_name)]
    pub company: String,
    #[diesel(column_name = created_at)]
    pub at: Time,
    #[diesel(select_expression = organizations::timezone)]
    pub zone: Zone,
}

/// The open requests of a person, newest first.
pub fn open_requests(conn: &mut Conn, user: UserId) -> QueryResult<Vec<OpenJoinRequest>> {
    join_requests::table
        .inner_join(organizations::table)
        .filter(join_requests::user_id.eq(user))
        .filter(join_requests::status.eq(JoinStatus::Awaiting))
        .order(join_requests::id.desc())
        .limit(50)
        .select(OpenJoinRequest::as_select())
        .load(conn)
}

/// The first three companies of an invitation by name, and how many there are.
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

/// Whether a person is a member of any organization.
pub fn has_any(conn: &mut Conn, user: UserId) -> QueryResult<bool> {
    diesel::select(diesel::dsl::exists(
        memberships::table
            .filter(memberships::user_id.eq(user))
            .filter(memberships::status.ne(MembershipStatus::Removed)),
    ))
    .get_result(conn)
}

#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = memberships)]
pub struct OwnOrganization {
    #[diesel(select_expression = organizations::name)]
    pub name: String,
    /// Its word for companies.
    #[diesel(select_expression = organizations::unit_label)]
    pub unit: UnitLabel,
    pub role: Role,
}

/// An organization of a person by its slug; `None` when they are not a member.
pub fn own_organization(conn: &mut Conn, person: &CurrentUser, slug: &str) -> QueryResult<Option<OwnOrganization>> {
    memberships::table
        .inner_join(organizations::table)
        .inner_join(organization_slugs::table.on(organization_slugs::organization_id.eq(organizations::id)))
        .filter(memberships::user_id.eq(person.id))
        .filter(opens!(person.cx.now))
        .filter(organization_slugs::slug.eq(slug))
        .filter(organization_slugs::is_current)
        .select(OwnOrganization::as_select())
        .first(conn)
        .optional()
}
