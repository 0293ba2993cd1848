//! The pages of the people and companies that events name, as far as the reader may open them.

use std::collections::HashMap;

use crate::audit::AuditEntry;
use crate::auth::actor::Actor;
use crate::authz::decision::Reach;
use crate::authz::permission::{ViewCompany, ViewMembers};
use crate::common::error::AppError;
use crate::db::Conn;
use crate::handlers::audit::queries;

#[derive(Debug, Default)]
pub struct EventLinks {
    /// The pages of members by account and by membership.
    members: HashMap<String, String>,
    /// The pages of companies by id.
    companies: HashMap<String, String>,
}

impl EventLinks {
    /// What some events name. A removed member has no page.
    pub fn load(conn: &mut Conn, actor: &Actor, lines: &[&AuditEntry]) -> Result<Self, AppError> {
        let mut links = Self::default();
        if actor.reach::<ViewMembers>() == Reach::Everywhere {
            let accounts: Vec<String> = lines.iter().filter_map(|line| line.actor_id.clone()).collect();
            let targets = lines.iter().filter(|line| line.target_kind == "member");
            let ids: Vec<String> = targets.map(|line| line.target_id.clone()).collect();
            for (id, account) in queries::members(conn, actor.organization, &accounts, &ids)? {
                let page = actor.path(&format!("/members/{id}"));
                links.members.insert(account, page.clone());
                links.members.insert(id, page);
            }
        }
        if actor.reach::<ViewCompany>() == Reach::Everywhere {
            let ids: Vec<String> = lines.iter().filter_map(|line| line.company_id.clone()).collect();
            for (id, slug) in queries::companies(conn, actor.organization, &ids)? {
                links.companies.insert(id, actor.path(&format!("/companies/{slug}")));
            }
        }
        Ok(links)
    }

    /// The page of an account's membership.
    pub fn person(&self, account: &str) -> Option<String> {
        self.members.get(account).cloned()
    }

    pub fn company(&self, id: &str) -> Option<String> {
        self.companies.get(id).cloned()
    }

    pub fn target(&self, kind: &str, id: &str) -> Option<String> {
        match kind {
            "member" => self.members.get(id).cloned(),
            "company" => self.company(id),
            _ => None,
        }
    }
}
