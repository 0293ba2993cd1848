//! A resource as a list shows it.

use crate::auth::actor::Actor;
use crate::models::resource::Resource;

pub struct ResourceRow {
    pub name: String,
    pub href: String,
    pub icon: &'static str,
    /// Its kind, and what tells it from others: "Phone number · +4930901820".
    pub sub: String,
    /// Name and page of its company; `None`: of the whole organization.
    pub company: Option<(String, String)>,
    pub reference: String,
    /// Labels and tones.
    pub badges: Vec<(&'static str, &'static str)>,
    /// For machines and for people.
    pub created: (String, String),
}

impl ResourceRow {
    pub fn of(resource: Resource, actor: &Actor) -> Self {
        let kind = resource.kind;
        let sub = match resource.terms.details.shown() {
            Some(shown) if shown != resource.terms.name => format!("{} · {shown}", kind.label()),
            _ => kind.label().to_owned(),
        };
        Self {
            badges: badges(&resource),
            href: actor.path(&format!("/resources/{}", resource.id)),
            icon: kind.icon(),
            sub,
            company: resource.company.map(|company| {
                let page = actor.path(&format!("/companies/{}", company.slug));
                (company.name, page)
            }),
            reference: resource.terms.external_ref.unwrap_or_default(),
            created: (resource.created_at.iso(), resource.created_at.date(actor.zone)),
            name: resource.terms.name,
        }
    }
}

/// The state of a resource, and of its last synchronization.
pub fn badges(resource: &Resource) -> Vec<(&'static str, &'static str)> {
    use crate::db::types::inventory::ResourceState::{Active, Archived};
    let state = match (resource.state, resource.is_locked()) {
        (Archived, _) => ("Archived", ""),
        (Active, true) => ("Read-only", ""),
        (Active, false) => ("Active", "success"),
    };
    let sync = resource.terms.sync.map(|sync| sync.status.badge());
    std::iter::once(state).chain(sync).collect()
}
