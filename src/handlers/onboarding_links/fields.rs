//! Reads the text fields of a link.

use crate::common::domain;
use crate::common::time::Time;
use crate::common::zone::Zone;

/// The most domains and companies of one link.
pub const MOST: usize = 50;

pub fn name(text: &str) -> Result<String, String> {
    crate::common::name::parse(text, "a name", 60)
}

/// Reads domains separated by commas, spaces or lines. An `@` before a domain is ignored.
pub fn domains(text: &str) -> Result<Vec<String>, String> {
    let mut all: Vec<String> = Vec::new();
    for word in text
        .split([',', ';', ' ', '\n', '\r', '\t'])
        .filter(|word| !word.is_empty())
    {
        match domain::parse(word.trim_start_matches('@')) {
            Ok(domain) if !domain.is_empty() => all.push(domain),
            _ => {
                let shown: String = word.chars().take(60).collect();
                return Err(format!("“{shown}” is not a domain. Enter domains like company.com"));
            }
        }
    }
    all.sort();
    all.dedup();
    if all.len() > MOST {
        return Err(format!("Enter at most {MOST} domains"));
    }
    Ok(all)
}

/// Reads how often a link can be used; empty for no limit. `used`: how often it was used.
pub fn max_uses(text: &str, used: i32) -> Result<Option<i32>, String> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    match text.parse::<i32>() {
        Ok(most) if most < used => Err(format!("The link was used {used} times already. Enter {used} or more")),
        Ok(most) if (1..=100_000).contains(&most) => Ok(Some(most)),
        _ => Err("Enter a number from 1 to 100000, or leave it empty".into()),
    }
}

/// Reads the last day of a link; empty for no end. `present`: the end it has, which can be in the past.
pub fn end(text: &str, now: Time, zone: Zone, present: Option<Time>) -> Result<Option<Time>, String> {
    match text.trim() {
        "" => Ok(None),
        day => match Time::end_of_day_or(day, zone, present) {
            None => Err("Enter a date, like 2027-01-31".into()),
            Some(end) if end <= now && Some(end) != present => Err("Choose a date in the future".into()),
            Some(end) => Ok(Some(end)),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn domains_can_have_any_separator() {
        assert_eq!(
            domains("Meridian.example, @acme.example\nacme.example").unwrap(),
            ["acme.example", "meridian.example"]
        );
        assert_eq!(domains(" \n").unwrap(), Vec::<String>::new());
        for bad in ["acme", "a@b.example", "*.acme.example", "acme.example/x"] {
            assert!(domains(bad).is_err(), "{bad}");
        }
        let many: Vec<String> = (0..51).map(|n| format!("d{n}.example")).collect();
        assert!(domains(&many.join(" ")).is_err());
    }

    #[test]
    fn a_limit_is_a_number_not_below_the_uses() {
        assert_eq!(max_uses("", 9), Ok(None));
        assert_eq!(max_uses(" 20 ", 9), Ok(Some(20)));
        for bad in ["0", "-1", "8", "1.5", "many", "100001", "99999999999"] {
            assert!(max_uses(bad, 9).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_new_end_is_in_the_future() {
        let zone = Zone::UTC;
        let now = Time::end_of_day("2026-11-22", zone).unwrap();
        let past = Time::end_of_day("2026-11-20", zone);
        assert_eq!(end("2026-11-20", now, zone, past), Ok(past));
        assert!(end("2026-11-20", now, zone, None).is_err());
        assert!(end("soon", now, zone, None).is_err());
        assert_eq!(end("", now, zone, past), Ok(None));
    }
}
