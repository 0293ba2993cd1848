use actix_web::HttpResponse;

use crate::auth::Gate;
use crate::authz::permission::{EditProfile, Permission, ViewOrganization};
use crate::common::error::AppError;
use crate::common::html::see_other;
use crate::web::nav;

/// `GET /organizations/{slug}/settings`: the first tab that the member can open.
pub async fn index(gate: Gate<ViewOrganization>) -> Result<HttpResponse, AppError> {
    let path = gate
        .read(|actor, conn| match nav::settings(actor.permissions).first() {
            Some(tab) => Ok(actor.path(&format!("/settings/{}", tab.key))),
            None => Err(actor.refusal(conn, EditProfile::ID)?),
        })
        .await?;
    Ok(see_other(gate.fragment(), &path))
}
