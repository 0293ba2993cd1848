//! The fields of the picker.

use diesel::QueryResult;

use crate::auth::actor::Actor;
use crate::authz::role::CompanyRole;
use crate::common::fields::Fields;
use crate::common::form::FormErrors;
use crate::common::id::CompanyId;
use crate::db::Conn;
use crate::db::types::organization::CompanyStatus;
use crate::models::company_choice::CompanyChoice;
use crate::models::invitation::{CompanyGrant, pairs};
use crate::web::company_picker::scope::{ChosenCompanies, PickerScope};

/// The role text of a company that is selected with a checkbox.
const CHECKED: &str = "checked";

#[derive(Debug, Clone, Default)]
pub struct PickerForm {
    /// Company ids with a role each; an empty role is no access.
    pub companies: Vec<(String, String)>,
    /// The search.
    pub q: String,
    /// Whether the search button was pressed, which is shown without JavaScript.
    pub finds: bool,
}

impl PickerForm {
    /// Companies with a role each.
    pub fn of(fields: &Fields) -> Self {
        let mut roles = fields.all("company_role");
        Self {
            companies: fields
                .all("company_id")
                .map(|id| (id.to_owned(), roles.next().unwrap_or_default().to_owned()))
                .collect(),
            q: fields.get("company_q").to_owned(),
            finds: !fields.get("find").is_empty(),
        }
    }

    /// Companies with a checkbox each.
    pub fn checked(fields: &Fields) -> Self {
        Self {
            companies: fields
                .all("company_id")
                .map(|id| (id.to_owned(), CHECKED.to_owned()))
                .collect(),
            q: fields.get("company_q").to_owned(),
            finds: !fields.get("find").is_empty(),
        }
    }

    /// Companies with a checkbox each, as they are stored.
    pub fn stored_checked(companies: &[CompanyId]) -> Self {
        Self {
            companies: companies
                .iter()
                .map(|company| (company.to_string(), CHECKED.to_owned()))
                .collect(),
            ..Self::default()
        }
    }

    /// Companies with a role each, as they are stored.
    pub fn stored(companies: &[(CompanyId, CompanyRole)]) -> Self {
        Self {
            companies: companies
                .iter()
                .map(|(company, role)| (company.to_string(), role.to_string()))
                .collect(),
            ..Self::default()
        }
    }

    pub(super) fn chosen(&self) -> impl Iterator<Item = &(String, String)> {
        self.companies.iter().filter(|(_, role)| !role.is_empty())
    }

    /// The ids of the selected companies; `None` when one is not an id.
    pub fn ids(&self) -> Option<Vec<CompanyId>> {
        let mut ids: Vec<CompanyId> = self
            .chosen()
            .map(|(id, _)| CompanyId::parse(id))
            .collect::<Option<_>>()?;
        ids.sort();
        ids.dedup();
        Some(ids)
    }

    /// The companies with a role each, and the same in words. Adds errors at `company_id`.
    pub fn read(
        &self,
        conn: &mut Conn,
        actor: &Actor,
        scope: &PickerScope,
        errors: &mut FormErrors,
    ) -> QueryResult<(ChosenCompanies, Vec<String>)> {
        let grants = self.grants(conn, actor, scope, errors)?;
        Ok((pairs(&grants), grants.iter().map(CompanyGrant::label).collect()))
    }

    /// The selected companies with their names and roles, by name. Adds errors at `company_id`.
    pub fn grants(
        &self,
        conn: &mut Conn,
        actor: &Actor,
        scope: &PickerScope,
        errors: &mut FormErrors,
    ) -> QueryResult<Vec<CompanyGrant>> {
        let unit = actor.unit;
        let mut wanted: ChosenCompanies = Vec::new();
        for (id, role) in self.chosen() {
            let role = CompanyRole::parse(role).filter(|role| scope.roles.contains(role));
            match (CompanyId::parse(id), role) {
                (Some(id), Some(role)) => {
                    wanted.retain(|(other, _)| *other != id);
                    wanted.push((id, role));
                }
                (None, _) => errors.add("company_id", format!("Choose {} from the list", unit.many())),
                (_, None) => errors.add("company_id", "Choose one of the roles in the list"),
            }
        }
        let ids = wanted.iter().map(|(id, _)| *id).collect();
        let found = scope.among(conn, actor.organization, ids)?;
        if found.len() < wanted.len() {
            errors.add("company_id", format!("Choose {} from the list", unit.many()));
        }
        let grant = |company: CompanyChoice| {
            let (_, role) = wanted.iter().find(|(id, _)| *id == company.id)?;
            Some(CompanyGrant {
                company: company.id,
                name: company.name,
                status: CompanyStatus::Active,
                role: *role,
            })
        };
        Ok(found.into_iter().filter_map(grant).collect())
    }
}
