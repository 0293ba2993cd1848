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
use super::organization::contact::{self, ContactKind};
use super::organization::{self, UnitLabel};
use super::permission::{ChangeRoles, Permission, Right, RightSet};
use super::rights::{Authority, Cells, Grounds, Held, Policies, Reach, Rights};
use super::role::{CompanyRole, Role};
use super::schema::{
    company_assignments, custom_roles, group_members, groups, memberships, organization_slugs, organizations, sessions,
    users,
};
use super::session::{self, ABSOLUTE, IDLE, Person, PersonRow, TOUCH};
use super::shell::Shell;
use super::support;
use crate::ground::error::{AppError, Refusal};
use crate::ground::id::{CompanyId, CustomRoleId, MembershipId, RawId, UserId};
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

    /// Makes the writes of this organization take turns until the transaction ends: they change the same counts and the
    /// same log, and by turns none holds what another waits for. It comes before anything that locks a row.
    ///
    /// # Errors
    /// When the database fails.
    pub fn take_turn(self, conn: &mut Conn) -> QueryResult<()> {
        conn.take_turn(&format!("organization {self}"))
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

/// What a membership says of its rights besides the role that counts.
#[derive(Debug, Clone, Queryable)]
pub struct Facts {
    /// The person's own role.
    pub own_role: Role,
    /// The custom role that stands in its place.
    pub custom_role: Option<CustomRoleId>,
    /// The switched cells, as stored.
    pub overrides: String,
    /// In how many groups the person is.
    pub groups: i32,
}

type FactColumns = (
    memberships::own_role,
    memberships::custom_role_id,
    memberships::overrides,
    memberships::groups,
);

/// The columns of `Facts`.
const FACTS: FactColumns = (
    memberships::own_role,
    memberships::custom_role_id,
    memberships::overrides,
    memberships::groups,
);

type Row = (
    PersonRow,
    (OrgId, String, String, UnitLabel, i64, i64, String, Option<Time>),
    (MembershipId, Role, MembershipStatus, Option<Time>, Option<Time>, Facts),
);

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
    /// The role in the organization: the highest of one's own and the groups'.
    pub role: Role,
    /// The effective rights.
    pub rights: Rights,
    /// What these rights follow from.
    pub grounds: Grounds,
    /// When the organization will be deleted, while it waits for that.
    pub delete_after: Option<Time>,
    /// The support session by which an operator looks in.
    pub support: Option<Support>,
    /// The request.
    pub cx: Context,
    seen: Option<Time>,
}

/// A support session: an operator in an organization that is not theirs.
#[derive(Debug, Clone)]
pub struct Support {
    /// Why.
    pub reason: String,
    /// Who allowed operators in, by name.
    pub consent_by: String,
    /// Until when.
    pub ends_at: Time,
}

