//! Choosing companies with a role in each: the part of a form that several pages share. `invitations/_companies.html`
//! shows it. The chosen ones stand first and stay through a search.

use diesel::prelude::*;

use crate::auth::actor::Actor;
use crate::authz::decision::Reach;
use crate::authz::permission::{AssignCompanies, Permission};
use crate::authz::role::CompanyRole;
use crate::common::fields::Fields;
use crate::common::form::FormErrors;
use crate::common::id::CompanyId;
use crate::common::name;
use crate::db::Conn;
use crate::db::schema::companies;
use crate::db::types::org_id::OrgId;
use crate::db::types::organization::CompanyStatus;
use crate::services::assignments;
use crate::services::invitations::authority::InviteAuthority;

/// So many companies are listed at once; the others are found by their name.
const LISTED: usize = 20;

/// Companies with a role each.
pub type Chosen = Vec<(CompanyId, CompanyRole)>;

/// A company that may be chosen.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct Company {
    pub id: CompanyId,
    pub name: String,
}

/// Which companies and which roles in them somebody may choose.
#[derive(Debug, Clone)]
pub struct Scope {
    /// These only; `None` is every active company.
    pub within: Option<Vec<CompanyId>>,
    /// The roles, highest first.
    pub roles: &'static [CompanyRole],
}

impl From<&InviteAuthority> for Scope {
    fn from(voucher: &InviteAuthority) -> Self {
        Self {
            within: (voucher.reach() != Reach::Everywhere).then(|| voucher.own.clone()),
            roles: voucher.company_roles(),
        }
    }
}

impl Scope {
    /// What somebody may assign to members.
    pub fn to_assign(conn: &mut Conn, actor: &Actor) -> QueryResult<Self> {
        let reach = actor.reach::<AssignCompanies>();
        Ok(Self {
            within: match reach {
                Reach::Everywhere => None,
                _ => Some(actor.own_companies(conn, AssignCompanies::ID)?),
            },
            roles: assignments::grantable(reach),
        })
    }

    /// The active companies among some ids that may be chosen, by name.
    pub fn among(&self, conn: &mut Conn, organization: OrgId, mut ids: Vec<CompanyId>) -> QueryResult<Vec<Company>> {
        if let Some(within) = &self.within {
            ids.retain(|id| within.contains(id));
        }
        companies::table
            .filter(companies::organization_id.eq(organization))
            .filter(companies::status.eq(CompanyStatus::Active))
            .filter(companies::id.eq_any(ids))
            .order((companies::sort_name, companies::id))
            .select((companies::id, companies::name))
            .load(conn)
    }

    /// The first active companies that may be chosen and whose name holds `q`, by name, and how many there are.
    fn matching(
        &self,
        conn: &mut Conn,
        organization: OrgId,
        q: &str,
        most: usize,
    ) -> QueryResult<(Vec<Company>, usize)> {
        let mut query = companies::table
            .filter(companies::organization_id.eq(organization))
            .filter(companies::status.eq(CompanyStatus::Active))
            .order((companies::sort_name, companies::id))
            .select((companies::id, companies::name))
            .into_boxed::<<Conn as diesel::Connection>::Backend>();
        if let Some(within) = &self.within {
            query = query.filter(companies::id.eq_any(within.clone()));
        }
        // Names are folded here as everywhere (accents, case); an organization has at most some thousand of them.
        let wanted = name::fold(q.trim());
        let all: Vec<Company> = query.load(conn)?;
        let mut found: Vec<Company> = all
            .into_iter()
            .filter(|company| wanted.is_empty() || name::fold(&company.name).contains(&wanted))
            .collect();
        let count = found.len();
        found.truncate(most);
        Ok((found, count))
    }
}

/// What was typed: company ids with a role each (no role is none), and what is searched for.
#[derive(Debug, Clone, Default)]
pub struct PickerForm {
    /// The pairs, as sent.
    pub companies: Vec<(String, String)>,
    /// What companies are searched for.
    pub q: String,
    /// Whether they were searched by the button that needs no JavaScript.
    pub finds: bool,
}

impl PickerForm {
    /// Takes what came.
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

