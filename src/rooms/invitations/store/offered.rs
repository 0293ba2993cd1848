//! The companies that an invitation can offer.

use diesel::prelude::*;

use crate::gate::db::Conn;
use crate::gate::member::OrgId;
use crate::gate::organization::CompanyStatus;
use crate::gate::rights::Reach;
use crate::gate::schema::companies;
use crate::ground::id::CompanyId;
use crate::ground::name;
use crate::people::voucher::Voucher;

/// A company that may be offered.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct Company {
    /// Its id.
    pub id: CompanyId,
    /// Its name.
    pub name: String,
}

/// The active companies among some ids that this member may offer, by name.
///
/// # Errors
/// When the database fails.
pub fn offerable(
    conn: &mut Conn,
    organization: OrgId,
    voucher: &Voucher,
    mut ids: Vec<CompanyId>,
) -> QueryResult<Vec<Company>> {
    if voucher.reach() != Reach::Everywhere {
        ids.retain(|id| voucher.own.contains(id));
    }
    companies::table
        .filter(companies::organization_id.eq(organization))
        .filter(companies::status.eq(CompanyStatus::Active))
        .filter(companies::id.eq_any(ids))
        .order((companies::sort_name, companies::id))
        .select((companies::id, companies::name))
        .load(conn)
}

/// The first active companies that this member may offer and whose name holds `q`, by name, and how many there are.
///
/// # Errors
/// When the database fails.
pub fn matching(
    conn: &mut Conn,
    organization: OrgId,
    voucher: &Voucher,
    q: &str,
    most: usize,
) -> QueryResult<(Vec<Company>, usize)> {
    let mut query = companies::table
        .filter(companies::organization_id.eq(organization))
        .filter(companies::status.eq(CompanyStatus::Active))
        .order((companies::sort_name, companies::id))
        .select((companies::id, companies::name))
        .into_boxed::<super::Backend>();
    if voucher.reach() != Reach::Everywhere {
        query = query.filter(companies::id.eq_any(voucher.own.clone()));
    }
    // Names are folded here as everywhere (accents, case); an organization has at most some thousand of them.
    let wanted = name::fold(q.trim());
    let all: Vec<Company> = query.load(conn)?;
    let mut found: Vec<Company> = all
        .into_iter()
        .filter(|company| wanted.is_empty() || name::fold(&company.name).contains(&wanted))
        .collect();
    let count = found.len();
    found.truncate(most);
    Ok((found, count))
}
