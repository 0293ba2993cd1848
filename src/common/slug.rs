//! The part of a URL that names an organization or a company.

use deunicode::deunicode;

use crate::common::search::fold;

/// 2 to 40 characters: lower-case letters, digits, hyphens inside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slug(String);

/// Words that no organization may take: first path segments of this and of later versions, and names that mislead.
const RESERVED: &[&str] = &[
    "account",
    "admin",
    "api",
    "app",
    "assets",
    "auth",
    "billing",
    "companies",
    "choosing",
    "console",
    "contacts",
    "dashboard",
    "demo",
    "docs",
    "draft",
    "health",
    "help",
    "home",
    "instance",
    "invitations",
    "join",
    "legal",
    "login",
    "logout",
    "mail",
    "me",
    "members",
    "new",
    "oauth",
    "onboarding",
    "operator",
    "organization",
    "organizations",
    "owner",
    "password",
    "privacy",
    "public",
    "requests",
    "root",
    "saml",
    "scim",
    "search",
    "scheduled-reports",
    "security",
    "settings",
    "signin",
    "signup",
    "slug",
    "sso",
    "static",
    "status",
    "support",
    "switcher",
    "system",
    "tenantry",
    "terms",
    "unlock",
    "verify",
    "webhooks",
    "well-known",
    "www",
];

impl Slug {
    /// Reads a slug as typed; upper case is lowered.
    ///
    /// # Errors
    /// A message for the person who typed it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim().to_lowercase();
        if text.is_empty() {
            return Err("Enter a short name for the address".into());
        }
        if !(2..=40).contains(&text.len()) {
            return Err("Use 2 to 40 characters".into());
        }
        if !text
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        {
            return Err("Use letters a to z, digits and hyphens".into());
        }
        if text.starts_with('-') || text.ends_with('-') || text.contains("--") {
            return Err("Put single hyphens between letters or digits only".into());
        }
        Ok(Self(text))
    }

    /// A slug that an organization may take: not a reserved word.
    ///
    /// # Errors
    /// A message for the person who typed it.
    pub fn parse_free(text: &str) -> Result<Self, String> {
        let slug = Self::parse(text)?;
        if RESERVED.contains(&slug.as_str()) {
            return Err(format!("“{slug}” is reserved, choose another"));
        }
        Ok(slug)
    }

    /// The slug a name suggests: "Meridian Collections, Inc." gives "meridian-collections-inc", "北京" gives "bei-jing".
    pub fn suggest(name: &str) -> String {
        let mut slug = String::new();
        for c in deunicode(&fold(name)).to_lowercase().chars() {
            if c.is_ascii_alphanumeric() {
                slug.push(c);
            } else if !slug.is_empty() && !slug.ends_with('-') && c != '\'' && c != '’' {
                slug.push('-');
            }
            if slug.len() >= 36 {
                break;
            }
        }
        let slug = slug.trim_matches('-').to_owned();
        match slug.len() {
            0 => "organization-1".into(),
            1 => format!("{slug}-1"),
            _ if RESERVED.contains(&slug.as_str()) => format!("{slug}-1"),
            _ => slug,
        }
    }

    /// Alternatives to a taken slug, best first: "acme-2", "acme-3", …
    pub fn alternatives(slug: &str) -> impl Iterator<Item = String> {
        let stem: String = slug.chars().take(36).collect();
        let stem = stem.trim_end_matches('-').to_owned();
        (2..100).map(move |n| format!("{stem}-{n}"))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the word is reserved.
    pub fn is_reserved(word: &str) -> bool {
        RESERVED.contains(&word)
    }
}

impl std::fmt::Display for Slug {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slug_is_letters_digits_and_single_hyphens_inside() {
        for good in ["acme", "a1", "north-gate-2", "ACME "] {
            assert!(Slug::parse_free(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "a",
            "-acme",
            "acme-",
            "ac--me",
            "acmé",
            "a_b",
            "a/b",
            &"x".repeat(41),
            "new",
            "Settings",
        ] {
            assert!(Slug::parse_free(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn alternatives_can_be_taken() {
        for slug in ["acme".to_owned(), "x".repeat(40), format!("{}-abc", "x".repeat(35))] {
            for other in Slug::alternatives(&slug) {
                assert!(Slug::parse_free(&other).is_ok(), "{other}");
            }
        }
    }

    #[test]
    fn a_name_in_any_script_suggests_letters() {
        for (name, slug) in [
            ("北京", "bei-jing"),
            ("Ελλάδα", "ellada"),
            ("Łódź Straße", "lodz-strasse"),
            ("O'Brien & Søn", "obrien-son"),
        ] {
            assert_eq!(Slug::suggest(name), slug, "{name}");
        }
        assert!(Slug::suggest("Київ").starts_with("ki"), "{}", Slug::suggest("Київ"));
    }

    proptest::proptest! {
        #[test]
        fn whatever_the_name_the_suggestion_can_be_taken(name in ".{0,80}") {
            proptest::prop_assert!(Slug::parse_free(&Slug::suggest(&name)).is_ok(), "{}", Slug::suggest(&name));
        }
    }
}
