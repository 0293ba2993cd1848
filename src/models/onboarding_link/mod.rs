//! Onboarding links: reusable links by which people join an organization or create a company in it.

pub mod save;

use diesel::prelude::*;

pub use crate::models::onboarding_link::save::{
    count_opened, count_signed_up, create, disable, edit, enable, enter, lock_row, rotate, take,
};

use crate::authz::role::{CompanyRole, Role};
use crate::common::error::AppError;
use crate::common::id::{CompanyId, LinkId, UserId};
use crate::common::paging::{Cursor, Direction};
use crate::common::time::Time;
use crate::common::token::{Seed, Token};
use crate::db::Conn;
use crate::db::schema::{onboarding_links, retired_link_tokens};
use crate::db::types::org_id::OrgId;

crate::text_enum! {
    /// What people can do with a link.
    pub enum LinkPurpose {
        /// Create a company of their own in the organization.
        NewCompany = "new_company",
        /// Join the organization.
        Join = "join",
    }
}

/// The settings of a link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkTerms {
    pub name: String,
    pub purpose: LinkPurpose,
    pub role: Role,
    /// The role in the new company, or in the selected ones.
    pub company_role: CompanyRole,
    pub companies: Vec<CompanyId>,
    /// Email domains that can use it; empty for every domain.
    pub domains: Vec<String>,
    /// Whether each person needs an approval.
    pub approval: bool,
    pub max_uses: Option<i32>,
    pub expires_at: Option<Time>,
}

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = onboarding_links)]
pub struct OnboardingLink {
    pub organization_id: OrgId,
    pub id: LinkId,
    pub name: String,
    pub purpose: LinkPurpose,
    seed: String,
    pub role: Role,
    /// The role in the new company, or in the selected ones.
    pub company_role: CompanyRole,
    companies: String,
    domains: String,
    /// Whether each person needs an approval.
    pub approval: bool,
    pub max_uses: Option<i32>,
    pub expires_at: Option<Time>,
    pub disabled_at: Option<Time>,
    pub uses: i32,
    /// How many people continued from the page of the link.
    pub opened: i64,
    /// How many of them verified the email of a new account.
    pub signed_up: i64,
    pub joined: i64,
    pub last_used_at: Option<Time>,
    /// Who created or changed it last. The link works with the permissions of this member.
    pub authorized_by: UserId,
    pub created_at: Time,
}

impl OnboardingLink {
    pub fn seed(&self) -> Seed {
        Seed(self.seed.clone())
    }

    pub fn companies(&self) -> Vec<CompanyId> {
        self.companies.split_whitespace().filter_map(CompanyId::parse).collect()
    }

    pub fn domains(&self) -> Vec<&str> {
        self.domains.split_whitespace().collect()
    }

    /// Whether an address can use the link.
    pub fn admits(&self, email: &str) -> bool {
        let domain = email.rsplit_once('@').map_or("", |(_, domain)| domain);
        self.domains.is_empty() || self.domains().contains(&domain)
    }

    pub fn is_used_up(&self) -> bool {
        self.max_uses.is_some_and(|most| self.uses >= most)
    }

    pub fn terms(&self) -> LinkTerms {
        LinkTerms {
            name: self.name.clone(),
            purpose: self.purpose,
            role: self.role,
            company_role: self.company_role,
            companies: self.companies(),
            domains: self.domains().into_iter().map(str::to_owned).collect(),
            approval: self.approval,
            max_uses: self.max_uses,
            expires_at: self.expires_at,
        }
    }
}

/// Finds a link by the id in a path.
pub fn find(conn: &mut Conn, organization: OrgId, id: &str) -> Result<OnboardingLink, AppError> {
    let id = LinkId::parse(id).ok_or(AppError::NotFound)?;
    Ok(onboarding_links::table
        .filter(onboarding_links::organization_id.eq(organization))
        .filter(onboarding_links::id.eq(id))
        .select(OnboardingLink::as_select())
        .first(conn)?)
}

/// The link of a token.
#[derive(Debug)]
pub struct FoundLink {
    pub link: OnboardingLink,
    /// Whether a newer token replaced this one.
    pub replaced: bool,
}

/// Finds the link of a token.
pub fn find_by_token(conn: &mut Conn, token: &Token) -> QueryResult<Option<FoundLink>> {
    let hash = token.hash();
    let current: Option<OnboardingLink> = onboarding_links::table
        .filter(onboarding_links::token_hash.eq(&hash))
        .select(OnboardingLink::as_select())
        .first(conn)
        .optional()?;
    if let Some(link) = current {
        return Ok(Some(FoundLink { link, replaced: false }));
    }
    let old: Option<OnboardingLink> = retired_link_tokens::table
        .inner_join(
            onboarding_links::table.on(onboarding_links::organization_id
                .eq(retired_link_tokens::organization_id)
                .and(onboarding_links::id.eq(retired_link_tokens::link_id))),
        )
        .filter(retired_link_tokens::token_hash.eq(&hash))
        .select(OnboardingLink::as_select())
        .first(conn)
        .optional()?;
    Ok(old.map(|link| FoundLink { link, replaced: true }))
}

/// A page of links, newest first: up to `size + 1` rows.
pub fn list(
    conn: &mut Conn,
    organization: OrgId,
    cursor: Option<&Cursor>,
    size: usize,
) -> QueryResult<Vec<OnboardingLink>> {
    let mut query = onboarding_links::table
        .filter(onboarding_links::organization_id.eq(organization))
        .limit(i64::try_from(size + 1).unwrap_or(i64::MAX))
        .select(OnboardingLink::as_select())
        .into_boxed::<<Conn as diesel::Connection>::Backend>();
    // Ids sort by age.
    query = match cursor {
        Some(cursor) if cursor.direction == Direction::Previous => query
            .filter(onboarding_links::id.gt(cursor.id.clone()))
            .order(onboarding_links::id.asc()),
        Some(cursor) => query
            .filter(onboarding_links::id.lt(cursor.id.clone()))
            .order(onboarding_links::id.desc()),
        None => query.order(onboarding_links::id.desc()),
    };
    query.load(conn)
}
