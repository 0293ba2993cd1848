//! The form that changes somebody's role.

use actix_web::{HttpResponse, web};
use serde::Deserialize;

use super::profile::{Place, Typed, again, back};
use super::visible;
use crate::gate::Gate;
use crate::gate::deed::Deeds;
use crate::gate::permission::{ChangeRoles, Permission};
use crate::ground::error::AppError;
use crate::ground::form::FormErrors;
use crate::people::role::{self, Title};
use crate::people::rules::Refused;

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
