//! The form of what a company sets instead of the organization's defaults: for each setting, whose it is, and the value.

use crate::common::fields::Fields;
use crate::common::form::FormErrors;
use crate::common::phone;
use crate::common::zone::Zone;
use crate::db::types::inventory::{AgentHours, KnowledgeUse};
use crate::models::company_defaults::CompanyDefaults;
use crate::models::company_settings::CompanySettings;
use crate::web::hours_form::HoursForm;

/// The value of the fields that say whose a setting is.
const OWN: &str = "company";

/// A setting in the form.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OwnSetting<T> {
    /// Whether the company sets it itself.
    pub is_own: bool,
    /// What the company has if so. While it inherits, the form begins with the inherited value.
    pub typed: T,
}

/// A setting that can't be read; its errors say why.
struct Unreadable;

impl<T> OwnSetting<T> {
    fn stored<V>(own: Option<V>, inherited: V, typed: impl FnOnce(V) -> T) -> Self {
        Self {
            is_own: own.is_some(),
            typed: typed(own.unwrap_or(inherited)),
        }
    }

    /// The parsed value; `None` for a setting that is inherited.
    fn read<V>(&self, parse: impl FnOnce(&T) -> Option<V>) -> Result<Option<V>, Unreadable> {
        if self.is_own {
            parse(&self.typed).map(Some).ok_or(Unreadable)
        } else {
            Ok(None)
        }
    }
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PreferencesForm {
    pub timezone: OwnSetting<String>,
    pub hours: OwnSetting<HoursForm>,
    /// One per line.
    pub sender_ids: OwnSetting<String>,
    pub agents: OwnSetting<String>,
    pub knowledge: OwnSetting<String>,
}

impl PreferencesForm {
    pub fn of(fields: &Fields) -> Self {
        let text = |name: &str| OwnSetting {
            is_own: fields.get(&format!("{name}_from")) == OWN,
            typed: fields.get(name).to_owned(),
        };
        Self {
            timezone: text("timezone"),
            hours: OwnSetting {
                is_own: fields.get("hours_from") == OWN,
                typed: HoursForm::of(fields),
            },
            sender_ids: text("sender_ids"),
            agents: text("agents"),
            knowledge: text("knowledge"),
        }
    }

    pub fn stored(saved: &CompanySettings, defaults: &CompanyDefaults, zone: Zone) -> Self {
        Self {
            timezone: OwnSetting::stored(saved.timezone, zone, |zone| zone.to_string()),
            hours: OwnSetting::stored(saved.hours.clone().map(Some), defaults.hours.clone(), |hours| {
                hours.as_ref().map(HoursForm::stored).unwrap_or_default()
            }),
            sender_ids: OwnSetting::stored(saved.sender_ids.clone(), defaults.sender_ids.clone(), |ids| {
                ids.join("\n")
            }),
            agents: OwnSetting::stored(saved.agents, defaults.agents, |agents| agents.to_string()),
            knowledge: OwnSetting::stored(saved.knowledge, defaults.knowledge, |knowledge| knowledge.to_string()),
        }
    }

    /// The settings, without the reference, which the form does not have.
    pub fn parse(&self) -> Result<CompanySettings, FormErrors> {
        let mut errors = FormErrors::none();
        let timezone = self.timezone.read(|typed| errors.take("timezone", Zone::parse(typed)));
        let hours = self.hours.read(|typed| typed.parse(&mut errors));
        let sender_ids = self
            .sender_ids
            .read(|typed| errors.take("sender_ids", phone::parse_senders(typed)));
        let agents = self.agents.read(|typed| {
            let chosen = AgentHours::parse(typed).ok_or("Choose when phone agents answer");
            errors.take("agents", chosen)
        });
        let knowledge = self.knowledge.read(|typed| {
            let chosen = KnowledgeUse::parse(typed).ok_or("Choose which knowledge sources it uses");
            errors.take("knowledge", chosen)
        });
        match (timezone, hours, sender_ids, agents, knowledge) {
            (Ok(timezone), Ok(hours), Ok(sender_ids), Ok(agents), Ok(knowledge)) => Ok(CompanySettings {
                external_ref: None,
                timezone,
                hours,
                sender_ids,
                agents,
                knowledge,
            }),
            _ => Err(errors),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::common::hours::{OpeningHours, parse_day};

    #[test]
    fn a_form_of_settings_parses_to_those_settings() {
        let day = || parse_day("9-12, 13-17").unwrap();
        let full = CompanySettings {
            external_ref: None,
            timezone: Zone::parse("Europe/Berlin").ok(),
            hours: Some(OpeningHours::of([
                day(),
                day(),
                day(),
                day(),
                day(),
                Vec::new(),
                Vec::new(),
            ])),
            sender_ids: Some(vec!["Harbor".into(), "+4930901820".into()]),
            agents: Some(AgentHours::OpeningHours),
            knowledge: Some(KnowledgeUse::Own),
        };
        for settings in [full, CompanySettings::default()] {
            let form = PreferencesForm::stored(&settings, &CompanyDefaults::default(), Zone::UTC);
            assert_eq!(form.parse().unwrap(), settings);
        }
    }

    #[test]
    fn what_is_inherited_is_not_read() {
        let typed = |from: &str| {
            let text = format!(
                "timezone_from={from}&timezone=Mars&hours_from={from}&monday=9&sender_ids_from={from}&sender_ids=a-b"
            );
            PreferencesForm::of(&Fields::urlencoded(&text).unwrap())
        };
        assert_eq!(typed("organization").parse().unwrap(), CompanySettings::default());
        let errors = typed("company").parse().unwrap_err();
        for field in ["timezone", "monday", "sender_ids"] {
            assert!(errors.get(field).is_some(), "{field}");
        }
    }
}
