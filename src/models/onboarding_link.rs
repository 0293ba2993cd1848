//! Onboarding links as rows: made by an organization's admins, found by the address that strangers open.

use diesel::prelude::*;

use crate::app::Ctx;
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
    /// What somebody who comes by a link does.
    pub enum Purpose {
        /// Makes a company of their own below the organization.
        NewCompany = "new_company",
        /// Joins the organization as it is.
        Join = "join",
    }
}

/// What a link says, as it is made and changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkTerms {
    /// What the organization calls it.
    pub name: String,
    /// What who comes by it does.
    pub purpose: Purpose,
    /// The role in the organization.
    pub role: Role,
    /// The role in the new company, or in the chosen ones.
    pub company_role: CompanyRole,
    /// Companies to join.
    pub companies: Vec<CompanyId>,
    /// Domains whose addresses may use it; none: any.
    pub domains: Vec<String>,
    /// Whether somebody must let each one in.
    pub approval: bool,
    /// How often it may be used.
    pub max_uses: Option<i32>,
    /// The last moment at which it may be used.
    pub expires_at: Option<Time>,
}

/// An onboarding link.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = onboarding_links)]
pub struct Link {
    pub organization_id: OrgId,
    pub id: LinkId,
    /// What the organization calls it.
    pub name: String,
    /// What who comes by it does.
    pub purpose: Purpose,
    seed: String,
    /// The role in the organization.
    pub role: Role,
    /// The role in the new company, or in the chosen ones.
    pub company_role: CompanyRole,
    companies: String,
    domains: String,
    /// Whether somebody must let each one in.
    pub approval: bool,
    /// How often it may be used.
    pub max_uses: Option<i32>,
    /// The last moment at which it may be used.
    pub expires_at: Option<Time>,
    /// Since when it is switched off.
    pub disabled_at: Option<Time>,
    /// How often it was used.
    pub uses: i32,
    /// How many began to use it.
    pub opened: i64,
    /// How many proved the address of a new account on the way.
    pub signed_up: i64,
    pub joined: i64,
    /// When it was last used.
    pub last_used_at: Option<Time>,
    /// Who made or changed it last: it lets people in on their rights.
    pub authorized_by: UserId,
    /// When it was made.
    pub created_at: Time,
}

impl Link {
    /// What its token is made of.
    pub fn seed(&self) -> Seed {
        Seed(self.seed.clone())
    }

    /// The companies to join.
    pub fn companies(&self) -> Vec<CompanyId> {
        self.companies.split_whitespace().filter_map(CompanyId::parse).collect()
    }

    /// The domains whose addresses may use it.
    pub fn domains(&self) -> Vec<&str> {
        self.domains.split_whitespace().collect()
    }

    /// Whether an address is of one of these domains, or no domain is asked for.
    pub fn admits(&self, email: &str) -> bool {
        let domain = email.rsplit_once('@').map_or("", |(_, domain)| domain);
        self.domains.is_empty() || self.domains().contains(&domain)
    }

    /// Whether it was used as often as it may be.
    pub fn is_used_up(&self) -> bool {
        self.max_uses.is_some_and(|most| self.uses >= most)
    }