    /// Of a stored choice.
    pub fn stored(companies: &[(CompanyId, CompanyRole)]) -> Self {
        Self {
            companies: companies
                .iter()
                .map(|(company, role)| (company.to_string(), role.to_string()))
                .collect(),
            ..Self::default()
        }
    }

    fn chosen(&self) -> impl Iterator<Item = &(String, String)> {
        self.companies.iter().filter(|(_, role)| !role.is_empty())
    }

    /// Checks it: the companies with a role each, and the same in words. What is wrong is noted at `company_id`.
    pub fn read(
        &self,
        conn: &mut Conn,
        actor: &Actor,
        scope: &Scope,
        errors: &mut FormErrors,
    ) -> QueryResult<(Chosen, Vec<String>)> {
        let unit = actor.unit;
        let mut wanted: Chosen = Vec::new();
        for (id, role) in self.chosen() {
            let role = CompanyRole::parse(role).filter(|role| scope.roles.contains(role));
            match (CompanyId::parse(id), role) {
                (Some(id), Some(role)) => {
                    wanted.retain(|(other, _)| *other != id);
                    wanted.push((id, role));
                }
                (None, _) => errors.add("company_id", format!("Choose {} out of the list", unit.many())),
                (_, None) => errors.add("company_id", "Choose one of the roles in the list"),
            }
        }
        if wanted.is_empty() {
            return Ok((wanted, Vec::new()));
        }
        let ids = wanted.iter().map(|(id, _)| *id).collect();
        let found = scope.among(conn, actor.organization, ids)?;
        if found.len() < wanted.len() {
            errors.add("company_id", format!("Choose {} out of the list", unit.many()));
        }
        let named = found
            .iter()
            .filter_map(|company| {
                let (_, role) = wanted.iter().find(|(id, _)| *id == company.id)?;
                Some(format!("{} ({})", company.name, role.label()))
            })
            .collect();
        Ok((wanted, named))
    }
}

/// A company to choose a role in.
#[derive(Debug, Clone)]
pub struct Pick {
    pub id: CompanyId,
    pub name: String,
    /// The chosen role, or nothing.
    pub role: String,
}

/// The companies to choose from: the chosen ones, then the first that match.
#[derive(Debug, Clone)]
pub struct Picker {
    pub picks: Vec<Pick>,
    /// Value and word of each role.
    pub roles: Vec<(&'static str, &'static str)>,
    /// What is searched for.
    pub q: String,
    /// Whether there is a search.
    pub searches: bool,
    /// How many match that are not listed.
    pub hidden: usize,
    /// Whether nothing matches.
    pub no_match: bool,
    /// Where the search asks.
    pub path: String,
    /// Whether at least one must be chosen.
    pub required: bool,
}

impl Picker {
    /// The picker of a form; `path` is where its search asks.
    pub fn of(
        conn: &mut Conn,
        organization: OrgId,
        scope: &Scope,
        typed: &PickerForm,
        path: String,
        required: bool,
    ) -> QueryResult<Self> {
        let ids: Vec<CompanyId> = typed.chosen().filter_map(|(id, _)| CompanyId::parse(id)).collect();
        let chosen = if ids.is_empty() {
            Vec::new()
        } else {
            scope.among(conn, organization, ids)?
        };
        let most = LISTED + chosen.len();
        let (found, count) = scope.matching(conn, organization, &typed.q, most)?;
        let among = found.iter().filter(|company| chosen.contains(company)).count();
        let role_of = |company: &Company| {
            typed
                .chosen()
                .find(|(id, _)| id == company.id.as_str())
                .map(|(_, role)| role.clone())
                .unwrap_or_default()
        };
        let shown = found.len();
        let picks = chosen
            .iter()
            .chain(
                found
                    .iter()
                    .filter(|company| !chosen.contains(company))
                    .take(LISTED + chosen.len() - among),
            )
            .map(|company| Pick {
                id: company.id,
                role: role_of(company),
                name: company.name.clone(),
            })
            .collect();
        Ok(Self {
            picks,
            roles: scope.roles.iter().map(|role| (role.as_str(), role.label())).collect(),
            searches: count > shown || !typed.q.trim().is_empty(),
            hidden: count - shown,
            no_match: count == 0 && !typed.q.trim().is_empty(),
            q: typed.q.clone(),
            path,
            required,
        })
    }
}
