//! The form that changes when somebody's access ends.

use actix_web::{HttpResponse, web};
use serde::Deserialize;

use crate::audit::Events;
use crate::auth::Gate;
use crate::authz::permission::{ChangeRoles, Permission};
use crate::common::error::AppError;
use crate::common::form::FormErrors;
use crate::common::time::Time;
use crate::handlers::members::profile::{MemberProfileForm, Place, again, back};
use crate::handlers::members::visible;
use crate::services::members::access_end;
use crate::services::members::rules::MemberChangeError;

/// The form of the end of access.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct AccessEndForm {
    access_until: String,
}

/// `POST /organizations/{slug}/members/{id}/access-end`
pub async fn set_access_end(
    gate: Gate<ChangeRoles>,
    place: Place,
    form: web::Form<AccessEndForm>,
) -> Result<HttpResponse, AppError> {
    let ((_, id), form) = (place.into_inner(), form.into_inner());
    let (typed, of) = (form.access_until.trim().to_owned(), id.clone());
    let done = gate
        .write(move |actor, conn| {
            let person = visible(conn, actor, &of)?;
            let until = match Time::end_of_day(&typed) {
                None if typed.is_empty() => None,
                None => return Ok((Err("Enter a day, like 2027-01-31"), Events::none("no day"))),
                Some(end) if end < actor.cx.now => {
                    return Ok((Err("Choose today or a later day"), Events::none("a day in the past")));
                }
                Some(end) => Some(end),
            };
            match access_end::set(conn, actor, &person, until)? {
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
                access_until: Some(form.access_until),
                ..MemberProfileForm::default()
            };
            again(&gate, id, typed, FormErrors::one("access_until", sentence)).await
        }
    }
}
