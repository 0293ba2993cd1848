//! What the end of a review did, in words.

use crate::common::html::number;
use crate::models::access_review::outcome::ReviewOutcome;
use crate::models::access_review::state::ReviewStatus;

/// The numbers of a review that is over, and what happened without an answer.
#[derive(Debug, Clone)]
pub struct OutcomeCard {
    /// The label and the number.
    pub totals: Vec<(&'static str, i64)>,
    pub unanswered: String,
}

impl OutcomeCard {
    /// `ended`: when the review ended, and by whom.
    pub fn of(status: ReviewStatus, outcome: &ReviewOutcome, ended: &str) -> Self {
        Self {
            totals: vec![
                ("Kept", outcome.kept),
                ("Changed", outcome.changed),
                ("Removed", outcome.removed),
                ("Not answered", outcome.unanswered()),
                ("People suspended", outcome.suspended),
            ],
            unanswered: if status == ReviewStatus::Cancelled {
                cancelled(outcome.unanswered(), ended)
            } else {
                closed(outcome, ended)
            },
        }
    }
}

fn cancelled(unanswered: i64, ended: &str) -> String {
    match unanswered {
        0 => format!("Every assignment was answered before the review was cancelled on {ended}."),
        1 => format!("1 assignment had no answer. It was kept, because the review was cancelled on {ended}."),
        n => format!(
            "{} assignments had no answer. They were kept, because the review was cancelled on {ended}.",
            number(&n)
        ),
    }
}

fn closed(outcome: &ReviewOutcome, ended: &str) -> String {
    let parts = [
        (outcome.unconfirmed, "was removed", "were removed"),
        (outcome.group, "was kept through a group", "were kept through a group"),
        (outcome.gone, "was removed earlier", "were removed earlier"),
    ];
    let said: Vec<String> = parts
        .iter()
        .filter(|(n, ..)| *n > 0)
        .map(|(n, one, many)| format!("{} {}", number(n), if *n == 1 { one } else { many }))
        .collect();
    let heading = match outcome.unanswered() {
        0 => return format!("Every assignment was answered before the review closed on {ended}."),
        1 => "1 assignment had no answer".to_owned(),
        n => format!("{} assignments had no answer", number(&n)),
    };
    format!(
        "{heading}: {}. Unanswered assignments are removed when a review closes, unless a group keeps them. This review closed on {ended}.",
        said.join(", ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_had_no_answer_is_counted_by_what_became_of_it() {
        let outcome = ReviewOutcome {
            kept: 4,
            unconfirmed: 2,
            group: 1,
            ..ReviewOutcome::default()
        };
        let said = |status, outcome| OutcomeCard::of(status, outcome, "May 3 by Olivia").unanswered;
        assert_eq!(
            said(ReviewStatus::Closed, &outcome),
            "3 assignments had no answer: 2 were removed, 1 was kept through a group. \
             Unanswered assignments are removed when a review closes, unless a group keeps them. This review closed on May 3 by Olivia."
        );
        let one = ReviewOutcome {
            open: 1,
            ..ReviewOutcome::default()
        };
        assert_eq!(
            said(ReviewStatus::Cancelled, &one),
            "1 assignment had no answer. It was kept, because the review was cancelled on May 3 by Olivia."
        );
        assert!(said(ReviewStatus::Closed, &ReviewOutcome::default()).starts_with("Every assignment was answered"));
    }
}
