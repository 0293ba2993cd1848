//! A page of a list of members, and how many match.

use crate::common::html::{counted, number, on_this_page};
use crate::common::paging::Page;
use crate::models::member_search::row::MemberRow;

/// How many members match.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MemberTotal {
    Exactly(i64),
    /// Counting stopped at this number.
    AtLeast(i64),
    /// Not counted.
    Many,
}

#[derive(Debug)]
pub struct FoundMembers {
    pub page: Page<MemberRow>,
    pub total: MemberTotal,
    /// How many members are before this page, where that is known.
    pub before: Option<usize>,
}

impl FoundMembers {
    /// "51 to 100 of 473", "100,000 members". `one` and `many` name what is listed.
    pub fn words(&self, one: &str, many: &str) -> String {
        let shown = i64::try_from(self.page.rows.len()).unwrap_or(i64::MAX);
        let before = self.before.map(|before| i64::try_from(before).unwrap_or(i64::MAX));
        match (before, self.total) {
            (_, MemberTotal::Exactly(1)) => format!("1 {one}"),
            (Some(before), MemberTotal::Exactly(all)) if shown > 0 => {
                let first = number(&(before + 1));
                let shown = match shown {
                    1 => first,
                    _ => format!("{first} to {}", number(&(before + shown))),
                };
                format!("{shown} of {}", number(&all))
            }
            (_, MemberTotal::Exactly(all)) => format!("{} {many}", number(&all)),
            (_, MemberTotal::AtLeast(all)) => format!("{}+ {many}", number(&all)),
            (_, MemberTotal::Many) if self.page.next.is_none() && self.page.previous.is_none() => {
                counted(shown, one, many)
            }
            (_, MemberTotal::Many) => on_this_page(self.page.rows.len(), one, many),
        }
    }
}
