//! Names that people type.

use crate::common::invisible;

/// A person's or thing's name: trimmed, one line, no control characters.
///
/// # Errors
/// A message for the person who typed it. `what` is the label, such as "your name".
pub fn parse(text: &str, what: &str, longest: usize) -> Result<String, String> {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.is_empty() {
        return Err(format!("Enter {what}"));
    }
    if text.chars().count() > longest {
        return Err(format!("Use at most {longest} characters"));
    }
    if text.chars().any(char::is_control) || !invisible::are_needed(&text) {
        return Err("Remove the characters that cannot be printed".into());
    }
    Ok(text)
}

/// A person's name. It is printed in emails, so it can't be a web address (spammers advertise that way).
///
/// # Errors
/// A message for the person who typed it.
pub fn person(text: &str, what: &str) -> Result<String, String> {
    let name = parse(text, what, 60)?;
    let lower = name.to_lowercase();
    if lower.contains("://") || lower.contains("www.") || lower.contains(['/', '<', '>']) {
        return Err("Enter a name, not an address of a page".into());
    }
    Ok(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_advertise_or_hide() {
        assert!(person("Visit https://evil.example now", "your name").is_err());
        assert!(person("Free money www.evil.example", "your name").is_err());
        for hidden in ["a\u{202e}b", "a\u{200b}b", "a\u{200d}b", "a\u{ad}b", "a\u{7}b"] {
            assert!(person(hidden, "your name").is_err(), "{hidden:?}");
        }
        assert_eq!(person("علی\u{200c}رضا", "your name").unwrap(), "علی\u{200c}رضا");
        assert!(person(&"x".repeat(61), "your name").is_err());
        assert_eq!(person("  Anna \n Lee ", "your name").unwrap(), "Anna Lee");
    }
}
