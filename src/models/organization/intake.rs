//! The answers that were given for reference when an organization was created. Only operators see them.

use diesel::prelude::*;

use crate::db::Conn;
use crate::db::schema::organization_intake;
use crate::db::types::org_id::OrgId;

crate::text_enum! {
    /// How many people will use an organization.
    pub enum TeamSize {
        One = "1",
        Few = "2-10",
        Some = "11-50",
        Many = "51-200",
        Hundreds = "201-1000",
        Thousands = "1001+",
    }
}

impl TeamSize {
    pub fn label(self) -> &'static str {
        match self {
            Self::One => "1 person",
            Self::Few => "2 to 10 people",
            Self::Some => "11 to 50 people",
            Self::Many => "51 to 200 people",
            Self::Hundreds => "201 to 1,000 people",
            Self::Thousands => "More than 1,000 people",
        }
    }
}

/// Each answer may be empty.
#[derive(Debug, Clone, Default, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = organization_intake)]
pub struct OrganizationIntake {
    pub industry: String,
    /// A [`TeamSize`], or empty.
    pub team_size: String,
    pub purpose: String,
    pub source: String,
}

impl OrganizationIntake {
    /// The questions that were answered, with the answers.
    pub fn answers(&self) -> Vec<(&'static str, &str)> {
        let size = TeamSize::parse(&self.team_size).map_or("", TeamSize::label);
        let all = [
            ("Industry", self.industry.as_str()),
            ("Team size", size),
            ("Purpose", &self.purpose),
            ("Source", &self.source),
        ];
        all.into_iter().filter(|(_, answer)| !answer.is_empty()).collect()
    }
}

/// Saves the answers of a new organization.
pub fn insert(conn: &mut Conn, organization: OrgId, intake: &OrganizationIntake) -> QueryResult<()> {
    diesel::insert_into(organization_intake::table)
        .values((organization_intake::organization_id.eq(organization), intake))
        .execute(conn)?;
    Ok(())
}

/// The answers; empty ones when there are none.
pub fn find(conn: &mut Conn, organization: OrgId) -> QueryResult<OrganizationIntake> {
    let found = organization_intake::table
        .find(organization)
        .select(OrganizationIntake::as_select())
        .first(conn)
        .optional()?;
    Ok(found.unwrap_or_default())
}
