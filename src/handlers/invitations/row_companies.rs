//! The roles and companies that the rows of a file name for their person.

use crate::auth::actor::Actor;
use crate::authz::decision::Reach;
use crate::authz::role::{CompanyRole, Role};
use crate::common::people::Person;
use crate::common::search;
use crate::db::Conn;
use crate::db::types::organization::{CompanyStatus, UnitLabel};
use crate::handlers::invitations::recipients;
use crate::models::company_choice;
use crate::models::company_choice::CompanyChoice;
use crate::models::invitation::CompanyGrant;
use crate::services::invitations::authority::InviteAuthority;
use crate::services::invitations::create::{InvitationTerms, Invitee};
use crate::web::company_picker::PickerScope;

/// What the rows can name.
pub struct RowCompanies<'a> {
    /// Only read when a row names one.
    companies: Vec<CompanyChoice>,
    scope: PickerScope,
    /// The companies of the form.
    shared: &'a [CompanyGrant],
    /// Whether everyone needs a company.
    required: bool,
    unit: UnitLabel,
}

impl<'a> RowCompanies<'a> {
    pub fn load(
        conn: &mut Conn,
        actor: &Actor,
        authority: &InviteAuthority,
        terms: &'a InvitationTerms,
        people: &[Person],
    ) -> diesel::QueryResult<Self> {
        let scope = PickerScope::from(authority);
        let companies = if people.iter().all(|person| person.company.is_empty()) {
            Vec::new()
        } else {
            match scope.within.as_deref() {
                Some(within) => company_choice::among(conn, actor.organization, within)?,
                None => company_choice::active_companies(conn, actor.organization, i64::MAX)?,
            }
        };
        Ok(Self {
            companies,
            scope,
            shared: &terms.companies,
            required: authority.reach() == Reach::OwnCompanies,
            unit: actor.unit,
        })
    }

    /// Checks a person. In a row with a company, the role is the one in the company.
    pub fn invitee(&self, person: &Person) -> Result<Invitee, String> {
        if person.company.is_empty() {
            if self.required && self.shared.is_empty() {
                return Err(format!("Name {} that you manage", self.unit.a()));
            }
            recipients::invitee(person, own_role(&person.role)?, Vec::new())
        } else {
            recipients::invitee(person, None, vec![self.grant(person)?])
        }
    }

    fn grant(&self, person: &Person) -> Result<CompanyGrant, String> {
        let company = self.company(&person.company)?;
        let shared = self.shared.iter().find(|grant| grant.company == company.id);
        let role = match (person.role.as_str(), shared) {
            ("", Some(grant)) => grant.role,
            ("", None) => return Err(format!("Enter the role in {}: manager, editor or viewer", company.name)),
            (typed, _) => CompanyRole::parse(&key(typed))
                .ok_or_else(|| format!("There is no role “{typed}” in {}", self.unit.a()))?,
        };
        if !self.scope.roles.contains(&role) {
            return Err(format!("You can’t give the role {} in {}", role.label(), company.name));
        }
        Ok(CompanyGrant {
            company: company.id,
            name: company.name.clone(),
            status: CompanyStatus::Active,
            role,
        })
    }

    /// A company by its slug or its name.
    fn company(&self, typed: &str) -> Result<&CompanyChoice, String> {
        let lower = typed.to_lowercase();
        if let Some(found) = self.companies.iter().find(|company| company.slug == lower) {
            return Ok(found);
        }
        let folded = search::fold(typed);
        let mut named = self
            .companies
            .iter()
            .filter(|company| search::fold(&company.name) == folded);
        match (named.next(), named.next()) {
            (Some(only), None) => Ok(only),
            (Some(_), Some(_)) => Err(format!(
                "Several {} have the name “{typed}”. Use the web address instead",
                self.unit.many()
            )),
            (None, _) => Err(format!("You can’t assign {} “{typed}”", self.unit.a())),
        }
    }
}

fn own_role(typed: &str) -> Result<Option<Role>, String> {
    match typed {
        "" => Ok(None),
        typed => Role::parse(&key(typed))
            .map(Some)
            .ok_or_else(|| format!("There is no role “{typed}”")),
    }
}

/// A role by its value or its label: `user_admin`, `User admin`.
fn key(typed: &str) -> String {
    typed.trim().to_lowercase().replace([' ', '-'], "_")
}
