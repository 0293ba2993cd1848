//! Figures in words, and their change against the time before.

use crate::common::currency::Currency;
use crate::common::decimal;
use crate::common::html::number;
use crate::db::types::usage::Meter;
use crate::rating::MICRO;
use crate::services::reports::DayRange;

/// A change against the time before.
#[derive(Debug, Clone)]
pub struct Delta {
    pub tone: &'static str,
    pub up: bool,
    pub down: bool,
    pub text: String,
    /// "from October 1 to 22, 2026".
    pub against: String,
}

/// Quantities as people read them: seconds as minutes.
pub fn quantity(meter: Meter, micro: i64) -> String {
    match meter {
        Meter::VoiceSeconds => number(&minutes(micro)),
        _ => decimal::words(micro, 6),
    }
}

/// Rounded to the nearest minute.
fn minutes(micro: i64) -> i64 {
    let minute = 60 * MICRO;
    micro.saturating_add(minute / 2).div_euclid(minute)
}

/// The label of a meter whose quantities are said by `quantity`.
pub fn label(meter: Meter) -> &'static str {
    match meter {
        Meter::VoiceSeconds => "Voice minutes",
        other => other.label(),
    }
}

pub fn or_dash(value: Option<i64>) -> String {
    value.map_or_else(|| "–".to_owned(), |value| number(&value))
}

/// A share in millionths as percent with one decimal; a dash without one.
pub fn percent(micro: Option<i64>) -> String {
    micro.map_or_else(|| "–".to_owned(), |micro| format!("{}%", tenths(micro / 1_000)))
}

fn tenths(tenths: i64) -> String {
    let minus = if tenths < 0 { "\u{2212}" } else { "" };
    let size = tenths.unsigned_abs();
    format!(
        "{minus}{}.{}",
        number(&i64::try_from(size / 10).unwrap_or_default()),
        size % 10
    )
}

/// How a value differs from one before: "6.2%". `good`: whether more is better, if either is.
pub fn change(now: Option<i64>, before: Option<i64>, against: &DayRange, good: Option<bool>) -> Option<Delta> {
    let (now, before) = (now?, before?);
    let against = format!("from {}", against.words());
    let difference = now.saturating_sub(before);
    let text = match (difference, before) {
        (0, _) => "No change".to_owned(),
        (_, 0) => format!("{} more", number(&difference)),
        _ => {
            let tenths = i128::from(difference.abs()) * 1_000 / i128::from(before.abs());
            format!("{}%", self::tenths(i64::try_from(tenths).unwrap_or(i64::MAX)))
        }
    };
    let tone = match good {
        Some(good) if difference != 0 => {
            if (difference > 0) == good {
                "success"
            } else {
                "danger"
            }
        }
        _ => "",
    };
    Some(Delta {
        tone,
        up: difference > 0,
        down: difference < 0,
        text,
        against,
    })
}

/// How a count differs from one before: "2 more".
pub fn difference(now: i64, before: i64, against: &DayRange) -> Option<Delta> {
    let difference = now.saturating_sub(before);
    (difference != 0).then(|| Delta {
        tone: "",
        up: difference > 0,
        down: difference < 0,
        text: number(&difference.abs()),
        against: format!("from {}", against.words()),
    })
}

/// The difference of two shares in points.
pub fn points(now: Option<i64>, before: Option<i64>, against: DayRange) -> Option<Delta> {
    let difference = now? / 1_000 - before? / 1_000;
    Some(Delta {
        tone: match difference {
            0 => "",
            1.. => "success",
            _ => "danger",
        },
        up: difference > 0,
        down: difference < 0,
        text: match difference {
            0 => "No change".to_owned(),
            _ => format!("{} points", tenths(difference.abs())),
        },
        against: format!("from {}", against.words()),
    })
}

/// An amount, or nothing where it is not shown.
pub fn amount(currency: Option<Currency>, minor: i64) -> String {
    currency.map_or_else(|| "–".to_owned(), |currency| currency.amount(minor))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::common::day::Day;

    #[test]
    fn shares_and_changes_are_said_with_one_decimal() {
        assert_eq!(percent(Some(224_900)), "22.4%");
        assert_eq!(percent(None), "–");
        assert_eq!(quantity(Meter::VoiceSeconds, 90 * MICRO), "2");
        assert_eq!(quantity(Meter::Calls, 1_234_500_000), "1,234.5");
        let days = DayRange::one(Day(0));
        let said = |now, before| change(Some(now), Some(before), &days, Some(true)).unwrap();
        assert_eq!(
            (said(1_062, 1_000).text, said(1_062, 1_000).tone),
            ("6.2%".to_owned(), "success")
        );
        assert_eq!(
            (said(900, 1_000).text, said(900, 1_000).tone),
            ("10.0%".to_owned(), "danger")
        );
        assert_eq!(said(7, 0).text, "7 more");
        assert_eq!(said(0, 0).text, "No change");
        assert!(change(None, Some(1), &days, None).is_none());
        assert_eq!(points(Some(224_000), Some(213_000), days).unwrap().text, "1.1 points");
    }
}
