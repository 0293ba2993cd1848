//! Names in emails. People choose the names of organizations, companies, groups and of themselves, and Tenantry sends them to
//! others; so an email is no place to advertise in.

use std::fmt;

use crate::common::bait;

/// The most characters of a name.
const LONGEST: usize = 60;

/// A name that someone typed, as an email shows it.
///
/// In running text it is quoted and at most 60 characters long; that is its `Display`. A subject, a headline or a greeting has it
/// by [`plain_or`](Self::plain_or) only: a name with a web address, a phone number or a promise of money is replaced there. Facts
/// of emails that are names have this type, which a test checks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MailName {
    plain: Option<String>,
    shown: String,
}

impl MailName {
    pub fn of(name: &str) -> Self {
        let line = line(name);
        let text = short(&line);
        Self {
            shown: if text.is_empty() {
                String::new()
            } else {
                format!("“{text}”")
            },
            plain: Some(text).filter(|text| !text.is_empty() && bait::is_plain(&line)),
        }
    }

    /// Words of Tenantry in the place of a name, such as the label of a role: shown as they are.
    pub fn words(words: &str) -> Self {
        Self {
            plain: Some(words.to_owned()),
            shown: words.to_owned(),
        }
    }

    /// The name for a subject, a headline or a greeting; `None` when it isn't plain.
    pub fn plain(&self) -> Option<&str> {
        self.plain.as_deref()
    }

    /// As [`plain`](Self::plain), or other words instead.
    pub fn plain_or<'a>(&'a self, instead: &'a str) -> &'a str {
        self.plain().unwrap_or(instead)
    }

    pub fn is_empty(&self) -> bool {
        self.shown.is_empty()
    }
}

impl fmt::Display for MailName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

/// On one line, without quotes that would end the quotation.
fn line(name: &str) -> String {
    let words: Vec<&str> = name.split_whitespace().collect();
    words
        .join(" ")
        .chars()
        .filter(|c| !c.is_control())
        .map(|c| {
            if matches!(c, '“' | '”' | '„' | '"' | '«' | '»' | '＂') {
                '’'
            } else {
                c
            }
        })
        .collect()
}

/// At most [`LONGEST`] characters.
fn short(line: &str) -> String {
    if line.chars().count() <= LONGEST {
        return line.to_owned();
    }
    let cut: String = line.chars().take(LONGEST - 1).collect();
    format!("{}…", cut.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_plain_name_is_quoted_in_text_and_stands_alone_in_a_headline() {
        let name = MailName::of("  Lakeside \n Agency ");
        assert_eq!(name.to_string(), "“Lakeside Agency”");
        assert_eq!(name.plain_or("your organization"), "Lakeside Agency");
        assert_eq!(MailName::of("").to_string(), "");
        assert_eq!(MailName::of("").plain_or("Someone"), "Someone");
        assert_eq!(MailName::words("Admin").to_string(), "Admin");
    }

    #[test]
    fn a_name_with_bait_is_quoted_and_in_no_headline() {
        let name = MailName::of("Win $500 at evil.example");
        assert_eq!(name.to_string(), "“Win $500 at evil.example”");
        assert_eq!(name.plain_or("an organization"), "an organization");
        // Also when it would be cut off.
        let hidden = MailName::of(&format!("{} evil.example", "long ".repeat(14)));
        assert_eq!(hidden.plain(), None);
    }

    proptest! {
        #[test]
        fn every_name_is_one_quotation_of_at_most_60_characters(text in "\\PC{0,90}|.{0,90}|[“”\"«» a-z]{0,90}") {
            let name = MailName::of(&text);
            let shown = name.to_string();
            prop_assert!(shown.chars().count() <= LONGEST + 2);
            prop_assert!(!shown.chars().any(char::is_control));
            prop_assert!(shown.is_empty() || shown.starts_with('“') && shown.ends_with('”'));
            prop_assert!(shown.matches(['“', '”', '"']).count() <= 2);
            let headline = name.plain_or("instead");
            prop_assert!(headline.chars().count() <= LONGEST);
            let quoted = format!("“{headline}”");
            prop_assert!(headline == "instead" || quoted == shown);
            prop_assert!(bait::is_plain(headline), "{}", headline);
        }
    }
}
