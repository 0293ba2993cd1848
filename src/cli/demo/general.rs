//! What the demo shows of General settings: contacts that are confirmed, one that waits, and a request to a new owner.

use diesel::prelude::*;
use serde_json::json;

use crate::audit::{Action, Event, Events};
use crate::cli::demo::{Stage, account};
use crate::common::email::Email;
use crate::common::error::AppError;
use crate::common::id::MembershipId;
use crate::db::schema::{memberships, organization_slugs};
use crate::models::approval;
use crate::models::approval::{ApprovalAction, Ask};
use crate::models::organization;
use crate::models::organization::contact;
use crate::models::organization::contact::ContactKind;
use crate::models::organization::profile::Profile;
use crate::models::user;

pub fn furnish(stage: &Stage) -> Result<(), AppError> {
    // A moment for each, so that the log reads as it would have been written.
    for (minutes, kind, email, proven) in [
        (55, ContactKind::Primary, "hello@meridian.example", true),
        (53, ContactKind::Support, "support@meridian.example", true),
        (40, ContactKind::Billing, "invoices@meridian.example", false),
    ] {
        stage.ago(minutes, |cx, conn| {
            let organization = organization_slugs::table
                .find("meridian")
                .select(organization_slugs::organization_id)
                .first(conn)?;
            let owner = account(conn, "maya@meridian.example")?;
            let owner = user::by_id(conn, owner)?.actor();
            let email = Email::parse(email).map_err(AppError::internal)?;
            let seed = contact::ask(conn, cx, organization, kind, &email)?;
            let told =
                |action| Event::new(action, "contact", kind, kind.label()).after(json!({ "email": email.as_str() }));
            let mut events = Events::organization(organization, told(Action::ContactAsked));
            let token = cx.token(&seed);
            if proven && let Some(asked) = contact::by_token(conn, cx, &token)? {
                contact::prove(conn, cx, &token, &asked)?;
                events = events.and(Events::organization(organization, told(Action::ContactProven)));
            }
            Ok(((), Some(owner), events))
        })?;
    }
    stage.ago(35, |_, conn| {
        let organization = organization_slugs::table
            .find("meridian")
            .select(organization_slugs::organization_id)
            .first(conn)?;
        let owner = account(conn, "maya@meridian.example")?;
        let owner = user::by_id(conn, owner)?.actor();
        let before = organization::profile(conn, organization)?;
        let after = Profile {
            timezone: "America/Chicago".into(),
            ..before.clone()
        };
        organization::set_profile(conn, organization, &after)?;
        let event = Event::new(Action::OrganizationEdited, "organization", organization, &after.name)
            .before(json!({ "timezone": before.timezone }))
            .after(json!({ "timezone": after.timezone }));
        Ok(((), Some(owner), Events::organization(organization, event)))
    })?;
    stage.ago(30, |cx, conn| {
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
            return Ok(((), None, Events::none("nobody could take it over")));
        };
        let name = organization::profile(conn, organization)?.name;
        let person = crate::models::membership::record::Membership::find(conn, organization, admin)?;
        let ask = Ask {
            matter: ApprovalAction::Transfer,
            payload: json!({ "member": admin.as_str(), "stays": "yes" }),
            label: format!("hand {name} over to {}", person.name),
            by: mine,
            approver: Some(admin),
        };
        approval::ask(conn, cx, organization, &ask)?;
        let event = Event::new(Action::TransferProposed, "member", admin, &person.name).after(json!({ "stays": true }));
        Ok(((), Some(owner), Events::organization(organization, event)))
    })
}
