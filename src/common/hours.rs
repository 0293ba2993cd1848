//! Opening hours of a week, as people type them and as they are stored.

mod minute;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use crate::common::hours::minute::Minute;

/// The days of a week: the name of the field, and the word for people.
pub const WEEKDAYS: [(&str, &str); 7] = [
    ("monday", "Monday"),
    ("tuesday", "Tuesday"),
    ("wednesday", "Wednesday"),
    ("thursday", "Thursday"),
    ("friday", "Friday"),
    ("saturday", "Saturday"),
    ("sunday", "Sunday"),
];

/// The most openings of a day.
const MOST: usize = 4;

/// From when to when it is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "BTreeMap<String, Minute>")]
pub struct Opening {
    /// The first minute.
    pub from: Minute,
    /// The first minute after it.
    pub to: Minute,
}

// By name: serde's own way would also take the fields as an array.
impl TryFrom<BTreeMap<String, Minute>> for Opening {
    type Error = String;

    fn try_from(mut fields: BTreeMap<String, Minute>) -> Result<Self, String> {
        let mut take = |name: &str| fields.remove(name).ok_or_else(|| format!("missing field `{name}`"));
        let opening = Self {
            from: take("from")?,
            to: take("to")?,
        };
        match fields.into_keys().next() {
            Some(name) => Err(format!("unknown field `{name}`, expected `from` or `to`")),
            None => Ok(opening),
        }
    }
}

/// When it is open on one day, in order. Empty: closed.
pub type Openings = Vec<Opening>;

/// The opening hours of a week, as they are written.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
struct Week {
    monday: Openings,
    tuesday: Openings,
    wednesday: Openings,
    thursday: Openings,
    friday: Openings,
    saturday: Openings,
    sunday: Openings,
}

/// The opening hours of a week that repeats. A day without openings is closed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(try_from = "BTreeMap<String, Openings>", into = "Week")]
pub struct OpeningHours([Openings; 7]);

impl TryFrom<BTreeMap<String, Openings>> for OpeningHours {
    type Error = String;

    fn try_from(mut week: BTreeMap<String, Openings>) -> Result<Self, String> {
        let days = WEEKDAYS.map(|(name, _)| week.remove(name).unwrap_or_default());
        if let Some(name) = week.into_keys().next() {
            let known = WEEKDAYS.map(|(name, _)| format!("`{name}`"));
            return Err(format!("unknown field `{name}`, expected one of {}", known.join(", ")));
        }
        for ((name, _), openings) in WEEKDAYS.iter().zip(&days) {
            check(openings).map_err(|message| format!("{name}: {message}"))?;
        }
        Ok(Self(days))
    }
}

impl From<OpeningHours> for Week {
    fn from(hours: OpeningHours) -> Self {
        let [monday, tuesday, wednesday, thursday, friday, saturday, sunday] = hours.0;
        Self {
            monday,
            tuesday,
            wednesday,
            thursday,
            friday,
            saturday,
            sunday,
        }
    }
}

impl OpeningHours {
    /// Of a week, from Monday on.
    pub fn of(days: [Openings; 7]) -> Self {
        Self(days)
    }

    /// Reads what is stored.
    pub fn read(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    /// As it is stored.
    pub fn text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Each day as people type it; "closed" for a day without openings.
    pub fn typed(&self) -> [String; 7] {
        self.0.each_ref().map(|openings| words(openings))
    }

    /// The week in few words: ("Mon–Fri", "09:00–17:00"), ("Sat, Sun", "closed"). Days in a row with the same hours are together.
    pub fn summary(&self) -> Vec<(String, String)> {
        let mut runs: Vec<(usize, usize, String)> = Vec::new();
        for (day, openings) in self.0.iter().enumerate() {
            let said = words(openings);
            match runs.last_mut() {
                Some((_, last, same)) if *same == said => *last = day,
                _ => runs.push((day, day, said)),
            }
        }
        runs.into_iter()
            .map(|(from, to, said)| (days(from, to), said))
            .collect()
    }

    /// The summary in one line.
    pub fn line(&self) -> String {
        let parts: Vec<String> = self
            .summary()
            .into_iter()
            .map(|(days, said)| format!("{days} {said}"))
            .collect();
        parts.join("; ")
    }
}

fn days(from: usize, to: usize) -> String {
    let short = |day: usize| WEEKDAYS.get(day).map_or("", |(_, word)| &word[..3]);
    match to - from {
        0 => short(from).to_owned(),
        1 => format!("{}, {}", short(from), short(to)),
        _ => format!("{}–{}", short(from), short(to)),
    }
}

fn words(openings: &[Opening]) -> String {
    if openings.is_empty() {
        return "closed".to_owned();
    }
    let each: Vec<String> = openings
        .iter()
        .map(|opening| format!("{}–{}", opening.from, opening.to))
        .collect();
    each.join(", ")
}

const EXAMPLE: &str = "Enter hours like 9:00–12:30, 14:00–18:00, or “closed”";

/// Reads the hours of one day. Empty and "closed": not open. "24 hours": all day.
///
/// # Errors
/// A message for the person who typed it.
pub fn parse_day(text: &str) -> Result<Openings, String> {
    let text = text.trim();
    if text.is_empty() || text.eq_ignore_ascii_case("closed") {
        return Ok(Vec::new());
    }
    if text.eq_ignore_ascii_case("24 hours") || text.eq_ignore_ascii_case("24h") {
        return Ok(vec![Opening {
            from: Minute::FIRST,
            to: Minute::END,
        }]);
    }
    let mut openings = Vec::new();
    for part in text.split([',', ';']) {
        let (from, to) = part.split_once(['–', '-', '—']).ok_or(EXAMPLE)?;
        openings.push(Opening {
            from: Minute::parse(from).ok_or(EXAMPLE)?,
            to: Minute::parse(to).ok_or(EXAMPLE)?,
        });
    }
    check(&openings)?;
    Ok(openings)
}

fn check(openings: &[Opening]) -> Result<(), String> {
    if openings.len() > MOST {
        return Err(format!("Enter at most {MOST} openings a day"));
    }
    for opening in openings {
        if opening.from >= opening.to {
            return Err(format!(
                "{} is not before {}. For hours after midnight, add 00:00 to the next day",
                opening.from, opening.to
            ));
        }
    }
    for pair in openings.windows(2) {
        if let [first, second] = pair
            && second.from < first.to
        {
            return Err(format!(
                "Enter the hours in order: {} is before {}",
                second.from, first.to
            ));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
