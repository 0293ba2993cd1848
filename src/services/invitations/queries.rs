//! What the room asks of the database. The rows of invitations are written by `gate::invitation`.

use diesel::prelude::*;
use diesel::sql_types::Text;
use serde_json::json;

use crate::audit::{Action, Event, Events};
use crate::authz::decision::Reach;
use crate::authz::role::CompanyRole;
use crate::common::error::AppError;
use crate::common::id::{CompanyId, InvitationId, MailId, UserId};
use crate::common::paging::{Cursor, Direction};
use crate::common::time::Time;
use crate::common::token::Seed;
use crate::db::Conn;
use crate::db::schema::{
    companies, invitation_grants, invitation_tokens, invitations, mail_outbox, memberships, organization_slugs,
    organizations, users,
};
use crate::db::types::MembershipStatus;
use crate::db::types::org_id::OrgId;
use crate::db::types::organization::{CompanyStatus, InvitationStatus, OrganizationStatus, UnitLabel};
use crate::mail::outbox;
use crate::mail::outbox::MailState;
use crate::models::invitation;
use crate::models::invitation::Invitation;
use crate::services::invitations::authority::InviteAuthority;
use crate::services::invitations::rules;

pub type Backend = <Conn as diesel::Connection>::Backend;

#[diesel::declare_sql_function]
extern "SQL" {
    /// Lower case; both engines have it.
    fn lower(text: Text) -> Text;
}

/// Rows of a page.
pub const PAGE: usize = 50;

/// Closes what is over by time, for the clock; at most 500 a run, so that no run holds the database long.
pub fn expire(conn: &mut Conn, now: Time) -> QueryResult<Events> {
    let mut events = Events::none("nothing is over");
    for over in invitation::expire(conn, now, 500)? {
        if let Some(letter) = over.mail_id {
            outbox::withdraw(conn, letter)?;
        }
        let event = Event::new(Action::InvitationExpired, "invitation", over.id, &over.email)
            .before(json!({ "status": "pending" }))
            .after(json!({ "status": "expired" }));
        events = events.and(Events::organization(over.organization_id, event));
    }
    Ok(events)
}

/// Whoever manages companies sees what leads into these, and what they sent.
macro_rules! in_sight {
    ($query:expr, $organization:expr, $voucher:expr) => {
        if $voucher.reach() == Reach::Everywhere {
            $query
        } else {
            let leading = invitation_grants::table
                .filter(invitation_grants::organization_id.eq($organization))
                .filter(invitation_grants::company_id.eq_any($voucher.own.clone()))
                .select(invitation_grants::invitation_id);
            $query.filter(
                invitations::invited_by
                    .eq($voucher.user)
                    .or(invitations::id.eq_any(leading)),
            )
        }
    };
}

/// How many invitations are open.
pub fn pending(conn: &mut Conn, organization: OrgId, voucher: &InviteAuthority) -> QueryResult<i64> {
    let query = invitations::table
        .filter(invitations::organization_id.eq(organization))
        .filter(invitations::status.eq(InvitationStatus::Pending))
        .into_boxed::<Backend>();
    in_sight!(query, organization, voucher).count().get_result(conn)
}

/// Where the letter of an invitation stands.
#[derive(Debug, Clone, Queryable)]
pub struct Delivery {
    pub state: MailState,
    /// How many tries there were.
    pub attempts: i32,
    /// When it is tried next.
    pub next: Time,
    /// What the server said last, or nothing.
    pub error: String,
}

/// An invitation in the list.
#[derive(Debug, Clone, Queryable)]
pub struct Listed {
    pub invitation: Invitation,
    /// The name of who vouches for it.
    pub inviter: String,
    /// Its latest letter, unless that was withdrawn.
    pub delivery: Option<Delivery>,
}

