//! Which companies and roles someone can choose.

use diesel::QueryResult;

use crate::auth::actor::Actor;
use crate::authz::decision::Reach;
use crate::authz::permission::{AssignCompanies, Permission};
use crate::authz::role::CompanyRole;
use crate::common::id::CompanyId;
use crate::db::Conn;
use crate::db::types::org_id::OrgId;
use crate::models::company_choice;
use crate::models::company_choice::CompanyChoice;
use crate::services::assignments;
use crate::services::invitations::authority::InviteAuthority;

/// Companies with a role each.
pub type ChosenCompanies = Vec<(CompanyId, CompanyRole)>;

/// Which companies and which roles in them someone can choose.
#[derive(Debug, Clone)]
pub struct PickerScope {
    /// Only these; `None` for every active company.
    pub within: Option<Vec<CompanyId>>,
    /// Highest first.
    pub roles: &'static [CompanyRole],
}

impl From<&InviteAuthority> for PickerScope {
    fn from(authority: &InviteAuthority) -> Self {
        Self {
            within: (authority.reach() != Reach::Everywhere).then(|| authority.own.clone()),
            roles: authority.company_roles(),
        }
    }
}

impl PickerScope {
    /// What the actor can assign to members.
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

    /// The active companies among some ids that can be chosen, by name.
    pub fn among(
        &self,
        conn: &mut Conn,
        organization: OrgId,
        mut ids: Vec<CompanyId>,
    ) -> QueryResult<Vec<CompanyChoice>> {
        if let Some(within) = &self.within {
            ids.retain(|id| within.contains(id));
        }
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        company_choice::among(conn, organization, &ids)
    }
}
