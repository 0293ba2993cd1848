//! What will need attention soon, or has not happened yet.

use crate::auth::actor::Actor;
use crate::authz::decision::Reach;
use crate::authz::permission::ChangeRoles;
use crate::common::error::AppError;
use crate::common::html::{counted, number};
use crate::db::Conn;
use crate::db::types::organization::InvitationStatus;
use crate::handlers::overview::attention::AttentionItem;
use crate::handlers::overview::queries;
use crate::handlers::overview::queries::PendingInvitations;
use crate::models::{invitation, settings_review};

pub(super) fn invitations(actor: &Actor, pending: PendingInvitations) -> Vec<AttentionItem> {
    let mut items = Vec::new();
    if pending.undelivered > 0 {
        items.push(AttentionItem::new(
            "mail",
            counted(
                pending.undelivered,
                "invitation email failed",
                "invitation emails failed",
            ),
            "Check the address or resend it",
            actor.path("/invitations"),
        ));
    }
    if pending.ending > 0 {
        items.push(AttentionItem::new(
            "clock",
            counted(pending.ending, "invitation expires soon", "invitations expire soon"),
            "Within two days",
            actor.path("/invitations"),
        ));
    }
    items
}

/// The owner who was invited when the organization was created.
pub(super) fn owner_invited(conn: &mut Conn, actor: &Actor) -> Result<Option<AttentionItem>, AppError> {
    if !actor.permissions.transfer_or_delete() {
        return Ok(None);
    }
    let invited = invitation::to_own(conn, actor.cx.now, actor.organization)?;
    Ok(invited.map(|invited| {
        let text = if invited.status_at(actor.cx.now) == InvitationStatus::Expired {
            "The invitation expired. Resend it, or invite another person"
        } else {
            "You are the owner until they accept"
        };
        let title = format!("Owner invited: {}", invited.email);
        AttentionItem::new("crown", title, text, actor.path("/settings/general"))
    }))
}

/// Members whose access ends within a week.
pub(super) fn ending(conn: &mut Conn, actor: &Actor) -> Result<Option<AttentionItem>, AppError> {
    if actor.reach::<ChangeRoles>() != Reach::Everywhere || actor.support.is_some() {
        return Ok(None);
    }
    let ending = queries::ending_access(conn, actor.organization, actor.cx.now)?;
    Ok(match ending.as_slice() {
        [] => None,
        [one] => Some(AttentionItem::new(
            "clock",
            format!("{}’s access ends soon", one.name),
            format!("On {}", one.end.date(actor.org_zone)),
            actor.path(&format!("/members/{}", one.id)),
        )),
        several => {
            let n = match i64::try_from(several.len()).unwrap_or(queries::ENDING) {
                queries::ENDING => format!("{}+", queries::ENDING - 1),
                n => number(&n),
            };
            Some(AttentionItem::new(
                "clock",
                format!("Access of {n} members ends soon"),
                "Within 7 days",
                actor.path("/members?status=ending"),
            ))
        }
    })
}

/// The review of the security settings, when it is due.
pub(super) fn settings_review(conn: &mut Conn, actor: &Actor) -> Result<Option<AttentionItem>, AppError> {
    if !actor.permissions.manage_security() || !settings_review::is_due(conn, actor.cx.now, actor.organization)? {
        return Ok(None);
    }
    Ok(Some(AttentionItem::new(
        "shield-check",
        "Security settings need a review",
        "Every 90 days",
        actor.path("/settings/checklist"),
    )))
}
