//! Writes of onboarding links.

use diesel::prelude::*;

use crate::app::Ctx;
use crate::common::id::{LinkId, UserId};
use crate::common::time::Time;
use crate::common::token::{Seed, Token};
use crate::db::Conn;
use crate::db::schema::{onboarding_links, retired_link_tokens};
use crate::db::types::org_id::OrgId;
use crate::models::onboarding_link::{LinkTerms, OnboardingLink};

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

/// Changes the settings of a link and keeps its token. It works with the permissions of `by` from now on.
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

/// Replaces the token of a link; `false` when another request did so in between.
pub fn rotate(conn: &mut Conn, cx: &Ctx, link: &OnboardingLink) -> QueryResult<bool> {
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

/// Disables a link; `false` when it was disabled already.
pub fn disable(conn: &mut Conn, cx: &Ctx, organization: OrgId, id: LinkId) -> QueryResult<bool> {
    let done = diesel::update(one!(organization, id).filter(onboarding_links::disabled_at.is_null()))
        .set(onboarding_links::disabled_at.eq(Some(cx.now)))
        .execute(conn)?;
    Ok(done == 1)
}

/// Enables a link with the permissions of `by`; `false` when it was enabled already.
pub fn enable(conn: &mut Conn, organization: OrgId, id: LinkId, by: UserId) -> QueryResult<bool> {
    let done = diesel::update(one!(organization, id).filter(onboarding_links::disabled_at.is_not_null()))
        .set((
            onboarding_links::disabled_at.eq(None::<Time>),
            onboarding_links::authorized_by.eq(by),
        ))
        .execute(conn)?;
    Ok(done == 1)
}

/// Counts a person who continued from the page of the link.
pub fn count_opened(conn: &mut Conn, link: &OnboardingLink) -> QueryResult<()> {
    diesel::update(one!(link.organization_id, link.id))
        .set(onboarding_links::opened.eq(onboarding_links::opened + 1))
        .execute(conn)?;
    Ok(())
}

/// Counts a person who verified the email of a new account.
pub fn count_signed_up(conn: &mut Conn, link: &OnboardingLink) -> QueryResult<()> {
    diesel::update(one!(link.organization_id, link.id))
        .set(onboarding_links::signed_up.eq(onboarding_links::signed_up + 1))
        .execute(conn)?;
    Ok(())
}

/// Locks the link of a token, so that it cannot change between this call and the end of the transaction.
pub fn lock_row(conn: &mut Conn, token: &Token) -> QueryResult<()> {
    diesel::update(onboarding_links::table.filter(onboarding_links::token_hash.eq(token.hash())))
        .set(onboarding_links::uses.eq(onboarding_links::uses))
        .execute(conn)?;
    Ok(())
}

// Of several uses at once, no more succeed than the limit allows.
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

/// Uses a link for an approved request, even when it is disabled or expired; `false` when its limit is reached.
pub fn take(conn: &mut Conn, cx: &Ctx, link: &OnboardingLink) -> QueryResult<bool> {
    Ok(use_once!(conn, cx, one!(link.organization_id, link.id))? == 1)
}

/// Uses a link without an approval; `false` when it is replaced, disabled, expired or used up.
pub fn enter(conn: &mut Conn, cx: &Ctx, link: &OnboardingLink) -> QueryResult<bool> {
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
