//! Saving the matrix: the cells that were changed, and one role for whoever was checked.

use std::collections::HashMap;

use actix_web::{HttpResponse, web};

use crate::audit::Events;
use crate::auth::Gate;
use crate::auth::actor::Actor;
use crate::authz::permission::ViewAccess;
use crate::authz::role::CompanyRole;
use crate::common::error::AppError;
use crate::common::fields::Fields;
use crate::common::html::{refused, see_other};
use crate::common::id::{CompanyId, MembershipId};
use crate::db::Conn;
use crate::db::types::organization::UnitLabel;
use crate::handlers::access::matrix::{MatrixPage, MatrixQuery, Sent};
use crate::services::members::access_matrix;
use crate::services::members::access_matrix::{CellChange, CellKey, Change};
use crate::services::members::role::Title;

/// The value that takes people off a company.
const OFF: &str = "off";

/// The matrix as it was sent: what was shown, and what was chosen.
struct Form {
    shown: HashMap<CellKey, String>,
    chosen: Vec<(CellKey, String)>,
    picked: Vec<MembershipId>,
    bulk: Option<(String, String)>,
}

impl Form {
    /// Reads it.
    fn read(fields: &Fields) -> Result<Self, AppError> {
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
        let mut everybody = Vec::new();
        for (at, (id, shown)) in fields.all("person").zip(fields.all("shown")).enumerate() {
            let person = MembershipId::parse(id).ok_or(AppError::NotFound)?;
            everybody.push(person);
            let spots = std::iter::once((None, format!("r-{at}"))).chain(
                columns
                    .iter()
                    .enumerate()
                    .map(|(column, company)| (Some(*company), format!("c-{at}-{column}"))),
            );
            for ((company, control), was) in spots.zip(shown.split(',')) {
                let spot = (person, company);
                form.shown.insert(spot, was.to_owned());
                if let Some(now) = sent.get(control.as_str()).filter(|now| **now != was) {
                    form.chosen.push((spot, (*now).to_owned()));
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
                everybody
            };
        }
        Ok(form)
    }

    /// Puts the one role at the place of whoever was checked, over what was chosen there.
    fn spread(&mut self, unit: UnitLabel) -> Result<Result<(), String>, AppError> {
        let Some((company, role)) = &self.bulk else {
            return Ok(Ok(()));
        };
        if self.picked.is_empty() {
            return Ok(Err("Check at least one person".into()));
        }
        if company.is_empty() {
            return Ok(Err(format!("Choose {} for whoever is checked", unit.a())));
        }
        let company = CompanyId::parse(company).ok_or(AppError::NotFound)?;
        let now = match role.as_str() {
            OFF => String::new(),
            role if CompanyRole::parse(role).is_some() => role.to_owned(),
            _ => return Ok(Err("Choose a role for whoever is checked".into())),
        };
        for person in self.picked.clone() {
            let spot = (person, Some(company));
            let was = self.shown.get(&spot).ok_or(AppError::NotFound)?;
            self.chosen.retain(|(other, _)| *other != spot);
            if *was != now {
                self.chosen.push((spot, now.clone()));
            }
        }
        Ok(Ok(()))
    }

    /// The changes. The inner error is a sentence about a value that no control has.
    fn changes(&self, conn: &mut Conn, actor: &Actor) -> Result<Result<Vec<CellChange>, String>, AppError> {
        let mut changes = Vec::new();
        let mut titles: HashMap<&str, Title> = HashMap::new();
        for (spot, now) in &self.chosen {
            let wish = match (spot.1, now.as_str()) {
                (Some(company), "") => Change::Place(company, None),
                (Some(company), role) => match CompanyRole::parse(role) {
                    Some(role) => Change::Place(company, Some(role)),
                    None => return Ok(Err(format!("There is no role “{role}” in {}", actor.unit.a()))),
                },
                (None, value) => {
                    let title = match titles.get(value) {
                        Some(title) => title.clone(),
                        None => match Title::parse(conn, actor.organization, value)? {
                            Some(title) => title,
                            None => return Ok(Err(format!("There is no role “{value}” in the organization"))),
                        },
                    };
                    titles.insert(value, title.clone());
                    Change::Title(title)
                }
            };
            changes.push(CellChange {
                line: 0,
                person: spot.0,
                wish,
                was: self.shown.get(spot).cloned().unwrap_or_default(),
            });
        }
        Ok(Ok(changes))
    }

    fn sent(self) -> Sent {
        Sent {
            chosen: self.chosen.into_iter().collect(),
            picked: self.picked,
            bulk: self.bulk.unwrap_or_default(),
            ..Sent::default()
        }
    }
}

enum Answer {
    /// So many changes were made, and where to go on.
    Done(usize, String),
    Refused(Box<MatrixPage>),
}

/// `POST /organizations/{slug}/access/matrix`
pub async fn save(
    gate: Gate<ViewAccess>,
    asked: web::Query<MatrixQuery>,
    fields: Fields,
) -> Result<HttpResponse, AppError> {
    let asked = asked.into_inner();
    let answer = gate
        .write(move |actor, conn| {
            let mut form = Form::read(&fields)?;
            let wrong = match form.spread(actor.unit)? {
                Ok(()) => match form.changes(conn, actor)? {
                    Ok(changes) => match access_matrix::apply(conn, actor, &changes)? {
                        Ok(events) => {
                            let path = after(actor, &changes, &asked);
                            return Ok((Answer::Done(changes.len(), path), events));
                        }
                        Err(faults) => {
                            let sent = Sent { faults, ..form.sent() };
                            let page = MatrixPage::load(conn, actor, asked, sent)?;
                            return Ok((Answer::Refused(Box::new(page)), Events::none("a change was refused")));
                        }
                    },
                    Err(wrong) => wrong,
                },
                Err(wrong) => wrong,
            };
            let sent = Sent {
                wrong: Some(wrong),
                ..form.sent()
            };
            let page = MatrixPage::load(conn, actor, asked, sent)?;
            Ok((Answer::Refused(Box::new(page)), Events::none("the form was refused")))
        })
        .await?;
    match answer {
        Answer::Done(changes, path) => {
            match changes {
                0 => gate.tell("info", "Nothing was changed"),
                1 => gate.tell("success", "1 change saved"),
                many => gate.tell("success", format!("{many} changes saved")),
            }
            Ok(see_other(gate.fragment(), &path))
        }
        Answer::Refused(page) => refused(*page),
    }
}

/// Back to the matrix; who changed their own role may not see it any more.
fn after(actor: &Actor, changes: &[CellChange], asked: &MatrixQuery) -> String {
    let own = changes.iter().any(|change| change.person == actor.id);
    if own {
        actor.path("")
    } else {
        actor.path(&format!("/access/matrix{}", asked.query(&asked.after, &asked.columns)))
    }
}
