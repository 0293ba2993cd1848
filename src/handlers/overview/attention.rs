//! What needs attention. It is shown only to members who can act on it, what waits for a decision first.

use crate::auth::actor::Actor;
use crate::authz::decision::Reach;
use crate::authz::permission::{ChangeRoles, DecideRequests, InviteMembers, Permission};
use crate::common::error::AppError;
use crate::common::html::number;
use crate::db::Conn;
use crate::db::types::organization::InvitationStatus;
use crate::handlers::overview::queries;
use crate::handlers::overview::queries::PendingInvitations;
use crate::handlers::permissions::labels;
use crate::models::{access_request, access_review, approval, invitation};
use crate::services::approvals::dual_control;
use crate::web::waiting::Waiting;

/// From this number of members on, a single owner is a risk.
const SEVERAL: i64 = 3;

/// How many access requests are listed one by one. More are one item.
const REQUESTS: i64 = 3;

pub struct AttentionItem {
    pub icon: &'static str,
    pub title: String,
    pub text: String,
    pub href: String,
}

impl AttentionItem {
    fn new(icon: &'static str, title: impl Into<String>, text: impl Into<String>, href: String) -> Self {
        Self {
            icon,
            title: title.into(),
            text: text.into(),
            href,
        }
    }
}

/// Everything that the reader can act on.
pub struct Attention<'a> {
    pub waiting: &'a Waiting,
    pub pending: Option<PendingInvitations>,
    pub members: i64,
    pub owners: i32,
}

impl Attention<'_> {
    pub fn items(&self, conn: &mut Conn, actor: &Actor) -> Result<Vec<AttentionItem>, AppError> {
        let mut items = self.approvals(conn, actor)?;
        items.extend(self.review(conn, actor)?);
        items.extend(self.requests(conn, actor)?);
        items.extend(self.joins(actor));
        items.extend(
            self.pending
                .map(|pending| invitations(actor, pending))
                .unwrap_or_default(),
        );
        items.extend(ending(conn, actor)?);
        items.extend(owner_invited(conn, actor)?);
        items.extend(self.single_owner(actor));
        Ok(items)
    }

    fn approvals(&self, conn: &mut Conn, actor: &Actor) -> Result<Vec<AttentionItem>, AppError> {
        if self.waiting.approvals == 0 {
            return Ok(Vec::new());
        }
        let open = approval::open(conn, actor.cx.now, actor.organization)?;
        let to_decide = open
            .into_iter()
            .filter(|approval| dual_control::may_decide(approval, actor));
        Ok(to_decide
            .map(|approval| {
                AttentionItem::new(
                    "circle-check",
                    format!("Your approval is needed to {}", approval.label),
                    "Nothing changes until you approve it",
                    actor.path(&format!("/settings/approvals/{}", approval.id)),
                )
            })
            .collect())
    }

    fn review(&self, conn: &mut Conn, actor: &Actor) -> Result<Option<AttentionItem>, AppError> {
        let Some(waiting) = &self.waiting.review else {
            return Ok(None);
        };
        let review = access_review::find(conn, actor.organization, waiting.id)?;
        let due = review.due_at;
        Ok(Some(AttentionItem::new(
            "check",
            review.name,
            format!(
                "{}, due {}",
                count(waiting.open, "answer is missing", "answers are missing"),
                due.and_ahead(due.date(actor.org_zone), actor.cx.now, actor.org_zone)
            ),
            actor.path(&format!("/access/reviews/{}", review.id)),
        )))
    }

    fn requests(&self, conn: &mut Conn, actor: &Actor) -> Result<Vec<AttentionItem>, AppError> {
        let open = self.waiting.requests;
        if open > REQUESTS {
            return Ok(vec![AttentionItem::new(
                "key-round",
                count(open, "access request", "access requests"),
                "Grant or deny them",
                actor.path("/access/requests"),
            )]);
        }
        if open == 0 {
            return Ok(Vec::new());
        }
        let own = match actor.reach::<DecideRequests>() {
            Reach::Everywhere => None,
            _ => Some(actor.own_companies(conn, DecideRequests::ID)?),
        };
        let size = usize::try_from(REQUESTS).unwrap_or_default();
        let mut rows = access_request::list(conn, actor.organization, own.as_deref(), true, None, size)?;
        rows.truncate(size);
        Ok(rows
            .into_iter()
            .map(|request| {
                let wish = match request.permission() {
                    Some(permission) => labels::verb(permission, actor.unit, request.company_name.as_deref()),
                    None => request.permission.clone(),
                };
                AttentionItem::new(
                    "key-round",
                    format!("{} requests access", request.name),
                    format!("To {wish}, {}", request.created_at.ago(actor.cx.now, actor.zone)),
                    actor.path(&format!("/access/requests/{}", request.id)),
                )
            })
            .collect())
    }

    fn joins(&self, actor: &Actor) -> Option<AttentionItem> {
        let joins = self.waiting.joins;
        (joins > 0).then(|| {
            AttentionItem::new(
                "user-plus",
                count(joins, "person asks to join", "people ask to join"),
                "By an onboarding link",
                actor.path("/settings/onboarding/requests"),
            )
        })
    }

    fn single_owner(&self, actor: &Actor) -> Option<AttentionItem> {
        let risk = actor.permissions.grant_owner() && self.members >= SEVERAL && self.owners == 1;
        risk.then(|| {
            AttentionItem::new(
                "crown",
                "Only one owner",
                "Make another member an owner too",
                actor.path("/members"),
            )
        })
    }
}

fn count(n: i64, one: &str, many: &str) -> String {
    format!("{} {}", number(&n), if n == 1 { one } else { many })
}

fn invitations(actor: &Actor, pending: PendingInvitations) -> Vec<AttentionItem> {
    let mut items = Vec::new();
    if pending.undelivered > 0 {
        items.push(AttentionItem::new(
            "mail",
            count(
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
            count(pending.ending, "invitation expires soon", "invitations expire soon"),
            "Within two days",
            actor.path("/invitations"),
        ));
    }
    items
}

/// The owner who was invited when the organization was created.
fn owner_invited(conn: &mut Conn, actor: &Actor) -> Result<Option<AttentionItem>, AppError> {
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
fn ending(conn: &mut Conn, actor: &Actor) -> Result<Option<AttentionItem>, AppError> {
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

/// Whether the reader invites in the whole organization.
pub fn invites(actor: &Actor) -> bool {
    actor.reach::<InviteMembers>() == Reach::Everywhere
}
