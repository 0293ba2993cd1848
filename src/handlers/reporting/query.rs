//! What a report is asked for.

use serde::Deserialize;

use crate::auth::actor::Actor;
use crate::common::day::Day;
use crate::common::error::AppError;
use crate::common::form::FormErrors;
use crate::common::html::query_value;
use crate::db::Conn;
use crate::models::company_choice;
use crate::models::company_choice::CompanyChoice;
use crate::models::usage::zones::CountingZones;
use crate::services::reports::period;
use crate::services::reports::{DayRange, Preset, ReportQuery, ReportReader};

/// The query as it was sent.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct ReportingQuery {
    pub period: String,
    pub from: String,
    pub to: String,
    /// A slug, an id or a name.
    pub company: String,
    /// `none`, or the time before.
    pub compare: String,
    pub archived: String,
    pub sort: String,
    pub after: String,
}

/// What it means.
#[derive(Debug, Clone)]
pub struct AskedReport {
    pub preset: Preset,
    pub days: DayRange,
    /// What the days are compared with.
    pub before: Option<DayRange>,
    pub company: Option<CompanyChoice>,
    pub archived: bool,
    pub today: Day,
}

impl AskedReport {
    /// The report of a reader, with the lines of companies and without the days.
    pub fn query<'a>(&self, reader: &'a ReportReader) -> ReportQuery<'a> {
        ReportQuery {
            reader,
            company: self.company.as_ref().map(|company| company.id),
            archived: self.archived,
            days: self.days,
            today: self.today,
            series: false,
            lines: true,
        }
    }
}

impl ReportingQuery {
    /// The preset; days without one are a custom range.
    pub fn preset(&self) -> Preset {
        let is_custom = !self.from.trim().is_empty() || !self.to.trim().is_empty();
        Preset::parse(self.period.trim()).unwrap_or(if is_custom { Preset::Custom } else { Preset::MonthToDate })
    }

    pub fn wants_archived(&self) -> bool {
        matches!(self.archived.as_str(), "on" | "true" | "1" | "any")
    }

    pub fn compares(&self) -> bool {
        !matches!(self.compare.as_str(), "none" | "off" | "false" | "0")
    }

    /// Reads it; `None` when something is wrong, which is added to the errors.
    pub fn read(
        &self,
        conn: &mut Conn,
        actor: &Actor,
        reader: &ReportReader,
        errors: &mut FormErrors,
    ) -> Result<Option<AskedReport>, AppError> {
        let today = CountingZones::read(conn, actor.organization, actor.org_zone)?.day(actor.cx.now);
        let preset = self.preset();
        let days = match preset {
            Preset::Custom => match period::custom(&self.from, &self.to) {
                Ok(days) => Some(days),
                Err(faults) => {
                    for (field, fault) in ["from", "to"].into_iter().zip(faults) {
                        if let Some(fault) = fault {
                            errors.add(field, fault.message());
                        }
                    }
                    None
                }
            },
            preset => Some(preset.days(today)),
        };
        let company = self.company(conn, actor, reader, errors)?;
        let asked = |days: DayRange| AskedReport {
            preset,
            days,
            before: self.compares().then(|| preset.before(days)),
            company,
            archived: self.wants_archived(),
            today,
        };
        Ok(days.map(asked).filter(|_| errors.is_empty()))
    }

    fn company(
        &self,
        conn: &mut Conn,
        actor: &Actor,
        reader: &ReportReader,
        errors: &mut FormErrors,
    ) -> Result<Option<CompanyChoice>, AppError> {
        let typed = self.company.trim();
        if typed.is_empty() {
            return Ok(None);
        }
        let (one, many) = (actor.unit.one(), actor.unit.many());
        let found = company_choice::named(conn, actor.organization, reader.companies.as_deref(), typed, 2)?;
        match &found[..] {
            [only] => return Ok(Some(only.clone())),
            [] => errors.add(
                "company",
                format!("No {one} has this name, or you can’t view its reports"),
            ),
            _ => errors.add("company", format!("Several {many} match. Choose one")),
        }
        Ok(None)
    }

    /// The query of a link that changes some of the parameters; an empty value leaves one out.
    pub fn link(&self, changes: &[(&str, &str)]) -> String {
        let own = [
            ("period", self.period.as_str()),
            ("from", &self.from),
            ("to", &self.to),
            ("company", &self.company),
            ("compare", &self.compare),
            ("archived", &self.archived),
            ("sort", &self.sort),
        ];
        let value = |name: &str, own: &str| {
            let change = changes.iter().find(|(changed, _)| *changed == name);
            change.map_or_else(|| own.to_owned(), |(_, value)| (*value).to_owned())
        };
        let mut pairs: Vec<(&str, String)> = own.iter().map(|(name, own)| (*name, value(name, own))).collect();
        pairs.extend(
            changes
                .iter()
                .filter(|(name, _)| own.iter().all(|(known, _)| known != name))
                .map(|(name, value)| (*name, (*value).to_owned())),
        );
        let pairs: Vec<String> = pairs
            .into_iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| format!("{name}={}", query_value(&value)))
            .collect();
        if pairs.is_empty() {
            String::new()
        } else {
            format!("?{}", pairs.join("&"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_keeps_what_it_does_not_change() {
        let query = ReportingQuery {
            period: "30d".into(),
            company: "north & co".into(),
            ..ReportingQuery::default()
        };
        assert_eq!(query.link(&[]), "?period=30d&company=north%20%26%20co");
        assert_eq!(
            query.link(&[("period", "7d"), ("company", ""), ("after", "x")]),
            "?period=7d&after=x"
        );
        assert_eq!(ReportingQuery::default().link(&[]), "");
    }

    #[test]
    fn days_without_a_period_are_a_custom_range() {
        let query = |period: &str, from: &str| ReportingQuery {
            period: period.into(),
            from: from.into(),
            ..ReportingQuery::default()
        };
        assert_eq!(query("", "").preset(), Preset::MonthToDate);
        assert_eq!(query("", "2026-01-01").preset(), Preset::Custom);
        assert_eq!(query("7d", "2026-01-01").preset(), Preset::SevenDays);
        assert_eq!(query("century", "").preset(), Preset::MonthToDate);
    }
}
