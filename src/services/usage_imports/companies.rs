//! The companies that a file names: by external reference, by web address, or by a name that only one of them has.

use std::collections::{BTreeSet, HashMap};

use serde::{Deserialize, Serialize};

use crate::auth::actor::Actor;
use crate::authz::decision::Reach;
use crate::authz::permission::{EditCompanyData, Permission};
use crate::common::error::AppError;
use crate::common::external_ref;
use crate::common::id::CompanyId;
use crate::db::Conn;
use crate::models::usage::subjects;
use crate::models::usage::subjects::NamedCompany;

/// Why no company is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CompanyFault {
    Unknown,
    /// Two have this name.
    Ambiguous,
}

/// The companies for which the actor may report; `None`: all.
pub fn reach(conn: &mut Conn, actor: &Actor) -> Result<Option<Vec<CompanyId>>, AppError> {
    Ok(match actor.reach::<EditCompanyData>() {
        Reach::Everywhere => None,
        _ => Some(actor.own_companies(conn, EditCompanyData::ID)?),
    })
}

/// The company of each text.
pub fn find(
    conn: &mut Conn,
    actor: &Actor,
    within: Option<&[CompanyId]>,
    texts: &BTreeSet<&str>,
) -> Result<HashMap<String, Result<NamedCompany, CompanyFault>>, AppError> {
    let organization = actor.organization;
    let named: BTreeSet<&str> = texts
        .iter()
        .copied()
        .filter(|text| external_ref::is_valid(text))
        .collect();
    let addressed = subjects::by_names(conn, organization, &named)?;
    let ids: Vec<CompanyId> = addressed.values().map(|(id, _)| *id).collect();
    let companies: HashMap<CompanyId, NamedCompany> = subjects::by_ids(conn, organization, &ids)?
        .into_iter()
        .map(|company| (company.id, company))
        .collect();
    let reaches = |company: &NamedCompany| within.is_none_or(|within| within.contains(&company.id));
    let mut found = HashMap::new();
    for text in texts.iter().filter(|text| !text.is_empty()) {
        let company = match addressed.get(*text).and_then(|(id, _)| companies.get(id)) {
            Some(company) => Some(company.clone()).filter(reaches).ok_or(CompanyFault::Unknown),
            None => {
                let mut named: Vec<NamedCompany> = subjects::by_name(conn, organization, text)?;
                named.retain(reaches);
                match named.len() {
                    2.. => Err(CompanyFault::Ambiguous),
                    _ => named.pop().ok_or(CompanyFault::Unknown),
                }
            }
        };
        found.insert((*text).to_owned(), company);
    }
    Ok(found)
}
