//! The actor of a request in an organization: who they are, how they were authenticated and what they may do.

use std::sync::OnceLock;

use crate::app::Ctx;
use crate::auth::current_user::CurrentUser;
use crate::auth::refusal::{no_access, not_proved};
use crate::authz::actor_kind::ActorKind;
use crate::authz::decision::{AccessInputs, Permissions};
use crate::authz::role::{CompanyRole, Role};
use crate::authz::session_rules::SessionPolicy;
use crate::common::error::AppError;
use crate::common::id::{ApiKeyId, CompanyId, MembershipId, SessionId, SupportId};
use crate::common::time::Time;
use crate::common::token::Token;
use crate::common::zone::Zone;
use crate::db::types::MembershipStatus;
use crate::db::types::org_id::OrgId;
use crate::db::types::organization::{OrganizationType, UnitLabel};
use crate::db::{Conn, affected};
use crate::models::api_key::ActingKey;
pub use crate::models::membership::record::Membership;
use crate::models::membership::role_counts::RoleCounts;
use crate::models::organization;
use crate::models::reader;
use crate::models::reader::{MemberRow, MembershipRow, OrganizationRow};
use crate::models::session::TOUCH;
use crate::models::support_session;
use crate::models::support_session::{ActiveSupport, EnteredOrganization};

/// What authenticated an actor. Background jobs and commands have no `Actor`: they are [`System`](crate::auth::System).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuthScheme {
    /// The cookie of a session.
    Session(SessionId),
    /// The cookie of an operator's session, and a support session in the organization.
    SupportSession(SupportId),
    /// An API key, with the permissions of its owner.
    ApiKey(ApiKeyId),
}

/// The actor of a request in an organization: the only source of its `OrgId`.
#[derive(Debug, Clone)]
pub struct Actor {
    pub kind: ActorKind,
    pub scheme: AuthScheme,
    /// The account. A key has its owner's.
    pub person: CurrentUser,
    /// The key of the request, if it has one.
    pub key: Option<ActingKey>,
    pub organization: OrgId,
    pub organization_name: String,
    pub slug: String,
    /// Whether it is of one business owner.
    pub is_individual: bool,
    /// The organization's word for companies.
    pub unit: UnitLabel,
    pub active_companies: i64,
    pub archived_companies: i64,
    /// The membership. In a support session it is nil, which no member has; `membership` tells the two apart.
    pub id: MembershipId,
    /// The highest of the actor's own role and the roles of their groups.
    pub role: Role,
    pub permissions: Permissions,
    /// What the permissions follow from.
    pub inputs: AccessInputs,
    /// When the organization will be deleted, if that is scheduled.
    pub delete_after: Option<Time>,
    /// Days that people enter, like the end of an access, are days of the organization's time zone.
    pub org_zone: Zone,
    /// Times are shown in the actor's time zone, or else in the organization's.
    pub zone: Zone,
    /// The operator's support session.
    pub support: Option<ActiveSupport>,
    /// How strictly the organization asks people to sign in.
    pub policy: SessionPolicy,
    pub cx: Ctx,
    seen: Option<Time>,
    /// Read at most once for each request.
    pub(super) assignments: OnceLock<Vec<(CompanyId, CompanyRole)>>,
    pub(super) role_counts: OnceLock<RoleCounts>,
}

impl Actor {
    pub fn find(conn: &mut Conn, cx: &Ctx, token: &Token, slug: &str) -> Result<Self, AppError> {
        match reader::member(conn, cx.now, token, slug)? {
            // A removed member has no access, not even as an operator.
            Some(row) if row.4.status != MembershipStatus::Removed => Self::member(conn, cx, token, row),
            _ => Self::elsewhere(conn, cx, token, slug),
        }
    }

    /// As `find`, for a write: writes of one organization wait for each other.
    pub fn find_to_write(conn: &mut Conn, cx: &Ctx, token: &Token, slug: &str) -> Result<Self, AppError> {
        let actor = Self::find(conn, cx, token, slug)?;
        actor.organization.advisory_lock(conn)?;
        affected::organization(actor.organization);
        Ok(actor)
    }

