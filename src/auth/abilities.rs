//! What an actor may do and see, and how the log names them.

use diesel::QueryResult;

use crate::audit::visibility;
use crate::audit::visibility::{Visibility, VisiblePart};
use crate::audit::{ActorRef, Event, Events};
use crate::auth::actor::Actor;
use crate::authz::decision::{Permissions, Reach};
use crate::authz::permission::{Permission, PermissionId, ViewAudit};
use crate::authz::role::CompanyRole;
use crate::common::confirm::ConfirmReason;
use crate::common::error::AppError;
use crate::common::id::CompanyId;
use crate::db::Conn;
use crate::models::membership::access;
use crate::models::membership::role_counts::RoleCounts;

impl Actor {
    /// Refuses what needs a recent proof, when the last one is too old.
    pub fn confirmed(&self) -> Result<(), AppError> {
        let fresh = self.key.is_some() || self.person.facts.is_fresh(self.cx.now, self.policy.step_up);
        fresh.then_some(()).ok_or(AppError::Confirm(ConfirmReason::StepUp))
    }

    pub fn with(self, conn: &mut Conn, permission: PermissionId) -> Result<Self, AppError> {
        if self.permissions.has(permission) {
            Ok(self)
        } else {
            Err(self.refusal(conn, permission)?)
        }
    }

    /// As `with`, for a change. In a support session a permission to view allows no change.
    pub fn with_change(self, conn: &mut Conn, permission: PermissionId) -> Result<Self, AppError> {
        if self.only_views(permission) {
            return Err(self.refusal(conn, permission)?);
        }
        self.with(conn, permission)
    }

    /// Whether this is a support session and the permission only allows to view.
    pub fn only_views(&self, permission: PermissionId) -> bool {
        self.support.is_some() && permission.only_reads()
    }

    /// The actor of the audit events of this request.
    pub fn audited(&self) -> ActorRef {
        match &self.key {
            Some(key) => ActorRef::key(self.person.id, key.id, &key.name),
            None => ActorRef {
                kind: self.kind,
                ..self.person.actor()
            },
        }
    }

    /// Adds the member who allowed the support session, or the owner of the key.
    pub fn attributed(&self, events: Events) -> Events {
        match (&self.support, &self.key) {
            (Some(support), _) => events.on_behalf_of(Some(support.consent_by.clone())),
            (None, Some(_)) => events.on_behalf_of(Some(self.person.name.clone())),
            (None, None) => events,
        }
    }

    /// An event in this organization.
    pub fn event(&self, event: Event) -> Events {
        Events::organization(self.organization, event)
    }

    /// Which events of the log the actor sees.
    pub fn visibility(&self, conn: &mut Conn) -> QueryResult<Visibility> {
        if self.support.is_some() {
            return Ok(Visibility::Everything);
        }
        let Some(areas) = visibility::areas(&self.inputs) else {
            return Ok(Visibility::Everything);
        };
        let companies = if self.permissions.own().has(ViewAudit::ID) {
            self.own_companies(conn, ViewAudit::ID)?
        } else {
            Vec::new()
        };
        Ok(Visibility::Part(VisiblePart {
            reader: self.person.id.to_string(),
            areas,
            companies: companies.iter().map(ToString::to_string).collect(),
        }))
    }

    /// The only company that the key of this request reaches.
    pub fn only_company(&self) -> Option<CompanyId> {
        self.key.as_ref().and_then(|key| key.company)
    }

    /// Where a permission applies.
    pub fn reach<P: Permission>(&self) -> Reach {
        self.permissions.reach(P::ID)
    }

    /// The permissions in a company where the actor is assigned as `company` (`None`: not assigned).
    pub fn in_company(&self, company: Option<CompanyRole>) -> Permissions {
        if self.support.is_some() {
            self.permissions
        } else {
            self.inputs.in_company(company)
        }
    }

    /// The companies in which an assignment gives the actor the permission, for `Reach::OwnCompanies`.
    pub fn own_companies(&self, conn: &mut Conn, permission: PermissionId) -> QueryResult<Vec<CompanyId>> {
        if let Some(only) = self.only_company() {
            return Ok(self.permissions.has(permission).then_some(only).into_iter().collect());
        }
        let assignments = if let Some(assignments) = self.assignments.get() {
            assignments
        } else {
            let found = access::assignments(conn, self.cx.now, self.organization, self.id)?;
            self.assignments.get_or_init(|| found)
        };
        Ok(access::giving(assignments, &self.inputs, permission))
    }

    /// The companies to which a permission is limited; `None`: all.
    pub fn limited_to<P: Permission>(&self, conn: &mut Conn) -> QueryResult<Option<Vec<CompanyId>>> {
        let limited = self.reach::<P>() != Reach::Everywhere;
        limited.then(|| self.own_companies(conn, P::ID)).transpose()
    }

    /// Keeps what was read together with something else.
    pub fn know_role_counts(&self, counts: RoleCounts) {
        let _ = self.role_counts.set(counts);
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
