//! The filters of the list of members.

use serde::Deserialize;

use crate::auth::actor::Actor;
use crate::authz::decision::Reach;
use crate::authz::permission::{Permission, ViewMembers};
use crate::authz::role::Role;
use crate::common::error::AppError;
use crate::common::fields::Fields;
use crate::common::html::query_value;
use crate::common::id::CompanyId;
use crate::common::search;
use crate::db::Conn;
use crate::models::company_choice;
use crate::models::member_search::{AccessStatus, MemberFilter, MemberSort};

/// The query of the list.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct MembersQuery {
    pub q: String,
    pub role: String,
    pub company: String,
    pub status: String,
    pub sort: String,
    pub after: String,
}

impl MembersQuery {
    /// The filters that came with a form.
    pub fn of(fields: &Fields) -> Self {
        let text = |name: &str| fields.get(name).to_owned();
        Self {
            q: text("q"),
            role: text("role"),
            company: text("company"),
            status: text("status"),
            ..Self::default()
        }
    }

    /// The filters, to send along with a form.
    pub fn filters(&self) -> Vec<(&'static str, &str)> {
        let fields = [
            ("q", self.q.as_str()),
            ("role", &self.role),
            ("company", &self.company),
            ("status", &self.status),
        ];
        fields.into_iter().filter(|(_, value)| !value.is_empty()).collect()
    }

    pub fn order(&self) -> MemberSort {
        MemberSort::parse(&self.sort).unwrap_or(MemberSort::Name)
    }

    pub fn is_filtered(&self) -> bool {
        [&self.q, &self.role, &self.company, &self.status]
            .into_iter()
            .any(|text| !text.is_empty())
    }

    /// The list in another order, or another page of it.
    pub fn href(&self, sort: &str, after: &str) -> String {
        let fields = [
            ("q", self.q.as_str()),
            ("role", &self.role),
            ("company", &self.company),
            ("status", &self.status),
            ("sort", sort),
            ("after", after),
        ];
        let query: Vec<String> = fields
            .into_iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| format!("{name}={}", query_value(value)))
            .collect();
        format!("members{}{}", if query.is_empty() { "" } else { "?" }, query.join("&"))
    }

    /// The filter for the search; `None` when no company has the entered name.
    pub fn read(&self, conn: &mut Conn, actor: &Actor) -> Result<Option<MemberFilter>, AppError> {
        let own = match actor.reach::<ViewMembers>() {
            Reach::Everywhere => None,
            _ => Some(actor.own_companies(conn, ViewMembers::ID)?),
        };
        let mut company = None;
        if !self.company.trim().is_empty() {
            let found = company_choice::company_meant(conn, actor.organization, self.company.trim())?;
            let seen = found.filter(|found| own.as_ref().is_none_or(|own| own.contains(&found.id)));
            match seen {
                Some(seen) => company = Some(seen.id),
                // Ids come from links, never from typing.
                None if CompanyId::parse(self.company.trim()).is_some() => return Err(AppError::NotFound),
                None => return Ok(None),
            }
        }
        Ok(Some(MemberFilter {
            words: search::query(&self.q),
            role: Role::parse(&self.role),
            company,
            given: None,
            access_status: AccessStatus::parse(&self.status),
            within: own.filter(|_| company.is_none()),
            sort: self.order(),
            now: actor.cx.now,
        }))
    }
}
