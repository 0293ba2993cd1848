//! Cancelling an invitation.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::auth::Gate;
use crate::auth::actor::Actor;
use crate::authz::permission::InviteMembers;
use crate::common::error::AppError;
use crate::db::Conn;
use crate::handlers::invitations::wording;
use crate::services::invitations::authority::InviteAuthority;
use crate::services::invitations::cancel;
use crate::services::invitations::cancel::CancelError;
use crate::services::invitations::transition;
use crate::services::invitations::transition::InvitationEvent;
use crate::services::invitations::visible::VisibleInvitation;
use crate::web::layout::{Layout, PageLayout};

#[derive(Template)]
#[template(path = "invitations/cancel.html", blocks = ["dialog"])]
struct CancellationPage {
    layout: Layout,
    action: String,
    back: String,
    email: String,
    /// Why it can't be cancelled.
    closed: Option<String>,
}

crate::page!(CancellationPage => as_dialog);

impl CancellationPage {
    fn load(conn: &mut Conn, actor: &Actor, id: &str) -> Result<Self, AppError> {
        let authority = InviteAuthority::of(conn, actor)?;
        let invitation = VisibleInvitation::find_authorized(conn, actor, &authority, id)?.invitation;
        let status = invitation.status_at(actor.cx.now);
        Ok(Self {
            layout: actor.layout(conn, "members")?,
            action: actor.path(&format!("/invitations/{}/cancellation", invitation.id)),
            back: actor.path("/invitations"),
            email: invitation.email,
            closed: transition::next(status, InvitationEvent::Cancel)
                .is_none()
                .then(|| format!("This invitation is {} already.", wording::label(status).to_lowercase())),
        })
    }
}

pub async fn new(gate: Gate<InviteMembers>, path: web::Path<(String, String)>) -> Result<HttpResponse, AppError> {
    let (_, id) = path.into_inner();
    gate.show(move |actor, conn| CancellationPage::load(conn, actor, &id))
        .await
}

pub async fn create(gate: Gate<InviteMembers>, path: web::Path<(String, String)>) -> Result<HttpResponse, AppError> {
    let (slug, id) = path.into_inner();
    let invitation = id.clone();
    match gate
        .try_write(move |actor, conn| cancel::cancel(conn, actor, &invitation))
        .await
    {
        Ok(was) => Ok(gate.done(
            format!("The invitation of {} is cancelled", was.email),
            &format!("/organizations/{slug}/invitations"),
        )),
        Err(CancelError::Failed(error)) => Err(error),
        Err(CancelError::Closed) => {
            gate.refused(move |actor, conn| CancellationPage::load(conn, actor, &id))
                .await
        }
    }
}
