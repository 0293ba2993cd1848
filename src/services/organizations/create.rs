//! Creating an organization.

use serde_json::json;

use crate::app::Ctx;
use crate::audit::{Action, Event, Events};
use crate::authz::role::Role;
use crate::change_error;
use crate::common::email::Email;
use crate::common::error::AppError;
use crate::common::id::UserId;
use crate::common::slug::Slug;
use crate::common::zone::Zone;
use crate::db::Conn;
use crate::db::types::org_id::OrgId;
use crate::db::types::organization::OrganizationType;
use crate::models::membership;
use crate::models::membership::Origin;
use crate::models::membership::add::NewMembership;
use crate::models::organization;
use crate::models::organization::intake::OrganizationIntake;
use crate::models::organization::{NewOrganization, draft, intake, of_user};
use crate::models::user;
use crate::services::companies;
use crate::services::companies::create::CompanyCreationError;
use crate::services::companies::form::NewCompany;
use crate::services::invitations::allowance;
use crate::services::invitations::email::InvitationSender;
use crate::services::invitations::owner;
use crate::services::invitations::owner::InviteOwnerError;
use crate::services::organizations::faults;
use crate::services::organizations::faults::{OrganizationClaims, OrganizationFault};

/// An organization as an account wants to create it.
#[derive(Debug, Clone)]
pub struct OrganizationDraft {
    pub new: NewOrganization,
    /// Whether the slug comes from the name. Then a free one replaces a taken one.
    pub slug_is_suggested: bool,
    /// The owner to invite; `None` for the creator.
    pub owner: Option<Email>,
    /// Whether the account may already have an organization of this name.
    pub may_have_same_name: bool,
    /// For operators only.
    pub intake: OrganizationIntake,
}

#[derive(Debug)]
pub enum CreateOrganizationError {
    /// The account has created as many organizations as it can.
    LimitReached,
    /// Every fault that was found.
    Refused(Vec<OrganizationFault>),
    Failed(AppError),
}

change_error!(CreateOrganizationError);

/// How many organizations an account can create: its own limit, or the default of the instance. `None` for no limit.
pub fn limit(own: Option<i32>, default: Option<u32>) -> Option<i64> {
    own.map(i64::from).or(default.map(i64::from))
}

pub fn is_full(created: i64, limit: Option<i64>) -> bool {
    limit.is_some_and(|limit| created >= limit)
}

/// Creates an organization within the account's limit, and invites its owner.
pub fn create_within_limit(
    conn: &mut Conn,
    cx: &Ctx,
    creator: UserId,
    draft: OrganizationDraft,
) -> Result<(Slug, Events), CreateOrganizationError> {
    // Before the account's row: whoever invites takes the locks in this order.
    allowance::lock(conn, creator)?;
    let limit = limit(of_user::lock_limit(conn, creator)?, cx.config().organization_limit);
    if is_full(of_user::count_created(conn, creator)?, limit) {
        return Err(CreateOrganizationError::LimitReached);
    }
    let claims = OrganizationClaims {
        name: Some(draft.new.name.as_str()).filter(|_| !draft.may_have_same_name),
        slug: Some(&draft.new.slug).filter(|_| !draft.slug_is_suggested),
        owner: draft.owner.as_ref(),
    };
    let faults = faults::find(conn, cx, creator, claims)?;
    if !faults.is_empty() {
        return Err(CreateOrganizationError::Refused(faults));
    }
    let mut new = draft.new;
    if draft.slug_is_suggested
        && let Some(free) = organization::free_like(conn, new.slug.as_str())?
    {
        new.slug = free;
    }
    let (id, events) = create(conn, cx, creator, &new)?;
    if draft.intake != OrganizationIntake::default() {
        intake::insert(conn, id, &draft.intake)?;
    }
    draft::delete(conn, creator)?;
    let events = match draft.owner {
        Some(owner) => events.and(invite_owner(conn, cx, creator, (id, &new), owner)?),
        None => events,
    };
    Ok((new.slug, events))
}

/// Creates an organization with a first company and its creator as the owner.
pub fn create(
    conn: &mut Conn,
    cx: &Ctx,
    creator: UserId,
    new: &NewOrganization,
) -> Result<(OrgId, Events), CreateOrganizationError> {
    let Some(id) = organization::insert(conn, cx.now, creator, new)? else {
        return Err(CreateOrganizationError::Refused(vec![faults::slug_taken(
            conn, &new.slug,
        )?]));
    };
    let owner = NewMembership {
        role: Role::Owner,
        access_until: None,
        invited_by: None,
        origin: Origin::Direct,
        companies: Vec::new(),
    };
    membership::add(conn, cx, id, creator, &owner)?;
    let created = Event::new(Action::OrganizationCreated, "organization", id, &new.name).after(json!({
        "name": new.name,
        "slug": new.slug.as_str(),
        "type": new.organization_type.as_str(),
        "unit": new.unit.as_str(),
        "region": new.region.as_str(),
        "domain": new.domain,
    }));
    let company = create_first_company(conn, cx, id, new)?;
    Ok((id, Events::organization(id, created).and(company)))
}

fn create_first_company(conn: &mut Conn, cx: &Ctx, id: OrgId, new: &NewOrganization) -> Result<Events, AppError> {
    // The one business of an individual has the name of the organization.
    let name = match new.organization_type {
        OrganizationType::Individual => new.name.clone(),
        _ => format!("{} {}", new.name, new.unit.one()),
    };
    let slug = Slug::parse("main").map_err(AppError::internal)?;
    let first = NewCompany {
        name,
        slug,
        slug_is_generated: false,
    };
    match companies::create::create(conn, id, cx.now, &first, None) {
        Ok((_, events)) => Ok(events),
        Err(CompanyCreationError::Failed(error)) => Err(error),
        Err(CompanyCreationError::SlugTaken { slug, .. }) => Err(AppError::internal(format!("{slug} is taken"))),
    }
}

/// The creator is the owner until the invited person accepts, so that the organization always has one.
fn invite_owner(
    conn: &mut Conn,
    cx: &Ctx,
    creator: UserId,
    (organization, new): (OrgId, &NewOrganization),
    email: Email,
) -> Result<Events, CreateOrganizationError> {
    let creator = user::by_id(conn, creator)?;
    let sender = InvitationSender {
        user: creator.id,
        name: creator.name,
        email: creator.email,
        organization: new.name.clone(),
        unit: new.unit,
        zone: Zone::UTC,
    };
    owner::invite_owner(conn, cx, organization, &sender, email).map_err(|error| {
        CreateOrganizationError::Refused(vec![match error {
            InviteOwnerError::DailyLimit(allowance) => OrganizationFault::DailyLimit(allowance),
            InviteOwnerError::Blocked => OrganizationFault::OwnerBlocked,
            InviteOwnerError::Failed(error) => return error.into(),
        }])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_account_s_own_limit_replaces_the_default() {
        assert_eq!(limit(Some(5), Some(1)), Some(5));
        assert_eq!(limit(None, Some(1)), Some(1));
        assert!(is_full(1, Some(1)));
        assert!(!is_full(1000, None));
        assert!(is_full(0, Some(0)));
    }
}
