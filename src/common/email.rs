//! One address policy for sign-up, sign-in, invitation and reset.

use lettre::Address;
use unicode_normalization::UnicodeNormalization;

use crate::common::domain;
use crate::common::invisible::is_invisible;

/// One email address in one spelling: without invisible characters, NFKC, lower case, and the domain in Unicode, as a person
/// writes it. `Ida@xn--bcher-kva.example` is `ida@bücher.example`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Email(String);

impl Email {
    /// Reads one address as a person typed it.
    ///
    /// # Errors
    /// A sentence for the person who typed it.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        const HOW: &str = "Enter an email address, like name@company.com";
        let visible: String = text.chars().filter(|c| !is_invisible(*c)).collect();
        let text: String = visible.trim().nfkc().collect::<String>().to_lowercase();
        // A mail address that was copied from a web page.
        let text = text.strip_prefix("mailto:").unwrap_or(&text);
        if text.chars().any(|c| c.is_control() || c.is_whitespace())
            || text.contains(['"', '<', '>', ',', ';', '(', ')', '[', ']', '\\'])
        {
            return Err(HOW);
        }
        let (local, domain) = text.rsplit_once('@').ok_or(HOW)?;
        if local.contains("#ext#") {
            return Err("This is the sign-in name of a guest. Enter the guest’s own email address");
        }
        let domain = domain::parse(domain).map_err(|_| HOW)?;
        // The domain in ASCII is the longer spelling and the one on the wire (RFC 5321, 4.5.3.1).
        let ascii = domain::to_ascii(&domain).filter(|ascii| !ascii.is_empty()).ok_or(HOW)?;
        Address::new(local, &ascii).map_err(|_| HOW)?;
        if local.len() > 64 || local.len() + 1 + ascii.len() > 254 {
            return Err(HOW);
        }
        Ok(Self(format!("{local}@{domain}")))
    }

    /// The address for a mail server: the domain in ASCII. Only a local part beyond ASCII needs SMTPUTF8 (RFC 6531).
    ///
    /// # Errors
    /// The address is none that `parse` returns.
    pub fn for_delivery(&self) -> Result<Address, lettre::address::AddressError> {
        let (local, domain) = self.0.rsplit_once('@').unwrap_or((&self.0, ""));
        let ascii = domain::to_ascii(domain);
        Address::new(local, ascii.as_deref().unwrap_or(domain))
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
    fn an_international_domain_has_one_spelling() {
        for typed in [
            "ida@bücher.example",
            "Ida@BÜCHER.example",
            "ida@bu\u{308}cher.example",
            "ida@xn--bcher-kva.example",
            "ida@XN--BCHER-KVA.example",
            "mailto:ida@bücher.example",
        ] {
            let email = Email::parse(typed).unwrap();
            assert_eq!(email.as_str(), "ida@bücher.example", "{typed}");
            assert_eq!(email.for_delivery().unwrap().to_string(), "ida@xn--bcher-kva.example");
        }
        let email = Email::parse("jörg@example.com").unwrap();
        assert_eq!(email.for_delivery().unwrap().to_string(), "jörg@example.com");
    }

    #[test]
    fn invisible_characters_make_no_other_address() {
        for invisible in [
            '\u{200b}',
            '\u{ad}',
            '\u{200d}',
            '\u{202e}',
            '\u{2060}',
            '\u{feff}',
            '\u{fe0f}',
            '\u{e0041}',
        ] {
            for typed in [
                format!("an{invisible}na@one.example"),
                format!("{invisible}anna@one.example"),
                format!("anna@one.example{invisible}"),
                format!("anna@o{invisible}ne.example"),
            ] {
                assert_eq!(Email::parse(&typed).unwrap().as_str(), "anna@one.example", "{typed:?}");
            }
        }
    }

    proptest::proptest! {
        #[test]
        fn what_was_read_is_read_again_alike(text in "[a-zA-Zäß.+-]{1,12}@[a-zA-Zäßñ-]{1,12}\\.(example|中国)") {
            if let Ok(email) = Email::parse(&text) {
                proptest::prop_assert_eq!(Email::parse(email.as_str()), Ok(email.clone()));
                proptest::prop_assert_eq!(Email::parse(email.for_delivery().unwrap().as_ref()), Ok(email));
            }
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
            "a@b@c.com",
            "cara_partner.example#EXT#@corp.example",
        ] {
            assert!(Email::parse(typed).is_err(), "{typed}");
        }
    }
}
