//! The states of a review, what can be decided on a place, and when reminders go out. Pure.

use crate::authz::role::CompanyRole;
use crate::common::time::{Span, Time};

crate::text_enum! {
    /// Where a review stands.
    pub enum Status {
        /// Its places are being written down.
        Starting = "starting",
        /// People decide.
        Running = "running",
        /// What is unanswered is being taken away.
        Closing = "closing",
        /// It is over and its report is signed.
        Closed = "closed",
        /// It was given up; what was decided stays.
        Cancelled = "cancelled",
    }
}

impl Status {
    /// The word for people.
    pub fn label(self) -> &'static str {
        match self {
            Self::Starting => "Starting",
            Self::Running => "Running",
            Self::Closing => "Closing",
            Self::Closed => "Closed",
            Self::Cancelled => "Cancelled",
        }
    }

    /// The tone of its badge.
    pub fn tone(self) -> &'static str {
        match self {
            Self::Starting | Self::Running => "info",
            Self::Closing => "warning",
            Self::Closed => "success",
            Self::Cancelled => "",
        }
    }

    /// Whether it is not over yet.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Starting | Self::Running | Self::Closing)
    }
}

crate::text_enum! {
    /// What was decided on a place, or what became of it without a decision.
    pub enum Decision {
        /// Nobody answered yet.
        Open = "open",
        /// It stays.
        Keep = "keep",
        /// Another role.
        Change = "change",
        /// Taken away by who decided.
        Remove = "remove",
        /// Nobody answered: taken away by the closing.
        Unconfirmed = "unconfirmed",
        /// Nobody answered, and it was gone already.
        Gone = "gone",
        /// Nobody answered, and a group gives it: it stays until the group changes.
        Group = "group",
    }
}

impl Decision {
    /// The word for people.
    pub fn label(self) -> &'static str {
        match self {
            Self::Open => "Not answered",
            Self::Keep => "Kept",
            Self::Change => "Changed",
            Self::Remove => "Removed",
            Self::Unconfirmed => "Not confirmed, taken away",
            Self::Gone => "Was gone already",
            Self::Group => "Not confirmed, stays by a group",
        }
    }

    /// The tone of its badge.
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
    /// Letters on their way to those who decide.
    pub enum Mailing {
        /// None.
        None = "",
        /// It began.
        Begin = "begin",
        /// A reminder.
        Reminder = "reminder",
    }
}

/// The soonest last day, in days from today.
pub const SOONEST: i64 = 3;
/// The latest last day, in days from today.
pub const LATEST: i64 = 90;
/// So long before the end the reminders go out.
pub const REMINDERS: [Span; 2] = [Span::days(7), Span::days(1)];
/// So long one waits between two reminders by hand.
pub const REMIND_AGAIN: Span = Span::hours(24);

/// The last moment out of a typed day.
pub fn due(text: &str, now: Time) -> Result<Time, String> {
    let end = Time::end_of_day(text).ok_or("Enter a day such as 2026-12-31")?;
    let (first, last) = ((now + Span::days(SOONEST)).day(), (now + Span::days(LATEST)).day());
    let day = end.day();
    if day < first || day > last {
        return Err(format!(
            "Choose a day from {first} to {last}: {SOONEST} to {LATEST} days ahead"
        ));
    }
    Ok(end)
}

/// How many of the reminders are due. A review shorter than a reminder's span does not send that one at its beginning.
pub fn reminders_due(started: Time, due: Time, now: Time) -> usize {
    REMINDERS
        .iter()
        .filter(|span| now >= due - **span || started >= due - **span)
        .count()
}

/// Of the reminders due, whether the last one is worth a letter: it lies after the beginning.
pub fn is_worth_a_letter(started: Time, due: Time, reminder: usize) -> bool {
    let span = reminder.checked_sub(1).and_then(|at| REMINDERS.get(at));
    span.is_some_and(|span| started < due - *span)
}

/// What somebody wants of a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    /// This role.
    Role(CompanyRole),
    /// No place.
    Nothing,
}

