//! The parts of months in a range.

use crate::common::day::{Day, Month};
use crate::services::reports::period::DayRange;

/// The days of a month that are in a range.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MonthPart {
    pub month: Month,
    pub days: DayRange,
}

/// How the sums of a part are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PartRead {
    Month,
    Days,
    /// The month without the days before and after the part: fewer rows than those of the part.
    MonthWithout(DayRange, DayRange),
}

impl MonthPart {
    /// Whether it is the whole month.
    pub fn is_whole(&self) -> bool {
        self.begins_month() && self.days.to == self.month.last()
    }

    /// Whether it begins with the first day of the month.
    pub fn begins_month(&self) -> bool {
        self.days.from == self.month.first()
    }

    /// The days of the month before it.
    pub fn before(&self) -> DayRange {
        DayRange::new(self.month.first(), self.days.from.plus(-1))
    }

    fn after(&self) -> DayRange {
        DayRange::new(self.days.to.plus(1), self.month.last())
    }

    /// The way that reads the fewest rows: days after today have none, or nearly none.
    pub(super) fn read(&self, today: Day) -> PartRead {
        if self.is_whole() {
            return PartRead::Month;
        }
        let (before, after) = (self.before(), self.after());
        let counted = DayRange::new(after.from, after.to.min(today.plus(1)));
        if before.len() + counted.len() < self.days.len() {
            PartRead::MonthWithout(before, after)
        } else {
            PartRead::Days
        }
    }
}

/// The parts of a range, in order.
pub fn parts(days: DayRange) -> Vec<MonthPart> {
    if days.is_empty() {
        return Vec::new();
    }
    (days.from.month().0..=days.to.month().0)
        .map(Month)
        .map(|month| MonthPart {
            month,
            days: DayRange::new(days.from.max(month.first()), days.to.min(month.last())),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_of_a_range_are_all_its_days() {
        let day = |text: &str| Day::parse(text).unwrap();
        let range = DayRange::new(day("2026-01-30"), day("2026-04-02"));
        let parts = parts(range);
        assert_eq!(parts.iter().map(|part| part.days.len()).sum::<i32>(), range.len());
        let whole: Vec<bool> = parts.iter().map(MonthPart::is_whole).collect();
        assert_eq!(whole, [false, true, true, false]);
    }

    #[test]
    fn a_month_to_date_is_read_as_a_month() {
        let day = |text: &str| Day::parse(text).unwrap();
        let part = |from: &str, to: &str| parts(DayRange::new(day(from), day(to)))[0];
        let today = day("2026-11-28");
        assert!(matches!(
            part("2026-11-01", "2026-11-28").read(today),
            PartRead::MonthWithout(..)
        ));
        assert_eq!(part("2026-11-22", "2026-11-28").read(today), PartRead::Days);
        assert_eq!(part("2026-10-01", "2026-10-31").read(today), PartRead::Month);
    }
}
