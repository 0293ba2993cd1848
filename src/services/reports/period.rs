//! The time of a report.

use crate::common::day::{Day, Month};

/// Some days, with the first and the last one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct DayRange {
    pub from: Day,
    pub to: Day,
}

impl DayRange {
    pub fn new(from: Day, to: Day) -> Self {
        Self { from, to }
    }

    pub fn one(day: Day) -> Self {
        Self { from: day, to: day }
    }

    /// How many days.
    pub fn len(self) -> i32 {
        self.to.0.saturating_sub(self.from.0).saturating_add(1).max(0)
    }

    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    pub fn days(self) -> impl Iterator<Item = Day> {
        (self.from.0..=self.to.0).map(Day)
    }

    /// "November 28, 2026", "November 1 to 22, 2026", "October 30 to November 28, 2026".
    pub fn words(self) -> String {
        let (from, to) = (self.from.words(), self.to.words());
        let cut = |text: &str| {
            text.rsplit_once(", ")
                .map(|(day, year)| (day.to_owned(), year.to_owned()))
        };
        match (cut(&from), cut(&to)) {
            _ if self.from == self.to => from,
            (Some((first, _)), Some((last, year))) if self.from.month() == self.to.month() => {
                let day = last.rsplit_once(' ').map_or(last.as_str(), |(_, day)| day).to_owned();
                format!("{first} to {day}, {year}")
            }
            (Some((first, one)), Some((last, year))) if one == year => format!("{first} to {last}, {year}"),
            _ => format!("{from} to {to}"),
        }
    }
}

crate::text_enum! {
    /// A range that follows from today, or one with two days of its own.
    pub enum Preset {
        Today = "today",
        SevenDays = "7d",
        ThirtyDays = "30d",
        NinetyDays = "90d",
        MonthToDate = "mtd",
        LastMonth = "last_month",
        QuarterToDate = "qtd",
        YearToDate = "ytd",
        Custom = "custom",
    }
}

/// The longest range of one's own, in months.
pub const LONGEST_MONTHS: i32 = 24;

/// What is wrong with a day of a range.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PeriodFault {
    /// It is missing or no day that exists.
    NoDay,
    /// The last day is before the first.
    TurnedRound,
    TooLong,
}

impl PeriodFault {
    /// The field with the fault says this.
    pub fn message(self) -> &'static str {
        match self {
            Self::NoDay => "Enter a day that exists, like 2026-11-28",
            Self::TurnedRound => "Choose the same day as “From” or a later one",
            Self::TooLong => "Choose a range of at most two years",
        }
    }
}

impl Preset {
    /// The words of the button.
    pub fn label(self) -> &'static str {
        match self {
            Self::Today => "Today",
            Self::SevenDays => "7 days",
            Self::ThirtyDays => "30 days",
            Self::NinetyDays => "90 days",
            Self::MonthToDate => "Month to date",
            Self::LastMonth => "Last month",
            Self::QuarterToDate => "Quarter to date",
            Self::YearToDate => "Year to date",
            Self::Custom => "Custom",
        }
    }

    /// Its days; those of a custom range are a month to date.
    pub fn days(self, today: Day) -> DayRange {
        let month = today.month();
        let (quarter, year) = (
            Month(month.0 - month.0.rem_euclid(3)),
            Month(month.0 - month.0.rem_euclid(12)),
        );
        match self {
            Self::Today => DayRange::one(today),
            Self::SevenDays => DayRange::new(today.plus(-6), today),
            Self::ThirtyDays => DayRange::new(today.plus(-29), today),
            Self::NinetyDays => DayRange::new(today.plus(-89), today),
            Self::MonthToDate | Self::Custom => DayRange::new(month.first(), today),
            Self::LastMonth => DayRange::new(month.plus(-1).first(), month.plus(-1).last()),
            Self::QuarterToDate => DayRange::new(quarter.first(), today),
            Self::YearToDate => DayRange::new(year.first(), today),
        }
    }

    /// What it is compared with: the same days of the month, quarter or year before, or as many days directly before.
    pub fn before(self, days: DayRange) -> DayRange {
        let months = match self {
            Self::MonthToDate => 1,
            Self::LastMonth => {
                let month = days.from.month().plus(-1);
                return DayRange::new(month.first(), month.last());
            }
            Self::QuarterToDate => 3,
            Self::YearToDate => 12,
            _ => return DayRange::new(days.from.plus(-days.len()), days.from.plus(-1)),
        };
        DayRange::new(days.from.plus_months(-months), days.to.plus_months(-months))
    }
}

