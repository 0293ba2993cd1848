//! Giving back what the end of a review took: exactly that place, and the membership when it was suspended for it.

use actix_web::{HttpResponse, web};

use crate::audit::Events;
use crate::auth::Gate;
use crate::auth::actor::Actor;
use crate::authz::permission::{AssignCompanies, Permission, RemoveMembers};
use crate::authz::role::CompanyRole;
use crate::common::error::AppError;
use crate::common::html::see_other;
use crate::common::id::{ReviewId, ReviewItemId};
use crate::db::Conn;
use crate::db::types::MembershipStatus;
use crate::handlers::access_reviews::index::must_run;
use crate::models::access_review;
use crate::models::access_review::items;
use crate::models::membership;
use crate::models::membership::record::Membership;
use crate::models::membership::{Origin, OwnPlace};
use crate::services::access_reviews::close;
use crate::services::assignments;
use crate::services::assignments::{Assignment, AssignmentCheck};
use crate::services::members::errors::SuspensionError;
use crate::services::members::suspension;

/// `POST /organizations/{slug}/access/reviews/{id}/items/{item}/restoring`
pub async fn restore(
    gate: Gate<RemoveMembers>,
    path: web::Path<(String, String, String)>,
) -> Result<HttpResponse, AppError> {
    let (_, id, item) = path.into_inner();
    let id = ReviewId::parse(&id).ok_or(AppError::NotFound)?;
    let item = ReviewItemId::parse(&item).ok_or(AppError::NotFound)?;
    let (done, to) = gate
        .write(move |actor, conn| {
            must_run(actor, conn)?;
            let to = actor.path(&format!("/access/reviews/{id}"));
            let done = items::whole(conn, |conn| give_back(actor, conn, id, item))?;
            Ok(match done {
                Ok((told, events)) => ((Ok(told), to), events),
                Err(why) => ((Err(why), to), Events::none("refused")),
            })
        })
        .await?;
    match done {
        Ok(told) => gate.tell("success", told),
        Err(why) => gate.tell("danger", why),
    }
    Ok(see_other(gate.fragment(), &to))
}

fn give_back(
    actor: &Actor,
    conn: &mut Conn,
    id: ReviewId,
    item: ReviewItemId,
) -> Result<Result<(String, Events), String>, AppError> {
    let org = actor.organization;
    let review = access_review::find(conn, org, id)?;
    let lost = items::lost(conn, org, id, Some(item), None, 1)?
        .pop()
        .ok_or(AppError::NotFound)?;
    if lost.restored_at.is_some() {
        return Ok(Err(format!("{} has it back already", lost.name)));
    }
    let Ok(person) = Membership::find(conn, org, lost.membership) else {
        return Ok(Err(format!("{} is no longer a member", lost.name)));
    };
    if !items::restored(conn, org, id, item, actor.person.id, actor.cx.now)? {
        return Ok(Err(format!("{} has it back already", lost.name)));
    }
    let mut events = Events::none("those of each part");
    if let (Some(role), Some(origin)) = (CompanyRole::parse(&lost.kept_role), Origin::parse(&lost.kept_origin)) {
        let place = OwnPlace {
            role,
            origin,
            until: lost.kept_until,
        };
        let present = assignments::role_in(conn, org, person.id, lost.company)?;
        if membership::own_place(conn, org, person.id, lost.company)?.is_none() {
            let attempt = AssignmentCheck::of(actor, AssignCompanies::ID, person.id, person.role);
            if let Err(refused) = attempt.give(true, present, role) {
                return Ok(Err(refused.message(actor.unit.one())));
            }
            let assignment = Assignment::new(org, person.id, &person.name, lost.company, &lost.company_name);
            let restored = assignments::restore_after_review(conn, &actor.cx, &assignment, place, &review.name)?;
            events = events.and(restored);
        }
    }
    // Somebody who was let in meanwhile, or is shut out for another reason, stays as they are.
    let for_this = lost.shut_out
        && person.status == MembershipStatus::Suspended
        && close::suspended_for(conn, org, person.id)? == close::reason(&review.name);
    if for_this {
        match suspension::reinstate(conn, actor, &person) {
            Ok((_, restored)) => events = events.and(restored),
            Err(SuspensionError::Failed(error)) => return Err(error),
            Err(error) => return Ok(Err(error.message().to_owned())),
        }
    }
    Ok(Ok((
        format!("{} has it back in {}", lost.name, lost.company_name),
        events,
    )))
}
