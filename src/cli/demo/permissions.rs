//! What was switched, made and asked for in the demo's main organization.

use diesel::prelude::*;
use serde_json::json;

use crate::audit::{Action, Event, Events};
use crate::authz::decision::Overrides;
use crate::authz::permission::{ManageCompanyMembers, Permission, PermissionSet, ViewAccess, ViewAudit, ViewMembers};
use crate::authz::role::Role;
use crate::cli::demo::timeline::{DAY, Timeline, account};
use crate::common::error::AppError;
use crate::db::Conn;
use crate::db::schema::{memberships, organization_slugs};
use crate::db::types::org_id::OrgId;
use crate::handlers::permissions::queries::company_by_slug;
use crate::models::access_request;
use crate::models::custom_role;
use crate::models::custom_role::{CustomRoleOutcome, CustomRoleTerms};
use crate::models::membership;
use crate::models::membership::record::Membership;
use crate::models::user;
use crate::services::members::role;

const SLUG: &str = "meridian";
const OWNER: &str = "maya@meridian.example";

fn organization(conn: &mut Conn) -> QueryResult<OrgId> {
    organization_slugs::table
        .find(SLUG)
        .select(organization_slugs::organization_id)
        .first(conn)
}

fn member(conn: &mut Conn, organization: OrgId, email: &str) -> Result<Membership, AppError> {
    let user = account(conn, email)?;
    let id = memberships::table
        .filter(memberships::organization_id.eq(organization))
        .filter(memberships::user_id.eq(user))
        .select(memberships::id)
        .first(conn)?;
    Membership::find(conn, organization, id)
}

/// Noor is an Auditor, Kenji sees access control, and Leon asks to manage the people of his company.
pub fn seed(timeline: &Timeline) -> Result<(), AppError> {
    timeline.ago(20 * DAY, |cx, conn| {
        let organization = organization(conn)?;
        let owner = account(conn, OWNER)?;
        let owner = user::by_id(conn, owner)?;
        let terms = CustomRoleTerms {
            name: "Auditor".into(),
            description: "Reads members and the audit log, and changes nothing".into(),
            base: Role::Member,
            permissions: PermissionSet::of([ViewMembers::ID, ViewAudit::ID]),
        }
        .complete();
        let CustomRoleOutcome::Done(role) = custom_role::create(conn, cx, organization, owner.id, &terms)? else {
            return Err(AppError::internal("the demo's role cannot be made"));
        };
        let noor = member(conn, organization, "noor@pinecrest.example")?;
        let done = membership::set_custom_role(conn, cx, organization, &noor, role, terms.base)?;
        let made = Event::new(Action::CustomRoleCreated, "role", role, &terms.name)
            .after(json!({ "name": terms.name, "base": terms.base.as_str(), "permissions": terms.permissions.text() }));
        let before = json!({ "role": noor.role.as_str() });
        let after = json!({ "role": terms.base.as_str(), "custom_role": terms.name });
        let given = role::changed(organization, &noor, before, after);
        let events = Events::organization(organization, made).and(given);
        settled(done).map(|()| ((), Some(owner.actor()), events))
    })?;
    timeline.ago(6 * DAY, |_, conn| {
        let organization = organization(conn)?;
        let owner = account(conn, OWNER)?;
        let owner = user::by_id(conn, owner)?;
        let kenji = member(conn, organization, "kenji@meridian.example")?;
        let cells = Overrides::NONE.set(ViewAccess::ID, Some(true));
        let done = membership::set_overrides(conn, organization, &kenji, cells)?;
        let event = Event::new(Action::OverridesChanged, "member", kenji.id, &kenji.name)
            .before(json!({ ViewAccess::ID.key(): "role" }))
            .after(cells.json());
        settled(done).map(|()| ((), Some(owner.actor()), Events::organization(organization, event)))
    })?;
    timeline.ago(5 * 60, |cx, conn| {
        let organization = organization(conn)?;
        let leon = member(conn, organization, "leon@bluewater.example")?;
        let company = company_by_slug(conn, organization, "bluewater-financial")?.ok_or(AppError::NotFound)?;
        let wish = access_request::NewAccessRequest {
            permission: ManageCompanyMembers::ID,
            company: Some(company.id),
            note: "Two colleagues start on Monday, and I show them around.".into(),
        };
        let access_request::RequestedAccess::New(id) = access_request::create(conn, cx, organization, leon.id, &wish)?
        else {
            return Err(AppError::internal("the demo's request is not open"));
        };
        let event = Event::new(Action::AccessRequested, "request", id, &leon.name)
            .company(company.id)
            .after(json!({ "permission": wish.permission.key(), "company": company.name, "note": wish.note }));
        let leon = user::by_id(conn, leon.user)?;
        Ok(((), Some(leon.actor()), Events::organization(organization, event)))
    })
}

fn settled(outcome: membership::MembershipOutcome) -> Result<(), AppError> {
    match outcome {
        membership::MembershipOutcome::Done => Ok(()),
        _ => Err(AppError::internal("only this process changes the demo")),
    }
}
