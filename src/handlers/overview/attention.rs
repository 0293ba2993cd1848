//! What needs attention. It is shown only to members who can act on it.

use crate::auth::actor::Actor;
use crate::common::error::AppError;
use crate::common::html::number;
use crate::db::Conn;
use crate::db::types::organization::InvitationStatus;
use crate::handlers::overview::queries::PendingInvitations;
use crate::models::approval;
use crate::models::invitation;
use crate::services::approvals::dual_control;

/// From this number of members on, a single owner is a risk.
const SEVERAL: i64 = 3;

pub struct AttentionItem {
    pub icon: &'static str,
    pub title: String,
    pub text: &'static str,
    pub href: String,
}

pub fn approvals(conn: &mut Conn, actor: &Actor) -> Result<Vec<AttentionItem>, AppError> {
    let open = approval::open(conn, actor.cx.now, actor.organization)?;
    let to_decide = open
        .into_iter()
        .filter(|approval| dual_control::may_decide(approval, actor));
    Ok(to_decide
        .map(|approval| AttentionItem {
            icon: "clock",
            title: format!("Your approval is needed to {}", approval.label),
            text: "Nothing changes until you approve it",
            href: actor.path(&format!("/settings/approvals/{}", approval.id)),
        })
        .collect())
}

pub fn invitations(actor: &Actor, pending: PendingInvitations) -> Vec<AttentionItem> {
    let count = |n: i64, one: &str, many: &str| format!("{} {}", number(&n), if n == 1 { one } else { many });
    let mut items = Vec::new();
    if pending.undelivered > 0 {
        items.push(AttentionItem {
            icon: "mail",
            title: count(
                pending.undelivered,
                "invitation did not arrive",
                "invitations did not arrive",
            ),
            text: "Check the address or send it again",
            href: actor.path("/invitations"),
        });
    }
    if pending.ending > 0 {
        items.push(AttentionItem {
            icon: "clock",
            title: count(pending.ending, "invitation expires soon", "invitations expire soon"),
            text: "Within two days",
            href: actor.path("/invitations"),
        });
    }
    items
}

/// The owner who was invited when the organization was created.
pub fn owner_invited(conn: &mut Conn, actor: &Actor) -> Result<Option<AttentionItem>, AppError> {
    if !actor.permissions.transfer_or_delete() {
        return Ok(None);
    }
    let invited = invitation::to_own(conn, actor.cx.now, actor.organization)?;
    Ok(invited.map(|invited| AttentionItem {
        icon: "crown",
        title: format!("Owner invited: {}", invited.email),
        text: if invited.status_at(actor.cx.now) == InvitationStatus::Expired {
            "The invitation expired. Resend it, or invite another person"
        } else {
            "You are the owner until they accept"
        },
        href: actor.path("/settings/general"),
    }))
}

pub fn single_owner(actor: &Actor, members: i64, owners: i32) -> Option<AttentionItem> {
    let risk = actor.permissions.grant_owner() && members >= SEVERAL && owners == 1;
    risk.then(|| AttentionItem {
        icon: "crown",
        title: "Only one owner".into(),
        text: "Make another member an owner too",
        href: actor.path("/members"),
    })
}
