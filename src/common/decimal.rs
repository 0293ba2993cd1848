//! Decimal numbers as people write them, kept as whole numbers of a fixed part: quantities in millionths, amounts in minor units.

use crate::common::html::number;

/// Why a text is no such number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DecimalFault {
    /// It is none, or has commas in odd places.
    NotANumber,
    /// It is below 0.
    Negative,
    /// It has more decimals than this.
    TooManyDecimals(u32),
    /// It is above a thousand million.
    TooLarge,
}

impl DecimalFault {
    /// The field with the fault says this.
    pub fn message(self) -> String {
        match self {
            Self::NotANumber => "Enter a number, like 0.0125".into(),
            Self::Negative => "Enter 0 or more".into(),
            Self::TooManyDecimals(0) => "Enter a whole number".into(),
            Self::TooManyDecimals(most) => format!("Enter at most {most} decimals"),
            Self::TooLarge => "Enter a smaller number, at most a thousand million".into(),
        }
    }
}

/// The largest number that is read.
const LARGEST: u64 = 1_000_000_000;

/// Reads a number of 0 or more: digits, optionally with commas between thousands, and a point. The last of `decimals` decimals
/// counts one.
///
/// # Errors
/// Why it is no such number.
pub fn parse(text: &str, decimals: u32) -> Result<i64, DecimalFault> {
    let text = text.trim();
    if text.starts_with(['-', '\u{2212}']) {
        return Err(DecimalFault::Negative);
    }
    let (whole, rest) = text.split_once('.').unwrap_or((text, ""));
    let whole = without_groups(whole).ok_or(DecimalFault::NotANumber)?;
    let are_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() && rest.is_empty() || !are_digits(&whole) || !are_digits(rest) || text.len() > 60 {
        return Err(DecimalFault::NotANumber);
    }
    let rest = rest.trim_end_matches('0');
    let most = usize::try_from(decimals).unwrap_or(usize::MAX);
    if rest.len() > most {
        return Err(DecimalFault::TooManyDecimals(decimals));
    }
    let whole: u64 = match whole.trim_start_matches('0') {
        "" => 0,
        digits => digits.parse().map_err(|_| DecimalFault::TooLarge)?,
    };
    if whole > LARGEST {
        return Err(DecimalFault::TooLarge);
    }
    format!("{whole}{rest:0<most$}")
        .parse()
        .map_err(|_| DecimalFault::TooLarge)
}

/// "1,234" as "1234"; `None` when the commas are not between thousands.
fn without_groups(whole: &str) -> Option<String> {
    let mut groups = whole.split(',');
    let first = groups.next()?;
    let mut digits = first.to_owned();
    for group in groups {
        if group.len() != 3 || first.is_empty() || first.len() > 3 {
            return None;
        }
        digits.push_str(group);
    }
    Some(digits)
}

/// The number for a field or a file, with as many decimals as it needs but at least `least`.
pub fn text(value: i64, decimals: u32, least: u32) -> String {
    let (whole, rest) = split(value, decimals, least);
    let minus = if value < 0 { "-" } else { "" };
    let point = if rest.is_empty() { "" } else { "." };
    format!("{minus}{whole}{point}{rest}")
}

/// The number for people: "1,234.5", "−3".
pub fn words(value: i64, decimals: u32) -> String {
    let (whole, rest) = split(value, decimals, 0);
    let whole = number(&i64::try_from(whole).unwrap_or(i64::MAX));
    let minus = if value < 0 { "\u{2212}" } else { "" };
    let point = if rest.is_empty() { "" } else { "." };
    format!("{minus}{whole}{point}{rest}")
}

fn split(value: i64, decimals: u32, least: u32) -> (u64, String) {
    let one = 10_u64.pow(decimals.min(19));
    let size = value.unsigned_abs();
    let width = usize::try_from(decimals).unwrap_or_default();
    let mut rest = if width == 0 {
        String::new()
    } else {
        format!("{:0width$}", size % one)
    };
    while rest.ends_with('0') && rest.len() > usize::try_from(least).unwrap_or_default() {
        rest.pop();
    }
    (size / one, rest)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn numbers_are_read_as_people_write_them() {
        for (typed, decimals, value) in [
            ("0.0125", 8, 1_250_000),
            (" 19 ", 4, 190_000),
            (".5", 2, 50),
            ("5.", 2, 500),
            ("1,234.50", 2, 123_450),
            ("1,000,000", 0, 1_000_000),
            ("12.500000000000", 2, 1_250),
            ("0", 6, 0),
        ] {
            assert_eq!(parse(typed, decimals), Ok(value), "{typed}");
        }
    }

    #[test]
    fn other_texts_are_refused_with_the_reason() {
        use DecimalFault::{Negative, NotANumber, TooLarge, TooManyDecimals};
        for (typed, decimals, fault) in [
            ("", 2, NotANumber),
            (".", 2, NotANumber),
            ("1,5", 2, NotANumber),
            ("1.234,50", 2, NotANumber),
            ("1e3", 2, NotANumber),
            ("€5", 2, NotANumber),
            ("-1", 2, Negative),
            ("\u{2212}1", 2, Negative),
            ("0.001", 2, TooManyDecimals(2)),
            ("1000000001", 2, TooLarge),
            ("99999999999999999999999", 0, TooLarge),
        ] {
            assert_eq!(parse(typed, decimals), Err(fault), "{typed}");
        }
    }

    #[test]
    fn numbers_are_written_with_the_decimals_that_they_need() {
        assert_eq!(text(1_250_000, 8, 2), "0.0125");
        assert_eq!(text(500_000_000, 8, 2), "5.00");
        assert_eq!(text(-300, 2, 2), "-3.00");
        assert_eq!(text(7, 0, 0), "7");
        assert_eq!(words(1_234_500_000, 6), "1,234.5");
        assert_eq!(words(-3_000_000, 6), "\u{2212}3");
    }

    proptest! {
        #[test]
        fn a_number_is_read_as_it_was_written(value in 0..1_000_000_000_000_i64, decimals in 0..9_u32) {
            prop_assume!(value / 10_i64.pow(decimals) <= 1_000_000_000);
            prop_assert_eq!(parse(&text(value, decimals, 0), decimals), Ok(value));
        }
    }
}
