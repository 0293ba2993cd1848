//! Names that people type, and the forms in which they are sorted and found.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

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
    if text.chars().any(unprintable) {
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

// Control characters, and the invisible ones that reorder or hide text.
fn unprintable(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// The name without case and accents: "José Núñez" and "jose nunez" are one.
pub fn fold(text: &str) -> String {
    text.nfkd()
        .filter(|c| !is_combining_mark(*c))
        .flat_map(char::to_lowercase)
        .collect()
}

/// The bytes by which a name is sorted, alike on both engines.
pub fn sort_key(name: &str) -> Vec<u8> {
    fold(name).into_bytes()
}

/// The words under which a person is found: each part of the name, the address, its parts and its domain, folded.
pub fn words(name: &str, email: &str) -> Vec<Vec<u8>> {
    let email = fold(email);
    let (local, domain) = email.split_once('@').unwrap_or((&email, ""));
    let mut words: Vec<Vec<u8>> = fold(name)
        .split(|c: char| c.is_whitespace() || c == '-' || c == '\'')
        .chain(local.split(['.', '-', '_', '+']))
        .chain([email.as_str(), domain])
        .filter(|word| !word.is_empty())
        .map(|word| word.as_bytes().iter().copied().take(64).collect())
        .collect();
    words.sort();
    words.dedup();
    words
}

/// The words of a search, folded. Each finds the words that begin with it. At most 5.
pub fn query(text: &str) -> Vec<Vec<u8>> {
    fold(text)
        .split_whitespace()
        .map(|word| {
            word.trim_start_matches('@')
                .as_bytes()
                .iter()
                .copied()
                .take(64)
                .collect::<Vec<_>>()
        })
        .filter(|word| !word.is_empty())
        .take(5)
        .collect()
}

/// The first bytes after every word that begins with `prefix`; `None` when there is no end (all 0xff).
pub fn prefix_end(prefix: &[u8]) -> Option<Vec<u8>> {
    let mut end = prefix.to_vec();
    while let Some(last) = end.pop() {
        if last < 0xff {
            end.push(last + 1);
            return Some(end);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_is_found_without_accents_and_by_parts_of_the_address() {
        let words = words("José Núñez-Ortega", "jose.nunez@Acme.example");
        for word in ["jose", "nunez", "ortega", "acme.example", "jose.nunez@acme.example"] {
            assert!(words.contains(&word.as_bytes().to_vec()), "{word}");
        }
        assert_eq!(query("  José @acme "), vec![b"jose".to_vec(), b"acme".to_vec()]);
    }

    #[test]
    fn a_name_cannot_advertise_or_hide() {
        assert!(person("Visit https://evil.example now", "your name").is_err());
        assert!(person("Free money www.evil.example", "your name").is_err());
        assert!(person("a\u{202e}b", "your name").is_err());
        assert!(person(&"x".repeat(61), "your name").is_err());
        assert_eq!(person("  Anna \n Lee ", "your name").unwrap(), "Anna Lee");
    }

    #[test]
    fn a_prefix_ends_where_the_next_word_begins() {
        assert_eq!(prefix_end(b"kate").unwrap(), b"katf");
        assert_eq!(prefix_end(&[b'a', 0xff]).unwrap(), b"b");
        assert_eq!(prefix_end(&[0xff]), None);
    }
}
