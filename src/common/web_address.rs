//! Addresses of websites that people type.

use actix_web::http::Uri;

/// The longest address.
const LONGEST: usize = 2_000;

/// Reads the address of a page: with `https://` if no scheme was typed.
///
/// # Errors
/// A message for the person who typed it.
pub fn parse(text: &str) -> Result<String, &'static str> {
    const EXAMPLE: &str = "Enter a web address, like https://company.com/help";
    let text = text.trim();
    let full = if text.contains("://") {
        text.to_owned()
    } else {
        format!("https://{text}")
    };
    if full.chars().count() > LONGEST {
        return Err("Use at most 2,000 characters");
    }
    let uri: Uri = full.parse().map_err(|_| EXAMPLE)?;
    let is_web = matches!(uri.scheme_str(), Some("http" | "https"));
    let host = uri.host().unwrap_or_default();
    let has_account = uri
        .authority()
        .is_some_and(|authority| authority.as_str().contains('@'));
    if !is_web || !host.contains('.') || host.starts_with('.') || has_account {
        return Err(EXAMPLE);
    }
    Ok(full)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_web_address_has_a_host_and_no_password() {
        assert_eq!(parse(" company.com/help ").unwrap(), "https://company.com/help");
        assert_eq!(
            parse("http://a.example:8080/?q=1").unwrap(),
            "http://a.example:8080/?q=1"
        );
        for wrong in [
            "",
            "help",
            "javascript:alert(1)",
            "ftp://a.example",
            "https://me:secret@a.example",
            "https://a b.example",
        ] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
