//! The form of the profile.

use crate::common::form::FormErrors;
use crate::common::zone::Zone;
use crate::common::{currency, domain, name};
use crate::db::types::organization::{OrganizationType, Region, UnitLabel};
use crate::models::organization::profile::OrganizationProfile;

#[derive(Debug, Clone, Default, serde::Deserialize)]
#[serde(default)]
pub struct ProfileForm {
    pub name: String,
    pub organization_type: String,
    pub unit_label: String,
    pub region: String,
    pub domain: String,
    /// Empty keeps the present one.
    pub timezone: String,
    /// Empty keeps the present one.
    pub currency: String,
}

impl ProfileForm {
    pub fn of(profile: OrganizationProfile) -> Self {
        Self {
            name: profile.name,
            organization_type: profile.organization_type.to_string(),
            unit_label: profile.unit.to_string(),
            region: profile.region.to_string(),
            domain: profile.domain,
            timezone: profile.timezone,
            currency: profile.currency,
        }
    }

    pub fn parse(&self) -> Result<OrganizationProfile, FormErrors> {
        let mut errors = FormErrors::none();
        let name = errors.take("name", name::parse(&self.name, "a name", 80));
        let organization_type = errors.take(
            "organization_type",
            OrganizationType::parse(&self.organization_type).ok_or("Choose what describes you best"),
        );
        let unit = errors.take(
            "unit_label",
            UnitLabel::parse(&self.unit_label).ok_or("Choose one of the words"),
        );
        let domain = errors.take("domain", domain::parse(&self.domain));
        let region = errors.take("region", Region::parse(&self.region).ok_or("Choose a region"));
        let or_empty = |text: &str, parse: fn(&str) -> Result<String, &'static str>| match text.trim() {
            "" => Ok(String::new()),
            text => parse(text),
        };
        let timezone = errors.take(
            "timezone",
            or_empty(&self.timezone, |text| {
                Zone::parse(text).map(|zone| zone.name().to_owned())
            }),
        );
        let currency = errors.take("currency", or_empty(&self.currency, currency::parse));
        match (name, organization_type, unit, region, domain, timezone.zip(currency)) {
            (
                Some(name),
                Some(organization_type),
                Some(unit),
                Some(region),
                Some(domain),
                Some((timezone, currency)),
            ) => Ok(OrganizationProfile {
                name,
                organization_type,
                unit,
                region,
                domain,
                timezone,
                currency,
            }),
            _ => Err(errors),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_zone_and_a_currency_can_be_left_out() {
        let form = ProfileForm {
            timezone: String::new(),
            currency: String::new(),
            ..ProfileForm::of(OrganizationProfile::example())
        };
        assert!(form.parse().is_ok());
        let wrong = ProfileForm {
            timezone: "Mars".into(),
            currency: "XXX".into(),
            ..form
        };
        let errors = wrong.parse().unwrap_err();
        assert!(errors.get("timezone").is_some() && errors.get("currency").is_some());
    }

    #[test]
    fn a_form_of_a_profile_parses_to_that_profile() {
        assert_eq!(
            ProfileForm::of(OrganizationProfile::example()).parse().unwrap(),
            OrganizationProfile::example()
        );
        assert!(ProfileForm::default().parse().is_err());
    }
}
