//! Files with usage events or the figures of days: read and checked first, imported in the background once they are confirmed.

pub mod cancel;
pub mod columns;
mod companies;
pub mod confirm;
pub mod create;
pub mod fields;
pub mod forget;
pub mod preview;
pub mod read;
pub mod rows;
pub mod run;

use crate::auth::actor::Actor;
use crate::authz::decision::Reach;
use crate::authz::permission::EditCompanyData;
use crate::common::error::AppError;
use crate::common::id::{ImportId, MembershipId};
use crate::db::Conn;
use crate::models::usage_import;
use crate::models::usage_import::UsageImport;
use crate::services::usage_imports::columns::ImportColumns;
use crate::services::usage_imports::read::RowReader;

pub use self::companies::CompanyFault;

/// Whose files the actor sees: everyone's, or only their own, whose rows may name companies of others.
pub fn seen_of(actor: &Actor) -> Option<MembershipId> {
    match actor.reach::<EditCompanyData>() {
        Reach::Everywhere => None,
        _ => Some(actor.id),
    }
}

/// A file that the actor sees.
pub fn find(conn: &mut Conn, actor: &Actor, id: &str) -> Result<UsageImport, AppError> {
    let id = ImportId::parse(id).ok_or(AppError::NotFound)?;
    Ok(usage_import::find(conn, actor.organization, id, seen_of(actor))?)
}

/// How the rows of a file are read for an actor.
pub fn reader(actor: &Actor, import: &UsageImport) -> RowReader {
    RowReader {
        columns: ImportColumns::read(&import.columns()),
        decimal_comma: import.decimal_comma,
        zone: actor.org_zone,
    }
}
