//! Custom roles.

mod form;
mod page;

use actix_web::{HttpResponse, web};

use crate::auth::Gate;
use crate::auth::actor::Actor;
use crate::authz::permission::{ManageRoles, Permission};
use crate::common::error::AppError;
use crate::common::fields::Fields;
use crate::common::form::FormErrors;
use crate::common::id::CustomRoleId;
use crate::db::Conn;
use crate::handlers::permissions::custom_roles::form::CustomRoleForm;
use crate::handlers::permissions::custom_roles::page::{RolePage, errors, seen};
use crate::handlers::permissions::policies::everywhere;
use crate::models::custom_role;
use crate::models::custom_role::CustomRole;
use crate::services::custom_roles::CustomRoleError;
use crate::services::custom_roles::changes;

pub type RolePath = web::Path<(String, String)>;

pub fn find(conn: &mut Conn, actor: &Actor, id: &str) -> Result<CustomRole, AppError> {
    everywhere(conn, actor)?;
    let id = CustomRoleId::parse(id).ok_or(AppError::NotFound)?;
    custom_role::find(conn, actor.organization, id)?.ok_or(AppError::NotFound)
}

/// A role that the actor may change.
pub fn editable(conn: &mut Conn, actor: &Actor, id: &str) -> Result<CustomRole, AppError> {
    let role = find(conn, actor, id)?;
    match changes::may_change(conn, actor, &role) {
        Ok(()) => Ok(role),
        Err(CustomRoleError::Failed(error)) => Err(error),
        Err(_) => Err(actor.refusal(conn, ManageRoles::ID)?),
    }
}

/// `GET /organizations/{slug}/access/roles/new`
pub async fn new(gate: Gate<ManageRoles>) -> Result<HttpResponse, AppError> {
    gate.show(|actor, conn| {
        everywhere(conn, actor)?;
        RolePage::load(conn, actor, None, None, FormErrors::none())
    })
    .await
}

/// `GET /organizations/{slug}/access/roles/{id}`
pub async fn edit(gate: Gate<ManageRoles>, path: RolePath) -> Result<HttpResponse, AppError> {
    let id = path.into_inner().1;
    gate.show(move |actor, conn| {
        let role = find(conn, actor, &id)?;
        RolePage::load(conn, actor, Some(role), None, FormErrors::none())
    })
    .await
}

/// `POST /organizations/{slug}/access/roles/new`
pub async fn create(gate: Gate<ManageRoles>, form: Fields) -> Result<HttpResponse, AppError> {
    let typed = CustomRoleForm::read(&form);
    let error = match typed.parse() {
        Err(errors) => FormError::Fields(errors),
        Ok(terms) => {
            let created = gate
                .try_write(move |actor, conn| {
                    everywhere(conn, actor)?;
                    let events = changes::create(conn, actor, &terms)?;
                    Ok(((actor.path("/access/roles"), terms.name), events))
                })
                .await;
            match created {
                Ok((path, name)) => return Ok(gate.done(format!("Role {name} created"), &path)),
                Err(CustomRoleError::Failed(error)) => return Err(error),
                Err(error) => FormError::Refused(error),
            }
        }
    };
    gate.refused(move |actor, conn| {
        everywhere(conn, actor)?;
        RolePage::load(conn, actor, None, Some(typed), error.into_errors(actor))
    })
    .await
}

/// `POST /organizations/{slug}/access/roles/{id}`
pub async fn update(gate: Gate<ManageRoles>, path: RolePath, form: Fields) -> Result<HttpResponse, AppError> {
    let id = path.into_inner().1;
    let typed = CustomRoleForm::read(&form);
    let error = match typed.parse() {
        Err(errors) => FormError::Fields(errors),
        Ok(terms) => {
            let of = id.clone();
            let updated = gate
                .try_write(move |actor, conn| {
                    let role = editable(conn, actor, &of)?;
                    let carried = form.get("seen");
                    if !carried.is_empty() && carried != seen(&role) {
                        return Err(CustomRoleError::Changed);
                    }
                    let events = changes::update(conn, actor, &role, &terms)?;
                    Ok((terms.name, events))
                })
                .await;
            match updated {
                Ok(name) => {
                    let message = format!("Role {name} saved. Changes take effect immediately");
                    return Ok(gate.done(message, &gate.request().path));
                }
                Err(CustomRoleError::Failed(error)) => return Err(error),
                Err(error) => FormError::Refused(error),
            }
        }
    };
    gate.refused(move |actor, conn| {
        let role = editable(conn, actor, &id)?;
        RolePage::load(conn, actor, Some(role), Some(typed), error.into_errors(actor))
    })
    .await
}

/// Why the form is shown again.
enum FormError {
    Fields(FormErrors),
    Refused(CustomRoleError),
}

impl FormError {
    fn into_errors(self, actor: &Actor) -> FormErrors {
        match self {
            Self::Fields(errors) => errors,
            Self::Refused(error) => errors(&error, actor.unit),
        }
    }
}
