//! Forms and thresholds of the operator console.

use crate::common::form::FormErrors;
use crate::common::time::{Span, Time};
use crate::services::support_sessions::begin::SupportRequest;

/// The lengths of support sessions, in minutes.
pub const LENGTHS: [i64; 3] = [15, 30, 60];
const SHORTEST_REASON: usize = 10;
const LONGEST_REASON: usize = 500;

/// A reason on one line, for the audit log and the email.
pub fn reason(typed: &str) -> Result<String, &'static str> {
    let reason = typed.split_whitespace().collect::<Vec<_>>().join(" ");
    match reason.chars().count() {
        SHORTEST_REASON..=LONGEST_REASON if reason.chars().any(char::is_control) => Err("Remove control characters"),
        SHORTEST_REASON..=LONGEST_REASON => Ok(reason),
        0 => Err("Enter a reason"),
        1..SHORTEST_REASON => Err("Use at least 10 characters"),
        _ => Err("Use at most 500 characters"),
    }
}

pub fn support_request(reason: &str, minutes: &str, password: &str) -> Result<SupportRequest, FormErrors> {
    let mut errors = FormErrors::none();
    let reason = errors.take("reason", self::reason(reason));
    let length = LENGTHS.into_iter().find(|length| length.to_string() == minutes);
    let length = errors.take("minutes", length.map(Span::minutes).ok_or("Choose a duration"));
    if password.is_empty() {
        errors.add("password", "Enter your password");
    }
    match (reason, length) {
        (Some(reason), Some(length)) if errors.is_empty() => Ok(SupportRequest { reason, length }),
        _ => Err(errors),
    }
}

/// How many organizations an account can create, or how many invitations it can send. Empty is the default of the instance.
pub fn limit(typed: &str) -> Result<Option<i32>, &'static str> {
    match typed.trim() {
        "" => Ok(None),
        number => number
            .parse::<i32>()
            .ok()
            .filter(|n| (0..=100_000).contains(n))
            .map(Some)
            .ok_or("Enter a whole number up to 100,000, or leave it empty for the default limit"),
    }
}

/// In the two largest units: "3 days, 4 hours".
pub fn duration(span: Span) -> String {
    let seconds = span.as_seconds().max(0);
    let units = [(86_400, "day"), (3600, "hour"), (60, "minute")];
    let mut rest = seconds;
    let mut words = Vec::new();
    for (size, unit) in units {
        let n = rest / size;
        rest %= size;
        if n > 0 {
            words.push(format!("{n} {unit}{}", if n == 1 { "" } else { "s" }));
        }
    }
    words.truncate(2);
    if words.is_empty() {
        "less than a minute".to_owned()
    } else {
        words.join(", ")
    }
}

/// Background jobs run once a minute. A run can take a while.
pub fn jobs_are_late(began: Time, last: Option<Time>, now: Time) -> bool {
    now - last.unwrap_or(began) > Span::minutes(5)
}

/// Whether an email has been due for so long that sending must have a problem.
pub fn outbox_is_stuck(oldest_due: Option<Time>, now: Time) -> bool {
    oldest_due.is_some_and(|due| now - due > Span::minutes(10))
}

/// Audit logs are sealed once a day.
pub fn seals_are_late(last: Option<Time>, began: Time, now: Time) -> bool {
    now - last.unwrap_or(began) > Span::hours(26)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_support_session_needs_a_reason_a_length_and_a_password() {
        let reason = "Ticket 4711: emails do not arrive";
        let asked = support_request(reason, "30", "secret").unwrap();
        assert_eq!((asked.reason.as_str(), asked.length), (reason, Span::minutes(30)));
        let errors = support_request("too short", "45", "").unwrap_err();
        assert_eq!(
            errors.iter().map(|(field, _)| field).collect::<Vec<_>>(),
            ["reason", "minutes", "password"]
        );
        assert!(support_request(&"x".repeat(500), "15", "p").is_ok());
        assert!(support_request(&"x".repeat(501), "15", "p").is_err());
        // Line breaks and spaces are not counted.
        assert!(support_request("a \n \n b        c", "15", "p").is_err());
    }

    #[test]
    fn a_limit_is_a_number_or_empty() {
        assert_eq!(limit(" 3 "), Ok(Some(3)));
        assert_eq!(limit("0"), Ok(Some(0)));
        assert_eq!(limit(""), Ok(None));
        for bad in ["-1", "many", "1.5", "100001"] {
            assert!(limit(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_duration_has_two_units() {
        assert_eq!(duration(Span::seconds(20)), "less than a minute");
        assert_eq!(duration(Span::minutes(1)), "1 minute");
        assert_eq!(
            duration(Span(Span::days(3).0 + Span::hours(4).0 + Span::minutes(5).0)),
            "3 days, 4 hours"
        );
    }
}
