//! A person in one organization, as the gate found them on this request.

use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::prelude::*;
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types::Text;

use super::context::Context;
use super::db::Conn;
use super::deed::{Deed, Deeds};
use super::organization::UnitLabel;
use super::permission::{ChangeRoles, Permission, Reach, Right, Rights};
use super::role::{CompanyRole, Role};
use super::schema::{company_assignments, memberships, organization_slugs, organizations, sessions, users};
use super::session::{ABSOLUTE, IDLE, Person, PersonRow, TOUCH};
use super::shell::Shell;
use crate::ground::error::{AppError, Refusal};
use crate::ground::id::{CompanyId, MembershipId, RawId, UserId};
use crate::ground::time::Time;
use crate::ground::token::Token;

crate::text_enum! {
    /// Whether a membership counts.
    pub enum MembershipStatus {
        Active = "active",
        Suspended = "suspended",
        Removed = "removed",
    }
}

/// An organization's id. Rooms get it from the gate alone; there is no way to make one out of a request.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, FromSqlRow, AsExpression)]
#[diesel(sql_type = Text)]
pub struct OrgId(RawId);

impl OrgId {
    pub(super) fn fresh() -> Self {
        Self(RawId::fresh())
    }
}

impl std::fmt::Display for OrgId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0.as_str())
    }
}

impl std::fmt::Debug for OrgId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0.as_str())
    }
}

impl<DB: Backend> FromSql<Text, DB> for OrgId
where
    String: FromSql<Text, DB>,
{
    fn from_sql(raw: DB::RawValue<'_>) -> deserialize::Result<Self> {
        let text = String::from_sql(raw)?;
        RawId::parse(&text)
            .map(Self)
            .ok_or_else(|| format!("not an organization id: {text}").into())
    }
}

impl<DB: Backend> ToSql<Text, DB> for OrgId
where
    str: ToSql<Text, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        <str as ToSql<Text, DB>>::to_sql(self.0.as_str(), out)
    }
}

/// Somebody at work in an organization: the only source of its `OrgId`.
#[derive(Debug, Clone)]
pub struct Member {
    /// The person.
    pub person: Person,
    /// The organization.
    pub organization: OrgId,
    /// Its name.
    pub organization_name: String,
    /// Its current slug.
    pub slug: String,
    /// Its word for companies.
    pub unit: UnitLabel,
    /// How many companies work.
    pub active_companies: i64,
    /// How many are archived.
    pub archived_companies: i64,
    /// The membership.
    pub id: MembershipId,
    /// The role in the organization.
    pub role: Role,
    /// The effective rights.
    pub rights: Rights,
    /// The request.
    pub cx: Context,
    seen: Option<Time>,
}

