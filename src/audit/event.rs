//! What a change hands over to be recorded.

use serde_json::{Value, json};

use crate::audit::Action;
use crate::authz::actor_kind::ActorKind;
use crate::common::id::{ApiKeyId, CompanyId, UserId};
use crate::db::types::org_id::OrgId;

/// One thing that was done, to what, and what changed.
#[derive(Debug, Clone)]
pub struct Event {
    pub(crate) action: Action,
    pub(crate) kind: &'static str,
    pub(crate) id: String,
    pub(crate) label: String,
    pub(crate) company: Option<String>,
    pub(crate) before: Value,
    pub(crate) after: Value,
}

impl Event {
    /// An event on a target: its kind (`member`, `company`, …), id, and the name by which a reader knows it. An event on a
    /// company concerns that company.
    pub fn new(action: Action, kind: &'static str, id: impl std::fmt::Display, label: impl Into<String>) -> Self {
        let id = id.to_string();
        Self {
            action,
            kind,
            company: (kind == "company").then(|| id.clone()),
            id,
            label: label.into(),
            before: json!({}),
            after: json!({}),
        }
    }

    /// The company that it concerns, so that the managers of the company see it. A field `company_id` of `before` or
    /// `after` says so too.
    #[must_use]
    pub fn company(mut self, company: impl Into<Option<CompanyId>>) -> Self {
        self.company = company.into().map(|company| company.to_string()).or(self.company);
        self
    }

    /// The changed fields before the change.
    #[must_use]
    pub fn before(mut self, before: Value) -> Self {
        self.company = self.company.or_else(|| company_of(&before));
        self.before = before;
        self
    }

    /// The changed fields after the change.
    #[must_use]
    pub fn after(mut self, after: Value) -> Self {
        self.company = self.company.or_else(|| company_of(&after));
        self.after = after;
        self
    }

    /// Whether it concerns one company, by its action or because a field names the company.
    fn concerns_a_company(&self) -> bool {
        let named = |fields: &Value| {
            fields
                .get("company")
                .and_then(Value::as_str)
                .is_some_and(|name| !name.is_empty())
        };
        // The company of a request to join does not exist yet.
        self.action.needs_company()
            || (self.action != Action::JoinRequested && [&self.before, &self.after].into_iter().any(named))
    }
}

fn company_of(fields: &Value) -> Option<String> {
    fields.get("company_id").and_then(Value::as_str).map(str::to_owned)
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum EventRealm {
    Organization(OrgId),
    Account(UserId),
}

/// The events of one write, each in the log of the organization or of the account that it concerns.
#[derive(Debug, Default)]
#[must_use]
pub struct Events {
    pub(crate) lines: Vec<(EventRealm, Event)>,
    pub(crate) on_behalf_of: Option<String>,
}

impl Events {
    /// Nothing to record; `reason` tells the reader of the code why.
    pub fn none(_reason: &'static str) -> Self {
        Self::default()
    }

    fn one(realm: EventRealm, event: Event) -> Self {
        debug_assert!(
            event.company.is_some() || !event.concerns_a_company(),
            "{} lacks its company",
            event.action
        );
        Self {
            lines: vec![(realm, event)],
            on_behalf_of: None,
        }
    }

    /// Whether there is nothing to record.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// Names the member who allowed the actor to do it.
    pub fn on_behalf_of(mut self, name: Option<String>) -> Self {
        self.on_behalf_of = name;
        self
    }

    /// An event in an organization.
    pub fn organization(organization: OrgId, event: Event) -> Self {
        Self::one(EventRealm::Organization(organization), event)
    }

    /// An event on an account.
    pub fn account(user: UserId, event: Event) -> Self {
        Self::one(EventRealm::Account(user), event)
    }

    /// Together with further events.
    pub fn and(mut self, more: Self) -> Self {
        self.lines.extend(more.lines);
        self.on_behalf_of = self.on_behalf_of.or(more.on_behalf_of);
        self
    }

    /// All of them.
    pub fn all(events: impl IntoIterator<Item = Self>) -> Self {
        events.into_iter().fold(Self::default(), Self::and)
    }
}

/// The actor of a write. A write without one is Tenantry's own: a background job or a command.
#[derive(Debug, Clone)]
pub struct ActorRef {
    /// The account. Of a key: its owner's.
    pub id: UserId,
    /// The API key.
    pub key: Option<ApiKeyId>,
    /// The name at the time.
    pub name: String,
    /// In what capacity.
    pub kind: ActorKind,
}

impl ActorRef {
    /// A person.
    pub fn user(id: UserId, name: &str) -> Self {
        Self {
            id,
            key: None,
            name: name.to_owned(),
            kind: ActorKind::User,
        }
    }

    /// An API key of an account.
    pub fn key(owner: UserId, id: ApiKeyId, name: &str) -> Self {
        Self {
            key: Some(id),
            kind: ActorKind::ApiKey,
            ..Self::user(owner, name)
        }
    }

    /// The id of the actor in the log: of the key or of the account.
    pub(crate) fn logged_id(&self) -> String {
        self.key.map_or_else(|| self.id.to_string(), |key| key.to_string())
    }

    /// An operator of this instance.
    pub fn operator(id: UserId, name: &str) -> Self {
        Self {
            kind: ActorKind::Operator,
            ..Self::user(id, name)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_concerns_the_company_that_it_names() {
        let event = |kind| Event::new(Action::MemberAssigned, kind, "north", "North");
        assert_eq!(event("company").company.as_deref(), Some("north"));
        assert_eq!(event("member").company, None);
        let assigned = event("member").after(json!({ "company": "South", "company_id": "south" }));
        assert_eq!(assigned.company.as_deref(), Some("south"));
        let unassigned = event("member").before(json!({ "company_id": "south" }));
        assert_eq!(unassigned.company.as_deref(), Some("south"));
        let id = CompanyId::fresh();
        assert_eq!(event("member").company(id).company, Some(id.to_string()));
    }
}