impl Member {
    /// One indexed look-up joins session, person, organization and membership.
    pub(super) fn find(conn: &mut Conn, cx: &Context, token: &Token, slug: &str) -> Result<Self, AppError> {
        let Some(row) = Self::row(conn, cx, token, slug)? else {
            return Self::elsewhere(conn, cx, token, slug);
        };
        // Who was removed stands outside like anybody else, an operator too.
        if row.2.2 == MembershipStatus::Removed {
            return Self::elsewhere(conn, cx, token, slug);
        }
        let (person, place, mine) = row;
        let person = Person::from_row(person, cx);
        let (organization, organization_name, slug, unit, active_companies, archived_companies, policies, delete_after) =
            place;
        let (id, role, status, access_until, seen, facts) = mine;
        // The first one stands; a request has one organization and one actor.
        let _ = cx.request.who.set((slug.clone(), person.id.to_string()));
        if let Some(end) = access_until.filter(|end| *end < cx.now) {
            let reason = format!("Your access to {organization_name} ended on {}.", end.date());
            return Err(out_of_force(conn, organization, reason)?);
        }
        if status == MembershipStatus::Suspended {
            let reason = format!("Your access to {organization_name} is suspended.");
            return Err(out_of_force(conn, organization, reason)?);
        }
        // An owner holds everything everywhere; nothing that a company gives adds to it.
        let companies = match role {
            Role::Owner => Vec::new(),
            _ => company_roles(conn, cx.now, organization, id)?,
        };
        let grounds = Grounds {
            in_force: true,
            read_only: delete_after.is_some(),
            roles: held_roles(conn, organization, id, &facts)?,
            companies,
            overrides: Cells::read(&facts.overrides),
            policies: Policies::read(&policies),
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
            rights: grounds.rights(),
            grounds,
            delete_after,
            support: None,
            cx: cx.clone(),
            seen,
        })
    }

    /// As `find`, in the organization's turn.
    pub(super) fn find_to_write(conn: &mut Conn, cx: &Context, token: &Token, slug: &str) -> Result<Self, AppError> {
        let member = Self::find(conn, cx, token, slug)?;
        member.organization.take_turn(conn)?;
        Ok(member)
    }

    fn row(conn: &mut Conn, cx: &Context, token: &Token, slug: &str) -> QueryResult<Option<Row>> {
        sessions::table
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
                session::columns(),
                (
                    organizations::id,
                    organizations::name,
                    organization_slugs::slug,
                    organizations::unit_label,
                    organizations::active_companies,
                    organizations::archived_companies,
                    organizations::policies,
                    organizations::delete_after,
                ),
                (
                    memberships::id,
                    memberships::role,
                    memberships::status,
                    memberships::access_until,
                    memberships::last_seen_at,
                    FACTS,
                ),
            ))
            .first(conn)
            .optional()
    }

    /// Why nobody was found: not signed in, unproven, an address that changed, an operator who looks in, or nothing here.
    fn elsewhere(conn: &mut Conn, cx: &Context, token: &Token, slug: &str) -> Result<Self, AppError> {
        let Some(person) = Person::find(conn, cx, token)? else {
            return Err(AppError::SignedOut);
        };
        if !person.verified {
            return Err(AppError::Unverified);
        }
        if let Some(now) = organization::moved(conn, person.id, slug)? {
            return Err(AppError::Moved(now));
        }
        match support::enter(conn, cx, &person, slug)? {
            Some(entered) => {
                let _ = cx.request.who.set((entered.slug.clone(), person.id.to_string()));
                let grounds = Grounds {
                    in_force: true,
                    read_only: entered.delete_after.is_some(),
                    roles: Vec::new(),
                    companies: Vec::new(),
                    overrides: Cells::NONE,
                    policies: Policies::default(),
                };
                Ok(Self {
                    person,
                    organization: entered.organization,
                    organization_name: entered.name,
                    slug: entered.slug,
                    unit: entered.unit,
                    active_companies: entered.active_companies,
                    archived_companies: entered.archived_companies,
                    // No membership has a support session's id: whatever asks for one's own finds nothing.
                    id: entered.id,
                    role: Role::Viewer,
                    rights: if entered.delete_after.is_some() {
                        Rights::of_support().read_only()
                    } else {
                        Rights::of_support()
                    },
                    grounds,
                    delete_after: entered.delete_after,
                    support: Some(entered.support),
                    cx: cx.clone(),
                    seen: Some(cx.now),
                })
            }
            None => Err(AppError::NotFound),
        }
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

    /// As `with`, to change something. Who only looks in changes nothing by a right that shows something.
    pub(super) fn with_change(self, conn: &mut Conn, right: Right) -> Result<Self, AppError> {
        if self.looks_on(right) {
            return Err(self.refusal(conn, right)?);
        }
        self.with(conn, right)
    }

    /// Whether this is an operator in a support session, at a page that asks for no right to change something.
    pub(super) fn looks_on(&self, right: Right) -> bool {
        self.support.is_some() && right.only_reads()
    }

    /// The membership to note as seen; a support session has none.
    pub(super) fn place(&self) -> Option<MembershipId> {
        self.support.is_none().then_some(self.id)
    }

    /// What this member did, with who allowed it beside the actor in a support session.
    pub(super) fn signed(&self, deeds: Deeds) -> Deeds {
        match &self.support {
            Some(support) => deeds.on_behalf_of(Some(support.consent_by.clone())),
            None => deeds,
        }
    }

    /// The refusal that names the missing right and who can grant it.
    ///
    /// # Errors
    /// When the database fails.
    pub fn refusal(&self, conn: &mut Conn, right: Right) -> Result<AppError, AppError> {
        self.refused(conn, right, None)
    }

    /// The same for a right in one company, by its slug.
    pub(super) fn refused(&self, conn: &mut Conn, right: Right, company: Option<String>) -> Result<AppError, AppError> {
        let reason = self.pending_reason().filter(|_| !right.only_reads());
        let reason = reason.or_else(|| {
            self.looks_on(right).then(|| {
                "You look in by a support session. It shows this organization and changes nothing but its profile."
                    .to_owned()
            })
        });
        Ok(AppError::Forbidden(Box::new(Refusal {
            right: right.label().to_owned(),
            key: right.key(),
            slug: self.slug.clone(),
            people: who_can_grant(conn, self.organization, Some((right, self.grounds.policies)))?,
            // Who has the right already was refused by the order of command; an operator asks nobody.
            may_ask: reason.is_none() && self.support.is_none() && self.rights.reach(right) != Reach::Everywhere,
            reason,
            company,
        })))
    }

    /// Why nothing may be changed here; `None` while everything may.
    fn pending_reason(&self) -> Option<String> {
        self.delete_after.map(|day| {
            format!(
                "{} will be deleted on {}. Until then nothing in it can be changed. An owner can restore it.",
                self.organization_name,
                day.date()
            )
        })
    }

    /// While the organization waits for its deletion nothing is written, whatever the right; only that somebody takes
    /// data along is noted.
    pub(super) fn writable(&self, conn: &mut Conn, right: Right) -> Result<(), AppError> {
        match self.pending_reason() {
            Some(reason) if !RightSet::TAKING.has(right) => Err(AppError::Forbidden(Box::new(Refusal {
                slug: self.slug.clone(),
                people: who_can_grant(conn, self.organization, None)?,
                reason: Some(reason),
                ..Refusal::default()
            }))),
            _ => Ok(()),
        }
    }

    /// What this member may hand out.
    pub fn authority(&self) -> Authority {
        Authority {
            role: self.role,
            rights: self.rights,
            policies: self.grounds.policies,
        }
    }

    /// How far a right reaches.
    pub fn reach<P: Permission>(&self) -> Reach {
        self.rights.reach(P::RIGHT)
    }

    /// The rights in a company where this member is assigned as `company` (`None`: not assigned).
    pub fn in_company(&self, company: Option<CompanyRole>) -> Rights {
        if self.support.is_some() {
            self.rights
        } else {
            self.grounds.in_company(company)
        }
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
            Reach::Everywhere => self.authority().may_grant(role),
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
        companies_with(conn, self.cx.now, self.organization, self.id, &self.grounds, right)
    }
}

