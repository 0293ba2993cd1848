//! Putting somebody into a group and taking them out.

use actix_web::{HttpResponse, web};
use serde::Deserialize;

use crate::audit::Events;
use crate::auth::Gate;
use crate::authz::permission::ChangeRoles;
use crate::common::error::AppError;
use crate::common::html::see_other;
use crate::common::id::MembershipId;
use crate::handlers::groups::changing;
use crate::handlers::groups::form::Place;
use crate::handlers::groups::show::again;
use crate::models::membership::record::Membership;
use crate::services::groups;

/// Organization, group and member of the path.
pub type MemberPlace = web::Path<(String, String, String)>;

/// Who is to come in.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct AddForm {
    member_id: String,
    q: String,
}

/// `POST /organizations/{slug}/access/groups/{id}/members`
pub async fn add(gate: Gate<ChangeRoles>, place: Place, form: web::Form<AddForm>) -> Result<HttpResponse, AppError> {
    let ((_, id), form) = (place.into_inner(), form.into_inner());
    let (of, who) = (id.clone(), form.member_id);
    let done = gate
        .write(move |actor, conn| {
            let group = changing(conn, actor, &of)?;
            let who = MembershipId::parse(&who).ok_or(AppError::NotFound)?;
            let person = Membership::find(conn, actor.organization, who)?;
            match groups::put(conn, actor, &group, &person)? {
                Ok(done) => {
                    let path = actor.path(&format!("/access/groups/{}", group.id));
                    Ok((Ok((done.word, path)), done.events))
                }
                Err(why) => Ok((Err(why.sentence().to_owned()), Events::none("a rule refused"))),
            }
        })
        .await?;
    match done {
        Ok((word, path)) => {
            gate.tell("success", word);
            Ok(see_other(gate.fragment(), &path))
        }
        Err(sentence) => again(&gate, id, form.q, sentence).await,
    }
}

/// `POST /organizations/{slug}/access/groups/{id}/members/{member}/removal`
pub async fn remove(gate: Gate<ChangeRoles>, place: MemberPlace) -> Result<HttpResponse, AppError> {
    let (_, id, who) = place.into_inner();
    let (tone, word, path) = gate
        .write(move |actor, conn| {
            let group = changing(conn, actor, &id)?;
            let who = MembershipId::parse(&who).ok_or(AppError::NotFound)?;
            let person = Membership::find(conn, actor.organization, who)?;
            let path = actor.path(&format!("/access/groups/{}", group.id));
            match groups::take(conn, actor, &group, &person)? {
                Ok(done) => Ok((("success", done.word, path), done.events)),
                Err(why) => Ok((
                    ("danger", why.sentence().to_owned(), path),
                    Events::none("a rule refused"),
                )),
            }
        })
        .await?;
    gate.tell(tone, word);
    // Whoever took out themselves may not be let in here any more.
    Ok(see_other(gate.fragment(), &path))
}
