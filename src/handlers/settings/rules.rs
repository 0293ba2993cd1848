//! What a profile must hold to, what a change of it is called.

use serde_json::{Map, Value};

use crate::common::form::FormErrors;
use crate::common::{currency, domain, name, zone};
use crate::db::types::organization::{OrganizationType, Region, UnitLabel};
use crate::models::organization::profile::Profile;

crate::text_enum! {
    /// A way to begin: a type of organization together with a word for companies, as five kinds of business use them.
    pub enum Preset {
        Agency = "agency",
        Teams = "teams",
        Simple = "simple",
        RollUp = "roll-up",
        Settings = "settings",
    }
}

impl Preset {
    /// The words for people.
    pub fn label(self) -> &'static str {
        match self {
            Self::Agency => "Agency: apps for each client",
            Self::Teams => "Teams: one workspace for each team",
            Self::Simple => "Simple: one business, nothing below it to manage",
            Self::RollUp => "Roll-up: many companies, one view of all",
            Self::Settings => "Businesses: an agency that runs many small ones",
        }
    }

    /// What it fills in.
    pub fn gives(self) -> (OrganizationType, UnitLabel) {
        match self {
            Self::Agency => (OrganizationType::Partner, UnitLabel::App),
            Self::Teams => (OrganizationType::Enterprise, UnitLabel::Workspace),
            Self::Simple => (OrganizationType::Individual, UnitLabel::Business),
            Self::RollUp => (OrganizationType::Enterprise, UnitLabel::Company),
            Self::Settings => (OrganizationType::Partner, UnitLabel::Business),
        }
    }
}

/// The fields of the profile as typed.
#[derive(Debug, Clone, Default, serde::Deserialize)]
#[serde(default)]
pub struct ProfileForm {
    pub name: String,
    /// What kind of organization.
    pub organization_type: String,
    /// The word for companies.
    pub unit_label: String,
    /// Where the data is wanted.
    pub region: String,
    /// The domain, or nothing.
    pub domain: String,
    /// The time zone; empty leaves it as it is.
    pub timezone: String,
    /// The currency; empty leaves it as it is.
    pub currency: String,
}

impl ProfileForm {
    /// The form of a profile as it is.
    pub fn of(profile: Profile) -> Self {
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

    /// With what a preset fills in.
    #[must_use]
    pub fn filled(mut self, preset: Preset) -> Self {
        let (organization_type, unit) = preset.gives();
        self.organization_type = organization_type.to_string();
        self.unit_label = unit.to_string();
        self
    }

    /// Reads the form.
    pub fn parse(&self) -> Result<Profile, FormErrors> {
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
        let timezone = errors.take("timezone", or_empty(&self.timezone, zone::parse));
        let currency = errors.take("currency", or_empty(&self.currency, currency::parse));
        match (name, organization_type, unit, region, domain, timezone.zip(currency)) {
            (
                Some(name),
                Some(organization_type),
                Some(unit),
                Some(region),
                Some(domain),
                Some((timezone, currency)),
            ) => Ok(Profile {
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

/// What an older form does not send stays as it is.
#[must_use]
pub fn over(before: &Profile, mut after: Profile) -> Profile {
    if after.timezone.is_empty() {
        after.timezone.clone_from(&before.timezone);
    }
    if after.currency.is_empty() {
        after.currency.clone_from(&before.currency);
    }
    after
}

/// What a change was before and after: the changed fields only. `None` when nothing changed.
pub fn changes(before: &Profile, after: &Profile) -> Option<(Value, Value)> {
    let fields = |profile: &Profile| {
        [
            ("name", profile.name.clone()),
            ("type", profile.organization_type.to_string()),
            ("unit", profile.unit.to_string()),
            ("region", profile.region.to_string()),
            ("domain", profile.domain.clone()),
            ("timezone", profile.timezone.clone()),
            ("currency", profile.currency.clone()),
        ]
    };
    let (mut was, mut is) = (Map::new(), Map::new());
    for ((field, old), (_, new)) in fields(before).into_iter().zip(fields(after)) {
        if old != new {
            was.insert(field.into(), old.into());
            is.insert(field.into(), new.into());
        }
    }
    (!is.is_empty()).then(|| (was.into(), is.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profile() -> Profile {
        Profile {
            name: "Acme".into(),
            organization_type: OrganizationType::Enterprise,
            unit: UnitLabel::Company,
            region: Region::Europe,
            domain: String::new(),
            timezone: "Europe/Berlin".into(),
            currency: "EUR".into(),
        }
    }

    #[test]
    fn each_preset_fills_in_type_and_word() {
        let mut seen: Vec<_> = Preset::ALL.iter().map(|preset| preset.gives()).collect();
        seen.dedup();
        assert_eq!(seen.len(), 5);
        let form = ProfileForm::of(profile()).filled(Preset::Teams);
        assert_eq!(form.unit_label, "workspace");
        assert_eq!(form.name, "Acme");
    }

    #[test]
    fn what_is_not_sent_stays() {
        let form = ProfileForm {
            timezone: String::new(),
            currency: String::new(),
            ..ProfileForm::of(profile())
        };
        assert_eq!(over(&profile(), form.parse().unwrap()), profile());
        let wrong = ProfileForm {
            timezone: "Mars".into(),
            currency: "XXX".into(),
            ..form
        };
        let errors = wrong.parse().unwrap_err();
        assert!(errors.get("timezone").is_some() && errors.get("currency").is_some());
    }

    #[test]
    fn a_form_gives_back_the_profile_it_was_made_of() {
        assert_eq!(ProfileForm::of(profile()).parse().unwrap(), profile());
        assert!(ProfileForm::default().parse().is_err());
    }

    #[test]
    fn only_changed_fields_are_told() {
        assert_eq!(changes(&profile(), &profile()), None);
        let after = Profile {
            unit: UnitLabel::Client,
            ..profile()
        };
        let (was, is) = changes(&profile(), &after).unwrap();
        assert_eq!(was, serde_json::json!({ "unit": "company" }));
        assert_eq!(is, serde_json::json!({ "unit": "client" }));
    }
}
