//! Domain names as people type them. Ownership is verified elsewhere, by DNS.

/// Reads a domain: labels of letters, digits and hyphens, also of other scripts (UTS 46, IDNA 2008). Empty is none. The result
/// is in Unicode and lower case: `xn--bcher-kva.example` and `Bücher.example` are both `bücher.example`.
///
/// # Errors
/// A sentence for the person who typed it.
pub fn parse(text: &str) -> Result<String, &'static str> {
    const HOW: &str = "Enter a domain, like company.com";
    let text = text.trim();
    if text.is_empty() {
        return Ok(String::new());
    }
    let ascii = to_ascii(text.strip_suffix('.').unwrap_or(text)).ok_or(HOW)?;
    // A last label of digits would be an IP address.
    let named = ascii
        .rsplit('.')
        .next()
        .is_some_and(|last| last.bytes().any(|b| b.is_ascii_alphabetic()));
    if ascii.contains('.') && named {
        Ok(to_unicode(&ascii))
    } else {
        Err(HOW)
    }
}

/// A domain as name and mail servers take it, in ASCII (punycode). `None` when it is no domain.
pub fn to_ascii(domain: &str) -> Option<String> {
    let ascii = idna::domain_to_ascii_strict(domain).ok()?;
    let fits = ascii.len() <= 253 && ascii.split('.').all(|label| (1..=63).contains(&label.len()));
    fits.then_some(ascii)
}

/// A domain as people read it.
pub fn to_unicode(domain: &str) -> String {
    let (unicode, valid) = idna::domain_to_unicode(domain);
    if valid.is_ok() { unicode } else { domain.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_domain_is_labels_with_dots_between() {
        for (typed, read) in [
            ("", ""),
            ("  Acme.Example. ", "acme.example"),
            ("a-b.co.uk", "a-b.co.uk"),
            ("xn--bcher-kva.example", "bücher.example"),
            ("Bücher.example", "bücher.example"),
            ("bu\u{308}cher。example", "bücher.example"),
            ("例え.テスト", "例え.テスト"),
        ] {
            assert_eq!(parse(typed).as_deref(), Ok(read), "{typed}");
        }
        assert_eq!(to_ascii("bücher.example").as_deref(), Some("xn--bcher-kva.example"));
        for bad in [
            ".",
            "acme",
            "https://acme.example",
            "acme.example/x",
            "-a.example",
            "a-.example",
            "a..example",
            "10.0.0.1",
            "a b.example",
            "me@acme.example",
            "a_b.example",
            "xn--\u{fc}.example",
        ] {
            assert!(parse(bad).is_err(), "{bad}");
        }
        assert!(parse(&format!("{}.example", "x".repeat(64))).is_err());
    }

    proptest::proptest! {
        #[test]
        fn what_was_read_is_read_again_alike(text in "[a-z0-9äöüßéñ.-]{1,30}\\.(example|中国)") {
            if let Ok(domain) = parse(&text) {
                proptest::prop_assert_eq!(parse(&domain), Ok(domain.clone()));
                proptest::prop_assert_eq!(parse(&to_ascii(&domain).unwrap()), Ok(domain));
            }
        }
    }
}
