//! The fields of a new key, and what they mean.

use crate::auth::actor::Actor;
use crate::authz::permission::ManageKeys;
use crate::authz::scope::{Scope, Scopes};
use crate::common::error::AppError;
use crate::common::fields::Fields;
use crate::common::form::FormErrors;
use crate::common::id::CompanyId;
use crate::common::time::Time;
use crate::common::zone::Zone;
use crate::common::{name, networks};
use crate::db::Conn;
use crate::models::api_key::KeyTerms;
use crate::models::company_choice;
use crate::services::api_keys::reach;

/// The fields as they were sent.
#[derive(Debug, Clone, Default)]
pub struct KeyForm {
    pub name: String,
    pub scopes: Vec<String>,
    pub company_id: String,
    pub expires_at: String,
    pub allowed_ips: String,
}

impl KeyForm {
    pub fn of(fields: &Fields) -> Self {
        let text = |name: &str| fields.get(name).to_owned();
        let words = |text: &str| -> Vec<String> { text.split([',', ' ']).map(str::to_owned).collect() };
        Self {
            name: text("name"),
            scopes: fields
                .all("scopes")
                .flat_map(words)
                .filter(|word| !word.is_empty())
                .collect(),
            company_id: text("company_id"),
            expires_at: text("expires_at"),
            allowed_ips: text("allowed_ips"),
        }
    }

    /// A new key works for a year.
    pub fn fresh(now: Time, zone: Zone) -> Self {
        Self {
            expires_at: now.day_after(365, zone),
            ..Self::default()
        }
    }

    pub fn has(&self, scope: Scope) -> bool {
        self.scopes.iter().any(|typed| typed == scope.as_str())
    }

    /// Reads the form; `None` when something is wrong with it, which is added to the errors.
    pub fn read(&self, conn: &mut Conn, actor: &Actor, errors: &mut FormErrors) -> Result<Option<KeyTerms>, AppError> {
        let name = errors.take("name", name::parse(&self.name, "a name", 60));
        let scopes = errors.take("scopes", self.scopes());
        let company = self.company(conn, actor, errors)?;
        let expires_at = errors.take("expires_at", end(&self.expires_at, actor.cx.now, actor.org_zone));
        let allowed_ips = errors.take("allowed_ips", networks::parse(&self.allowed_ips));
        let terms = || {
            Some(KeyTerms {
                name: name?,
                scopes: scopes?,
                company,
                expires_at: expires_at?,
                allowed_ips: networks::text(&allowed_ips?),
            })
        };
        Ok(terms().filter(|_| errors.is_empty()))
    }

    fn scopes(&self) -> Result<Scopes, String> {
        let mut scopes = Vec::new();
        for typed in &self.scopes {
            let scope = Scope::parse(typed).ok_or_else(|| {
                let shown: String = typed.chars().take(40).collect();
                format!("“{shown}” is not a scope. Choose from the list")
            })?;
            scopes.push(scope);
        }
        if scopes.is_empty() {
            return Err("Choose at least one scope".into());
        }
        Ok(Scopes::of(scopes))
    }

    /// The company that the key is limited to, of those whose keys the actor manages.
    fn company(&self, conn: &mut Conn, actor: &Actor, errors: &mut FormErrors) -> Result<Option<CompanyId>, AppError> {
        let own = reach::companies::<ManageKeys>(conn, actor)?;
        let (typed, one) = (self.company_id.trim(), actor.unit.one());
        if typed.is_empty() {
            if own.is_some() {
                errors.add("company_id", format!("Choose a {one} whose keys you manage"));
            }
            return Ok(None);
        }
        let found = company_choice::named(conn, actor.organization, own.as_deref(), typed, 2)?;
        match &found[..] {
            [only] => return Ok(Some(only.id)),
            [] => errors.add("company_id", format!("No {one} has this name")),
            _ => errors.add("company_id", format!("Several {} match. Choose one", actor.unit.many())),
        }
        Ok(None)
    }
}

/// Reads the last day of a key; empty for no end.
fn end(text: &str, now: Time, zone: Zone) -> Result<Option<Time>, String> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    match Time::end_of_day(text.trim(), zone) {
        Some(end) if end > now => Ok(Some(end)),
        Some(_) => Err("Choose today or a later day".into()),
        None => Err("Enter a date, like 2027-05-31".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_are_read_from_boxes_and_from_one_text() {
        let boxes = Fields::urlencoded("scopes=companies%3Aread&scopes=events%3Awrite").unwrap();
        let text = Fields::urlencoded("scopes=companies%3Aread+events%3Awrite").unwrap();
        for fields in [boxes, text] {
            let scopes = KeyForm::of(&fields).scopes().unwrap();
            assert_eq!(scopes.text(), "events:write companies:read");
        }
        let wrong = KeyForm::of(&Fields::urlencoded("scopes=companies%3Adelete").unwrap());
        assert!(wrong.scopes().unwrap_err().contains("companies:delete"));
        assert!(KeyForm::default().scopes().is_err());
    }

    #[test]
    fn the_last_day_is_today_or_later() {
        let zone = Zone::UTC;
        let now = Time::start_of_day("2026-11-22", zone).unwrap();
        assert_eq!(end(" ", now, zone), Ok(None));
        assert_eq!(end("2026-11-22", now, zone), Ok(Time::end_of_day("2026-11-22", zone)));
        for bad in ["2026-11-21", "2026-02-30", "soon"] {
            assert!(end(bad, now, zone).is_err(), "{bad}");
        }
    }
}
