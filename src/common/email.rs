//! One address policy for sign-up, sign-in, invitation and reset.

use lettre::Address;
use unicode_normalization::UnicodeNormalization;

/// One e-mail address, normalized: Unicode NFKC, lower case, no control characters.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Email(String);

impl Email {
    /// Reads one address as a person typed it.
    ///
    /// # Errors
    /// A message for the person who typed it.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        const HOW: &str = "Enter an email address, like name@company.com";
        let text: String = text.trim().nfkc().collect::<String>().to_lowercase();
        if text.is_empty() || text.len() > 254 || text.chars().any(|c| c.is_control() || c.is_whitespace()) {
            return Err(HOW);
        }
        let address: Address = text.parse().map_err(|_| HOW)?;
        let domain = address.domain();
        let labels_hold = domain
            .split('.')
            .all(|label| !label.is_empty() && !label.starts_with('-') && !label.ends_with('-'));
        if !domain.contains('.') || !labels_hold || text.contains(['"', '<', '>', ',', ';', '(', ')', '[', ']', '\\']) {
            return Err(HOW);
        }
        Ok(Self(text))
    }

    /// An address out of the database, where only parsed ones are.
    pub fn stored(text: String) -> Self {
        Self(text)
    }

    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for Email {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_person_has_one_address_however_it_is_typed() {
        for typed in [
            "Olivia@Example.com",
            "  olivia@example.com ",
            "ｏｌｉｖｉａ@example.com",
        ] {
            assert_eq!(Email::parse(typed).unwrap().as_str(), "olivia@example.com");
        }
    }

    #[test]
    fn what_is_not_one_address_is_refused() {
        for typed in [
            "",
            "olivia",
            "olivia@",
            "@example.com",
            "a@b",
            "a@b.com,c@d.com",
            "a@b.com\r\nBcc: c@d.com",
            "a b@c.com",
            "<a@b.com>",
            "a@-b.com",
            "a@b..com",
            "\"a\"@b.com",
        ] {
            assert!(Email::parse(typed).is_err(), "{typed}");
        }
    }
}
