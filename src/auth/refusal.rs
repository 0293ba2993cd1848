//! What somebody is told who may not: why, and whom to ask.

use diesel::prelude::*;

use crate::auth::actor::Actor;
use crate::authz::decision::{AccessInputs, Reach, RolePolicies};
use crate::authz::permission::{PermissionId, PermissionSet};
use crate::authz::role::Role;
use crate::common::error::{AppError, Refusal};
use crate::db::Conn;
use crate::db::schema::{memberships, users};
use crate::db::types::MembershipStatus;
use crate::db::types::org_id::OrgId;
use crate::models::organization::contact;
use crate::models::organization::contact::ContactKind;

impl Actor {
    /// The refusal that names the missing right and who can grant it.
    pub fn refusal(&self, conn: &mut Conn, permission: PermissionId) -> Result<AppError, AppError> {
        self.refused(conn, permission, None)
    }

    /// The same for a right in one company, by its slug.
    pub fn refused(
        &self,
        conn: &mut Conn,
        permission: PermissionId,
        company: Option<String>,
    ) -> Result<AppError, AppError> {
        let reason = self.pending_reason().filter(|_| !permission.only_reads());
        let reason = reason.or_else(|| {
            self.looks_on(permission).then(|| {
                "You look in by a support session. It shows this organization and changes nothing but its profile."
                    .to_owned()
            })
        });
        Ok(AppError::Forbidden(Box::new(Refusal {
            permission: permission.label().to_owned(),
            key: permission.key(),
            slug: self.slug.clone(),
            people: who_can_grant(conn, self.organization, Some((permission, self.inputs.policies)))?,
            // Who has the right already was refused by the order of command; an operator asks nobody.
            may_ask: reason.is_none()
                && self.support.is_none()
                && self.permissions.reach(permission) != Reach::Everywhere,
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
    pub fn writable(&self, conn: &mut Conn, permission: PermissionId) -> Result<(), AppError> {
        match self.pending_reason() {
            Some(reason) if !PermissionSet::TAKING.has(permission) => Err(AppError::Forbidden(Box::new(Refusal {
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

/// Up to five people for the refusal page, highest first: of owners, admins and user admins those whose role can hand the
/// right out; without a right owners and admins. Before them the
/// support contact, where there is one.
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
    if let Some(email) = contact::verified_email(conn, organization, ContactKind::Support)? {
        people.insert(0, ("Support".into(), email));
    }
    Ok(people)
}
