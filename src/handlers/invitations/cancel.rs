//! Taking an invitation back: the question, and the deed.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde_json::json;

use crate::audit::{Action, Deed, Deeds};
use crate::auth::Gate;
use crate::auth::actor::Member;
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
use crate::services::invitations::queries::Seen;
use crate::services::invitations::rules;
use crate::services::invitations::rules::Event;
use crate::web::layout::Shell;

#[derive(Template)]
#[template(path = "invitations/cancel.html", blocks = ["dialog"])]
struct Cancel {
    shell: Shell,
    action: String,
    back: String,
    email: String,
    /// Why it cannot be cancelled.
    closed: Option<String>,
}

impl Cancel {
    fn of(conn: &mut Conn, member: &Member, seen: &Seen) -> Result<Self, AppError> {
        let standing = seen.standing(member.cx.now);
        Ok(Self {
            shell: member.shell(conn, "members")?,
            action: member.path(&format!("/invitations/{}/cancellation", seen.invitation.id)),
            back: member.path("/invitations"),
            email: seen.invitation.email.clone(),
            closed: rules::next(standing, Event::Cancel)
                .is_none()
                .then(|| format!("This invitation is {} already.", rules::label(standing).to_lowercase())),
        })
    }
}

fn find(conn: &mut Conn, member: &Member, id: &str) -> Result<Seen, AppError> {
    let voucher = authority::voucher(conn, member)?;
    let seen = queries::find(conn, member.organization, &voucher, id)?;
    if voucher.vouches(seen.invitation.role, &seen.offered()) {
        Ok(seen)
    } else {
        Err(above(conn, member, seen.invitation.role)?)
    }
}

/// The question.
///
/// # Errors
/// What the gate refuses.
pub async fn confirm(gate: Gate<InviteMembers>, path: web::Path<(String, String)>) -> Result<HttpResponse, AppError> {
    let (_, id) = path.into_inner();
    let page = gate
        .read(move |member, conn| {
            let seen = find(conn, member, &id)?;
            Cancel::of(conn, member, &seen)
        })
        .await?;
    if gate.fragment() {
        html(page.as_dialog())
    } else {
        html(page)
    }
}

/// Cancels.
///
/// # Errors
/// What the gate refuses.
pub async fn cancel(gate: Gate<InviteMembers>, path: web::Path<(String, String)>) -> Result<HttpResponse, AppError> {
    let (_, id) = path.into_inner();
    let page = gate
        .write(move |member, conn| {
            let seen = find(conn, member, &id)?;
            let page = Cancel::of(conn, member, &seen)?;
            if page.closed.is_some() {
                return Ok((page, Deeds::none("it was closed already")));
            }
            let was = &seen.invitation;
            if !invitation::close(
                conn,
                &member.cx,
                member.organization,
                was.id,
                InvitationStatus::Cancelled,
            )? {
                // Somebody was faster: the page says what it has become.
                let seen = find(conn, member, &id)?;
                return Ok((
                    Cancel::of(conn, member, &seen)?,
                    Deeds::none("it was closed in between"),
                ));
            }
            if let Some(letter) = was.mail_id {
                outbox::withdraw(conn, letter)?;
            }
            let deed = Deed::new(Action::InvitationCancelled, "invitation", was.id, &was.email)
                .before(json!({ "status": was.status.as_str() }))
                .after(json!({ "status": InvitationStatus::Cancelled.as_str() }));
            Ok((page, member.did(deed)))
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
