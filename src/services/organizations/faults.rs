//! Why a new organization is refused, beyond its form: everything at once.

use crate::app::Ctx;
use crate::common::email::Email;
use crate::common::error::AppError;
use crate::common::id::UserId;
use crate::common::slug::Slug;
use crate::db::Conn;
use crate::models::invitation_block;
use crate::models::organization;
use crate::models::organization::of_user;
use crate::services::invitations::allowance;
use crate::services::invitations::allowance::InvitationAllowance;

/// The parts of a draft that can be refused. `None` for a part that is not valid, or not to be checked.
#[derive(Debug, Clone, Copy, Default)]
pub struct OrganizationClaims<'a> {
    /// A name that the account may not have yet.
    pub name: Option<&'a str>,
    /// A slug that someone typed.
    pub slug: Option<&'a Slug>,
    /// The owner to invite.
    pub owner: Option<&'a Email>,
}

/// Why a draft is refused.
#[derive(Debug)]
pub enum OrganizationFault {
    SlugTaken {
        slug: Slug,
        free: Option<Slug>,
    },
    /// The account has an organization of this name.
    NameExists,
    /// The account or the instance has sent its invitations of this day, so the owner can't be invited.
    DailyLimit(InvitationAllowance),
    /// The owner's address accepts no invitations from this account.
    OwnerBlocked,
}

/// All that is wrong with a draft, beyond its form.
pub fn find(
    conn: &mut Conn,
    cx: &Ctx,
    creator: UserId,
    claims: OrganizationClaims<'_>,
) -> Result<Vec<OrganizationFault>, AppError> {
    let mut faults = Vec::new();
    if let Some(name) = claims.name
        && of_user::has_named(conn, creator, name)?
    {
        faults.push(OrganizationFault::NameExists);
    }
    if let Some(slug) = claims.slug
        && !organization::is_free(conn, slug.as_str())?
    {
        faults.push(slug_taken(conn, slug)?);
    }
    if let Some(owner) = claims.owner {
        let allowance = allowance::of_account(conn, cx, creator)?;
        if allowance.left == 0 {
            faults.push(OrganizationFault::DailyLimit(allowance));
        } else if invitation_block::blocks_sender(conn, creator, owner.as_str())? {
            faults.push(OrganizationFault::OwnerBlocked);
        }
    }
    Ok(faults)
}

pub fn slug_taken(conn: &mut Conn, slug: &Slug) -> Result<OrganizationFault, AppError> {
    Ok(OrganizationFault::SlugTaken {
        slug: slug.clone(),
        free: organization::free_like(conn, slug.as_str())?,
    })
}