/// The companies in which somebody with these grounds holds a right by assignment.
///
/// # Errors
/// When the database fails.
pub fn companies_with(
    conn: &mut Conn,
    now: Time,
    organization: OrgId,
    membership: MembershipId,
    grounds: &Grounds,
    right: Right,
) -> QueryResult<Vec<CompanyId>> {
    let rows: Vec<(CompanyId, CompanyRole)> = company_assignments::table
        .filter(company_assignments::organization_id.eq(organization))
        .filter(company_assignments::membership_id.eq(membership))
        .filter(
            company_assignments::access_until
                .is_null()
                .or(company_assignments::access_until.ge(now)),
        )
        .select((company_assignments::company_id, company_assignments::role))
        .load(conn)?;
    Ok(rows
        .into_iter()
        .filter(|(_, role)| grounds.in_company(Some(*role)).has(right))
        .map(|(company, _)| company)
        .collect())
}

/// The distinct company roles that a member has somewhere.
fn company_roles(
    conn: &mut Conn,
    now: Time,
    organization: OrgId,
    membership: MembershipId,
) -> QueryResult<Vec<CompanyRole>> {
    company_assignments::table
        .filter(company_assignments::organization_id.eq(organization))
        .filter(company_assignments::membership_id.eq(membership))
        .filter(
            company_assignments::access_until
                .is_null()
                .or(company_assignments::access_until.ge(now)),
        )
        .select(company_assignments::role)
        .distinct()
        .load(conn)
}

