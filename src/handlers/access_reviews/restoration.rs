use actix_web::{HttpResponse, web};

use crate::auth::Gate;
use crate::authz::permission::RemoveMembers;
use crate::common::error::AppError;
use crate::common::html::see_other;
use crate::common::id::{ReviewId, ReviewItemId};
use crate::services::access_reviews::restore;
use crate::services::access_reviews::restore::RestoreError;
use crate::services::assignments::AssignmentError;
use crate::services::members::errors::SuspensionError;

/// `POST /organizations/{slug}/access/reviews/{id}/items/{item}/restoring`
pub async fn create(
    gate: Gate<RemoveMembers>,
    path: web::Path<(String, String, String)>,
) -> Result<HttpResponse, AppError> {
    let (slug, id, item) = path.into_inner();
    let id = ReviewId::parse(&id).ok_or(AppError::NotFound)?;
    let item = ReviewItemId::parse(&item).ok_or(AppError::NotFound)?;
    let to = format!("/organizations/{slug}/access/reviews/{id}");
    let restored = gate
        .try_write(move |actor, conn| {
            let (item, events) = restore::restore(conn, actor, id, item)?;
            Ok(((item.name, item.company_name), events))
        })
        .await;
    match restored {
        Ok((name, company)) => Ok(gate.done(format!("{name}’s access to {company} is restored"), &to)),
        Err(
            RestoreError::Failed(error)
            | RestoreError::Assignment(AssignmentError::Failed(error))
            | RestoreError::Reinstatement(SuspensionError::Failed(error)),
        ) => Err(error),
        Err(error) => {
            gate.tell("danger", message(error));
            Ok(see_other(gate.fragment(), &to))
        }
    }
}

fn message(error: RestoreError) -> String {
    match error {
        RestoreError::Restored(name) => format!("{name}’s access is already restored"),
        RestoreError::NotMember(name) => format!("{name} is no longer a member"),
        RestoreError::Assignment(error) => error.message("company"),
        RestoreError::Reinstatement(error) => error.message().to_owned(),
        RestoreError::Failed(error) => error.to_string(),
    }
}
