//! A member whose permissions are explained.

use crate::auth::actor::Actor;
use crate::authz::decision::AccessInputs;
use crate::authz::explain::{PermissionExplanation, explain};
use crate::authz::permission::PermissionId;
use crate::authz::role::CompanyRole;
use crate::common::error::AppError;
use crate::db::Conn;
use crate::db::types::MembershipStatus;
use crate::handlers::permissions::about::AboutMember;
use crate::handlers::permissions::queries;
use crate::models::access_matrix::MatrixCompany;
use crate::models::membership::access;
use crate::models::membership::record::Membership;
use crate::services::members::role::Title;

pub struct PermissionSubject {
    pub person: Membership,
    pub inputs: AccessInputs,
    pub about: AboutMember,
}

impl PermissionSubject {
    pub fn of(conn: &mut Conn, actor: &Actor, person: Membership) -> Result<Self, AppError> {
        let inputs = access::access_inputs(conn, actor.cx.now, actor.organization, person.id)?;
        let title = Title::of(conn, actor.organization, &person)?;
        let groups = if person.access.groups > 0 {
            queries::groups(conn, actor.organization, person.id)?
        } else {
            Vec::new()
        };
        let whose = if person.id == actor.id { "Your" } else { "Their" };
        let state = if person.status == MembershipStatus::Suspended && !person.ended() {
            format!("{whose} access is suspended")
        } else {
            person.access_until.map_or_else(String::new, |end| {
                format!("{whose} access ended on {}", end.date(actor.org_zone))
            })
        };
        let about = AboutMember {
            id: person.id,
            name: person.name.clone(),
            you: person.id == actor.id,
            title: title.label().to_owned(),
            custom: match &title {
                Title::Custom(custom) => Some(custom.id.to_string()),
                Title::Plain(_) => None,
            },
            groups,
            company: None,
            assignment: None,
            assignment_groups: Vec::new(),
            unit: actor.unit,
            state,
        };
        Ok(Self { person, inputs, about })
    }

    /// The same member in one company.
    pub fn in_company(mut self, conn: &mut Conn, actor: &Actor, company: &MatrixCompany) -> Result<Self, AppError> {
        let assignment = queries::assignment(conn, actor.cx.now, actor.organization, self.person.id, company.id)?;
        if let Some(assignment) = &assignment
            && self.person.access.groups > 0
        {
            let groups = queries::groups_in(conn, actor.organization, self.person.id, company.id)?;
            self.about.assignment_groups = groups
                .into_iter()
                .filter(|(_, role)| *role == assignment.role)
                .map(|(name, _)| name)
                .collect();
        }
        let path = actor.path(&format!("/companies/{}", company.slug));
        self.about.company = Some((company.name.clone(), path));
        self.about.assignment = assignment;
        Ok(self)
    }

    pub fn answer(&self, permission: PermissionId) -> PermissionExplanation {
        let there: Option<Option<CompanyRole>> = self
            .about
            .company
            .as_ref()
            .map(|_| self.about.assignment.as_ref().map(|assignment| assignment.role));
        explain(&self.inputs, permission, there)
    }
}
