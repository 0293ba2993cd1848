//! The personal message of an invitation.

/// Reads it. Links are not allowed, so that no one uses invitations to send spam.
pub fn parse(text: &str) -> Result<String, &'static str> {
    let text = text.replace("\r\n", "\n").trim().to_owned();
    if text.chars().count() > 500 {
        return Err("Use at most 500 characters");
    }
    if text.chars().any(|c| {
        (c.is_control() && c != '\n')
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
    }) {
        return Err("Remove the invisible characters");
    }
    let lower = text.to_lowercase();
    if lower.contains("://") || lower.contains("www.") {
        return Err("Remove the links from the message. The email already has the link to accept");
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_plain_text_without_links() {
        assert_eq!(parse(" Welcome\r\nAnna "), Ok("Welcome\nAnna".into()));
        assert!(parse("see https://evil.example").is_err());
        assert!(parse("see www.evil.example").is_err());
        assert!(parse("a\u{202e}b").is_err());
        assert!(parse(&"é".repeat(500)).is_ok());
        assert!(parse(&"é".repeat(501)).is_err());
    }
}
