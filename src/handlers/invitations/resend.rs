//! Sending invitations again: one, or the selected ones.

use actix_web::{HttpResponse, web};

use serde_json::json;

use crate::audit::{Action, Event, Events};
use crate::auth::Gate;
use crate::auth::actor::Actor;
use crate::authz::permission::InviteMembers;
use crate::common::error::AppError;
use crate::common::fields::Fields;
use crate::common::html::see_other;
use crate::db::Conn;
use crate::db::types::organization::InvitationStatus;
use crate::handlers::invitations::terms::above;
use crate::mail::outbox;
use crate::models::invitation;
use crate::services::invitations::authority::InviteAuthority;
use crate::services::invitations::email;
use crate::services::invitations::queries;
use crate::services::invitations::queries::InvitationListItem;
use crate::services::invitations::rules;
use crate::services::invitations::rules::InvitationEvent;
use crate::services::invitations::{allowance, authority, batch};

/// Why an invitation is not sent again, as a sentence.
type Refused = String;

/// Sends one again.
pub async fn resend(gate: Gate<InviteMembers>, path: web::Path<(String, String)>) -> Result<HttpResponse, AppError> {
    let (_, id) = path.into_inner();
    let (result, list) = gate
        .write(move |actor, conn| {
            let voucher = authority::voucher(conn, actor)?;
            let seen = queries::find(conn, actor.organization, &voucher, &id)?;
            let list = actor.path("/invitations");
            if !voucher.vouches(seen.invitation.role, &seen.offered()) {
                return Err(above(conn, actor, seen.invitation.role)?);
            }
            Ok(match send(conn, actor, &voucher, &seen)? {
                Ok(events) => ((Ok(seen.invitation.email), list), events),
                Err(sentence) => ((Err(sentence), list), Events::none("the resending was refused")),
            })
        })
        .await?;
    match result {
        Ok(email) => gate.tell("success", format!("Sent again. {email} has 7 days to accept")),
        Err(sentence) => gate.tell("danger", sentence),
    }
    Ok(see_other(gate.fragment(), &list))
}

/// Sends the selected ones again.
pub async fn resend_all(gate: Gate<InviteMembers>, fields: Fields) -> Result<HttpResponse, AppError> {
    let (sent, refused, list) = gate
        .write(move |actor, conn| {
            let voucher = authority::voucher(conn, actor)?;
            let (mut sent, mut refused, mut events) = (0, Vec::new(), Events::none("nothing was selected"));
            let mut ids: Vec<&str> = fields.all("id").take(500).collect();
            ids.sort_unstable();
            ids.dedup();
            // All of them are looked up before the first is sent: a foreign id changes nothing.
            let mut seen = Vec::with_capacity(ids.len());
            for id in ids {
                seen.push(queries::find(conn, actor.organization, &voucher, id)?);
            }
            for one in &seen {
                let result = if voucher.vouches(one.invitation.role, &one.offered()) {
                    send(conn, actor, &voucher, one)?
                } else {
                    Err(format!("You cannot give the role {}", one.invitation.role.label()))
                };
                match result {
                    Ok(more) => {
                        sent += 1;
                        events = events.and(more);
                    }
                    Err(sentence) => refused.push(format!("{}: {sentence}", one.invitation.email)),
                }
            }
            Ok(((sent, refused, actor.path("/invitations")), events))
        })
        .await?;
    let (tone, text) = words(sent, &refused);
    gate.tell(tone, text);
    Ok(see_other(gate.fragment(), &list))
}

fn words(sent: usize, refused: &[String]) -> (&'static str, String) {
    let done = match sent {
        1 => "1 invitation sent again".to_owned(),
        n => format!("{n} invitations sent again"),
    };
    match (sent, refused) {
        (0, []) => ("info", "Select the invitations to send again".into()),
        (_, []) => ("success", done),
        (_, refused) => {
            // The word travels in a cookie: it stays short.
            let shown: Vec<&str> = refused.iter().take(5).map(String::as_str).collect();
            let more = refused.len() - shown.len();
            let more = if more > 0 {
                format!("; and {more} more")
            } else {
                String::new()
            };
            let tone = if sent == 0 { "danger" } else { "warning" };
            (tone, format!("{done}. Not sent: {}{more}", shown.join("; ")))
        }
    }
}

fn send(
    conn: &mut Conn,
    actor: &Actor,
    voucher: &InviteAuthority,
    seen: &InvitationListItem,
) -> Result<Result<Events, Refused>, AppError> {
    let (organization, cx, was) = (actor.organization, &actor.cx, &seen.invitation);
    let standing = seen.standing(cx.now);
    if rules::next(standing, InvitationEvent::Resend).is_none() {
        return Ok(Err(format!(
            "The invitation is {} and cannot be sent again",
            rules::label(standing).to_lowercase()
        )));
    }
    if queries::is_open(conn, organization, &was.email, was.id)? {
        return Ok(Err("A newer invitation for this address is open".into()));
    }
    if !batch::members_among(conn, organization, vec![was.email.clone()])?.is_empty() {
        return Ok(Err(format!("Already a member of {}", actor.organization_name)));
    }
    if let Some(end) = was.access_until.filter(|end| *end < cx.now) {
        return Ok(Err(format!(
            "The access that it gives ended on {}. Invite the person anew",
            end.date()
        )));
    }
    let within_a_day = allowance::resent(conn, organization, was, cx.now)?;
    if let Some(from) = rules::resend_from(was.last_sent_at, &within_a_day, cx.now) {
        let seconds = (from - cx.now).as_seconds() + 1;
        return Ok(Err(if seconds <= 60 {
            format!("Was sent a moment ago. Send it again in {seconds} seconds")
        } else {
            format!(
                "Was sent again {} times within a day. Send it again on {}",
                within_a_day.len(),
                from.full()
            )
        }));
    }
    // One that was sent within the day is counted already.
    let allowance = allowance::allowance(conn, organization, cx.now)?;
    if was.last_sent_at <= cx.now - allowance::DAY && allowance.left == 0 {
        return Ok(Err(format!(
            "{} sends at most {} invitations a day. The next one can go out on {}",
            actor.organization_name,
            allowance.a_day,
            allowance.from.full()
        )));
    }
    // Whoever sends it vouches for it, except where the first inviter's own role is part of the bargain.
    let by = if was.hands_over { was.invited_by } else { voucher.user };
    let Some(fresh) = invitation::renew(conn, cx, was, by)? else {
        return Ok(Err("Somebody else changed this invitation in between".into()));
    };
    if let Some(before) = was.mail_id {
        outbox::withdraw(conn, before)?;
    }
    let row = invitation::find(conn, organization, was.id)?.ok_or(AppError::NotFound)?;
    email::invite(conn, cx, &row, fresh)?;
    let status = |status: InvitationStatus| status.as_str();
    Ok(Ok(actor.event(
        Event::new(Action::InvitationResent, "invitation", was.id, &was.email)
            .before(json!({ "status": status(was.status), "sent": was.sent_count, "expires": was.expires_at.iso() }))
            .after(json!({ "status": status(row.status), "sent": row.sent_count, "expires": row.expires_at.iso() })),
    )))
}
