//! The filters of the list of people.

use serde::Deserialize;

use crate::auth::actor::Actor;
use crate::authz::role::{CompanyRole, Role};
use crate::common::html::query_value;
use crate::common::id::CustomRoleId;
use crate::common::search;
use crate::handlers::access::queries::assigned::AssignmentFilter;
use crate::models::company_choice::CompanyChoice;
use crate::models::member_search::{GrantFilter, MemberFilter};
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

    /// Whether a company is entered that the reader has none of.
    fn names_none(&self, company: Option<&CompanyChoice>) -> bool {
        company.is_none() && !self.company.trim().is_empty()
    }

    /// The members on the tab of the organization; `None` when no one can match.
    pub fn filter(&self, actor: &Actor, scope: &CompanyScope, company: Option<&CompanyChoice>) -> Option<MemberFilter> {
        (!self.names_none(company)).then(|| MemberFilter {
            role: Role::parse(&self.role),
            company: company.map(|company| company.id),
            given: CustomRoleId::parse(&self.role).map(GrantFilter::Custom),
            ..MemberFilter::by_words(
                search::query(&self.q),
                scope.own().filter(|_| company.is_none()).map(<[_]>::to_vec),
                actor.cx.now,
            )
        })
    }

    /// The assignments on the tab of companies; `None` when none can match.
    pub fn assignments(&self, scope: &CompanyScope, company: Option<&CompanyChoice>) -> Option<AssignmentFilter> {
        (!self.names_none(company)).then(|| AssignmentFilter {
            words: search::query(&self.q),
            role: CompanyRole::parse(&self.role),
            company: company.map(|company| company.id),
            within: scope.own().map(<[_]>::to_vec),
        })
    }
}