impl Member {
    /// One indexed look-up joins session, person, organization and membership.
    pub(super) fn find(conn: &mut Conn, cx: &Context, token: &Token, slug: &str) -> Result<Self, AppError> {
        type Row = (
            PersonRow,
            (OrgId, String, String, UnitLabel, i64, i64),
            (MembershipId, Role, MembershipStatus, Option<Time>, Option<Time>),
        );
        let row: Option<Row> = sessions::table
            .inner_join(users::table)
            .inner_join(memberships::table.on(memberships::user_id.eq(users::id)))
            .inner_join(organizations::table.on(organizations::id.eq(memberships::organization_id)))
            .inner_join(organization_slugs::table.on(organization_slugs::organization_id.eq(organizations::id)))
            .filter(sessions::token_hash.eq(token.hash()))
            .filter(sessions::last_seen_at.gt(cx.now - IDLE))
            .filter(sessions::created_at.gt(cx.now - ABSOLUTE))
            .filter(organization_slugs::slug.eq(slug))
            .filter(organization_slugs::is_current.eq(true))
            .select((
                (
                    users::id,
                    users::name,
                    users::email,
                    users::email_verified_at,
                    users::is_operator,
                    users::organization_limit,
                    sessions::id,
                    sessions::last_seen_at,
                ),
                (
                    organizations::id,
                    organizations::name,
                    organization_slugs::slug,
                    organizations::unit_label,
                    organizations::active_companies,
                    organizations::archived_companies,
                ),
                (
                    memberships::id,
                    memberships::role,
                    memberships::status,
                    memberships::access_until,
                    memberships::last_seen_at,
                ),
            ))
            .first(conn)
            .optional()?;
        let Some((person, place, (id, role, status, access_until, seen))) = row else {
            // Who is not signed in is asked to, whatever the address; who is learns nothing of other organizations.
            return Err(match Person::find(conn, cx, token)? {
                None => AppError::SignedOut,
                Some(person) if !person.verified => AppError::Unverified,
                Some(_) => AppError::NotFound,
            });
        };
        let person = Person::from_row(person, cx);
        let (organization, organization_name, slug, unit, active_companies, archived_companies) = place;
        // The first one stands; a request has one organization and one actor.
        let _ = cx.request.who.set((slug.clone(), person.id.to_string()));
        match status {
            MembershipStatus::Removed => return Err(AppError::NotFound),
            MembershipStatus::Suspended => {
                return Err(out_of_force(
                    conn,
                    organization,
                    format!("Your access to {organization_name} is suspended."),
                )?);
            }
            MembershipStatus::Active => {}
        }
        if let Some(end) = access_until.filter(|end| *end < cx.now) {
            return Err(out_of_force(
                conn,
                organization,
                format!("Your access to {organization_name} ended on {}.", end.date()),
            )?);
        }
        let companies = if role.inherited() == Some(CompanyRole::Manager) {
            Vec::new()
        } else {
            company_roles(conn, cx, organization, id)?
        };
        Ok(Self {
            person,
            organization,
            organization_name,
            slug,
            unit,
            active_companies,
            archived_companies,
            id,
            role,
            rights: Rights::of(role, &companies),
            cx: cx.clone(),
            seen,
        })
    }

    /// Whether it is time to note that the member was here: in this organization, or in this session.
    pub(super) fn is_stale(&self) -> bool {
        self.person.is_stale() || self.seen.is_none_or(|at| self.cx.now - at > TOUCH)
    }

    pub(super) fn with(self, conn: &mut Conn, right: Right) -> Result<Self, AppError> {
        if self.rights.has(right) {
            Ok(self)
        } else {
            Err(self.refusal(conn, right)?)
        }
    }

    /// The refusal that names the missing right and who can grant it.
    ///
    /// # Errors
    /// When the database fails.
    pub fn refusal(&self, conn: &mut Conn, right: Right) -> Result<AppError, AppError> {
        Ok(AppError::Forbidden(Box::new(Refusal {
            right: right.label().to_owned(),
            people: who_can_grant(conn, self.organization)?,
            reason: None,
        })))
    }

    /// How far a right reaches.
    pub fn reach<P: Permission>(&self) -> Reach {
        self.rights.reach(P::RIGHT)
    }

    /// A deed in this organization.
    pub fn did(&self, deed: Deed) -> Deeds {
        Deeds::organization(self.organization, deed)
    }

    /// The frame of a page of this organization; a fragment has none, so nothing is read for it.
    ///
    /// # Errors
    /// When the database fails.
    pub fn shell(&self, conn: &mut Conn, section: &'static str) -> Result<Shell, AppError> {
        if self.cx.request.fragment {
            Ok(Shell::bare(&self.cx))
        } else {
            Shell::for_member(conn, self, section)
        }
    }

    /// A path of this organization: `member.path("/members")`.
    pub fn path(&self, rest: &str) -> String {
        format!("/organizations/{}{rest}", self.slug)
    }

    /// Whether this member may grant a role, and so touch somebody who has it.
    pub fn may_grant(&self, role: Role) -> bool {
        match self.reach::<ChangeRoles>() {
            Reach::Everywhere => self.role.may_grant(self.rights, role),
            // Who manages companies only brings people into them.
            Reach::OwnCompanies => role == Role::Member,
            Reach::Nowhere => false,
        }
    }

    /// The roles this member may grant, highest first.
    pub fn grantable(&self) -> Vec<Role> {
        Role::ALL.iter().copied().filter(|role| self.may_grant(*role)).collect()
    }