/// The roles in the organization: one's own or the custom one in its place, then those of the groups. Most people have
/// neither a custom role nor a group, and nothing is read for them.
fn held_roles(conn: &mut Conn, organization: OrgId, membership: MembershipId, facts: &Facts) -> QueryResult<Vec<Held>> {
    let custom = match facts.custom_role {
        Some(id) => Some(custom_permissions(conn, organization, id)?),
        None => None,
    };
    let mut roles = vec![Held {
        role: facts.own_role,
        custom,
    }];
    if facts.groups > 0 {
        let inherited: Vec<Role> = group_members::table
            .inner_join(
                groups::table.on(groups::organization_id
                    .eq(group_members::organization_id)
                    .and(groups::id.eq(group_members::group_id))),
            )
            .filter(group_members::organization_id.eq(organization))
            .filter(group_members::membership_id.eq(membership))
            .select(groups::role)
            .distinct()
            .load(conn)?;
        roles.extend(inherited.into_iter().map(Held::from));
    }
    Ok(roles)
}

/// The permissions that a custom role is made of.
///
/// # Errors
/// When there is no such role or the database fails.
pub fn custom_permissions(conn: &mut Conn, organization: OrgId, id: CustomRoleId) -> QueryResult<RightSet> {
    let text: String = custom_roles::table
        .find((organization, id))
        .select(custom_roles::permissions)
        .first(conn)?;
    Ok(RightSet::read(&text))
}

/// The switched cells of the organization's roles.
///
/// # Errors
/// When the database fails.
pub fn policies(conn: &mut Conn, organization: OrgId) -> QueryResult<Policies> {
    let text: String = organizations::table
        .find(organization)
        .select(organizations::policies)
        .first(conn)?;
    Ok(Policies::read(&text))
}

/// What somebody's rights follow from, by their membership: for whoever explains them, vouches by them, or checks them
/// again when something made earlier is used. Somebody who was removed is not in force.
///
/// # Errors
/// `NotFound` also for another organization's member.
pub fn grounds(conn: &mut Conn, now: Time, organization: OrgId, id: MembershipId) -> QueryResult<Grounds> {
    let (status, until, facts, policies, delete_after): (MembershipStatus, Option<Time>, Facts, String, Option<Time>) =
        memberships::table
            .inner_join(organizations::table)
            .filter(memberships::organization_id.eq(organization))
            .filter(memberships::id.eq(id))
            .select((
                memberships::status,
                memberships::access_until,
                FACTS,
                organizations::policies,
                organizations::delete_after,
            ))
            .first(conn)?;
    Ok(Grounds {
        in_force: status == MembershipStatus::Active && until.is_none_or(|end| end >= now),
        read_only: delete_after.is_some(),
        roles: held_roles(conn, organization, id, &facts)?,
        companies: company_roles(conn, now, organization, id)?,
        overrides: Cells::read(&facts.overrides),
        policies: Policies::read(&policies),
    })
}

fn out_of_force(conn: &mut Conn, organization: OrgId, reason: String) -> Result<AppError, AppError> {
    let people = who_can_grant(conn, organization, None)?;
    Ok(AppError::Forbidden(Box::new(Refusal {
        people,
        reason: Some(reason),
        ..Refusal::default()
    })))
}

/// Up to five people for the refusal page, highest first: of owners, admins and user admins those whose role can hand the
/// right out; without a right owners and admins. Before them the
/// support contact, where there is one.
fn who_can_grant(
    conn: &mut Conn,
    organization: OrgId,
    wanted: Option<(Right, Policies)>,
) -> QueryResult<Vec<(String, String)>> {
    let mut people = Vec::new();
    for role in [Role::Owner, Role::Admin, Role::UserAdmin] {
        let can = match wanted {
            Some((right, policies)) => {
                let grounds = Grounds {
                    policies,
                    ..Grounds::of(role, &[])
                };
                role == Role::Owner || grounds.authority().ceiling().has(right)
            }
            None => role != Role::UserAdmin,
        };
        if !can {
            continue;
        }
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
    if let Some(email) = contact::proven(conn, organization, ContactKind::Support)? {
        people.insert(0, ("Support".into(), email));
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
    /// The role that counts: the highest of their own and their groups'.
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
    /// Who shut them out, by account; nobody when time did.
    pub suspended_by: Option<String>,
    /// What else their rights follow from.
    pub facts: Facts,
}

impl Standing {
    /// Whether they are shut out because their access ended.
    pub fn ended(&self) -> bool {
        self.status == MembershipStatus::Suspended && self.suspended_by.is_none()
    }

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
                memberships::suspended_by,
                FACTS,
            ))
            .first(conn)?)
    }
}
