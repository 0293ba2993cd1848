//! The demo's general settings: verified contacts, one that is pending, and a request to a new owner.

use diesel::prelude::*;

use crate::audit::Events;
use crate::cli::demo::timeline::{Timeline, ZONE, account};
use crate::common::email::Email;
use crate::common::error::AppError;
use crate::common::id::MembershipId;
use crate::db::schema::{memberships, organization_slugs};
use crate::models::organization;
use crate::models::organization::contact::ContactKind;
use crate::models::organization::profile::OrganizationProfile;
use crate::models::user;
use crate::services::organizations::contacts::VerificationError;
use crate::services::organizations::profile::ProfileError;
use crate::services::organizations::transfer::ProposalError;
use crate::services::organizations::{contacts, profile, transfer};

pub fn seed(timeline: &Timeline) -> Result<(), AppError> {
    add_contacts(timeline)?;
    set_time_zone(timeline)?;
    propose_transfer(timeline)
}

fn add_contacts(timeline: &Timeline) -> Result<(), AppError> {
    // A moment for each, so that the log reads as it would have been written.
    for (minutes, kind, email, verified) in [
        (55, ContactKind::Primary, "hello@meridian.example", true),
        (53, ContactKind::Support, "support@meridian.example", true),
        (40, ContactKind::Billing, "invoices@meridian.example", false),
    ] {
        timeline.ago(minutes, |cx, conn| {
            let organization = organization_slugs::table
                .find("meridian")
                .select(organization_slugs::organization_id)
                .first(conn)?;
            let owner = account(conn, "maya@meridian.example")?;
            let owner = user::by_id(conn, owner)?.actor();
            let email = Email::parse(email).map_err(AppError::internal)?;
            let (seed, mut events) = contacts::record(conn, cx, organization, kind, &email)?;
            if verified {
                let (_, verified) = contacts::verify(conn, cx, &cx.token(&seed)).map_err(|error| match error {
                    VerificationError::Failed(error) => error,
                    VerificationError::LinkInvalid => AppError::internal("a link of the demo is invalid"),
                })?;
                events = events.and(verified);
            }
            Ok(((), Some(owner), events))
        })?;
    }
    Ok(())
}

/// The time zone of an organization.
fn set_time_zone(timeline: &Timeline) -> Result<(), AppError> {
    timeline.ago(35, |cx, conn| {
        let organization = organization_slugs::table
            .find("meridian")
            .select(organization_slugs::organization_id)
            .first(conn)?;
        let owner = account(conn, "maya@meridian.example")?;
        let owner = user::by_id(conn, owner)?.actor();
        let before = organization::profile(conn, organization)?;
        let after = OrganizationProfile {
            timezone: ZONE.into(),
            ..before
        };
        let ((), events) = profile::update(conn, organization, after, cx.now).map_err(|error| match error {
            ProfileError::Failed(error) => error,
            ProfileError::CurrencyFixed(..) => AppError::internal("the currency of the demo is fixed"),
        })?;
        Ok(((), Some(owner), events))
    })
}

/// A transfer that the new owner has not approved yet.
fn propose_transfer(timeline: &Timeline) -> Result<(), AppError> {
    timeline.ago(30, |cx, conn| {
        let organization = organization_slugs::table
            .find("sunbeam")
            .select(organization_slugs::organization_id)
            .first(conn)?;
        let user = account(conn, "olivia@sunbeam.example")?;
        let owner = user::by_id(conn, user)?.actor();
        let members: Vec<(MembershipId, crate::authz::role::Role)> = memberships::table
            .filter(memberships::organization_id.eq(organization))
            .order(memberships::id)
            .select((memberships::id, memberships::role))
            .load(conn)?;
        let mine: MembershipId = memberships::table
            .filter(memberships::organization_id.eq(organization))
            .filter(memberships::user_id.eq(user))
            .select(memberships::id)
            .first(conn)?;
        let admin = members
            .into_iter()
            .find(|(_, role)| *role == crate::authz::role::Role::Admin);
        let Some((admin, _)) = admin else {
            return Ok(((), None, Events::none("there is no admin")));
        };
        let name = organization::profile(conn, organization)?.name;
        let person = crate::models::membership::record::Membership::find(conn, organization, admin)?;
        let requester = (organization, name.as_str(), mine);
        let (_, events) = transfer::record(conn, cx.now, requester, &person, true).map_err(|error| match error {
            ProposalError::Failed(error) => error,
            refused => AppError::internal(format!("{refused:?}")),
        })?;
        Ok(((), Some(owner), events))
    })
}
