//! What a new organization must hold to, and how many there may be.

use crate::common::email::Email;
use crate::common::form::FormErrors;
use crate::common::slug::Slug;
use crate::common::{domain, name};
use crate::db::types::organization::{OrganizationType, Region};
use crate::models::organization::create::NewOrganization;

/// The fields of the form as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(default)]
pub struct NewForm {
    pub name: String,
    /// The slug; empty for one made from the name.
    pub slug: String,
    /// The domain, or nothing.
    pub domain: String,
    /// Where the data is wanted.
    pub region: String,
    /// What kind of organization.
    pub organization_type: String,
    /// Who owns it; empty for the creator.
    pub owner_email: String,
}

/// What somebody wants to create.
#[derive(Debug, Clone)]
pub struct Wish {
    pub new: NewOrganization,
    /// Whether the slug was left to us; then a taken one is replaced by a free one.
    pub slug_is_ours: bool,
    /// Who shall own it, when it is not the creator.
    pub owner: Option<Email>,
}

/// Reads the form. `me` is the creator's address.
pub fn wish(form: &NewForm, me: &Email) -> Result<Wish, FormErrors> {
    let mut errors = FormErrors::none();
    let name = errors.take("name", name::parse(&form.name, "a name", 80));
    let slug_is_ours = form.slug.trim().is_empty();
    let slug = if !slug_is_ours {
        errors.take("slug", Slug::parse_free(&form.slug))
    } else if let Some(name) = &name {
        errors.take("slug", Slug::parse_free(&Slug::suggest(name)))
    } else {
        None
    };
    let organization_type = errors.take(
        "organization_type",
        OrganizationType::parse(&form.organization_type).ok_or("Choose what describes you best"),
    );
    let domain = errors.take("domain", domain::parse(&form.domain));
    let region = errors.take("region", Region::parse(&form.region).ok_or("Choose a region"));
    let owner = match form.owner_email.trim() {
        "" => None,
        typed => errors
            .take("owner_email", Email::parse(typed))
            .filter(|email| email != me),
    };
    match (name, slug, organization_type, domain, region) {
        (Some(name), Some(slug), Some(organization_type), Some(domain), Some(region)) if errors.is_empty() => {
            let new = NewOrganization {
                name,
                slug,
                organization_type,
                region,
                domain,
            };
            Ok(Wish {
                new,
                slug_is_ours,
                owner,
            })
        }
        _ => Err(errors),
    }
}

/// How many organizations a person may create: what an operator set for them, else what holds for everybody.
pub fn limit(own: Option<i32>, everybody: Option<u32>) -> Option<i64> {
    own.map(i64::from).or(everybody.map(i64::from))
}

/// Whether one more would be too many.
pub fn is_full(created: i64, limit: Option<i64>) -> bool {
    limit.is_some_and(|limit| created >= limit)
}

/// What somebody answered to the questions about what they need: `yes`, `no`, or nothing yet.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(default)]
pub struct Answers {
    /// Whether other people own it.
    pub owners: String,
    /// Whether it has a bill of its own.
    pub billing: String,
    /// Whether nobody may see across.
    pub walls: String,
}

/// What follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Advice {
    /// Another organization.
    Organization,
    /// Another company in the one there is.
    Company,
}

impl Answers {
    /// Whether any question is answered.
    pub fn is_begun(&self) -> bool {
        *self != Self::default()
    }

    /// What follows from the answers; `None` until each question has one.
    pub fn advice(&self) -> Option<Advice> {
        let answers = [&self.owners, &self.billing, &self.walls];
        if answers.iter().any(|answer| !matches!(answer.as_str(), "yes" | "no")) {
            return None;
        }
        // Owners, bill and walls are what only an organization has of its own.
        Some(if answers.iter().any(|answer| *answer == "yes") {
            Advice::Organization
        } else {
            Advice::Company
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form() -> NewForm {
        NewForm {
            name: "Meridian Collections".into(),
            slug: String::new(),
            domain: "Meridian.example".into(),
            region: "eu".into(),
            organization_type: "enterprise".into(),
            owner_email: String::new(),
        }
    }

    fn me() -> Email {
        Email::stored("maya@meridian.example".into())
    }

    #[test]
    fn an_empty_slug_is_made_from_the_name() {
        let wish = wish(&form(), &me()).unwrap();
        assert!(wish.slug_is_ours);
        assert_eq!(wish.new.slug.as_str(), "meridian-collections");
        assert_eq!(wish.new.domain, "meridian.example");
    }

    #[test]
    fn naming_myself_as_owner_invites_nobody() {
        let mut form = form();
        form.owner_email = " Maya@Meridian.example ".into();
        assert_eq!(wish(&form, &me()).unwrap().owner, None);
        form.owner_email = "olivia@meridian.example".into();
        assert!(wish(&form, &me()).unwrap().owner.is_some());
    }

    #[test]
    fn every_wrong_field_gets_its_sentence() {
        let form = NewForm {
            slug: "new".into(),
            domain: "x".into(),
            owner_email: "x".into(),
            ..NewForm::default()
        };
        let errors = wish(&form, &me()).unwrap_err();
        for field in ["name", "slug", "organization_type", "domain", "region", "owner_email"] {
            assert!(errors.get(field).is_some(), "{field}");
        }
    }

    #[test]
    fn the_own_limit_stands_before_the_one_for_everybody() {
        assert_eq!(limit(Some(5), Some(1)), Some(5));
        assert_eq!(limit(None, Some(1)), Some(1));
        assert!(is_full(1, Some(1)));
        assert!(!is_full(1000, None));
        assert!(is_full(0, Some(0)));
    }

    #[test]
    fn only_what_stands_apart_needs_an_organization_of_its_own() {
        let answers = |owners: &str, billing: &str, walls: &str| Answers {
            owners: owners.into(),
            billing: billing.into(),
            walls: walls.into(),
        };
        assert_eq!(answers("no", "no", "no").advice(), Some(Advice::Company));
        assert_eq!(answers("no", "yes", "no").advice(), Some(Advice::Organization));
        assert_eq!(answers("yes", "", "no").advice(), None);
        assert_eq!(answers("yes", "maybe", "no").advice(), None);
        assert!(!Answers::default().is_begun());
    }
}
