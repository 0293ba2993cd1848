//! The states of a review, the answers on an item, and when reminders are due. Without I/O.

use crate::authz::role::CompanyRole;
use crate::common::time::{Span, Time};
use crate::common::zone::Zone;

crate::text_enum! {
    pub enum ReviewStatus {
        /// Its items are being collected.
        Starting = "starting",
        /// Managers answer.
        Running = "running",
        /// Unconfirmed assignments are being removed.
        Closing = "closing",
        /// The report is signed.
        Closed = "closed",
        /// Saved answers remain in effect.
        Cancelled = "cancelled",
    }
}

impl ReviewStatus {
    pub fn label(self) -> &'static str {
        match self {
            Self::Starting => "Starting",
            Self::Running => "Running",
            Self::Closing => "Closing",
            Self::Closed => "Closed",
            Self::Cancelled => "Cancelled",
        }
    }

    pub fn tone(self) -> &'static str {
        match self {
            Self::Starting | Self::Running => "info",
            Self::Closing => "warning",
            Self::Closed => "success",
            Self::Cancelled => "",
        }
    }

    pub fn is_open(self) -> bool {
        matches!(self, Self::Starting | Self::Running | Self::Closing)
    }
}

crate::text_enum! {
    /// The answer on an item, or what the closing did without one.
    pub enum ReviewDecision {
        Open = "open",
        Keep = "keep",
        Change = "change",
        Remove = "remove",
        /// No answer: removed by the closing.
        Unconfirmed = "unconfirmed",
        /// No answer, and the assignment was removed before.
        Gone = "gone",
        /// No answer, and a group gives the role.
        Group = "group",
    }
}

impl ReviewDecision {
    pub fn label(self) -> &'static str {
        match self {
            Self::Open => "Not answered",
            Self::Keep => "Kept",
            Self::Change => "Changed",
            Self::Remove => "Removed",
            Self::Unconfirmed => "Not confirmed, removed",
            Self::Gone => "Already removed",
            Self::Group => "Not confirmed; kept through a group",
        }
    }

    pub fn tone(self) -> &'static str {
        match self {
            Self::Open | Self::Gone => "",
            Self::Keep => "success",
            Self::Change => "info",
            Self::Remove => "danger",
            Self::Unconfirmed | Self::Group => "warning",
        }
    }
}

crate::text_enum! {
    /// The emails that are being sent.
    pub enum ReviewMailing {
        None = "",
        Begin = "begin",
        Reminder = "reminder",
    }
}

/// The earliest end date, in days from today.
pub const SOONEST: u64 = 3;
/// The latest end date, in days from today.
pub const LATEST: u64 = 90;
/// How long before the end reminders go out.
pub const REMINDERS: [Span; 2] = [Span::days(7), Span::days(1)];
/// The pause between two reminders by hand.
pub const REMIND_AGAIN: Span = Span::hours(24);

/// The end of a typed day.
pub fn due(text: &str, now: Time, zone: Zone) -> Result<Time, String> {
    let end = Time::end_of_day(text, zone).ok_or("Enter a date, like 2026-12-31")?;
    let (first, last) = (now.day_after(SOONEST, zone), now.day_after(LATEST, zone));
    let day = end.day(zone);
    if day < first || day > last {
        return Err(format!(
            "Choose a date from {first} to {last}, {SOONEST} to {LATEST} days from now"
        ));
    }
    Ok(end)
}

/// The number of reminders that are due. A reminder that a short review skips counts as due from its start.
pub fn reminders_due(started: Time, due: Time, now: Time) -> usize {
    REMINDERS
        .iter()
        .filter(|span| now >= due - **span || started >= due - **span)
        .count()
}

/// Whether a reminder sends emails: not when it would come at the start of a short review.
pub fn reminder_sends(started: Time, due: Time, reminder: usize) -> bool {
    let span = reminder.checked_sub(1).and_then(|at| REMINDERS.get(at));
    span.is_some_and(|span| started < due - *span)
}

/// An answer on an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReviewAnswer {
    Role(CompanyRole),
    Remove,
}

impl ReviewAnswer {
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "remove" => Some(Self::Remove),
            role => CompanyRole::parse(role).map(Self::Role),
        }
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Role(role) => role.as_str(),
            Self::Remove => "remove",
        }
    }
}

/// An item as the rules need it.
#[derive(Debug, Clone, Copy)]
pub struct ItemState {
    /// The role when the review started.
    pub reviewed_role: CompanyRole,
    pub current_role: Option<CompanyRole>,
    pub decision: ReviewDecision,
}

impl ItemState {
    /// The role that “keep” means: the current role, or the one before if this review changed it.
    pub fn kept_role(&self) -> CompanyRole {
        match self.decision {
            ReviewDecision::Change | ReviewDecision::Remove => self.reviewed_role,
            _ => self.current_role.unwrap_or(self.reviewed_role),
        }
    }

    pub fn decision(&self, answer: ReviewAnswer) -> ReviewDecision {
        match answer {
            ReviewAnswer::Remove => ReviewDecision::Remove,
            ReviewAnswer::Role(role) if role == self.kept_role() => ReviewDecision::Keep,
            ReviewAnswer::Role(_) => ReviewDecision::Change,
        }
    }

    /// Whether the assignment is already as answered.
    pub fn matches(&self, answer: ReviewAnswer) -> bool {
        match answer {
            ReviewAnswer::Remove => self.current_role.is_none(),
            ReviewAnswer::Role(role) => self.current_role == Some(role),
        }
    }

    /// The answer that was given.
    pub fn answer(&self, new_role: Option<CompanyRole>) -> Option<ReviewAnswer> {
        match self.decision {
            ReviewDecision::Keep | ReviewDecision::Change => new_role.map(ReviewAnswer::Role),
            ReviewDecision::Remove => Some(ReviewAnswer::Remove),
            _ => None,
        }
    }
}

/// The answered share in percent, rounded down, so that only a finished review shows 100.
pub fn percent(items: i64, open: i64) -> i64 {
    if items == 0 { 100 } else { (items - open) * 100 / items }
}

#[cfg(test)]
mod tests;
