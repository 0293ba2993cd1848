//! The part of a form in which someone types opening hours: a field for each day (`companies/_hours.html`).

use crate::common::fields::Fields;
use crate::common::form::FormErrors;
use crate::common::hours;
use crate::common::hours::{OpeningHours, WEEKDAYS};

/// What was typed for each day, from Monday on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HoursForm([String; 7]);

impl HoursForm {
    pub fn of(fields: &Fields) -> Self {
        Self(WEEKDAYS.map(|(name, _)| fields.get(name).to_owned()))
    }

    pub fn stored(hours: &OpeningHours) -> Self {
        Self(hours.typed())
    }

    /// Whether nothing is typed at any day.
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|typed| typed.trim().is_empty())
    }

    /// The hours. Adds an error at each day that can't be read.
    pub fn parse(&self, errors: &mut FormErrors) -> Option<OpeningHours> {
        let days = WEEKDAYS.iter().zip(&self.0);
        let read: Vec<_> = days
            .map(|((name, _), typed)| errors.take(*name, hours::parse_day(typed)))
            .collect();
        let read: Option<Vec<_>> = read.into_iter().collect();
        Some(OpeningHours::of(read?.try_into().ok()?))
    }

    /// Name, label and value of each field.
    pub fn rows(&self) -> impl Iterator<Item = (&'static str, &'static str, &str)> {
        WEEKDAYS
            .iter()
            .zip(&self.0)
            .map(|((name, label), typed)| (*name, *label, typed.as_str()))
    }
}
