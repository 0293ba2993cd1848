//! The form of a new organization.

use crate::common::email::Email;
use crate::common::form::FormErrors;
use crate::common::slug::Slug;
use crate::common::{domain, name};
use crate::db::types::organization::{OrganizationType, Region};
use crate::models::organization::NewOrganization;
use crate::services::organizations::create::OrganizationDraft;

#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(default)]
pub struct OrganizationForm {
    pub name: String,
    /// Empty for one from the name.
    pub slug: String,
    /// The slug that was suggested while the name was typed.
    pub suggested: String,
    pub domain: String,
    pub region: String,
    pub organization_type: String,
    /// Empty for the creator.
    pub owner_email: String,
    /// `on` to create another organization with the name of one that the account has.
    pub same_name: String,
}

impl OrganizationForm {
    /// `own` is the creator's address.
    pub fn parse(&self, own: &Email) -> Result<OrganizationDraft, FormErrors> {
        let mut errors = FormErrors::none();
        let name = errors.take("name", name::parse(&self.name, "a name", 80));
        let slug_is_empty = self.slug.trim().is_empty();
        let slug = if !slug_is_empty {
            errors.take("slug", Slug::parse_free(&self.slug))
        } else if let Some(name) = &name {
            errors.take("slug", Slug::parse_free(&Slug::suggest(name)))
        } else {
            None
        };
        let organization_type = errors.take(
            "organization_type",
            OrganizationType::parse(&self.organization_type).ok_or("Choose what describes you best"),
        );
        let domain = errors.take("domain", domain::parse(&self.domain));
        let region = errors.take("region", Region::parse(&self.region).ok_or("Choose a region"));
        let owner = match self.owner_email.trim() {
            "" => None,
            typed => errors
                .take("owner_email", Email::parse(typed))
                .filter(|email| email != own),
        };
        match (name, slug, organization_type, domain, region) {
            (Some(name), Some(slug), Some(organization_type), Some(domain), Some(region)) if errors.is_empty() => {
                Ok(OrganizationDraft {
                    new: NewOrganization {
                        name,
                        slug,
                        organization_type,
                        region,
                        domain,
                    },
                    slug_is_suggested: slug_is_empty || self.slug == self.suggested,
                    owner,
                    may_have_same_name: self.same_name == "on",
                })
            }
            _ => Err(errors),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form() -> OrganizationForm {
        OrganizationForm {
            name: "Meridian Collections".into(),
            domain: "Meridian.example".into(),
            region: "eu".into(),
            organization_type: "enterprise".into(),
            ..OrganizationForm::default()
        }
    }

    fn own() -> Email {
        Email::stored("maya@meridian.example".into())
    }

    #[test]
    fn an_empty_slug_comes_from_the_name() {
        let draft = form().parse(&own()).unwrap();
        assert!(draft.slug_is_suggested);
        assert_eq!(draft.new.slug.as_str(), "meridian-collections");
        assert_eq!(draft.new.domain, "meridian.example");
    }

    #[test]
    fn a_slug_that_was_suggested_can_be_replaced_when_it_is_taken() {
        let with = |slug: &str, suggested: &str| {
            let form = OrganizationForm {
                slug: slug.into(),
                suggested: suggested.into(),
                ..form()
            };
            form.parse(&own()).unwrap().slug_is_suggested
        };
        assert!(with("meridian", "meridian") && with("", "meridian"));
        assert!(!with("meridian", "") && !with("other", "meridian"));
    }

    #[test]
    fn the_creator_s_own_address_as_the_owner_invites_no_one() {
        let mut form = form();
        form.owner_email = " Maya@Meridian.example ".into();
        assert_eq!(form.parse(&own()).unwrap().owner, None);
        form.owner_email = "olivia@meridian.example".into();
        assert!(form.parse(&own()).unwrap().owner.is_some());
    }

    #[test]
    fn every_invalid_field_has_an_error() {
        let form = OrganizationForm {
            slug: "new".into(),
            domain: "x".into(),
            owner_email: "x".into(),
            ..OrganizationForm::default()
        };
        let errors = form.parse(&own()).unwrap_err();
        for field in ["name", "slug", "organization_type", "domain", "region", "owner_email"] {
            assert!(errors.get(field).is_some(), "{field}");
        }
    }
}