/// A page of invitations, newest first.
pub fn list(
    conn: &mut Conn,
    organization: OrgId,
    voucher: &InviteAuthority,
    status: Option<InvitationStatus>,
    q: &str,
    place: Option<&Cursor>,
) -> QueryResult<Vec<Listed>> {
    let mut query = invitations::table
        .inner_join(users::table)
        .left_join(mail_outbox::table)
        .filter(invitations::organization_id.eq(organization))
        .into_boxed::<Backend>();
    if let Some(status) = status {
        query = query.filter(invitations::status.eq(status));
    }
    let plain = q.trim().to_lowercase();
    if !plain.is_empty() {
        let like = format!(
            "%{}%",
            plain.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_")
        );
        let full = lower(invitations::first_name.concat(" ").concat(invitations::last_name));
        query = query.filter(
            invitations::email
                .like(like.clone())
                .escape('\\')
                .or(full.like(like).escape('\\')),
        );
    }
    query = in_sight!(query, organization, voucher);
    let from = place.and_then(|place| {
        let at = i64::from_be_bytes(place.key.as_slice().try_into().ok()?);
        Some((place.direction, Time(at), InvitationId::parse(&place.id)?))
    });
    if let Some((direction, at, id)) = from {
        let same = invitations::created_at.eq(at);
        query = match direction {
            Direction::Next => query.filter(invitations::created_at.lt(at).or(same.and(invitations::id.lt(id)))),
            Direction::Previous => query.filter(invitations::created_at.gt(at).or(same.and(invitations::id.gt(id)))),
        };
    }
    query = if place.is_some_and(|place| place.direction == Direction::Previous) {
        query.order((invitations::created_at.asc(), invitations::id.asc()))
    } else {
        query.order((invitations::created_at.desc(), invitations::id.desc()))
    };
    query
        .limit(i64::try_from(PAGE + 1).unwrap_or(i64::MAX))
        .select((
            Invitation::as_select(),
            users::name,
            (
                mail_outbox::state,
                mail_outbox::attempts,
                mail_outbox::next_attempt_at,
                mail_outbox::last_error,
            )
                .nullable(),
        ))
        .load(conn)
}

/// A company in an invitation.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct Grant {
    pub company: CompanyId,
    pub name: String,
    /// Whether it works.
    pub status: CompanyStatus,
    /// The role in it.
    pub role: CompanyRole,
}

/// The companies of some invitations.
pub fn grants(conn: &mut Conn, organization: OrgId, ids: Vec<InvitationId>) -> QueryResult<Vec<(InvitationId, Grant)>> {
    invitation_grants::table
        .inner_join(
            companies::table.on(companies::organization_id
                .eq(invitation_grants::organization_id)
                .and(companies::id.eq(invitation_grants::company_id))),
        )
        .filter(invitation_grants::organization_id.eq(organization))
        .filter(invitation_grants::invitation_id.eq_any(ids))
        .order((companies::sort_name, companies::id))
        .select((
            invitation_grants::invitation_id,
            (
                invitation_grants::company_id,
                companies::name,
                companies::status,
                invitation_grants::role,
            ),
        ))
        .load(conn)
}

/// The seeds of the links that open, for some invitations.
pub fn seeds(conn: &mut Conn, organization: OrgId, ids: Vec<InvitationId>) -> QueryResult<Vec<(InvitationId, String)>> {
    invitation_tokens::table
        .filter(invitation_tokens::organization_id.eq(organization))
        .filter(invitation_tokens::invitation_id.eq_any(ids))
        .filter(invitation_tokens::is_current.eq(true))
        .select((invitation_tokens::invitation_id, invitation_tokens::seed))
        .load(conn)
}

/// An invitation that a member sees, with its companies.
#[derive(Debug, Clone)]
pub struct InvitationListItem {
    pub invitation: Invitation,
    pub grants: Vec<Grant>,
}

impl InvitationListItem {
    /// The companies with their roles.
    pub fn offered(&self) -> Vec<(CompanyId, CompanyRole)> {
        self.grants.iter().map(|grant| (grant.company, grant.role)).collect()
    }