/// A custom range of two typed days; the fault and whether it is at the last day.
///
/// # Errors
/// What is wrong with each of the days, first and last.
pub fn custom(from: &str, to: &str) -> Result<DayRange, [Option<PeriodFault>; 2]> {
    let (first, last) = (Day::parse(from), Day::parse(to));
    let missing = |day: Option<Day>| day.is_none().then_some(PeriodFault::NoDay);
    let (Some(first), Some(last)) = (first, last) else {
        return Err([missing(first), missing(last)]);
    };
    if last < first {
        return Err([None, Some(PeriodFault::TurnedRound)]);
    }
    if last >= first.plus_months(LONGEST_MONTHS) {
        return Err([None, Some(PeriodFault::TooLong)]);
    }
    Ok(DayRange::new(first, last))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    fn iso(days: DayRange) -> [String; 2] {
        [days.from.iso(), days.to.iso()]
    }

    #[test]
    fn presets_end_today_and_are_compared_with_the_same_days_before() {
        let today = day("2026-05-31");
        for (preset, days, before) in [
            (
                Preset::Today,
                ["2026-05-31", "2026-05-31"],
                ["2026-05-30", "2026-05-30"],
            ),
            (
                Preset::SevenDays,
                ["2026-05-25", "2026-05-31"],
                ["2026-05-18", "2026-05-24"],
            ),
            (
                Preset::ThirtyDays,
                ["2026-05-02", "2026-05-31"],
                ["2026-04-02", "2026-05-01"],
            ),
            (
                Preset::NinetyDays,
                ["2026-03-03", "2026-05-31"],
                ["2025-12-03", "2026-03-02"],
            ),
            (
                Preset::MonthToDate,
                ["2026-05-01", "2026-05-31"],
                ["2026-04-01", "2026-04-30"],
            ),
            (
                Preset::LastMonth,
                ["2026-04-01", "2026-04-30"],
                ["2026-03-01", "2026-03-31"],
            ),
            (
                Preset::QuarterToDate,
                ["2026-04-01", "2026-05-31"],
                ["2026-01-01", "2026-02-28"],
            ),
            (
                Preset::YearToDate,
                ["2026-01-01", "2026-05-31"],
                ["2025-01-01", "2025-05-31"],
            ),
        ] {
            assert_eq!(iso(preset.days(today)), days, "{preset}");
            assert_eq!(iso(preset.before(preset.days(today))), before, "{preset}");
        }
    }

    #[test]
    fn a_custom_range_names_what_is_wrong_with_it() {
        use PeriodFault::{NoDay, TooLong, TurnedRound};
        assert_eq!(custom("2026-02-30", "").unwrap_err(), [Some(NoDay), Some(NoDay)]);
        assert_eq!(
            custom("2026-02-02", "2026-02-01").unwrap_err(),
            [None, Some(TurnedRound)]
        );
        assert_eq!(custom("2024-03-01", "2026-03-01").unwrap_err(), [None, Some(TooLong)]);
        assert_eq!(custom("2024-03-01", "2026-02-28").unwrap().len(), 730);
        assert_eq!(custom("2024-02-29", "2024-02-29").unwrap().len(), 1);
    }

    #[test]
    fn ranges_are_said_in_few_words() {
        let words = |from: &str, to: &str| DayRange::new(day(from), day(to)).words();
        assert_eq!(words("2026-11-28", "2026-11-28"), "November 28, 2026");
        assert_eq!(words("2026-11-01", "2026-11-22"), "November 1 to 22, 2026");
        assert_eq!(words("2026-10-30", "2026-11-28"), "October 30 to November 28, 2026");
        assert_eq!(
            words("2025-12-30", "2026-01-02"),
            "December 30, 2025 to January 2, 2026"
        );
    }
}
