//! A person in one organization, as the gate found them on this request.

use std::sync::OnceLock;

use diesel::prelude::*;

use crate::app::Ctx;
use crate::audit::{Event, Events};
use crate::auth::current_user::CurrentUser;
use crate::auth::current_user::PersonRow;
use crate::auth::refusal::access_expired;
use crate::authz::decision::{AccessInputs, Authority, Overrides, Permissions, Reach, RolePolicies};
use crate::authz::permission::{ChangeRoles, Permission, PermissionId};
use crate::authz::role::{CompanyRole, Role};
use crate::common::error::AppError;
use crate::common::id::{CompanyId, MembershipId};
use crate::common::time::Time;
use crate::common::token::Token;
use crate::db::Conn;
use crate::db::schema::{memberships, organization_slugs, organizations, sessions, users};
use crate::db::types::MembershipStatus;
use crate::db::types::org_id::OrgId;
use crate::db::types::organization::UnitLabel;
use crate::models::membership::access;
use crate::models::membership::access::{FACTS, MembershipAccess, company_roles, held_roles};
pub use crate::models::membership::record::Membership;
use crate::models::membership::role_counts::RoleCounts;
use crate::models::organization;
use crate::models::session::{ABSOLUTE, IDLE, TOUCH};
use crate::models::support_session;
use crate::models::support_session::Support;

type Row = (
    PersonRow,
    (OrgId, String, String, UnitLabel, i64, i64, String, Option<Time>),
    (
        MembershipId,
        Role,
        MembershipStatus,
        Option<Time>,
        Option<Time>,
        MembershipAccess,
    ),
);

/// Somebody at work in an organization: the only source of its `OrgId`.
#[derive(Debug, Clone)]
pub struct Actor {
    pub person: CurrentUser,
    pub organization: OrgId,
    pub organization_name: String,
    pub slug: String,
    /// Its word for companies.
    pub unit: UnitLabel,
    pub active_companies: i64,
    pub archived_companies: i64,
    pub id: MembershipId,
    /// The role in the organization: the highest of one's own and the groups'.
    pub role: Role,
    pub permissions: Permissions,
    /// What these rights follow from.
    pub inputs: AccessInputs,
    /// When the organization will be deleted, while it waits for that.
    pub delete_after: Option<Time>,
    /// The support session by which an operator looks in.
    pub support: Option<Support>,
    pub cx: Ctx,
    seen: Option<Time>,
    /// Read at most once for each request.
    assignments: OnceLock<Vec<(CompanyId, CompanyRole)>>,
    role_counts: OnceLock<RoleCounts>,
}

