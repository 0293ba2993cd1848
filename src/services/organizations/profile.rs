//! The profile of an organization.

use serde_json::{Map, Value};

use crate::audit::{Action, Event, Events};
use crate::common::currency::Currency;
use crate::common::day::Month;
use crate::common::error::AppError;
use crate::common::time::Time;
use crate::common::zone::Zone;
use crate::db::Conn;
use crate::db::types::org_id::OrgId;
use crate::models::organization;
use crate::models::organization::OrganizationProfile;
use crate::models::rate_card::RateCards;
use crate::models::usage::zones;

/// Why a profile was not saved.
#[derive(Debug)]
pub enum ProfileError {
    /// The rate card has amounts in this currency since this month.
    CurrencyFixed(Currency, Month),
    Failed(AppError),
}

crate::change_error!(ProfileError);

/// Saves a profile. An empty time zone or currency keeps the present one, for clients that don't send it.
pub fn update(
    conn: &mut Conn,
    organization: OrgId,
    mut profile: OrganizationProfile,
    now: Time,
) -> Result<((), Events), ProfileError> {
    let before = organization::profile(conn, organization)?;
    keep_unsent(&before, &mut profile);
    let Some((was, is)) = changes(&before, &profile) else {
        return Ok(((), Events::none("nothing changed")));
    };
    if profile.currency != before.currency {
        check_currency(conn, organization, &profile.currency)?;
    }
    organization::set_profile(conn, organization, &profile)?;
    if let (Ok(was), Ok(is)) = (Zone::parse(&before.timezone), Zone::parse(&profile.timezone))
        && was != is
    {
        zones::change(conn, organization, was, is, now)?;
    }
    let event = Event::new(Action::OrganizationEdited, "organization", organization, &profile.name)
        .before(was)
        .after(is);
    Ok(((), Events::organization(organization, event)))
}

/// Amounts that were shown in a currency don't become others.
fn check_currency(conn: &mut Conn, organization: OrgId, currency: &str) -> Result<(), ProfileError> {
    let cards = RateCards::read(conn, organization)?;
    match cards.currency().zip(cards.first_month()) {
        Some((fixed, since)) if fixed.code() != currency => Err(ProfileError::CurrencyFixed(fixed, since)),
        _ => Ok(()),
    }
}

fn keep_unsent(before: &OrganizationProfile, after: &mut OrganizationProfile) {
    if after.timezone.is_empty() {
        after.timezone.clone_from(&before.timezone);
    }
    if after.currency.is_empty() {
        after.currency.clone_from(&before.currency);
    }
}

/// The changed fields before and after. `None` when nothing changed.
fn changes(before: &OrganizationProfile, after: &OrganizationProfile) -> Option<(Value, Value)> {
    let fields = |profile: &OrganizationProfile| {
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
    use crate::db::types::organization::UnitLabel;

    #[test]
    fn a_time_zone_and_a_currency_that_are_not_sent_are_kept() {
        let mut sent = OrganizationProfile {
            timezone: String::new(),
            currency: String::new(),
            ..OrganizationProfile::example()
        };
        keep_unsent(&OrganizationProfile::example(), &mut sent);
        assert_eq!(sent, OrganizationProfile::example());
    }

    #[test]
    fn only_changed_fields_are_recorded() {
        assert_eq!(
            changes(&OrganizationProfile::example(), &OrganizationProfile::example()),
            None
        );
        let after = OrganizationProfile {
            unit: UnitLabel::Client,
            ..OrganizationProfile::example()
        };
        let (was, is) = changes(&OrganizationProfile::example(), &after).unwrap();
        assert_eq!(was, serde_json::json!({ "unit": "company" }));
        assert_eq!(is, serde_json::json!({ "unit": "client" }));
    }
}
