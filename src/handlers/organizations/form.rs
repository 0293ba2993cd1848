//! The form of a new organization.

use crate::common::email::Email;
use crate::common::form::FormErrors;
use crate::common::slug::Slug;
use crate::common::{domain, name};
use crate::db::types::organization::{OrganizationType, Region, UnitLabel};
use crate::handlers::organizations::preset::OrganizationPreset;
use crate::models::organization::NewOrganization;
use crate::models::organization::intake::{OrganizationIntake, TeamSize};
use crate::services::organizations::create::OrganizationDraft;
use crate::services::organizations::faults::OrganizationClaims;

/// The longest text of a field in a draft.
const LONGEST: usize = 1000;

#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
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
    /// Empty for the word of the type.
    pub unit_label: String,
    pub preset: String,
    /// `preset` or `type`: what the other fields are filled in from.
    #[serde(skip_serializing)]
    pub fill: String,
    /// `me` or `other`. Without it, an address means another person.
    pub owner: String,
    pub owner_email: String,
    /// `on` to create another organization with the name of one that the account has.
    #[serde(skip_serializing)]
    pub same_name: String,
    pub industry: String,
    pub team_size: String,
    pub purpose: String,
    pub source: String,
}

/// The valid parts of a form.
#[derive(Debug)]
pub struct CheckedOrganization {
    name: Option<String>,
    slug: Option<Slug>,
    slug_is_suggested: bool,
    organization_type: Option<OrganizationType>,
    unit: Option<UnitLabel>,
    domain: Option<String>,
    region: Option<Region>,
    owner: Option<Email>,
    may_have_same_name: bool,
    intake: OrganizationIntake,
    pub errors: FormErrors,
}

impl CheckedOrganization {
    /// What can be refused although other fields are not valid.
    pub fn claims(&self) -> OrganizationClaims<'_> {
        OrganizationClaims {
            name: self.name.as_deref().filter(|_| !self.may_have_same_name),
            slug: self.slug.as_ref().filter(|_| !self.slug_is_suggested),
            owner: self.owner.as_ref(),
        }
    }

    /// The organization, when the form has no error.
    pub fn draft(self) -> Result<OrganizationDraft, FormErrors> {
        match (
            self.name,
            self.slug,
            self.organization_type.zip(self.unit),
            self.domain,
            self.region,
        ) {
            (Some(name), Some(slug), Some((organization_type, unit)), Some(domain), Some(region))
                if self.errors.is_empty() =>
            {
                Ok(OrganizationDraft {
                    new: NewOrganization {
                        name,
                        slug,
                        organization_type,
                        unit,
                        region,
                        domain,
                    },
                    slug_is_suggested: self.slug_is_suggested,
                    owner: self.owner,
                    may_have_same_name: self.may_have_same_name,
                    intake: self.intake,
                })
            }
            _ => Err(self.errors),
        }
    }
}

impl OrganizationForm {
    /// `own` is the creator's address. The errors are in the order of the form.
    pub fn check(&self, own: &Email) -> CheckedOrganization {
        let mut errors = FormErrors::none();
        let name = errors.take("name", name::parse(&self.name, "a name", 80));
        let slug_is_empty = self.slug.trim().is_empty();
        let slug = match &name {
            _ if !slug_is_empty => errors.take("slug", Slug::parse_free(&self.slug)),
            Some(name) => errors.take("slug", Slug::parse_free(&Slug::suggest(name))),
            None => None,
        };
        let organization_type = errors.take(
            "organization_type",
            OrganizationType::parse(&self.organization_type).ok_or("Choose what describes you best"),
        );
        let unit = match self.unit_label.as_str() {
            "" => organization_type.map(OrganizationType::unit),
            word => errors.take("unit_label", UnitLabel::parse(word).ok_or("Choose one of the words")),
        };
        let domain = errors.take("domain", domain::parse(&self.domain));
        let region = errors.take("region", Region::parse(&self.region).ok_or("Choose a region"));
        let owner = match (self.owner.as_str(), self.owner_email.trim()) {
            ("me", _) | ("", "") => None,
            (_, typed) => errors
                .take("owner_email", Email::parse(typed))
                .filter(|email| email != own),
        };
        let intake = self.intake(&mut errors);
        CheckedOrganization {
            name,
            slug,
            slug_is_suggested: slug_is_empty || self.slug == self.suggested,
            organization_type,
            unit,
            domain,
            region,
            owner,
            may_have_same_name: self.same_name == "on",
            intake,
            errors,
        }
    }

    fn intake(&self, errors: &mut FormErrors) -> OrganizationIntake {
        let mut answer = |field: &'static str, text: &str, longest: usize| match text.trim() {
            "" => String::new(),
            text => errors
                .take(field, name::parse(text, "an answer", longest))
                .unwrap_or_default(),
        };
        let industry = answer("industry", &self.industry, 80);
        let purpose = answer("purpose", &self.purpose, 500);
        let source = answer("source", &self.source, 120);
        let team_size = match self.team_size.as_str() {
            "" => String::new(),
            size => errors
                .take("team_size", TeamSize::parse(size).ok_or("Choose one of the sizes"))
                .map(|size| size.to_string())
                .unwrap_or_default(),
        };
        OrganizationIntake {
            industry,
            team_size,
            purpose,
            source,
        }
    }

    /// The type and the word that were asked for by `fill`.
    #[must_use]
    pub fn filled(mut self) -> Self {
        match self.fill.as_str() {
            "preset" => {
                if let Some((kind, unit)) = OrganizationPreset::parse(&self.preset).map(OrganizationPreset::gives) {
                    self.organization_type = kind.to_string();
                    self.unit_label = unit.to_string();
                }
            }
            "type" => {
                let kind = OrganizationType::parse(&self.organization_type);
                self.unit_label = kind.map(|kind| kind.unit().to_string()).unwrap_or_default();
                self.preset.clear();
            }
            _ => {}
        }
        self
    }

    fn typed(&self) -> [&String; 9] {
        [
            &self.name,
            &self.slug,
            &self.domain,
            &self.organization_type,
            &self.owner_email,
            &self.industry,
            &self.team_size,
            &self.purpose,
            &self.source,
        ]
    }

    /// Whether nothing was filled in that is worth keeping.
    pub fn is_blank(&self) -> bool {
        self.typed().iter().all(|text| text.trim().is_empty())
    }

    /// Whether one of the questions for reference has an answer.
    pub fn has_intake(&self) -> bool {
        self.typed()[5..].iter().any(|text| !text.trim().is_empty())
    }

    /// The form as a draft.
    pub fn to_json(&self) -> Option<String> {
        let fits = self.typed().iter().all(|text| text.chars().count() <= LONGEST);
        fits.then(|| serde_json::to_string(self).ok()).flatten()
    }

    /// The form of a draft. A suggested slug follows the name again.
    pub fn from_json(text: &str) -> Option<Self> {
        let mut form: Self = serde_json::from_str(text).ok()?;
        if form.slug == form.suggested {
            form.slug.clear();
        }
        form.suggested.clear();
        Some(form)
    }
}

#[cfg(test)]
mod tests;
