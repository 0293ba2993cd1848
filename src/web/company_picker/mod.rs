//! The part of a form in which people choose companies: with a role in each (`invitations/_companies.html`), or with a
//! checkbox. Selected companies come first and stay through a search.

pub mod form;
pub mod scope;

use diesel::QueryResult;

pub use crate::web::company_picker::form::PickerForm;
pub use crate::web::company_picker::scope::{ChosenCompanies, PickerScope};

use crate::common::id::CompanyId;
use crate::db::Conn;
use crate::db::types::org_id::OrgId;
use crate::models::company_choice::CompanyChoice;
use crate::models::company_found;

/// Companies listed before a search.
const LISTED: usize = 20;

/// A company in the picker.
#[derive(Debug, Clone)]
pub struct PickerItem {
    pub id: CompanyId,
    pub name: String,
    /// The selected role, or nothing.
    pub role: String,
}

impl PickerItem {
    pub fn is_checked(&self) -> bool {
        !self.role.is_empty()
    }
}

/// The picker: the selected companies, then the first that match the search.
#[derive(Debug, Clone)]
pub struct CompanyPicker {
    pub picks: Vec<PickerItem>,
    /// Value and label of each role.
    pub roles: Vec<(&'static str, &'static str)>,
    pub q: String,
    /// Whether there is a search field.
    pub searches: bool,
    /// What is said about more companies that match.
    pub hidden: Option<String>,
    pub no_match: bool,
    /// The path of the search.
    pub path: String,
    /// Whether at least one must be selected.
    pub required: bool,
}

impl CompanyPicker {
    /// The picker of a form; `path` is the path of its search.
    pub fn of(
        conn: &mut Conn,
        organization: OrgId,
        scope: &PickerScope,
        form: &PickerForm,
        path: String,
        required: bool,
    ) -> QueryResult<Self> {
        let ids: Vec<CompanyId> = form.chosen().filter_map(|(id, _)| CompanyId::parse(id)).collect();
        let chosen = scope.among(conn, organization, ids)?;
        let most = LISTED + chosen.len();
        let matching = company_found::search(conn, organization, scope.within.as_deref(), &form.q, most)?;
        let (found, total) = (matching.companies, matching.total);
        let among = found.iter().filter(|company| chosen.contains(company)).count();
        let role_of = |company: &CompanyChoice| {
            form.chosen()
                .find(|(id, _)| id == company.id.as_str())
                .map(|(_, role)| role.clone())
                .unwrap_or_default()
        };
        let shown = found.len();
        let others = found.iter().filter(|company| !chosen.contains(company));
        let picks = chosen
            .iter()
            .chain(others.take(LISTED + chosen.len() - among))
            .map(|company| PickerItem {
                id: company.id,
                role: role_of(company),
                name: company.name.clone(),
            })
            .collect();
        Ok(Self {
            picks,
            roles: scope.roles.iter().map(|role| (role.as_str(), role.label())).collect(),
            searches: total != Some(shown) || !form.q.trim().is_empty(),
            hidden: hidden(shown, total),
            no_match: total == Some(0) && !form.q.trim().is_empty(),
            q: form.q.clone(),
            path,
            required,
        })
    }
}

/// The hint below the companies that are shown.
fn hidden(shown: usize, total: Option<usize>) -> Option<String> {
    match total {
        None => Some("More match. Type more of the name.".to_owned()),
        Some(total) if total > shown => Some(format!("{} more. Find them by name.", total - shown)),
        Some(_) => None,
    }
}
