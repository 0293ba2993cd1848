//! The roles that the dialog offers.

use crate::auth::actor::Actor;
use crate::authz::decision::Reach;
use crate::authz::permission::{AssignCompanies, ChangeRoles, Permission};
use crate::authz::role::{CompanyRole, Role};
use crate::common::error::AppError;
use crate::db::Conn;
use crate::handlers::access::assignments::offer::{AssignmentOffer, RoleChoice};
use crate::models::membership::record::Membership;
use crate::services::assignments;
use crate::services::assignments::AssignmentCheck;
use crate::services::invitations::authority::InviteAuthority;
use crate::services::members::role;
use crate::services::members::role::Title;
use crate::services::members::rules::MemberTarget;

impl AssignmentOffer {
    /// The roles for a member, or for anyone when none is chosen yet; returns the member's current one.
    pub(super) fn for_member(
        &mut self,
        conn: &mut Conn,
        actor: &Actor,
        person: Option<&Membership>,
    ) -> Result<Option<String>, AppError> {
        if let Some(company) = &self.company {
            let reach = actor.reach::<AssignCompanies>();
            let Some(person) = person else {
                self.company_roles(assignments::grantable(reach));
                return Ok(None);
            };
            let own = actor.own_companies(conn, AssignCompanies::ID)?.contains(&company.id);
            let now = assignments::role_in(conn, actor.organization, person.id, company.id)?;
            let check = AssignmentCheck::of(actor, AssignCompanies::ID, person.id, person.role);
            let roles: Vec<CompanyRole> = CompanyRole::ALL
                .iter()
                .copied()
                .filter(|role| check.give(own, now, *role).is_ok())
                .collect();
            self.company_roles(&roles);
            return Ok(now.map(|role| role.to_string()));
        }
        let (titles, present) = match person {
            Some(person) => (
                role::offered(conn, actor, &MemberTarget::from(person))?,
                Some(Title::of(conn, actor.organization, person)?.value()),
            ),
            None if actor.reach::<ChangeRoles>() == Reach::Everywhere => (role::grantable(conn, actor)?, None),
            None => (Vec::new(), None),
        };
        self.roles = titles
            .iter()
            .map(|title| RoleChoice {
                value: title.value(),
                label: title.label().to_owned(),
                can: title.can(actor.unit.many()),
            })
            .collect();
        Ok(present)
    }

    /// The roles for someone new.
    pub(super) fn for_invitee(&mut self, conn: &mut Conn, actor: &Actor) -> Result<(), AppError> {
        let authority = InviteAuthority::of(conn, actor)?;
        if let Some(company) = &self.company {
            let may = |role: &&CompanyRole| authority.covers(Role::Member, &[(company.id, **role)]);
            let roles: Vec<CompanyRole> = authority.company_roles().iter().filter(may).copied().collect();
            self.company_roles(&roles);
            return Ok(());
        }
        let roles = Role::ALL.iter().filter(|role| authority.covers(**role, &[]));
        self.roles = roles
            .map(|role| RoleChoice {
                value: role.to_string(),
                label: role.label().to_owned(),
                can: role.can(actor.unit.many()),
            })
            .collect();
        Ok(())
    }

    fn company_roles(&mut self, roles: &[CompanyRole]) {
        self.roles = roles
            .iter()
            .map(|role| RoleChoice {
                value: role.to_string(),
                label: role.label().to_owned(),
                can: role.can().to_owned(),
            })
            .collect();
    }
}
