//! Why a change was refused, in words.

use crate::db::types::organization::UnitLabel;
use crate::services::access_matrix::FaultReason;
use crate::services::access_matrix::import_rows::LineError;

pub fn fault(reason: &FaultReason, unit: UnitLabel) -> String {
    match reason {
        FaultReason::Changed => "Someone changed this in the meantime. Review the current state and try again".into(),
        FaultReason::Role(error) => error.message().into(),
        FaultReason::Permission(permission) => format!("You can’t grant the permission “{permission}”"),
        FaultReason::Assignment(error) => error.message(unit.one()),
    }
}

pub fn line(error: &LineError, unit: UnitLabel) -> String {
    match error {
        LineError::InvalidEmail(message) => (*message).into(),
        LineError::NotMember(email) => format!("No member has the address {email}. Invite them first"),
        LineError::RoleMissing => {
            format!(
                "A row without {} needs a role. To remove a member, use their profile",
                unit.a()
            )
        }
        LineError::UnknownRole(role) => format!("There is no role “{role}”"),
        LineError::UnknownCompany(company) => format!("There is no {} “{company}”", unit.one()),
        LineError::UnknownCompanyRole(role) => format!("There is no role “{role}” in {}", unit.a()),
        LineError::RolesNotAllowed => "You can’t change roles in the organization".into(),
        LineError::Role(error) => error.message().into(),
        LineError::Assignment(error) => error.message(unit.one()),
        LineError::Duplicate(first) => format!("Line {first} is about the same role"),
    }
}
