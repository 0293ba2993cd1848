//! The form of the matrix: the cells that were changed, and one role for everyone who is selected.

use std::collections::HashMap;

use crate::audit::Events;
use crate::auth::actor::Actor;
use crate::authz::role::CompanyRole;
use crate::common::error::AppError;
use crate::common::fields::Fields;
use crate::common::id::{CompanyId, MembershipId};
use crate::db::Conn;
use crate::db::types::organization::UnitLabel;
use crate::handlers::access::matrix::MatrixInput;
use crate::services::access_matrix::apply::save;
use crate::services::access_matrix::{CellChange, CellKey, CellValue, MatrixError, MatrixFault, MatrixRow};
use crate::services::members::role::Title;

/// Why the form is shown again.
pub enum FormError {
    NoOneSelected,
    NoCompany,
    NoRole,
    UnknownCompanyRole(String),
    UnknownRole(String),
    Refused(Vec<MatrixFault>),
    Failed(AppError),
}

crate::change_error!(FormError);

impl From<MatrixError> for FormError {
    fn from(error: MatrixError) -> Self {
        match error {
            MatrixError::Refused(faults) => Self::Refused(faults),
            MatrixError::Failed(error) => Self::Failed(error),
        }
    }
}

impl FormError {
    /// What is wrong with the form as a whole.
    fn message(&self, unit: UnitLabel) -> Option<String> {
        match self {
            Self::NoOneSelected => Some("Select at least one person".into()),
            Self::NoCompany => Some(format!("Choose {} for the selected people", unit.a())),
            Self::NoRole => Some("Choose a role for the selected people".into()),
            Self::UnknownCompanyRole(role) => Some(format!("There is no role “{role}” in {}", unit.a())),
            Self::UnknownRole(role) => Some(format!("There is no role “{role}” in the organization")),
            Self::Refused(_) | Self::Failed(_) => None,
        }
    }
}

/// The value that removes an assignment.
const OFF: &str = "off";

/// The matrix as it was sent: what was shown, and what was chosen.
pub struct MatrixForm {
    shown: HashMap<CellKey, String>,
    chosen: Vec<(CellKey, String)>,
    picked: Vec<MembershipId>,
    bulk: Option<(String, String)>,
}

impl MatrixForm {
    pub fn read(fields: &Fields) -> Result<Self, AppError> {
        let columns: Vec<CompanyId> = fields
            .all("column")
            .map(|id| CompanyId::parse(id).ok_or(AppError::NotFound))
            .collect::<Result<_, _>>()?;
        let mut form = Self {
            shown: HashMap::new(),
            chosen: Vec::new(),
            picked: Vec::new(),
            bulk: None,
        };
        let sent: HashMap<&str, &str> = fields.iter().collect();
        let mut everyone = Vec::new();
        for (at, (id, shown)) in fields.all("person").zip(fields.all("shown")).enumerate() {
            let person = MembershipId::parse(id).ok_or(AppError::NotFound)?;
            everyone.push(person);
            let cells = std::iter::once((None, format!("r-{at}"))).chain(
                columns
                    .iter()
                    .enumerate()
                    .map(|(column, company)| (Some(*company), format!("c-{at}-{column}"))),
            );
            for ((company, control), was) in cells.zip(shown.split(',')) {
                let cell = (person, company);
                form.shown.insert(cell, was.to_owned());
                if let Some(now) = sent.get(control.as_str()).filter(|now| **now != was) {
                    form.chosen.push((cell, (*now).to_owned()));
                }
            }
        }
        if fields.get("do") == "bulk" {
            form.bulk = Some((
                fields.get("bulk_company").to_owned(),
                fields.get("bulk_role").to_owned(),
            ));
            form.picked = if fields.get("everybody").is_empty() {
                fields
                    .all("pick")
                    .map(|id| MembershipId::parse(id).ok_or(AppError::NotFound))
                    .collect::<Result<_, _>>()?
            } else {
                everyone
            };
        }
        Ok(form)
    }

    /// Sets the one role for everyone who is selected, over what was chosen for them.
    fn spread(&mut self) -> Result<(), FormError> {
        let Some((company, role)) = &self.bulk else {
            return Ok(());
        };
        if self.picked.is_empty() {
            return Err(FormError::NoOneSelected);
        }
        if company.is_empty() {
            return Err(FormError::NoCompany);
        }
        let company = CompanyId::parse(company).ok_or(AppError::NotFound)?;
        let value = match role.as_str() {
            OFF => String::new(),
            role if CompanyRole::parse(role).is_some() => role.to_owned(),
            _ => return Err(FormError::NoRole),
        };
        for person in self.picked.clone() {
            let cell = (person, Some(company));
            let shown = self.shown.get(&cell).ok_or(AppError::NotFound)?;
            self.chosen.retain(|(other, _)| *other != cell);
            if *shown != value {
                self.chosen.push((cell, value.clone()));
            }
        }
        Ok(())
    }

    /// The rows that differ from what was shown.
    fn rows(&self, conn: &mut Conn, actor: &Actor) -> Result<Vec<MatrixRow>, FormError> {
        let mut rows = Vec::new();
        let mut titles: HashMap<&str, Title> = HashMap::new();
        for (cell, value) in &self.chosen {
            let value = match (cell.1, value.as_str()) {
                (Some(_), "") => CellValue::CompanyRole(None),
                (Some(_), role) => {
                    let role =
                        CompanyRole::parse(role).ok_or_else(|| FormError::UnknownCompanyRole(role.to_owned()))?;
                    CellValue::CompanyRole(Some(role))
                }
                (None, value) => {
                    let title = match titles.get(value) {
                        Some(title) => title.clone(),
                        None => Title::parse(conn, actor.organization, value)?
                            .ok_or_else(|| FormError::UnknownRole(value.to_owned()))?,
                    };
                    titles.insert(value, title.clone());
                    CellValue::Role(title)
                }
            };
            rows.push(MatrixRow {
                line: 0,
                cell: *cell,
                value,
                seen: Some(self.shown.get(cell).cloned().unwrap_or_default()),
            });
        }
        Ok(rows)
    }

    /// Saves the form.
    pub fn save(mut self, conn: &mut Conn, actor: &Actor) -> Result<(Vec<CellChange>, Events), FormError> {
        self.spread()?;
        let rows = self.rows(conn, actor)?;
        Ok(save(conn, actor, &rows)?)
    }

    /// The form, to be shown again with what is wrong.
    pub fn refused(mut self, error: FormError, unit: UnitLabel) -> MatrixInput {
        // The role for everyone who is selected is shown in their cells, as far as it can be set.
        let _ = self.spread();
        MatrixInput {
            wrong: error.message(unit),
            faults: match error {
                FormError::Refused(faults) => faults,
                _ => Vec::new(),
            },
            chosen: self.chosen.into_iter().collect(),
            picked: self.picked,
            bulk: self.bulk.unwrap_or_default(),
        }
    }
}
