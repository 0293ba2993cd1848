//! The companies that a link may name: the chosen ones, then the first that match.

use crate::auth::actor::Actor;
use crate::common::error::AppError;
use crate::common::id::CompanyId;
use crate::db::Conn;
use crate::services::invitations::authority::InviteAuthority;
use crate::services::onboarding_links::queries;
use crate::services::onboarding_links::queries::Company;

/// So many are listed at once; the others are found by their name.
const LISTED: usize = 20;

/// The rows of the picker.
#[derive(Debug)]
pub struct Picker {
    /// Each with whether it is chosen.
    pub picks: Vec<(Company, bool)>,
    pub q: String,
    /// Whether there is a search.
    pub searches: bool,
    /// Whether more match than are listed.
    pub more: bool,
    /// Where the search asks.
    pub path: String,
}

impl Picker {
    pub fn of(
        conn: &mut Conn,
        actor: &Actor,
        voucher: &InviteAuthority,
        chosen: &[String],
        q: &str,
        path: String,
    ) -> Result<Self, AppError> {
        let ids = chosen.iter().filter_map(|id| CompanyId::parse(id)).collect();
        let chosen = queries::companies(conn, actor.organization, ids, Some(voucher))?;
        let (found, more) = queries::matching(conn, actor.organization, voucher, q, LISTED)?;
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
