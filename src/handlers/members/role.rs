//! The form that changes somebody's role.

use actix_web::{HttpResponse, web};
use serde::Deserialize;

use crate::audit::Events;
use crate::auth::Gate;
use crate::authz::permission::{ChangeRoles, Permission};
use crate::common::error::AppError;
use crate::common::form::FormErrors;
use crate::handlers::members::profile::{MemberProfileForm, Place, again, back};
use crate::handlers::members::visible;
use crate::services::members::role;
use crate::services::members::role::Title;
use crate::services::members::rules::MemberChangeError;

/// The role form.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct RoleForm {
    role: String,
}

/// `POST /organizations/{slug}/members/{id}/role`
pub async fn set_role(
    gate: Gate<ChangeRoles>,
    place: Place,
    form: web::Form<RoleForm>,
) -> Result<HttpResponse, AppError> {
    let ((_, id), form) = (place.into_inner(), form.into_inner());
    let (chosen, of) = (form.role.clone(), id.clone());
    let done = gate
        .write(move |actor, conn| {
            let person = visible(conn, actor, &of)?;
            let Some(title) = Title::parse(conn, actor.organization, &chosen)? else {
                return Ok((Err("Choose a role"), Events::none("no role was chosen")));
            };
            match role::change(conn, actor, &person, &title)? {
                Ok(done) => Ok((Ok(done.word), done.events)),
                Err(MemberChangeError::NotAllowed) => Err(actor.refusal(conn, ChangeRoles::ID)?),
                Err(why) => Ok((Err(why.sentence()), Events::none("a rule refused"))),
            }
        })
        .await?;
    match done {
        Ok(word) => Ok(back(&gate, "success", word)),
        Err(sentence) => {
            let typed = MemberProfileForm {
                role: Some(form.role),
                ..MemberProfileForm::default()
            };
            again(&gate, id, typed, FormErrors::one("role", sentence)).await
        }
    }
}
