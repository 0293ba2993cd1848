//! Deleting a custom role.

use actix_web::HttpResponse;
use askama::Template;

use crate::auth::Gate;
use crate::auth::actor::Actor;
use crate::authz::permission::ManageRoles;
use crate::common::error::AppError;
use crate::common::form::FormErrors;
use crate::db::Conn;
use crate::handlers::permissions::custom_roles::{RolePath, editable};
use crate::models::custom_role;
use crate::services::custom_roles::CustomRoleError;
use crate::services::custom_roles::changes;
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;

#[derive(Template)]
#[template(path = "permissions/role_deletion.html", blocks = ["dialog"])]
struct DeletionPage {
    layout: Layout,
    path: String,
    back: String,
    name: String,
    people: i64,
    errors: FormErrors,
}

crate::page!(DeletionPage => as_dialog);

impl DeletionPage {
    fn load(conn: &mut Conn, actor: &Actor, id: &str, errors: FormErrors) -> Result<Self, AppError> {
        let role = editable(conn, actor, id)?;
        let back = actor.path(&format!("/access/roles/{}", role.id));
        Ok(Self {
            layout: actor.layout(conn, "settings")?,
            path: format!("{back}/deletion"),
            back,
            people: custom_role::holders(conn, actor.organization, role.id)?,
            name: role.name,
            errors,
        })
    }

    fn question(&self) -> String {
        format!("Delete the role {}?", self.name)
    }

    fn verb(&self) -> String {
        format!("Delete {}", self.name)
    }
}

/// `GET /organizations/{slug}/access/roles/{id}/deletion`
pub async fn new(gate: Gate<ManageRoles>, path: RolePath) -> Result<HttpResponse, AppError> {
    let id = path.into_inner().1;
    gate.show(move |actor, conn| DeletionPage::load(conn, actor, &id, FormErrors::none()))
        .await
}

/// `POST /organizations/{slug}/access/roles/{id}/deletion`
pub async fn create(gate: Gate<ManageRoles>, path: RolePath) -> Result<HttpResponse, AppError> {
    let id = path.into_inner().1;
    let of = id.clone();
    let deleted = gate
        .try_write(move |actor, conn| {
            let role = editable(conn, actor, &of)?;
            let events = changes::delete(conn, actor, &role)?;
            Ok(((actor.path("/access/roles"), role.name), events))
        })
        .await;
    match deleted {
        Ok((path, name)) => Ok(gate.done(format!("Role {name} deleted"), &path)),
        Err(CustomRoleError::Failed(error)) => Err(error),
        Err(CustomRoleError::InUse) => {
            gate.refused(move |actor, conn| {
                let errors = FormErrors::one("deletion", "People have this role. Assign them another one first");
                DeletionPage::load(conn, actor, &id, errors)
            })
            .await
        }
        Err(_) => Err(AppError::NotFound),
    }
}