    /// The companies in which this member holds a right by assignment, for `Reach::OwnCompanies`.
    ///
    /// # Errors
    /// When the database fails.
    pub fn own_companies(&self, conn: &mut Conn, right: Right) -> QueryResult<Vec<CompanyId>> {
        let rows: Vec<(CompanyId, CompanyRole, Option<Time>)> = company_assignments::table
            .filter(company_assignments::organization_id.eq(self.organization))
            .filter(company_assignments::membership_id.eq(self.id))
            .select((
                company_assignments::company_id,
                company_assignments::role,
                company_assignments::access_until,
            ))
            .load(conn)?;
        Ok(rows
            .into_iter()
            .filter(|(_, role, end)| {
                end.is_none_or(|end| end >= self.cx.now) && Rights::in_company(self.role, Some(*role)).has(right)
            })
            .map(|(company, _, _)| company)
            .collect())
    }
}

/// The distinct company roles that a member has somewhere.
fn company_roles(
    conn: &mut Conn,
    cx: &Context,
    organization: OrgId,
    membership: MembershipId,
) -> QueryResult<Vec<CompanyRole>> {
    company_assignments::table
        .filter(company_assignments::organization_id.eq(organization))
        .filter(company_assignments::membership_id.eq(membership))
        .filter(
            company_assignments::access_until
                .is_null()
                .or(company_assignments::access_until.ge(cx.now)),
        )
        .select(company_assignments::role)
        .distinct()
        .load(conn)
}

fn out_of_force(conn: &mut Conn, organization: OrgId, reason: String) -> Result<AppError, AppError> {
    let people = who_can_grant(conn, organization)?;
    Ok(AppError::Forbidden(Box::new(Refusal {
        right: String::new(),
        people,
        reason: Some(reason),
    })))
}

/// Up to five owners and admins, for the refusal page.
fn who_can_grant(conn: &mut Conn, organization: OrgId) -> QueryResult<Vec<(String, String)>> {
    let mut people = Vec::new();
    for role in [Role::Owner, Role::Admin] {
        let more: Vec<(String, String)> = memberships::table
            .inner_join(users::table)
            .filter(memberships::organization_id.eq(organization))
            .filter(memberships::role.eq(role))
            .filter(memberships::status.eq(MembershipStatus::Active))
            .filter(memberships::sort_name.is_not_null())
            .order((memberships::sort_name, memberships::id))
            .limit(5 - i64::try_from(people.len()).unwrap_or(5))
            .select((users::name, users::email))
            .load(conn)?;
        people.extend(more);
    }
    Ok(people)
}

/// What a list or a rule needs of another member.
#[derive(Debug, Clone, Queryable)]
pub struct Standing {
    /// The membership.
    pub id: MembershipId,
    /// The account.
    pub user: UserId,
    /// The name.
    pub name: String,
    /// The address.
    pub email: String,
    /// The role.
    pub role: Role,
    /// Whether it counts.
    pub status: MembershipStatus,
    /// The end of access.
    pub access_until: Option<Time>,
    /// Since when.
    pub joined_at: Time,
    /// When last seen in this organization.
    pub last_seen_at: Option<Time>,
    /// Who invited them, by account.
    pub invited_by: Option<String>,
}

impl Standing {
    /// Finds somebody of the organization who has not been removed.
    ///
    /// # Errors
    /// `NotFound` also for another organization's member.
    pub fn find(conn: &mut Conn, organization: OrgId, id: MembershipId) -> Result<Self, AppError> {
        Ok(memberships::table
            .inner_join(users::table)
            .filter(memberships::organization_id.eq(organization))
            .filter(memberships::id.eq(id))
            .filter(memberships::status.ne(MembershipStatus::Removed))
            .select((
                memberships::id,
                users::id,
                users::name,
                users::email,
                memberships::role,
                memberships::status,
                memberships::access_until,
                memberships::joined_at,
                memberships::last_seen_at,
                memberships::invited_by,
            ))
            .first(conn)?)
    }
}
