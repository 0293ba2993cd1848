//! The filters of the log, as the URL has them.

use serde::Deserialize;

use crate::audit::query::{ActorFilter, EventFilter, SeqCursor};
use crate::audit::{Action, Category};
use crate::auth::actor::Actor;
use crate::common::email::Email;
use crate::common::error::AppError;
use crate::common::form::FormErrors;
use crate::common::html::query_value;
use crate::common::id::UserId;
use crate::common::search;
use crate::common::time::Time;
use crate::common::zone::Zone;
use crate::db::Conn;
use crate::db::types::org_id::OrgId;
use crate::handlers::audit::queries;

/// Why a filter cannot be read.
pub enum FilterError {
    Invalid(FormErrors),
    Failed(AppError),
}

crate::change_error!(FilterError);

/// The filters of a URL.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct AuditQuery {
    /// Words of names, IP addresses or request IDs.
    pub q: String,
    /// The actor: the id of an account, an email address, or words of a name.
    pub actor: String,
    /// An action or a group of actions.
    pub action: String,
    /// `change`, `login` or `security`.
    pub kind: String,
    /// The target: `member:ID`.
    pub target: String,
    pub from: String,
    pub to: String,
    /// `utc`: days and times in UTC.
    pub zone: String,
    /// The position in the list.
    pub after: String,
}

/// The time zones of a page of the log.
#[derive(Debug, Clone, Copy, Default)]
pub struct AuditZones {
    /// Of its times, and of the days of its filters.
    pub times: Zone,
    /// Of days that people entered, like the end of an access.
    pub days: Zone,
    /// Whether UTC was asked for.
    pub is_utc: bool,
}

impl AuditQuery {
    fn fields(&self) -> [(&'static str, &str); 7] {
        [
            ("q", &self.q),
            ("actor", &self.actor),
            ("action", &self.action),
            ("kind", &self.kind),
            ("target", &self.target),
            ("from", &self.from),
            ("to", &self.to),
        ]
    }

    fn is_utc(&self) -> bool {
        self.zone.trim().eq_ignore_ascii_case("utc")
    }

    /// The actor's time zone and the organization's, or UTC when it was asked for.
    pub fn zones(&self, actor: &Actor) -> AuditZones {
        let is_utc = self.is_utc();
        let or_utc = |zone| if is_utc { Zone::UTC } else { zone };
        AuditZones {
            times: or_utc(actor.zone),
            days: or_utc(actor.org_zone),
            is_utc,
        }
    }

    /// No filters, in the same time zone.
    pub fn unfiltered(zones: AuditZones) -> Self {
        Self {
            zone: if zones.is_utc { "utc" } else { "" }.into(),
            ..Self::default()
        }
    }

    /// Whether a filter is set.
    pub fn is_narrowed(&self) -> bool {
        self.fields().iter().any(|(_, value)| !value.trim().is_empty())
    }

    /// The filters that are set, for the head of an export. Days are days of the zone.
    pub fn set(&self, zone: Zone) -> serde_json::Map<String, serde_json::Value> {
        let has_days = !self.from.trim().is_empty() || !self.to.trim().is_empty();
        let zone = has_days.then_some(("zone", zone.name()));
        self.fields()
            .into_iter()
            .filter(|(_, value)| !value.trim().is_empty())
            .chain(zone)
            .map(|(name, value)| (name.to_owned(), value.into()))
            .collect()
    }

    /// `?…` with these filters, one of them changed, and a position.
    pub fn query(&self, change: (&str, &str), after: &str) -> String {
        let parts: Vec<String> = self
            .fields()
            .into_iter()
            .map(|(name, value)| (name, if name == change.0 { change.1 } else { value }))
            .chain([("zone", if self.is_utc() { "utc" } else { "" }), ("after", after)])
            .filter(|(_, value)| !value.trim().is_empty())
            .map(|(name, value)| format!("{name}={}", query_value(value)))
            .collect();
        if parts.is_empty() {
            String::new()
        } else {
            format!("?{}", parts.join("&"))
        }
    }

    /// The position in the list.
    pub fn cursor(&self) -> SeqCursor {
        SeqCursor::parse(&self.after)
    }

    /// The filter of these fields. Its days are days of the zone.
    pub fn filter(&self, conn: &mut Conn, organization: OrgId, zone: Zone) -> Result<EventFilter, FilterError> {
        let mut errors = FormErrors::none();
        let day = |text: &str, read: fn(&str, Zone) -> Option<Time>| match text.trim() {
            "" => Ok(None),
            text => read(text, zone).map(Some).ok_or("Enter a date, like 2026-11-28"),
        };
        let from = errors.take("from", day(&self.from, Time::start_of_day)).flatten();
        let until = errors.take("to", day(&self.to, Time::end_of_day)).flatten();
        if from.zip(until).is_some_and(|(from, until)| from > until) {
            errors.add("to", "Enter a date after the first date");
        }
        let actions = errors.take("action", self.actions()).flatten();
        let target = match self.target.trim() {
            "" => None,
            text => match text.split_once(':') {
                Some((kind, id)) if !kind.is_empty() && !id.is_empty() => Some((kind.to_owned(), id.to_owned())),
                _ => {
                    errors.add("target", "Enter a kind and an ID, like member:0193…");
                    None
                }
            },
        };
        if !errors.is_empty() {
            return Err(FilterError::Invalid(errors));
        }
        Ok(EventFilter {
            words: search::query(&self.q),
            actor: self.who(conn, organization)?,
            actions,
            hide_logins: false,
            target,
            from,
            until,
        })
    }

    fn actions(&self) -> Result<Option<Vec<Action>>, &'static str> {
        let action = self.action.trim().trim_end_matches('.');
        let kind = match self.kind.trim() {
            "" => None,
            text => Some(Category::parse(text).ok_or("Choose a kind from the list")?),
        };
        if action.is_empty() && kind.is_none() {
            return Ok(None);
        }
        let of_name: Vec<Action> = Action::ALL
            .iter()
            .copied()
            .filter(|each| action.is_empty() || each.as_str() == action || each.group() == action)
            .collect();
        if of_name.is_empty() {
            return Err("Choose an action from the list");
        }
        let wanted = of_name
            .into_iter()
            .filter(|each| kind.is_none_or(|kind| each.category() == kind));
        Ok(Some(wanted.collect()))
    }

    fn who(&self, conn: &mut Conn, organization: OrgId) -> Result<Option<ActorFilter>, AppError> {
        let typed = self.actor.trim();
        if typed.is_empty() {
            return Ok(None);
        }
        if UserId::parse(typed).is_some() {
            return Ok(Some(ActorFilter::Account(typed.to_owned())));
        }
        if let Ok(email) = Email::parse(typed)
            && let Some(account) = queries::account(conn, organization, email.as_str())?
        {
            return Ok(Some(ActorFilter::Account(account)));
        }
        Ok(Some(ActorFilter::Named(search::query(typed))))
    }
}
