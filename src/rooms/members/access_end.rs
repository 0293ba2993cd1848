//! The form that changes when somebody's access ends.

use actix_web::{HttpResponse, web};
use serde::Deserialize;
use serde_json::json;

use super::profile::{Place, Typed, again, back};
use super::rules::{self, Refused, Target};
use super::visible;
use crate::gate::Gate;
use crate::gate::deed::{Action, Deed, Deeds};
use crate::gate::membership::{self, Outcome};
use crate::gate::permission::{ChangeRoles, Permission};
use crate::ground::error::AppError;
use crate::ground::form::FormErrors;
use crate::ground::time::Time;

/// The form of the end of access.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct AccessEndForm {
    access_until: String,
}

/// `POST /organizations/{slug}/members/{id}/access-end`
///
/// # Errors
/// What the gate or the order of command refuses.
pub async fn set_access_end(
    gate: Gate<ChangeRoles>,
    place: Place,
    form: web::Form<AccessEndForm>,
) -> Result<HttpResponse, AppError> {
    let ((_, id), form) = (place.into_inner(), form.into_inner());
    let (typed, of) = (form.access_until.trim().to_owned(), id.clone());
    let done = gate
        .write(move |member, conn| {
            let person = visible(conn, member, &of)?;
            if !rules::may_set_access_end(&member.into(), &Target::from(&person)) {
                return Err(member.refusal(conn, ChangeRoles::RIGHT)?);
            }
            let until = match Time::end_of_day(&typed) {
                None if typed.is_empty() => None,
                None => return Ok((Err("Enter a day, like 2027-01-31"), Deeds::none("no day"))),
                Some(end) if end < member.cx.now => {
                    return Ok((Err("Choose today or a later day"), Deeds::none("a day in the past")));
                }
                Some(end) => Some(end),
            };
            let word = match until {
                Some(end) => format!("The access of {} ends on {}", person.name, end.date()),
                None => format!("The access of {} has no end", person.name),
            };
            if until == person.access_until {
                return Ok((Ok(word), Deeds::none("the same day")));
            }
            if membership::set_access_until(conn, member.organization, &person, until)? != Outcome::Done {
                return Ok((Err(Refused::Changed.sentence()), Deeds::none("somebody was faster")));
            }
            let day = |time: Option<Time>| json!({"access_until": time.map(Time::day)});
            let deed = Deed::new(Action::MemberAccessEndChanged, "member", person.id, &person.name)
                .before(day(person.access_until))
                .after(day(until));
            Ok((Ok(word), member.did(deed)))
        })
        .await?;
    match done {
        Ok(word) => Ok(back(&gate, "success", word)),
        Err(sentence) => {
            let typed = Typed {
                access_until: Some(form.access_until),
                ..Typed::default()
            };
            again(&gate, id, typed, FormErrors::one("access_until", sentence)).await
        }
    }
}