    /// What it says.
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

fn words<T: std::fmt::Display>(all: &[T]) -> String {
    all.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}

macro_rules! one {
    ($organization:expr, $id:expr) => {
        onboarding_links::table
            .filter(onboarding_links::organization_id.eq($organization))
            .filter(onboarding_links::id.eq($id))
    };
}

/// Makes a link.
pub fn create(conn: &mut Conn, cx: &Ctx, organization: OrgId, by: UserId, terms: &LinkTerms) -> QueryResult<LinkId> {
    let (id, seed) = (LinkId::fresh(), Seed::random());
    diesel::insert_into(onboarding_links::table)
        .values((
            (
                onboarding_links::organization_id.eq(organization),
                onboarding_links::id.eq(id),
                onboarding_links::name.eq(&terms.name),
                onboarding_links::purpose.eq(terms.purpose),
                onboarding_links::token_hash.eq(cx.token(&seed).hash()),
                onboarding_links::seed.eq(seed.0),
                onboarding_links::role.eq(terms.role),
                onboarding_links::company_role.eq(terms.company_role),
            ),
            (
                onboarding_links::companies.eq(words(&terms.companies)),
                onboarding_links::domains.eq(words(&terms.domains)),
                onboarding_links::approval.eq(terms.approval),
                onboarding_links::max_uses.eq(terms.max_uses),
                onboarding_links::expires_at.eq(terms.expires_at),
                onboarding_links::created_by.eq(by),
                onboarding_links::authorized_by.eq(by),
                onboarding_links::created_at.eq(cx.now),
            ),
        ))
        .execute(conn)?;
    Ok(id)
}

/// Changes what a link says; its address stays, and `by` vouches for it from now on.
pub fn edit(conn: &mut Conn, organization: OrgId, id: LinkId, by: UserId, terms: &LinkTerms) -> QueryResult<()> {
    diesel::update(one!(organization, id))
        .set((
            onboarding_links::name.eq(&terms.name),
            onboarding_links::purpose.eq(terms.purpose),
            onboarding_links::role.eq(terms.role),
            onboarding_links::company_role.eq(terms.company_role),
            onboarding_links::companies.eq(words(&terms.companies)),
            onboarding_links::domains.eq(words(&terms.domains)),
            onboarding_links::approval.eq(terms.approval),
            onboarding_links::max_uses.eq(terms.max_uses),
            onboarding_links::expires_at.eq(terms.expires_at),
            onboarding_links::authorized_by.eq(by),
        ))
        .execute(conn)?;
    Ok(())
}

/// Gives a link a new address; the one before only says that there is a newer one. `false` when somebody else did so in
/// between.
pub fn rotate(conn: &mut Conn, cx: &Ctx, link: &Link) -> QueryResult<bool> {
    let (seed, before) = (Seed::random(), cx.token(&link.seed()).hash());
    let rotated = diesel::update(one!(link.organization_id, link.id).filter(onboarding_links::token_hash.eq(&before)))
        .set((
            onboarding_links::token_hash.eq(cx.token(&seed).hash()),
            onboarding_links::seed.eq(seed.0),
        ))
        .execute(conn)?;
    if rotated == 1 {
        diesel::insert_into(retired_link_tokens::table)
            .values((
                retired_link_tokens::token_hash.eq(before),
                retired_link_tokens::organization_id.eq(link.organization_id),
                retired_link_tokens::link_id.eq(link.id),
                retired_link_tokens::replaced_at.eq(cx.now),
            ))
            .execute(conn)?;
    }
    Ok(rotated == 1)
}

/// Switches a link off; `false` when it was off already.
pub fn disable(conn: &mut Conn, cx: &Ctx, organization: OrgId, id: LinkId) -> QueryResult<bool> {
    let done = diesel::update(one!(organization, id).filter(onboarding_links::disabled_at.is_null()))
        .set(onboarding_links::disabled_at.eq(Some(cx.now)))
        .execute(conn)?;
    Ok(done == 1)
}

/// Switches a link on again, and `by` vouches for it from now on; `false` when it was on already.
pub fn enable(conn: &mut Conn, organization: OrgId, id: LinkId, by: UserId) -> QueryResult<bool> {
    let done = diesel::update(one!(organization, id).filter(onboarding_links::disabled_at.is_not_null()))
        .set((
            onboarding_links::disabled_at.eq(None::<Time>),
            onboarding_links::authorized_by.eq(by),
        ))
        .execute(conn)?;
    Ok(done == 1)
}

/// A link of an organization, by what stands in a path.
pub fn find(conn: &mut Conn, organization: OrgId, id: &str) -> Result<Link, AppError> {
    let id = LinkId::parse(id).ok_or(AppError::NotFound)?;
    Ok(one!(organization, id).select(Link::as_select()).first(conn)?)
}

/// What an address leads to.
#[derive(Debug)]
pub struct Found {
    pub link: Link,
    /// Whether a newer address replaced this one.
    pub replaced: bool,
}

/// The link to which a token leads; whoever holds the token may read it.
pub fn find_by_token(conn: &mut Conn, token: &Token) -> QueryResult<Option<Found>> {
    let hash = token.hash();
    let current: Option<Link> = onboarding_links::table
        .filter(onboarding_links::token_hash.eq(&hash))
        .select(Link::as_select())
        .first(conn)
        .optional()?;
    if let Some(link) = current {
        return Ok(Some(Found { link, replaced: false }));
    }
    let old: Option<Link> = retired_link_tokens::table
        .inner_join(
            onboarding_links::table.on(onboarding_links::organization_id
                .eq(retired_link_tokens::organization_id)
                .and(onboarding_links::id.eq(retired_link_tokens::link_id))),
        )
        .filter(retired_link_tokens::token_hash.eq(&hash))
        .select(Link::as_select())
        .first(conn)
        .optional()?;
    Ok(old.map(|link| Found { link, replaced: true }))
}

/// A page of an organization's links, the newest first: up to `size + 1` rows.
pub fn list(conn: &mut Conn, organization: OrgId, place: Option<&Cursor>, size: usize) -> QueryResult<Vec<Link>> {
    let mut query = onboarding_links::table
        .filter(onboarding_links::organization_id.eq(organization))
        .limit(i64::try_from(size + 1).unwrap_or(i64::MAX))
        .select(Link::as_select())
        .into_boxed::<<Conn as diesel::Connection>::Backend>();
    // An id is as old as its row.
    query = match place {
        Some(place) if place.direction == Direction::Previous => query
            .filter(onboarding_links::id.gt(place.id.clone()))
            .order(onboarding_links::id.asc()),
        Some(place) => query
            .filter(onboarding_links::id.lt(place.id.clone()))
            .order(onboarding_links::id.desc()),
        None => query.order(onboarding_links::id.desc()),
    };
    query.load(conn)
}

/// Counts somebody who begins.
pub fn count_opened(conn: &mut Conn, link: &Link) -> QueryResult<()> {
    diesel::update(one!(link.organization_id, link.id))
        .set(onboarding_links::opened.eq(onboarding_links::opened + 1))
        .execute(conn)?;
    Ok(())
}

/// Counts somebody who proved the address of a new account on the way.
pub fn count_signed_up(conn: &mut Conn, link: &Link) -> QueryResult<()> {
    diesel::update(one!(link.organization_id, link.id))
        .set(onboarding_links::signed_up.eq(onboarding_links::signed_up + 1))
        .execute(conn)?;
    Ok(())
}

/// Makes who comes in by a link and who changes it take turns until the transaction ends: what is read after this is what
/// is used.
pub fn lock_row(conn: &mut Conn, token: &Token) -> QueryResult<()> {
    diesel::update(onboarding_links::table.filter(onboarding_links::token_hash.eq(token.hash())))
        .set(onboarding_links::uses.eq(onboarding_links::uses))
        .execute(conn)?;
    Ok(())
}

// Counts one use where the rows allow one more: of any number of uses at once, no more come through.
macro_rules! use_once {
    ($conn:expr, $cx:expr, $rows:expr) => {
        diesel::update(
            $rows.filter(
                onboarding_links::max_uses
                    .is_null()
                    .or(onboarding_links::uses.nullable().lt(onboarding_links::max_uses)),
            ),
        )
        .set((
            onboarding_links::uses.eq(onboarding_links::uses + 1),
            onboarding_links::joined.eq(onboarding_links::joined + 1),
            onboarding_links::last_used_at.eq(Some($cx.now)),
        ))
        .execute($conn)
    };
}

/// Uses a link for somebody who is let in by hand, also after it was closed; `false` when it was used as often as it may be.
pub fn take(conn: &mut Conn, cx: &Ctx, link: &Link) -> QueryResult<bool> {
    Ok(use_once!(conn, cx, one!(link.organization_id, link.id))? == 1)
}

/// Uses a link at its door: only while the address is the current one, switched on, not over and not used up.
pub fn enter(conn: &mut Conn, cx: &Ctx, link: &Link) -> QueryResult<bool> {
    let open = one!(link.organization_id, link.id)
        .filter(onboarding_links::token_hash.eq(cx.token(&link.seed()).hash()))
        .filter(onboarding_links::disabled_at.is_null())
        .filter(
            onboarding_links::expires_at
                .is_null()
                .or(onboarding_links::expires_at.ge(cx.now)),
        );
    Ok(use_once!(conn, cx, open)? == 1)
}
