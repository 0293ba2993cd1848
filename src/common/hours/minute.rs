//! The times of a day.

use serde::{Deserialize, Serialize};

/// A minute of a day, from 00:00 to 24:00.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Minute(pub(super) u16);

impl std::fmt::Display for Minute {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:02}:{:02}", self.0 / 60, self.0 % 60)
    }
}

impl From<Minute> for String {
    fn from(minute: Minute) -> Self {
        minute.to_string()
    }
}

impl TryFrom<String> for Minute {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Self::parse(&text).ok_or_else(|| format!("“{text}” is no time of the day, like 09:00"))
    }
}

impl Minute {
    /// 00:00
    pub const FIRST: Self = Self(0);
    /// 24:00
    pub const END: Self = Self(24 * 60);

    /// Reads "9", "9:00", "09.30", "9 am" or "5:30pm".
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim().to_ascii_lowercase();
        let (text, half) = match text.strip_suffix("am").or_else(|| text.strip_suffix("pm")) {
            Some(before) => (before.trim_end(), Some(text.ends_with("pm"))),
            None => (text.as_str(), None),
        };
        let (hour, minute) = text.split_once([':', '.']).unwrap_or((text, "00"));
        let number = |digits: &str, least: usize| -> Option<u16> {
            let right = (least..=2).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
            right.then(|| digits.parse().ok()).flatten()
        };
        let (hour, minute) = (number(hour, 1)?, number(minute, 2)?);
        let hour = match half {
            None => hour,
            Some(_) if !(1..=12).contains(&hour) => return None,
            Some(afternoon) => hour % 12 + if afternoon { 12 } else { 0 },
        };
        let whole = hour * 60 + minute;
        (minute < 60 && whole <= Self::END.0).then_some(Self(whole))
    }
}
