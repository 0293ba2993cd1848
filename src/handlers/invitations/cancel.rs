//! Taking an invitation back: the question, and the deed.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde_json::json;

use crate::audit::{Action, Event, Events};
use crate::auth::Gate;
use crate::auth::actor::Actor;
use crate::authz::permission::InviteMembers;
use crate::common::error::AppError;
use crate::common::html::{html, refused, see_other};
use crate::db::Conn;
use crate::db::types::organization::InvitationStatus;
use crate::handlers::invitations::terms::above;
use crate::mail::outbox;
use crate::models::invitation;
use crate::services::invitations::authority;
use crate::services::invitations::queries;
use crate::services::invitations::queries::InvitationListItem;
use crate::services::invitations::rules;
use crate::services::invitations::rules::InvitationEvent;
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;

#[derive(Template)]
#[template(path = "invitations/cancel.html", blocks = ["dialog"])]
struct Cancel {
    layout: Layout,
    action: String,
    back: String,
    email: String,
    /// Why it cannot be cancelled.
    closed: Option<String>,
}

impl Cancel {
    fn of(conn: &mut Conn, actor: &Actor, seen: &InvitationListItem) -> Result<Self, AppError> {
        let standing = seen.standing(actor.cx.now);
        Ok(Self {
            layout: actor.layout(conn, "members")?,
            action: actor.path(&format!("/invitations/{}/cancellation", seen.invitation.id)),
            back: actor.path("/invitations"),
            email: seen.invitation.email.clone(),
            closed: rules::next(standing, InvitationEvent::Cancel)
                .is_none()
                .then(|| format!("This invitation is {} already.", rules::label(standing).to_lowercase())),
        })
    }
}

fn find(conn: &mut Conn, actor: &Actor, id: &str) -> Result<InvitationListItem, AppError> {
    let voucher = authority::voucher(conn, actor)?;
    let seen = queries::find(conn, actor.organization, &voucher, id)?;
    if voucher.vouches(seen.invitation.role, &seen.offered()) {
        Ok(seen)
    } else {
        Err(above(conn, actor, seen.invitation.role)?)
    }
}

/// The question.
pub async fn confirm(gate: Gate<InviteMembers>, path: web::Path<(String, String)>) -> Result<HttpResponse, AppError> {
    let (_, id) = path.into_inner();
    let page = gate
        .read(move |actor, conn| {
            let seen = find(conn, actor, &id)?;
            Cancel::of(conn, actor, &seen)
        })
        .await?;
    if gate.fragment() {
        html(page.as_dialog())
    } else {
        html(page)
    }
}

/// Cancels.
pub async fn cancel(gate: Gate<InviteMembers>, path: web::Path<(String, String)>) -> Result<HttpResponse, AppError> {
    let (_, id) = path.into_inner();
    let page = gate
        .write(move |actor, conn| {
            let seen = find(conn, actor, &id)?;
            let page = Cancel::of(conn, actor, &seen)?;
            if page.closed.is_some() {
                return Ok((page, Events::none("it was closed already")));
            }
            let was = &seen.invitation;
            if !invitation::close(conn, &actor.cx, actor.organization, was.id, InvitationStatus::Cancelled)? {
                // Somebody was faster: the page says what it has become.
                let seen = find(conn, actor, &id)?;
                return Ok((
                    Cancel::of(conn, actor, &seen)?,
                    Events::none("it was closed in between"),
                ));
            }
            if let Some(letter) = was.mail_id {
                outbox::withdraw(conn, letter)?;
            }
            let event = Event::new(Action::InvitationCancelled, "invitation", was.id, &was.email)
                .before(json!({ "status": was.status.as_str() }))
                .after(json!({ "status": InvitationStatus::Cancelled.as_str() }));
            Ok((page, actor.event(event)))
        })
        .await?;
    match (page.closed.is_some(), gate.fragment()) {
        (true, true) => refused(page.as_dialog()),
        (true, false) => refused(page),
        (false, fragment) => {
            gate.tell("success", format!("The invitation of {} is cancelled", page.email));
            Ok(see_other(fragment, &page.back))
        }
    }
}
