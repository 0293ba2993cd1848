//! The form that changes somebody's role.

use actix_web::{HttpResponse, web};
use serde::Deserialize;

use crate::audit::Deeds;
use crate::auth::Gate;
use crate::authz::permission::{ChangeRoles, Permission};
use crate::common::error::AppError;
use crate::common::form::FormErrors;
use crate::handlers::members::profile::{Place, Typed, again, back};
use crate::handlers::members::visible;
use crate::services::members::role;
use crate::services::members::role::Title;
use crate::services::members::rules::Refused;

/// The role form.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct RoleForm {
    role: String,
}

/// `POST /organizations/{slug}/members/{id}/role`
///
/// # Errors
/// What the gate or the order of command refuses.
pub async fn set_role(
    gate: Gate<ChangeRoles>,
    place: Place,
    form: web::Form<RoleForm>,
) -> Result<HttpResponse, AppError> {
    let ((_, id), form) = (place.into_inner(), form.into_inner());
    let (chosen, of) = (form.role.clone(), id.clone());
    let done = gate
        .write(move |member, conn| {
            let person = visible(conn, member, &of)?;
            let Some(title) = Title::parse(conn, member.organization, &chosen)? else {
                return Ok((Err("Choose a role"), Deeds::none("no role was chosen")));
            };
            match role::change(conn, member, &person, &title)? {
                Ok(done) => Ok((Ok(done.word), done.deeds)),
                Err(Refused::Right) => Err(member.refusal(conn, ChangeRoles::RIGHT)?),
                Err(why) => Ok((Err(why.sentence()), Deeds::none("a rule refused"))),
            }
        })
        .await?;
    match done {
        Ok(word) => Ok(back(&gate, "success", word)),
        Err(sentence) => {
            let typed = Typed {
                role: Some(form.role),
                ..Typed::default()
            };
            again(&gate, id, typed, FormErrors::one("role", sentence)).await
        }
    }
}
