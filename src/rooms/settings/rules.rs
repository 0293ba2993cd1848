//! What a profile must hold to, what a change of it is called.

use serde_json::{Map, Value};

use crate::gate::organization::{OrganizationType, Profile, Region, UnitLabel};
use crate::ground::form::FormErrors;
use crate::ground::{domain, name};

/// The fields of the profile as typed.
#[derive(Debug, Clone, Default, serde::Deserialize)]
#[serde(default)]
pub struct ProfileForm {
    /// The name.
    pub name: String,
    /// What kind of organization.
    pub organization_type: String,
    /// The word for companies.
    pub unit_label: String,
    /// Where the data is wanted.
    pub region: String,
    /// The domain, or nothing.
    pub domain: String,
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
        }
    }

    /// Reads the form.
    ///
    /// # Errors
    /// A sentence at each field that is wrong.
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
        match (name, organization_type, unit, region, domain) {
            (Some(name), Some(organization_type), Some(unit), Some(region), Some(domain)) => Ok(Profile {
                name,
                organization_type,
                unit,
                region,
                domain,
            }),
            _ => Err(errors),
        }
    }
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
        }
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