    fn member(conn: &mut Conn, cx: &Ctx, token: &Token, row: MemberRow) -> Result<Self, AppError> {
        let (account, session, organization, slug, membership, facts, held, instance_version) = row;
        let account_version = account.page_version;
        let person = CurrentUser::from_row(account, &session, cx);
        note(cx, &slug, &person);
        if let Some(refusal) = no_access(conn, cx, &organization, &membership)? {
            return Err(refusal);
        }
        let policy = organization.policy(&membership);
        if let Some(refusal) = not_proved(&policy, &person, &organization, &membership) {
            return Err(refusal);
        }
        cx.request.page.is_for(|| {
            let instance = instance_version.unwrap_or_default();
            let versions = (organization.page_version, account_version, instance);
            let ending = policy.ends_at(&person.facts, membership.role.is_owner_or_admin());
            let ends = [held.first_end, ending];
            person.as_member(token, organization.id, versions.into(), &membership, ends)
        });
        let inputs = held.inputs(&facts, &organization);
        Ok(Self::of(cx, person, organization, slug, &membership, inputs))
    }

    /// The actor of a membership.
    pub fn of(
        cx: &Ctx,
        person: CurrentUser,
        organization: OrganizationRow,
        slug: String,
        membership: &MembershipRow,
        inputs: AccessInputs,
    ) -> Self {
        let (zone, policy) = (
            person.zone.unwrap_or(organization.timezone),
            organization.policy(membership),
        );
        Self {
            kind: ActorKind::User,
            scheme: AuthScheme::Session(person.session),
            person,
            key: None,
            organization: organization.id,
            organization_name: organization.name,
            slug,
            is_individual: organization.organization_type == OrganizationType::Individual,
            unit: organization.unit_label,
            active_companies: organization.active_companies,
            archived_companies: organization.archived_companies,
            id: membership.id,
            role: membership.role,
            permissions: inputs.permissions(),
            inputs,
            delete_after: organization.delete_after,
            org_zone: organization.timezone,
            zone,
            support: None,
            policy,
            cx: cx.clone(),
            seen: membership.last_seen_at,
            assignments: OnceLock::new(),
            role_counts: OnceLock::new(),
        }
    }

    /// Without a membership: signed out, not verified, a slug that changed, a support session, or not found.
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
        if !person.operator {
            return Err(AppError::NotFound);
        }
        let entered = support_session::enter(conn, cx.now, person.id, slug)?;
        entered
            .map(|entered| Self::operator(cx, person, entered))
            .ok_or(AppError::NotFound)
    }

    fn operator(cx: &Ctx, person: CurrentUser, entered: EnteredOrganization) -> Self {
        note(cx, &entered.slug, &person);
        let read_only = entered.delete_after.is_some();
        let permissions = match Permissions::of_support() {
            permissions if read_only => permissions.read_only(),
            permissions => permissions,
        };
        let zone = person.zone.unwrap_or(entered.timezone);
        Self {
            kind: ActorKind::Operator,
            scheme: AuthScheme::SupportSession(entered.support.id),
            person,
            key: None,
            organization: entered.organization,
            organization_name: entered.name,
            slug: entered.slug,
            is_individual: false,
            unit: entered.unit,
            active_companies: entered.active_companies,
            archived_companies: entered.archived_companies,
            id: MembershipId::NIL,
            role: Role::Viewer,
            permissions,
            inputs: AccessInputs::of_no_member(read_only),
            delete_after: entered.delete_after,
            org_zone: entered.timezone,
            zone,
            support: Some(entered.support),
            policy: SessionPolicy::NONE,
            cx: cx.clone(),
            seen: Some(cx.now),
            assignments: OnceLock::new(),
            role_counts: OnceLock::new(),
        }
    }

    /// Whether it is time to save that the member was seen: in this organization, or in this session.
    pub fn is_stale(&self) -> bool {
        self.person.is_stale() || self.seen.is_none_or(|at| self.cx.now - at > TOUCH)
    }

    /// The membership; a support session has none.
    pub fn membership(&self) -> Option<MembershipId> {
        (self.id != MembershipId::NIL).then_some(self.id)
    }

    /// A path of this organization: `actor.path("/members")`.
    pub fn path(&self, rest: &str) -> String {
        format!("/organizations/{}{rest}", self.slug)
    }
}

/// For the log line of the request. A request has one organization and one actor; the first call counts.
fn note(cx: &Ctx, slug: &str, person: &CurrentUser) {
    let _ = cx.request.who.set((slug.to_owned(), person.id.to_string()));
}
