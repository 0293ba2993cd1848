//! A domain name as people type it. Ownership is verified elsewhere, by DNS.

/// Reads a domain: labels of letters, digits and hyphens (RFC 1035 as RFC 1123 relaxed it). Empty is none.
///
/// # Errors
/// A message for the person who typed it.
pub fn parse(text: &str) -> Result<String, &'static str> {
    const HOW: &str = "Enter a domain, like company.com";
    let domain = text.trim().trim_end_matches('.').to_lowercase();
    if domain.is_empty() {
        return if text.trim().is_empty() { Ok(domain) } else { Err(HOW) };
    }
    let labels: Vec<&str> = domain.split('.').collect();
    let is_valid = |label: &&str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    // A last label of digits would be an IP address.
    let named = labels
        .last()
        .is_some_and(|last| last.bytes().any(|b| b.is_ascii_alphabetic()));
    if domain.len() <= 253 && labels.len() >= 2 && named && labels.iter().all(is_valid) {
        Ok(domain)
    } else {
        Err(HOW)
    }
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
            ("xn--bcher-kva.example", "xn--bcher-kva.example"),
        ] {
            assert_eq!(parse(typed).as_deref(), Ok(read), "{typed}");
        }
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
            "bücher.example",
            "me@acme.example",
        ] {
            assert!(parse(bad).is_err(), "{bad}");
        }
        assert!(parse(&format!("{}.example", "x".repeat(64))).is_err());
    }
}
