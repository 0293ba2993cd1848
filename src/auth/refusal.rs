//! What a person without the permission is told: why, and whom to ask.

use diesel::QueryResult;

use crate::auth::actor::Actor;
use crate::auth::queries;
use crate::authz::decision::{AccessInputs, Reach, RolePolicies};
use crate::authz::permission::PermissionId;
use crate::authz::role::Role;
use crate::common::error::{AppError, Refusal};
use crate::db::Conn;
use crate::db::types::org_id::OrgId;
use crate::models::organization::contact;
use crate::models::organization::contact::ContactKind;

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
            people: who_can_grant(conn, self.organization, Some((permission, self.inputs.policies)))?,
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
                day.date()
            )
        })
    }

    /// While the deletion of the organization is scheduled, nothing is written, except the audit events of exports.
    pub fn writable(&self, conn: &mut Conn, permission: PermissionId) -> Result<(), AppError> {
        match self.pending_reason() {
            Some(reason) if !permission.exports() => Err(AppError::Forbidden(Box::new(Refusal {
                slug: self.slug.clone(),
                people: who_can_grant(conn, self.organization, None)?,
                reason: Some(reason),
                ..Refusal::default()
            }))),
            _ => Ok(()),
        }
    }
}

pub fn access_expired(conn: &mut Conn, organization: OrgId, reason: String) -> Result<AppError, AppError> {
    let people = who_can_grant(conn, organization, None)?;
    Ok(AppError::Forbidden(Box::new(Refusal {
        people,
        reason: Some(reason),
        ..Refusal::default()
    })))
}

/// Up to five people for the refusal page, highest role first: owners, admins and user admins who can grant the permission;
/// without a permission owners and admins. The support contact comes first, if there is one.
fn who_can_grant(
    conn: &mut Conn,
    organization: OrgId,
    wanted: Option<(PermissionId, RolePolicies)>,
) -> QueryResult<Vec<(String, String)>> {
    let mut people = Vec::new();
    for role in [Role::Owner, Role::Admin, Role::UserAdmin] {
        let can = match wanted {
            Some((permission, policies)) => {
                let inputs = AccessInputs {
                    policies,
                    ..AccessInputs::of(role, &[])
                };
                role == Role::Owner || inputs.authority().ceiling().has(permission)
            }
            None => role != Role::UserAdmin,
        };
        if !can {
            continue;
        }
        let limit = 5 - i64::try_from(people.len()).unwrap_or(5);
        people.extend(queries::with_role(conn, organization, role, limit)?);
    }
    if let Some(email) = contact::verified_email(conn, organization, ContactKind::Support)? {
        people.insert(0, ("Support".into(), email));
    }
    Ok(people)
}
