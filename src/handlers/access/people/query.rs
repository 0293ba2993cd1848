//! The filters of the list of people.

use serde::Deserialize;

use crate::auth::actor::Actor;
use crate::authz::role::{CompanyRole, Role};
use crate::common::html::query_value;
use crate::common::id::CustomRoleId;
use crate::common::search;
use crate::models::company_choice::CompanyChoice;
use crate::models::member_search::{GrantFilter, MemberFilter, MemberSort};
use crate::services::members::visible::CompanyScope;

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct AccessQuery {
    pub tab: String,
    pub q: String,
    pub role: String,
    pub company: String,
    pub after: String,
}

impl AccessQuery {
    pub fn by_company(&self) -> bool {
        self.tab == "company"
    }

    pub fn is_narrowed(&self) -> bool {
        [&self.q, &self.role, &self.company]
            .into_iter()
            .any(|text| !text.is_empty())
    }

    /// The query of another page of the list.
    pub fn query(&self, after: &str) -> String {
        let fields = [
            ("tab", self.tab.as_str()),
            ("q", &self.q),
            ("role", &self.role),
            ("company", &self.company),
            ("after", after),
        ];
        let query: Vec<String> = fields
            .into_iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| format!("{name}={}", query_value(value)))
            .collect();
        format!("?{}", query.join("&"))
    }

    /// `None` when no one can match.
    pub fn filter(&self, actor: &Actor, scope: &CompanyScope, company: Option<&CompanyChoice>) -> Option<MemberFilter> {
        let plain = Role::parse(&self.role).filter(|_| !self.by_company());
        let given = if self.by_company() {
            CompanyRole::parse(&self.role).map(GrantFilter::Assignment)
        } else {
            CustomRoleId::parse(&self.role).map(GrantFilter::Custom)
        };
        if company.is_none() && !self.company.trim().is_empty() {
            return None;
        }
        Some(MemberFilter {
            words: search::query(&self.q),
            role: plain,
            company: company.map(|company| company.id),
            given,
            access_status: None,
            within: scope.own().filter(|_| company.is_none()).map(<[_]>::to_vec),
            sort: MemberSort::Name,
            now: actor.cx.now,
        })
    }
}
