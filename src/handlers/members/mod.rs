//! Members: who belongs to an organization, with which role, in which companies, and until when.

pub mod access_end;
pub mod bulk;
pub mod companies;
pub mod export;
pub mod filter;
pub mod index;
pub mod menu;
pub mod queries;
pub mod reinstatement;
pub mod removal;
pub mod removed;
pub mod restoration;
pub mod role;
pub mod sessions;
pub mod show;
pub mod suspension;
pub mod tabs;
pub mod update;
pub mod views;

use actix_web::{HttpResponse, web};

use crate::auth::Gate;
use crate::auth::actor::Actor;
use crate::authz::permission::{Permission, RemoveMembers, ViewMembers};
use crate::common::error::AppError;
use crate::common::html::see_other;
use crate::common::id::{CompanyId, MembershipId};
use crate::common::time::Time;
use crate::common::zone::Zone;
use crate::db::Conn;
use crate::models::membership::record::Membership;
use crate::services::members::rules;
use crate::services::members::rules::MemberTarget;
use crate::services::members::visible;

/// Organization and member of the path.
pub type MemberPath = web::Path<(String, String)>;

/// A member whom the actor may see: anyone, or members of the same companies, and themselves.
fn visible(conn: &mut Conn, actor: &Actor, id: &str) -> Result<Membership, AppError> {
    let id = MembershipId::parse(id).ok_or(AppError::NotFound)?;
    visible::visible(conn, actor, ViewMembers::ID, id)
}

/// A member whom the actor may remove and suspend.
fn removable(conn: &mut Conn, actor: &Actor, id: &str) -> Result<Membership, AppError> {
    let member = visible(conn, actor, id)?;
    if rules::may_remove(&actor.into(), &MemberTarget::from(&member)) {
        Ok(member)
    } else {
        Err(actor.refusal(conn, RemoveMembers::ID)?)
    }
}

/// The end of the day that a form names, which may not be over; `None` when the field is empty. `present`: the saved end,
/// which keeps its moment while its day stays.
fn end_date(text: &str, now: Time, zone: Zone, present: Option<Time>) -> Result<Option<Time>, &'static str> {
    match Time::end_of_day_or(text, zone, present) {
        None if text.trim().is_empty() => Ok(None),
        None => Err("Enter a day, like 2027-01-31"),
        Some(end) if end < now => Err("Choose today or a later day"),
        Some(end) => Ok(Some(end)),
    }
}

/// The companies of others that the actor sees named in lists of members; `None` for all.
fn shown_companies(conn: &mut Conn, actor: &Actor) -> Result<Option<Vec<CompanyId>>, AppError> {
    Ok(actor.limited_to::<ViewMembers>(conn)?)
}

/// The page that names the missing permission and who can grant it.
async fn forbidden<P: Permission>(gate: &Gate<P>) -> Result<HttpResponse, AppError> {
    Err(gate.read(|actor, conn| actor.refusal(conn, P::ID)).await?)
}

/// Back to the member's page with an error message.
fn back_with_error<P: Permission>(gate: &Gate<P>, message: impl Into<String>) -> HttpResponse {
    gate.tell("danger", message);
    see_other(gate.fragment(), &member_path(gate))
}

/// The member's page, from the path of one of its forms.
fn member_path<P: Permission>(gate: &Gate<P>) -> String {
    first_segments(&gate.request().path, 4)
}

/// The list of members, from the path of any page of members.
fn members_path<P: Permission>(gate: &Gate<P>) -> String {
    first_segments(&gate.request().path, 3)
}

fn first_segments(path: &str, count: usize) -> String {
    path.split('/').take(count + 1).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_lead_back_to_the_member_and_the_list() {
        let path = "/organizations/acme/members/mem_1/removal";
        assert_eq!(first_segments(path, 4), "/organizations/acme/members/mem_1");
        assert_eq!(first_segments(path, 3), "/organizations/acme/members");
    }

    #[test]
    fn an_end_date_is_today_or_later() {
        let now = Time::end_of_day("2027-01-31", Zone::UTC).unwrap_or(Time(0));
        let read = |text: &str, zone| end_date(text, now, zone, None);
        assert_eq!(read(" ", Zone::UTC), Ok(None));
        assert_eq!(read("2027-01-31", Zone::UTC), Ok(Some(now)));
        assert!(read("2027-01-30", Zone::UTC).is_err() && read("soon", Zone::UTC).is_err());
        // There it is the first of February already.
        let auckland = Zone::parse("Pacific/Auckland").unwrap_or_default();
        assert!(read("2027-01-31", auckland).is_err() && read("2027-02-01", auckland).is_ok());
    }
}
