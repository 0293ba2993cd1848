//! Changing when somebody's access ends.

use serde_json::json;

use crate::audit::{Action, Deed, Deeds};
use crate::auth::actor::Member;
use crate::common::error::AppError;
use crate::common::time::Time;
use crate::db::Conn;
use crate::models::membership;
use crate::models::membership::Outcome;
use crate::models::membership::record::Standing;
use crate::services::Done;
use crate::services::members::ceiling::Before;
use crate::services::members::rules;
use crate::services::members::rules::{Refused, Target};

/// Sets the last moment of access; `None` is no end. Who was shut out by an end that is no more is in again.
///
/// # Errors
/// When the database fails; the inner error says why nothing was changed.
pub fn set(
    conn: &mut Conn,
    member: &Member,
    person: &Standing,
    until: Option<Time>,
) -> Result<Result<Done, Refused>, AppError> {
    if !rules::may_set_access_end(&member.into(), &Target::from(person)) {
        return Ok(Err(Refused::Right));
    }
    let word = match until {
        Some(end) => format!("The access of {} ends on {}", person.name, end.date()),
        None => format!("The access of {} has no end", person.name),
    };
    if until == person.access_until {
        let deeds = Deeds::none("the same day");
        return Ok(Ok(Done { word, deeds }));
    }
    if membership::set_access_until(conn, member.organization, person, until)? != Outcome::Done {
        return Ok(Err(Refused::Changed));
    }
    if person.ended() || person.access_until.is_some_and(|end| end < member.cx.now) {
        Before::NOTHING.check(conn, member, person.id)?;
    }
    let day = |time: Option<Time>| json!({"access_until": time.map(Time::day)});
    let deed = Deed::new(Action::MemberAccessEndChanged, "member", person.id, &person.name)
        .before(day(person.access_until))
        .after(day(until));
    let deeds = member.did(deed);
    Ok(Ok(Done { word, deeds }))
}
