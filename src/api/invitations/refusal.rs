//! Why an invitation was not sent, sent again or cancelled, as problems.

use actix_web::http::StatusCode;

use crate::api_auth::Refused;
use crate::auth::actor::Actor;
use crate::authz::role::Role;
use crate::common::problem::Problem;
use crate::common::time::Time;
use crate::db::Conn;
use crate::services::invitations::allowance::InvitationAllowance;
use crate::services::invitations::authority;
use crate::services::invitations::cancel::CancelError;
use crate::services::invitations::create::InviteError;
use crate::services::invitations::resend::ResendError;

fn conflict(kind: &'static str, title: &'static str, detail: impl Into<String>) -> Refused {
    Problem::new(kind, StatusCode::CONFLICT, title, detail).into()
}

fn role_not_allowed(role: Role, conn: &mut Conn, actor: &Actor) -> Refused {
    match authority::refusal(conn, actor, role) {
        Ok(error) | Err(error) => error.into(),
    }
}

fn already_member() -> Refused {
    conflict(
        "already-member",
        "The address belongs to a member",
        "Change the member instead.",
    )
}

fn blocked() -> Refused {
    conflict(
        "invitations-blocked",
        "The address accepts no invitations from you",
        "Ask the person to unblock you.",
    )
}

/// How many seconds it is until then.
fn seconds(from: Time, now: Time) -> u32 {
    u32::try_from((from - now).as_seconds() + 1).unwrap_or(1)
}

fn daily_limit(allowance: InvitationAllowance, now: Time) -> Refused {
    Problem {
        kind: "invitation-limit",
        title: "The invitations of a day are used up",
        ..Problem::too_many(
            format!(
                "At most {} invitations can be sent in 24 hours. The next one can be sent at {}.",
                allowance.a_day,
                allowance.from.iso()
            ),
            seconds(allowance.from, now),
        )
    }
    .into()
}

pub fn invite(error: &InviteError, conn: &mut Conn, actor: &Actor) -> Refused {
    match error {
        InviteError::RoleNotAllowed(role) => role_not_allowed(*role, conn, actor),
        InviteError::AlreadyMember => already_member(),
        InviteError::AlreadyInvited | InviteError::Duplicate => conflict(
            "already-invited",
            "The address has an open invitation",
            "Send that one again, or cancel it first.",
        ),
        InviteError::DailyLimit(allowance) => daily_limit(*allowance, actor.cx.now),
        InviteError::Blocked => blocked(),
    }
}

pub fn resend(error: ResendError, conn: &mut Conn, actor: &Actor) -> Refused {
    let now = actor.cx.now;
    let too_soon = |from: Time| {
        let detail = format!("It can be sent again at {}.", from.iso());
        Problem {
            kind: "sent-lately",
            title: "The invitation was sent a moment ago",
            ..Problem::too_many(detail, seconds(from, now))
        }
        .into()
    };
    match error {
        ResendError::Failed(error) => error.into(),
        ResendError::RoleNotAllowed(role) => role_not_allowed(role, conn, actor),
        ResendError::Closed(status) => closed(&format!("It is {status}. Send a new invitation.")),
        ResendError::NewerOpen => conflict(
            "already-invited",
            "The address has an open invitation",
            "Send that one again, or cancel it first.",
        ),
        ResendError::AlreadyMember => already_member(),
        ResendError::AccessEnded(end) => conflict(
            "access-ended",
            "The access that it gives has ended",
            format!("It ended at {}. Send a new invitation.", end.iso()),
        ),
        ResendError::Cooldown { seconds } => too_soon(now + crate::common::time::Span::seconds(seconds)),
        ResendError::TooOften { from, .. } => too_soon(from),
        ResendError::DailyLimit(allowance) => daily_limit(allowance, now),
        ResendError::Blocked => blocked(),
        ResendError::Changed => conflict(
            "changed",
            "Someone else changed the invitation meanwhile",
            "Read the invitation again, then decide.",
        ),
    }
}

pub fn cancel(error: CancelError) -> Refused {
    match error {
        CancelError::Failed(error) => error.into(),
        CancelError::Closed => closed("There is nothing to cancel."),
    }
}

fn closed(detail: &str) -> Refused {
    conflict("invitation-closed", "The invitation isn’t open", detail)
}
