//! References: what something is called in the organization's other systems.

/// The longest reference.
const LONGEST: usize = 120;

/// Letters, digits and what identifiers of other systems are put together with. Nothing in it ends a quotation or a list in SQL.
fn is_allowed(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-_.:/@#+|~".contains(&byte)
}

/// Whether the text can be a reference.
pub fn is_valid(text: &str) -> bool {
    (1..=LONGEST).contains(&text.len()) && text.bytes().all(is_allowed)
}

/// Reads a reference; `None` for an empty text.
///
/// # Errors
/// A message for the person who typed it.
pub fn parse(text: &str) -> Result<Option<String>, String> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    if text.chars().count() > LONGEST {
        return Err(format!("Use at most {LONGEST} characters"));
    }
    if !is_valid(text) {
        return Err("Use letters, digits and - _ . : / @ # + | ~, without spaces".to_owned());
    }
    Ok(Some(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_is_an_identifier_of_another_system() {
        assert_eq!(parse("").unwrap(), None);
        assert_eq!(parse(" ACME-0012 ").unwrap().as_deref(), Some("ACME-0012"));
        for good in [
            "0015g00000XyZ12AAF",
            "urn:crm:4711",
            "7b0c9a52-0b4f-4a53-9d35-0c2a7c1b9f10",
            "eu/berlin#3",
        ] {
            assert!(is_valid(good), "{good}");
        }
        for wrong in ["a b", "a,b", "a\"b", "a'b", "a\\b", "ä", "a]b", &"x".repeat(121)] {
            assert!(parse(wrong).is_err() && !is_valid(wrong), "{wrong}");
        }
    }
}