impl Wish {
    /// The form's value.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "remove" => Some(Self::Nothing),
            role => CompanyRole::parse(role).map(Self::Role),
        }
    }

    /// As the form sends it.
    pub fn value(self) -> &'static str {
        match self {
            Self::Role(role) => role.as_str(),
            Self::Nothing => "remove",
        }
    }
}

/// A place under review as it stands.
#[derive(Debug, Clone, Copy)]
pub struct Stand {
    /// The role when the review began.
    pub began: CompanyRole,
    pub present: Option<CompanyRole>,
    /// What was decided so far.
    pub decision: Decision,
}

impl Stand {
    /// The role that “keep” means: what the place is, unless this review changed it; then what it was.
    pub fn kept(&self) -> CompanyRole {
        match self.decision {
            Decision::Change | Decision::Remove => self.began,
            _ => self.present.unwrap_or(self.began),
        }
    }

    /// What a wish is called.
    pub fn decides(&self, wish: Wish) -> Decision {
        match wish {
            Wish::Nothing => Decision::Remove,
            Wish::Role(role) if role == self.kept() => Decision::Keep,
            Wish::Role(_) => Decision::Change,
        }
    }

    /// Whether a wish is carried out by doing nothing.
    pub fn is(&self, wish: Wish) -> bool {
        match wish {
            Wish::Nothing => self.present.is_none(),
            Wish::Role(role) => self.present == Some(role),
        }
    }

    /// The wish that was decided.
    pub fn wished(&self, new_role: Option<CompanyRole>) -> Option<Wish> {
        match self.decision {
            Decision::Keep | Decision::Change => new_role.map(Wish::Role),
            Decision::Remove => Some(Wish::Nothing),
            _ => None,
        }
    }
}

/// Percent of the answered ones, rounded down, so that only a finished review shows 100.
pub fn percent(places: i64, open: i64) -> i64 {
    if places == 0 {
        100
    } else {
        (places - open) * 100 / places
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Time {
        Time::end_of_day("2026-11-24").unwrap() + Span::hours(9)
    }

    #[test]
    fn the_last_day_is_3_to_90_days_ahead() {
        assert_eq!(due("2026-11-28", now()).unwrap().day(), "2026-11-28");
        assert!(due("2027-02-23", now()).is_ok());
        for wrong in ["", "soon", "2026-11-25", "2026-11-27", "2027-02-24", "2020-01-01"] {
            assert!(due(wrong, now()).is_err(), "{wrong}");
        }
    }

    #[test]
    fn reminders_come_a_week_and_a_day_before_and_none_at_the_beginning() {
        let (began, end) = (now(), now() + Span::days(30));
        assert_eq!(reminders_due(began, end, began), 0);
        assert_eq!(reminders_due(began, end, end - Span::days(7)), 1);
        assert_eq!(reminders_due(began, end, end - Span::hours(5)), 2);
        let short = began + Span::days(4);
        assert_eq!(reminders_due(began, short, began), 1);
        assert!(!is_worth_a_letter(began, short, 1));
        assert!(is_worth_a_letter(began, short, 2));
    }

    #[test]
    fn keep_means_what_is_unless_this_review_changed_it() {
        use CompanyRole::{Editor, Viewer};
        let stand = |present, decision| Stand {
            began: Editor,
            present,
            decision,
        };
        assert_eq!(stand(Some(Viewer), Decision::Open).kept(), Viewer);
        assert_eq!(stand(Some(Viewer), Decision::Change).kept(), Editor);
        assert_eq!(stand(None, Decision::Remove).kept(), Editor);
        let changed = stand(Some(Viewer), Decision::Change);
        assert_eq!(changed.decides(Wish::Role(Editor)), Decision::Keep);
        assert_eq!(changed.decides(Wish::Role(Viewer)), Decision::Change);
        assert_eq!(changed.decides(Wish::Nothing), Decision::Remove);
    }

    #[test]
    fn only_a_finished_review_shows_100_percent() {
        assert_eq!(percent(1000, 1), 99);
        assert_eq!(percent(3, 0), 100);
        assert_eq!(percent(0, 0), 100);
    }
}
