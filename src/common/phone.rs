//! Phone numbers in the international form (E.164), and the sender IDs of text messages.

/// The most sender IDs of a list.
pub const MOST_SENDERS: usize = 20;

/// Reads a phone number with its country code: "+49 (30) 901-820" and "0049 30 901820" are "+4930901820".
///
/// # Errors
/// A message for the person who typed it.
pub fn parse(text: &str) -> Result<String, &'static str> {
    const EXAMPLE: &str = "Enter the number with its country code, like +49 30 901820";
    let bare: String = text
        .chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '-' | '(' | ')' | '.' | '/' | '\u{2011}'))
        .collect();
    let digits = bare
        .strip_prefix('+')
        .or_else(|| bare.strip_prefix("00"))
        .ok_or(EXAMPLE)?;
    let right = (7..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    if !right || digits.starts_with('0') {
        return Err(EXAMPLE);
    }
    Ok(format!("+{digits}"))
}

/// Reads a sender ID: 3 to 11 letters and digits with at least one letter, or a phone number.
///
/// # Errors
/// A message for the person who typed it.
pub fn parse_sender(text: &str) -> Result<String, String> {
    let text = text.trim();
    let is_name = (3..=11).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric())
        && text.bytes().any(|b| b.is_ascii_alphabetic());
    if is_name {
        return Ok(text.to_owned());
    }
    parse(text).map_err(|_| {
        let shown: String = text.chars().take(40).collect();
        format!("“{shown}” is no sender ID. Use 3 to 11 letters and digits, or a number like +49 30 901820")
    })
}

/// Reads a list of sender IDs, one per line or with commas between, each once.
///
/// # Errors
/// A message for the person who typed it.
pub fn parse_senders(text: &str) -> Result<Vec<String>, String> {
    let mut senders: Vec<String> = Vec::new();
    for typed in text.split(['\n', ',', ';']).filter(|typed| !typed.trim().is_empty()) {
        let sender = parse_sender(typed)?;
        if !senders.contains(&sender) {
            senders.push(sender);
        }
    }
    if senders.len() > MOST_SENDERS {
        return Err(format!("Enter at most {MOST_SENDERS} sender IDs"));
    }
    Ok(senders)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_in_every_usual_spelling() {
        for typed in ["+4930901820", "+49 30 901820", "0049 (30) 90-18-20", " +49.30/901820 "] {
            assert_eq!(parse(typed).unwrap(), "+4930901820", "{typed}");
        }
        for wrong in [
            "",
            "+",
            "030 901820",
            "+49",
            "+0930901820",
            "+49 30 90182O",
            "+1234567890123456",
        ] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_sender_id_is_a_short_name_or_a_number() {
        for good in ["Harbor", "ABC", "Meridian123", "7Eleven"] {
            assert_eq!(parse_sender(good).unwrap(), good);
        }
        assert_eq!(parse_sender("+1 (202) 555-0143").unwrap(), "+12025550143");
        for wrong in ["", "AB", "MeridianColl", "Häfen", "Har bor", "12345", "a-b-c"] {
            assert!(parse_sender(wrong).is_err(), "{wrong}");
        }
        assert_eq!(parse_senders("Harbor\n\n ABC, Harbor").unwrap(), ["Harbor", "ABC"]);
        assert!(parse_senders("").unwrap().is_empty());
        let many: Vec<String> = (0..21).map(|n| format!("Name{n}")).collect();
        assert!(parse_senders(&many.join("\n")).is_err());
    }
}
