//! The filters of the list of members.

use serde::Deserialize;

use crate::auth::actor::Actor;
use crate::authz::role::Role;
use crate::common::error::AppError;
use crate::common::fields::Fields;
use crate::common::html::query_value;
use crate::common::id::CompanyId;
use crate::common::search;
use crate::db::Conn;
use crate::handlers::members::shown_companies;
use crate::models::company_choice;
use crate::models::member_search::{AccessStatus, LastSeen, MemberFilter, MemberSort};

/// The query of the list.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct MembersQuery {
    pub q: String,
    pub role: String,
    pub company: String,
    pub status: String,
    pub seen: String,
    /// `yes` or `no`, for readers who manage security.
    pub two_factor: String,
    pub sort: String,
    pub after: String,
}

impl MembersQuery {
    /// The query that came with a form.
    pub fn of(fields: &Fields) -> Self {
        let text = |name: &str| fields.get(name).to_owned();
        Self {
            q: text("q"),
            role: text("role"),
            company: text("company"),
            status: text("status"),
            seen: text("seen"),
            two_factor: text("two_factor"),
            sort: text("sort"),
            after: text("after"),
        }
    }

    /// The fields that are not empty, to send along with a form.
    pub fn fields(&self) -> Vec<(&'static str, &str)> {
        let fields = [
            ("q", self.q.as_str()),
            ("role", &self.role),
            ("company", &self.company),
            ("status", &self.status),
            ("seen", &self.seen),
            ("two_factor", &self.two_factor),
            ("sort", &self.sort),
            ("after", &self.after),
        ];
        fields.into_iter().filter(|(_, value)| !value.is_empty()).collect()
    }

    pub fn order(&self) -> MemberSort {
        MemberSort::parse(&self.sort).unwrap_or(MemberSort::Name)
    }

    pub fn is_filtered(&self) -> bool {
        [
            &self.q,
            &self.role,
            &self.company,
            &self.status,
            &self.seen,
            &self.two_factor,
        ]
        .into_iter()
        .any(|text| !text.is_empty())
    }

    /// The list in another order, or another page of it.
    pub fn href(&self, sort: &str, after: &str) -> String {
        let other = Self {
            sort: sort.to_owned(),
            after: after.to_owned(),
            ..self.clone()
        };
        let query = other.text();
        format!("members{}{query}", if query.is_empty() { "" } else { "?" })
    }

    /// The filters and the order, without the page, as the query of an address.
    pub fn view(&self) -> String {
        let first = Self {
            after: String::new(),
            ..self.clone()
        };
        first.text()
    }

    fn text(&self) -> String {
        let fields = self.fields().into_iter();
        let query: Vec<String> = fields
            .map(|(name, value)| format!("{name}={}", query_value(value)))
            .collect();
        query.join("&")
    }

    /// The filter for the search; `None` when no company has the entered name.
    pub fn read(&self, conn: &mut Conn, actor: &Actor) -> Result<Option<MemberFilter>, AppError> {
        let own = shown_companies(conn, actor)?;
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
            last_seen: LastSeen::parse(&self.seen),
            second_factor: match self.two_factor.as_str() {
                "yes" => Some(true),
                "no" => Some(false),
                _ => None,
            }
            .filter(|_| actor.permissions.manage_security()),
            within: own.filter(|_| company.is_none()),
            sort: self.order(),
            now: actor.cx.now,
        }))
    }
}
