//! The progress bar of a review and the people who decide, as several pages show them.

use crate::common::html::number;
use crate::models::access_review::progress::ItemTotals;
use crate::models::access_review::state;

#[derive(Debug, Clone, Copy)]
pub struct AnswerBar {
    pub items: i64,
    pub answered: i64,
    pub percent: i64,
}

impl AnswerBar {
    pub fn new(totals: ItemTotals) -> Self {
        Self {
            items: totals.items,
            answered: totals.items - totals.open,
            percent: state::percent(totals.items, totals.open),
        }
    }

    /// "12 of 15 answered".
    pub fn text(&self) -> String {
        if self.items == 0 {
            "Nothing to answer".into()
        } else {
            format!("{} of {} answered", number(&self.answered), number(&self.items))
        }
    }
}

/// The Managers of a company by name, or owners and admins when it has none.
pub fn deciders(managers: Option<&Vec<String>>) -> String {
    match managers.map(Vec::as_slice).unwrap_or_default() {
        [] => "Owners and admins".into(),
        [one] => one.clone(),
        [one, other] => format!("{one}, {other}"),
        [one, other, rest @ ..] => format!("{one}, {other} and {} more", rest.len()),
    }
}
