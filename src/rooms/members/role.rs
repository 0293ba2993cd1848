//! The form that changes somebody's role.

use actix_web::{HttpResponse, web};
use serde::Deserialize;
use serde_json::json;

use super::profile::{Place, Typed, again, back};
use super::rules::{self, Refused, Target};
use super::{letter, visible};
use crate::gate::Gate;
use crate::gate::deed::{Action, Deed, Deeds};
use crate::gate::membership::{self, Outcome};
use crate::gate::permission::{ChangeRoles, Permission};
use crate::gate::role::Role;
use crate::ground::error::AppError;
use crate::ground::form::FormErrors;

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
            let Some(role) = Role::parse(&chosen) else {
                return Ok((Err("Choose a role"), Deeds::none("no role was chosen")));
            };
            match rules::role_change(&member.into(), &Target::from(&person), role) {
                Err(Refused::Right) => return Err(member.refusal(conn, ChangeRoles::RIGHT)?),
                Err(why) => return Ok((Err(why.sentence()), Deeds::none("a rule refused"))),
                Ok(()) if role == person.role => {
                    return Ok((
                        Ok(format!("{} is {} already", person.name, role.label())),
                        Deeds::none("the same role"),
                    ));
                }
                Ok(()) => {}
            }
            match membership::set_role(conn, &member.cx, member.organization, &person, role)? {
                Outcome::LastOwner => {
                    return Ok((Err(Refused::LastOwner.sentence()), Deeds::none("the last owner stays")));
                }
                Outcome::Changed => {
                    return Ok((Err(Refused::Changed.sentence()), Deeds::none("somebody was faster")));
                }
                Outcome::Done => {}
            }
            if person.id != member.id {
                letter::role_changed(conn, member, &person, role)?;
            }
            let deed = Deed::new(Action::MemberRoleChanged, "member", person.id, &person.name)
                .before(json!({"role": person.role.as_str()}))
                .after(json!({"role": role.as_str()}));
            Ok((Ok(format!("{} is {} now", person.name, role.label())), member.did(deed)))
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
