use crate::auth::actor::Actor;
use crate::auth::company::Company;
use crate::authz::permission::{ManageCompanyMembers, Permission};
use crate::authz::role::CompanyRole;
use crate::db::types::MembershipStatus;
use crate::db::types::organization::CompanyStatus;
use crate::models::access_review::items::ReviewItem;
use crate::models::access_review::state::ReviewAnswer;
use crate::services::assignments::AssignmentCheck;

/// Why an item cannot be answered by the actor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotOffered {
    Oneself,
    /// Only an owner or admin can.
    HigherRole,
}

/// The answers that the actor may give on an item, “keep” first.
pub fn offered(actor: &Actor, company: &Company, item: &ReviewItem) -> Result<Vec<ReviewAnswer>, NotOffered> {
    if item.membership == actor.id {
        return Err(NotOffered::Oneself);
    }
    let removed = item.status == MembershipStatus::Removed;
    let archived = company.status == CompanyStatus::Archived;
    let check = AssignmentCheck::of(actor, ManageCompanyMembers::ID, item.membership, item.role);
    let kept = item.state().kept_role();
    let may_give = |role| !removed && !archived && check.give(true, item.current_role, role).is_ok();
    let mut answers = Vec::new();
    if item.current_role == Some(kept) || may_give(kept) {
        answers.push(ReviewAnswer::Role(kept));
    }
    // A role that comes from a group is changed in the group.
    if item.current_role.is_some() && item.direct_role.is_some() {
        let others = CompanyRole::ALL
            .iter()
            .copied()
            .filter(|role| *role != kept && may_give(*role));
        answers.extend(others.map(ReviewAnswer::Role));
        if !archived && check.touch(true, item.current_role).is_ok() {
            answers.push(ReviewAnswer::Remove);
        }
    } else if item.current_role.is_none() {
        answers.push(ReviewAnswer::Remove);
    }
    if answers.is_empty() {
        Err(NotOffered::HigherRole)
    } else {
        Ok(answers)
    }
}
