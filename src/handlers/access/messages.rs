//! Why a change was refused, in words.

use crate::db::types::organization::UnitLabel;
use crate::services::access_matrix::FaultReason;
use crate::services::access_matrix::import_rows::LineError;
use crate::services::member_changes::{AssignmentError, RoleChangeError};

pub fn role(error: &RoleChangeError) -> &'static str {
    match error {
        RoleChangeError::NotAllowed => "Your role does not allow this",
        RoleChangeError::OwnerWithEndDate => "Owners can’t have an end date. Remove the end date first",
        RoleChangeError::LastOwner => "This is the only owner. Make someone else an owner first",
        RoleChangeError::Changed | RoleChangeError::Failed(_) => {
            "Someone changed this member in the meantime. Review the current state and try again"
        }
    }
}

pub fn assignment(error: &AssignmentError, unit: UnitLabel) -> String {
    match error {
        AssignmentError::HigherRank => "Their role in the organization is too high for you to change".into(),
        AssignmentError::HigherRole => {
            format!("They manage this {}. Only someone who manages all {} can change that", unit.one(), unit.many())
        }
        AssignmentError::NotGrantable => "Choose a role that you can assign".into(),
        AssignmentError::Oneself => "You can’t assign a role to yourself".into(),
        AssignmentError::Archived => format!("This {} is archived. Restore it first", unit.one()),
        AssignmentError::NotAssigned => "They are not assigned here".into(),
        AssignmentError::ByGroup => "A group gives them this role. Edit the group instead".into(),
        AssignmentError::Failed(_) => "Review the current state and try again".into(),
    }
}

pub fn fault(reason: &FaultReason, unit: UnitLabel) -> String {
    match reason {
        FaultReason::Changed => "Someone changed this in the meantime. Review the current state and try again".into(),
        FaultReason::Role(error) => role(error).into(),
        FaultReason::Permission(permission) => format!("You can’t grant the permission “{permission}”"),
        FaultReason::Assignment(error) => assignment(error, unit),
    }
}

pub fn line(error: &LineError, unit: UnitLabel) -> String {
    match error {
        LineError::InvalidEmail(message) => (*message).into(),
        LineError::NotMember(email) => format!("No member has the address {email}. Invite them first"),
        LineError::RoleMissing => {
            format!("A row without {} needs a role. To remove a member, use their profile", unit.a())
        }
        LineError::UnknownRole(role) => format!("There is no role “{role}”"),
        LineError::UnknownCompany(company) => format!("There is no {} “{company}”", unit.one()),
        LineError::UnknownCompanyRole(role) => format!("There is no role “{role}” in {}", unit.a()),
        LineError::RolesNotAllowed => "You can’t change roles in the organization".into(),
        LineError::Role(error) => role(error).into(),
        LineError::Assignment(error) => assignment(error, unit),
        LineError::Duplicate(first) => format!("Line {first} is about the same role"),
    }
}
