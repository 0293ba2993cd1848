//! What of the log an address asks for.

use serde::Deserialize;

use crate::audit::query::{Filter, SeqCursor, Who};
use crate::audit::{Action, Category};
use crate::common::error::AppError;
use crate::common::form::FormErrors;
use crate::common::html::query_value;
use crate::common::id::UserId;
use crate::common::name;
use crate::common::time::Time;
use crate::db::Conn;
use crate::db::types::org_id::OrgId;
use crate::handlers::audit::queries;

/// The filters as they stand in the address.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct AuditQuery {
    /// Words of names, addresses, requests.
    pub q: String,
    /// Who did it: an account's id, an address, or words of a name.
    pub actor: String,
    /// An action's name, or the beginning of a group of them.
    pub action: String,
    /// `change`, `login` or `security`.
    pub kind: String,
    /// What it was done to: `member:ID`.
    pub target: String,
    pub from: String,
    pub to: String,
    /// The place in the list.
    pub after: String,
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

    /// Whether anything is left out.
    pub fn is_narrowed(&self) -> bool {
        self.fields().iter().any(|(_, value)| !value.trim().is_empty())
    }

    /// The filters that are set, for an export's head.
    pub fn set(&self) -> serde_json::Map<String, serde_json::Value> {
        self.fields()
            .into_iter()
            .filter(|(_, value)| !value.trim().is_empty())
            .map(|(name, value)| (name.to_owned(), value.into()))
            .collect()
    }

    /// `?…` with these filters, one of them set otherwise, and a place.
    pub fn query(&self, change: (&str, &str), after: &str) -> String {
        let parts: Vec<String> = self
            .fields()
            .into_iter()
            .map(|(name, value)| (name, if name == change.0 { change.1 } else { value }))
            .chain([("after", after)])
            .filter(|(_, value)| !value.trim().is_empty())
            .map(|(name, value)| format!("{name}={}", query_value(value)))
            .collect();
        if parts.is_empty() {
            String::new()
        } else {
            format!("?{}", parts.join("&"))
        }
    }

    /// The place in the list.
    pub fn place(&self) -> SeqCursor {
        SeqCursor::parse(&self.after)
    }

    /// What is wanted, or what is wrong, by field.
    pub fn read(&self, conn: &mut Conn, organization: OrgId) -> Result<Result<Filter, FormErrors>, AppError> {
        let mut errors = FormErrors::none();
        let day = |text: &str, read: fn(&str) -> Option<Time>| match text.trim() {
            "" => Ok(None),
            text => read(text).map(Some).ok_or("Enter a day such as 2026-11-28"),
        };
        let from = errors.take("from", day(&self.from, Time::start_of_day)).flatten();
        let until = errors.take("to", day(&self.to, Time::end_of_day)).flatten();
        if from.zip(until).is_some_and(|(from, until)| from > until) {
            errors.add("to", "The last day lies before the first one");
        }
        let actions = errors.take("action", self.actions()).flatten();
        let target = match self.target.trim() {
            "" => None,
            text => match text.split_once(':') {
                Some((kind, id)) if !kind.is_empty() && !id.is_empty() => Some((kind.to_owned(), id.to_owned())),
                _ => {
                    errors.add("target", "Name a kind and an id, such as member:0193…");
                    None
                }
            },
        };
        if !errors.is_empty() {
            return Ok(Err(errors));
        }
        Ok(Ok(Filter {
            words: folded(&self.q),
            actor: self.who(conn, organization)?,
            actions,
            hide_logins: false,
            target,
            from,
            until,
        }))
    }

    fn actions(&self) -> Result<Option<Vec<Action>>, &'static str> {
        let action = self.action.trim().trim_end_matches('.');
        let kind = match self.kind.trim() {
            "" => None,
            text => Some(Category::parse(text).ok_or("Choose one of the kinds")?),
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
            return Err("There is no such action");
        }
        let wanted = of_name
            .into_iter()
            .filter(|each| kind.is_none_or(|kind| each.kind() == kind));
        Ok(Some(wanted.collect()))
    }

    fn who(&self, conn: &mut Conn, organization: OrgId) -> Result<Option<Who>, AppError> {
        let typed = self.actor.trim();
        if typed.is_empty() {
            return Ok(None);
        }
        if UserId::parse(typed).is_some() {
            return Ok(Some(Who::Account(typed.to_owned())));
        }
        if typed.contains('@')
            && let Some(account) = queries::account(conn, organization, &typed.to_lowercase())?
        {
            return Ok(Some(Who::Account(account)));
        }
        Ok(Some(Who::Named(folded(typed))))
    }
}

fn folded(text: &str) -> Vec<String> {
    let words = name::query(text).into_iter();
    words.filter_map(|word| String::from_utf8(word).ok()).collect()
}
