//! The companies that a link may name: the chosen ones, then the first that match.

use super::store::{self, Company};
use crate::gate::db::Conn;
use crate::gate::member::Member;
use crate::ground::error::AppError;
use crate::ground::id::CompanyId;
use crate::people::voucher::Voucher;

/// So many are listed at once; the others are found by their name.
const LISTED: usize = 20;

/// The rows of the picker.
#[derive(Debug)]
pub(super) struct Picker {
    /// Each with whether it is chosen.
    pub(super) picks: Vec<(Company, bool)>,
    pub(super) q: String,
    /// Whether there is a search.
    pub(super) searches: bool,
    /// Whether more match than are listed.
    pub(super) more: bool,
    /// Where the search asks.
    pub(super) path: String,
}

impl Picker {
    pub(super) fn of(
        conn: &mut Conn,
        member: &Member,
        voucher: &Voucher,
        chosen: &[String],
        q: &str,
        path: String,
    ) -> Result<Self, AppError> {
        let ids = chosen.iter().filter_map(|id| CompanyId::parse(id)).collect();
        let chosen = store::companies(conn, member.organization, ids, Some(voucher))?;
        let (found, more) = store::matching(conn, member.organization, voucher, q, LISTED)?;
        let others = found.into_iter().filter(|company| !chosen.contains(company));
        let picks: Vec<(Company, bool)> = chosen
            .iter()
            .map(|company| (company.clone(), true))
            .chain(others.map(|company| (company, false)))
            .collect();
        Ok(Self {
            picks,
            searches: more || !q.trim().is_empty(),
            q: q.to_owned(),
            more,
            path,
        })
    }
}
