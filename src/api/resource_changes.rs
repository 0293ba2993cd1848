//! What a program sets of a resource.

use serde::Deserialize;
use utoipa::ToSchema;

use crate::api::body::{self, Named};
use crate::common::form::FormErrors;
use crate::common::problem::Problem;
use crate::common::time::{Span, Time};
use crate::db::types::inventory::{ResourceKind, SyncStatus};
use crate::models::resource::{ResourceSync, ResourceTerms};
use crate::services::resources::form::ResourceForm;

/// What can be set of a resource. A field that is not named stays as it is.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[schema(example = json!({"name": "Night desk"}))]
#[serde(deny_unknown_fields)]
pub struct ResourceChanges {
    /// A phone number without a name has the number as its name.
    #[serde(default, deserialize_with = "body::named")]
    #[schema(value_type = Option<String>)]
    pub name: Named<String>,
    /// What it is called in other systems: letters, digits and `- _ . : / @ # + | ~`.
    #[serde(default, deserialize_with = "body::named")]
    #[schema(value_type = Option<String>)]
    pub external_ref: Named<String>,
    /// Of a phone number.
    #[serde(default, deserialize_with = "body::named")]
    #[schema(value_type = Option<String>)]
    pub number: Named<String>,
    /// Of a knowledge source: `url`, `file` or `text`.
    #[serde(default, deserialize_with = "body::named")]
    #[schema(value_type = Option<String>)]
    pub source: Named<String>,
    /// Of a website or an app.
    #[serde(default, deserialize_with = "body::named")]
    #[schema(value_type = Option<String>)]
    pub url: Named<String>,
    /// Of a file.
    #[serde(default, deserialize_with = "body::named")]
    #[schema(value_type = Option<String>)]
    pub file_name: Named<String>,
    /// Of a text.
    #[serde(default, deserialize_with = "body::named")]
    #[schema(value_type = Option<String>)]
    pub text: Named<String>,
    /// Of a knowledge source: `pending`, `synced` or `failed`.
    #[serde(default, deserialize_with = "body::named")]
    #[schema(value_type = Option<String>)]
    pub sync_status: Named<String>,
    /// When it was synchronized; without it, a source that is `synced` was so at the time of the request.
    #[serde(default, deserialize_with = "body::named")]
    #[schema(value_type = Option<String>)]
    pub synced_at: Named<String>,
}

/// A new resource.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(example = json!({"kind": "agent", "name": "Front desk"}))]
#[serde(deny_unknown_fields)]
pub struct NewResourceDocument {
    /// `agent`, `campaign`, `lead_list`, `phone_number`, `knowledge_source` or `app`.
    #[schema(example = "agent")]
    pub kind: String,
    /// The slug or the id of a company; without it, the resource is of the whole organization.
    #[schema(example = "harbor-recovery")]
    pub company: Option<String>,
    #[schema(example = "Front desk")]
    pub name: Option<String>,
    pub external_ref: Option<String>,
    pub number: Option<String>,
    pub source: Option<String>,
    pub url: Option<String>,
    pub file_name: Option<String>,
    pub text: Option<String>,
    pub sync_status: Option<String>,
    pub synced_at: Option<String>,
}

impl NewResourceDocument {
    pub fn kind(&self) -> Result<ResourceKind, Problem> {
        let kinds: Vec<&str> = ResourceKind::ALL.iter().map(|kind| kind.as_str()).collect();
        ResourceKind::parse(&self.kind)
            .ok_or_else(|| Problem::invalid("kind", format!("Send one of {}.", kinds.join(", "))))
    }

    pub fn into_changes(self) -> ResourceChanges {
        ResourceChanges {
            name: self.name.map(Some),
            external_ref: self.external_ref.map(Some),
            number: self.number.map(Some),
            source: self.source.map(Some),
            url: self.url.map(Some),
            file_name: self.file_name.map(Some),
            text: self.text.map(Some),
            sync_status: self.sync_status.map(Some),
            synced_at: self.synced_at.map(Some),
        }
    }
}

impl ResourceChanges {
    /// The terms of a resource after the changes. `present`: those before, of one that exists.
    pub fn apply(
        &self,
        kind: ResourceKind,
        present: Option<&ResourceTerms>,
        now: Time,
    ) -> Result<ResourceTerms, Problem> {
        self.check_kind(kind)?;
        let mut form = present.map(ResourceForm::of).unwrap_or_default();
        for (sent, field) in [
            (&self.name, &mut form.name),
            (&self.external_ref, &mut form.external_ref),
            (&self.number, &mut form.number),
            (&self.source, &mut form.source),
            (&self.url, &mut form.url),
            (&self.file_name, &mut form.file_name),
            (&self.text, &mut form.text),
        ] {
            if let Some(sent) = sent {
                *field = sent.clone().unwrap_or_default();
            }
        }
        let sync = self.sync(present.and_then(|terms| terms.sync), now)?;
        form.parse(kind, sync).map_err(|errors| first(&errors))
    }

    /// Refuses what the kind does not have.
    fn check_kind(&self, kind: ResourceKind) -> Result<(), Problem> {
        let (number, source, url) = (
            kind == ResourceKind::PhoneNumber,
            kind == ResourceKind::KnowledgeSource,
            matches!(kind, ResourceKind::KnowledgeSource | ResourceKind::App),
        );
        for (field, sent, fits) in [
            ("number", &self.number, number),
            ("source", &self.source, source),
            ("url", &self.url, url),
            ("file_name", &self.file_name, source),
            ("text", &self.text, source),
            ("sync_status", &self.sync_status, source),
            ("synced_at", &self.synced_at, source),
        ] {
            if !fits && sent.as_ref().is_some_and(Option::is_some) {
                let detail = format!("A resource of the kind {kind} has none.");
                return Err(Problem::invalid(field, detail));
            }
        }
        Ok(())
    }

    fn sync(&self, present: Option<ResourceSync>, now: Time) -> Result<Option<ResourceSync>, Problem> {
        let status = match &self.sync_status {
            None => present.map(|sync| sync.status),
            Some(None) => None,
            Some(Some(text)) => Some(
                SyncStatus::parse(text)
                    .ok_or_else(|| Problem::invalid("sync_status", "Send pending, synced or failed."))?,
            ),
        };
        let at = match &self.synced_at {
            Some(Some(text)) => Some(past(text, now)?),
            Some(None) => None,
            None if self.sync_status.is_some() && status == Some(SyncStatus::Synced) => Some(now),
            None => present.and_then(|sync| sync.at),
        };
        match status {
            Some(status) => Ok(Some(ResourceSync { status, at })),
            None if at.is_some() && self.synced_at.is_some() => {
                Err(Problem::invalid("sync_status", "Send it with synced_at."))
            }
            None => Ok(None),
        }
    }
}

fn past(text: &str, now: Time) -> Result<Time, Problem> {
    let at = Time::parse_rfc3339(text)
        .ok_or_else(|| Problem::invalid("synced_at", "Send a time like 2026-11-28T09:30:00Z."))?;
    if at > now + Span::minutes(5) {
        return Err(Problem::invalid("synced_at", "The time is in the future."));
    }
    Ok(at)
}

fn first(errors: &FormErrors) -> Problem {
    errors.iter().next().map_or_else(
        || Problem::invalid("name", "The resource can’t be read."),
        |(field, message)| Problem::invalid(field, format!("{message}.")),
    )
}
