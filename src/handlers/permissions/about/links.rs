//! Where a step can be changed.

use crate::auth::actor::Actor;
use crate::authz::decision::Reach;
use crate::authz::explain::{ExplanationStep, StepEffect, StepSubject};
use crate::authz::permission::{ChangeRoles, ManageRoles, Permission, ViewAccess, ViewMembers};
use crate::handlers::permissions::about::AboutMember;

impl AboutMember {
    pub(super) fn link(&self, actor: &Actor, step: &ExplanationStep) -> Option<(String, &'static str)> {
        let may = |permission| actor.permissions.reach(permission) == Reach::Everywhere;
        match step.effect {
            StepEffect::ByPolicy | StepEffect::OffByPolicy => {
                may(ManageRoles::ID).then(|| (actor.path("/access/roles"), "Policies"))
            }
            _ => self.source_link(actor, step),
        }
    }

    pub(super) fn source_link(&self, actor: &Actor, step: &ExplanationStep) -> Option<(String, &'static str)> {
        let may = |permission| actor.permissions.reach(permission) == Reach::Everywhere;
        let profile = actor.path(&format!("/members/{}", self.id));
        match step.link {
            StepSubject::Role(_) => match &self.custom {
                Some(id) if may(ManageRoles::ID) => Some((actor.path(&format!("/access/roles/{id}")), "Role")),
                _ => (may(ViewMembers::ID) && may(ChangeRoles::ID)).then_some((profile, "Change role")),
            },
            StepSubject::Group(role) => {
                let mut groups = self.groups.iter().filter(|group| group.role == role);
                let group = groups.next().filter(|_| may(ViewAccess::ID))?;
                Some((actor.path(&format!("/access/groups/{}", group.id)), "Group"))
            }
            StepSubject::Assignment(_) | StepSubject::NoAssignment => match &self.company {
                Some((_, path)) if may(ViewMembers::ID) => Some((path.clone(), "Open")),
                _ => may(ViewMembers::ID).then_some((profile, "Assignments")),
            },
            StepSubject::Override(_) => (may(ManageRoles::ID) && !self.you)
                .then(|| (actor.path(&format!("/members/{}/overrides", self.id)), "Overrides")),
            StepSubject::OutOfForce => may(ViewMembers::ID).then_some((profile, "Profile")),
            StepSubject::ReadOnly => None,
        }
    }
}
