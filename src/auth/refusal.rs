//! What a person without the permission is told: why, and whom to ask.

use crate::app::Ctx;
use crate::auth::actor::Actor;
use crate::auth::current_user::CurrentUser;
use crate::authz::decision::Reach;
use crate::authz::permission::PermissionId;
use crate::authz::session_rules::{SessionPolicy, SessionVerdict};
use crate::common::error::{AppError, Refusal};
use crate::db::Conn;
use crate::db::types::MembershipStatus;
use crate::models::member_names;
use crate::models::reader::{MembershipRow, OrganizationRow};

impl Actor {
    /// The refusal that names the missing permission and who can grant it.
    pub fn refusal(&self, conn: &mut Conn, permission: PermissionId) -> Result<AppError, AppError> {
        self.refused(conn, permission, None)
    }

    /// The same for a permission in one company, by its slug.
    pub fn refused(
        &self,
        conn: &mut Conn,
        permission: PermissionId,
        company: Option<String>,
    ) -> Result<AppError, AppError> {
        let reason = self.pending_reason().filter(|_| !permission.only_reads());
        let reason = reason.or_else(|| {
            self.only_views(permission).then(|| {
                "In a support session you can view this organization and change its profile, nothing else.".to_owned()
            })
        });
        Ok(AppError::Forbidden(Box::new(Refusal {
            permission: permission.label().to_owned(),
            key: permission.key(),
            slug: self.slug.clone(),
            people: member_names::who_can_grant(conn, self.organization, Some((permission, self.inputs.policies)))?,
            // A person who has the permission was refused for the role level; an operator asks no one.
            may_ask: reason.is_none()
                && self.support.is_none()
                && self.permissions.reach(permission) != Reach::Everywhere,
            reason,
            company,
        })))
    }

    /// Why nothing can be changed here; `None` if it can.
    fn pending_reason(&self) -> Option<String> {
        self.delete_after.map(|day| {
            format!(
                "{} will be deleted on {}. Until then nothing in it can be changed. An owner can restore it.",
                self.organization_name,
                day.date(self.org_zone)
            )
        })
    }

    /// While the deletion of the organization is scheduled, nothing is written, except the audit events of exports.
    pub fn writable(&self, conn: &mut Conn, permission: PermissionId) -> Result<(), AppError> {
        match self.pending_reason() {
            Some(reason) if !permission.exports() => Err(AppError::Forbidden(Box::new(Refusal {
                slug: self.slug.clone(),
                people: member_names::who_can_grant(conn, self.organization, None)?,
                reason: Some(reason),
                ..Refusal::default()
            }))),
            _ => Ok(()),
        }
    }
}

/// Why a membership gives no access: it ended or is suspended.
pub fn no_access(
    conn: &mut Conn,
    cx: &Ctx,
    organization: &OrganizationRow,
    membership: &MembershipRow,
) -> Result<Option<AppError>, AppError> {
    let name = &organization.name;
    let reason = match membership.access_until.filter(|end| *end < cx.now) {
        Some(end) => format!("Your access to {name} ended on {}.", end.date(organization.timezone)),
        None if membership.status == MembershipStatus::Suspended => format!("Your access to {name} is suspended."),
        None => return Ok(None),
    };
    Ok(Some(AppError::Forbidden(Box::new(Refusal {
        people: member_names::who_can_grant(conn, organization.id, None)?,
        reason: Some(reason),
        ..Refusal::default()
    }))))
}

/// What the person has to prove before the organization accepts their session.
pub fn not_proved(
    policy: &SessionPolicy,
    person: &CurrentUser,
    organization: &OrganizationRow,
    membership: &MembershipRow,
) -> Option<AppError> {
    match policy.verdict(person.cx.now, &person.facts, membership.role.is_owner_or_admin()) {
        SessionVerdict::Accepted => None,
        SessionVerdict::Confirm(reason) => Some(AppError::Confirm(reason)),
        SessionVerdict::SecondFactor => Some(AppError::SecondFactor(organization.name.clone(), person.second_factor)),
    }
}