    /// Where it stands at this moment.
    pub fn standing(&self, now: Time) -> InvitationStatus {
        rules::standing(self.invitation.status, self.invitation.expires_at, now)
    }
}

/// An invitation by its id, as a path or a form names it.
pub fn find(
    conn: &mut Conn,
    organization: OrgId,
    voucher: &InviteAuthority,
    id: &str,
) -> Result<InvitationListItem, AppError> {
    let id = InvitationId::parse(id).ok_or(AppError::NotFound)?;
    let query = invitations::table
        .filter(invitations::organization_id.eq(organization))
        .filter(invitations::id.eq(id))
        .select(Invitation::as_select())
        .into_boxed::<Backend>();
    let invitation = in_sight!(query, organization, voucher).first(conn)?;
    let grants = grants(conn, organization, vec![id])?
        .into_iter()
        .map(|(_, grant)| grant)
        .collect();
    Ok(InvitationListItem { invitation, grants })
}

/// Whether an invitation other than `except` is open for an address.
pub fn is_open(conn: &mut Conn, organization: OrgId, email: &str, except: InvitationId) -> QueryResult<bool> {
    let others = invitations::table
        .filter(invitations::organization_id.eq(organization))
        .filter(invitations::email.eq(email))
        .filter(invitations::status.eq_any([InvitationStatus::Pending, InvitationStatus::AwaitingApproval]))
        .filter(invitations::id.ne(except))
        .count()
        .get_result::<i64>(conn)?;
    Ok(others > 0)
}

/// Whether a letter still waits to be sent.
pub fn letter_waits(conn: &mut Conn, letter: MailId) -> QueryResult<bool> {
    let waiting: i64 = mail_outbox::table
        .filter(mail_outbox::id.eq(letter))
        .filter(mail_outbox::state.eq(MailState::Queued))
        .count()
        .get_result(conn)?;
    Ok(waiting > 0)
}

/// The seed of the link that opens an invitation.
pub fn seed(conn: &mut Conn, organization: OrgId, id: InvitationId) -> QueryResult<Option<Seed>> {
    Ok(seeds(conn, organization, vec![id])?.pop().map(|(_, seed)| Seed(seed)))
}

/// What an invitation's page says of its organization.
#[derive(Debug, Clone, Queryable)]
pub struct InvitingOrganization {
    pub name: String,
    pub slug: String,
    /// Whether it works.
    pub status: OrganizationStatus,
    /// Its word for companies.
    pub unit: UnitLabel,
}

/// The organization of an invitation.
pub fn host(conn: &mut Conn, organization: OrgId) -> QueryResult<InvitingOrganization> {
    organizations::table
        .inner_join(organization_slugs::table)
        .filter(organizations::id.eq(organization))
        .filter(organization_slugs::is_current.eq(true))
        .select((
            organizations::name,
            organization_slugs::slug,
            organizations::status,
            organizations::unit_label,
        ))
        .first(conn)
}

/// Name and address of an account.
pub fn contact(conn: &mut Conn, user: UserId) -> QueryResult<(String, String)> {
    users::table.find(user).select((users::name, users::email)).first(conn)
}

/// Whether an address has an account. Only who holds an invitation's link may learn it.
pub fn has_account(conn: &mut Conn, email: &str) -> QueryResult<bool> {
    let accounts: i64 = users::table.filter(users::email.eq(email)).count().get_result(conn)?;
    Ok(accounts > 0)
}

/// Whether somebody is a member.
pub fn is_member(conn: &mut Conn, organization: OrgId, user: UserId) -> QueryResult<bool> {
    let places: i64 = memberships::table
        .filter(memberships::organization_id.eq(organization))
        .filter(memberships::user_id.eq(user))
        .filter(memberships::status.ne(MembershipStatus::Removed))
        .count()
        .get_result(conn)?;
    Ok(places > 0)
}