impl Actor {
    /// One indexed look-up joins session, person, organization and membership.
    pub fn find(conn: &mut Conn, cx: &Ctx, token: &Token, slug: &str) -> Result<Self, AppError> {
        let Some(row) = Self::row(conn, cx, token, slug)? else {
            return Self::elsewhere(conn, cx, token, slug);
        };
        // Who was removed stands outside like anybody else, an operator too.
        if row.2.2 == MembershipStatus::Removed {
            return Self::elsewhere(conn, cx, token, slug);
        }
        let (person, place, mine) = row;
        let person = CurrentUser::from_row(person, cx);
        let (organization, organization_name, slug, unit, active_companies, archived_companies, policies, delete_after) =
            place;
        let (id, role, status, access_until, seen, facts) = mine;
        // The first one stands; a request has one organization and one actor.
        let _ = cx.request.who.set((slug.clone(), person.id.to_string()));
        if let Some(end) = access_until.filter(|end| *end < cx.now) {
            let reason = format!("Your access to {organization_name} ended on {}.", end.date());
            return Err(access_expired(conn, organization, reason)?);
        }
        if status == MembershipStatus::Suspended {
            let reason = format!("Your access to {organization_name} is suspended.");
            return Err(access_expired(conn, organization, reason)?);
        }
        // An owner holds everything everywhere; nothing that a company gives adds to it.
        let companies = match role {
            Role::Owner => Vec::new(),
            _ => company_roles(conn, cx.now, organization, id)?,
        };
        let inputs = AccessInputs {
            in_force: true,
            read_only: delete_after.is_some(),
            roles: held_roles(conn, organization, id, &facts)?,
            companies,
            overrides: Overrides::read(&facts.overrides),
            policies: RolePolicies::read(&policies),
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
            permissions: inputs.permissions(),
            inputs,
            delete_after,
            support: None,
            cx: cx.clone(),
            seen,
            assignments: OnceLock::new(),
            role_counts: OnceLock::new(),
        })
    }

    /// As `find`, in the organization's turn.
    pub fn find_to_write(conn: &mut Conn, cx: &Ctx, token: &Token, slug: &str) -> Result<Self, AppError> {
        let member = Self::find(conn, cx, token, slug)?;
        member.organization.advisory_lock(conn)?;
        Ok(member)
    }

    fn row(conn: &mut Conn, cx: &Ctx, token: &Token, slug: &str) -> QueryResult<Option<Row>> {
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
                crate::auth::current_user::columns(),
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
    fn elsewhere(conn: &mut Conn, cx: &Ctx, token: &Token, slug: &str) -> Result<Self, AppError> {
        let Some(person) = CurrentUser::find(conn, cx, token)? else {
            return Err(AppError::SignedOut);
        };
        if !person.verified {
            return Err(AppError::Unverified);
        }
        if let Some(now) = organization::moved(conn, person.id, slug)? {
            return Err(AppError::Moved(now));
        }
        match support_session::enter(conn, cx, &person, slug)? {
            Some(entered) => {
                let _ = cx.request.who.set((entered.slug.clone(), person.id.to_string()));
                let inputs = AccessInputs {
                    in_force: true,
                    read_only: entered.delete_after.is_some(),
                    roles: Vec::new(),
                    companies: Vec::new(),
                    overrides: Overrides::NONE,
                    policies: RolePolicies::default(),
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
                    permissions: if entered.delete_after.is_some() {
                        Permissions::of_support().read_only()
                    } else {
                        Permissions::of_support()
                    },
                    inputs,
                    delete_after: entered.delete_after,
                    support: Some(entered.support),
                    cx: cx.clone(),
                    seen: Some(cx.now),
                    assignments: OnceLock::new(),
                    role_counts: OnceLock::new(),
                })
            }
            None => Err(AppError::NotFound),
        }
    }

    /// Whether it is time to note that the member was here: in this organization, or in this session.
    pub fn is_stale(&self) -> bool {
        self.person.is_stale() || self.seen.is_none_or(|at| self.cx.now - at > TOUCH)
    }

    pub fn with(self, conn: &mut Conn, permission: PermissionId) -> Result<Self, AppError> {
        if self.permissions.has(permission) {
            Ok(self)
        } else {
            Err(self.refusal(conn, permission)?)
        }
    }

    /// As `with`, to change something. Who only looks in changes nothing by a right that shows something.
    pub fn with_change(self, conn: &mut Conn, permission: PermissionId) -> Result<Self, AppError> {
        if self.looks_on(permission) {
            return Err(self.refusal(conn, permission)?);
        }
        self.with(conn, permission)
    }

    /// Whether this is an operator in a support session, at a page that asks for no right to change something.
    pub fn looks_on(&self, permission: PermissionId) -> bool {
        self.support.is_some() && permission.only_reads()
    }

    /// The membership to note as seen; a support session has none.
    pub fn place(&self) -> Option<MembershipId> {
        self.support.is_none().then_some(self.id)
    }

    /// What this member did, with who allowed it beside the actor in a support session.
    pub fn attributed(&self, events: Events) -> Events {
        match &self.support {
            Some(support) => events.on_behalf_of(Some(support.consent_by.clone())),
            None => events,
        }
    }

    /// What this member may hand out.
    pub fn authority(&self) -> Authority {
        Authority {
            role: self.role,
            permissions: self.permissions,
            policies: self.inputs.policies,
        }
    }

    /// How far a right reaches.
    pub fn reach<P: Permission>(&self) -> Reach {
        self.permissions.reach(P::ID)
    }

    /// The rights in a company where this member is assigned as `company` (`None`: not assigned).
    pub fn in_company(&self, company: Option<CompanyRole>) -> Permissions {
        if self.support.is_some() {
            self.permissions
        } else {
            self.inputs.in_company(company)
        }
    }

    /// A deed in this organization.
    pub fn event(&self, event: Event) -> Events {
        Events::organization(self.organization, event)
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

    /// The companies in which an assignment gives this member the permission, for `Reach::OwnCompanies`.
    pub fn own_companies(&self, conn: &mut Conn, permission: PermissionId) -> QueryResult<Vec<CompanyId>> {
        if self.assignments.get().is_none() {
            let found = access::assignments(conn, self.cx.now, self.organization, self.id)?;
            let _ = self.assignments.set(found);
        }
        let assignments = self.assignments.get().map(Vec::as_slice).unwrap_or_default();
        Ok(access::giving(assignments, &self.inputs, permission))
    }

    /// How many members of the organization have each role, as of the beginning of the request.
    pub fn role_counts(&self, conn: &mut Conn) -> QueryResult<&RoleCounts> {
        if let Some(counts) = self.role_counts.get() {
            return Ok(counts);
        }
        let found = RoleCounts::load(conn, self.organization)?;
        Ok(self.role_counts.get_or_init(|| found))
    }
}
