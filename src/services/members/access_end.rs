//! Changing when somebody's access ends.

use serde_json::json;

use crate::audit::{Action, Event, Events};
use crate::auth::actor::Actor;
use crate::common::error::AppError;
use crate::common::time::Time;
use crate::db::Conn;
use crate::models::membership;
use crate::models::membership::Outcome;
use crate::models::membership::record::Membership;
use crate::services::Done;
use crate::services::members::ceiling::PermissionCeiling;
use crate::services::members::rules;
use crate::services::members::rules::{MemberChangeError, Target};

/// Sets the last moment of access; `None` is no end. Who was shut out by an end that is no more is in again.
pub fn set(
    conn: &mut Conn,
    actor: &Actor,
    person: &Membership,
    until: Option<Time>,
) -> Result<Result<Done, MemberChangeError>, AppError> {
    if !rules::may_set_access_end(&actor.into(), &Target::from(person)) {
        return Ok(Err(MemberChangeError::NotAllowed));
    }
    let word = match until {
        Some(end) => format!("The access of {} ends on {}", person.name, end.date()),
        None => format!("The access of {} has no end", person.name),
    };
    if until == person.access_until {
        let events = Events::none("the same day");
        return Ok(Ok(Done { word, events }));
    }
    if membership::set_access_until(conn, actor.organization, person, until)? != Outcome::Done {
        return Ok(Err(MemberChangeError::Changed));
    }
    if person.ended() || person.access_until.is_some_and(|end| end < actor.cx.now) {
        PermissionCeiling::NOTHING.check(conn, actor, person.id)?;
    }
    let day = |time: Option<Time>| json!({"access_until": time.map(Time::day)});
    let event = Event::new(Action::MemberAccessEndChanged, "member", person.id, &person.name)
        .before(day(person.access_until))
        .after(day(until));
    let events = actor.event(event);
    Ok(Ok(Done { word, events }))
}
