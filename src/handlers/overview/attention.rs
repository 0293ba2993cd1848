//! What needs attention. It is shown only to members who can act on it, what waits for a decision first.

use crate::auth::actor::Actor;
use crate::authz::decision::Reach;
use crate::authz::permission::{DecideRequests, InviteMembers, Permission};
use crate::common::error::AppError;
use crate::common::html::counted;
use crate::db::Conn;
use crate::handlers::overview::queries::PendingInvitations;
use crate::handlers::overview::upcoming;
use crate::handlers::permissions::labels;
use crate::models::{access_request, access_review, approval};
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
    pub(super) fn new(icon: &'static str, title: impl Into<String>, text: impl Into<String>, href: String) -> Self {
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
                .map(|pending| upcoming::invitations(actor, pending))
                .unwrap_or_default(),
        );
        items.extend(upcoming::ending(conn, actor)?);
        items.extend(upcoming::owner_invited(conn, actor)?);
        items.extend(upcoming::settings_review(conn, actor)?);
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
                counted(waiting.open, "answer is missing", "answers are missing"),
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
                counted(open, "access request", "access requests"),
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
                counted(joins, "person asks to join", "people ask to join"),
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

/// Whether the reader invites in the whole organization.
pub fn invites(actor: &Actor) -> bool {
    actor.reach::<InviteMembers>() == Reach::Everywhere
}
