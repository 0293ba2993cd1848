//! Onboarding links of the demo: one for new companies, one for the field team, and a pending request to join.

use diesel::prelude::*;
use serde_json::json;

use crate::audit::{Action, Event, Events};
use crate::authz::role::{CompanyRole, Role};
use crate::cli::demo::timeline::{DAY, Timeline, account, end_of_day};
use crate::common::error::AppError;
use crate::db::schema::organization_slugs;
use crate::db::types::org_id::OrgId;
use crate::models::onboarding_link;
use crate::models::onboarding_link::{LinkPurpose, LinkTerms};
use crate::models::user;

/// Who made the links, where, and who came by one and waits.
const SLUG: &str = "meridian";
const MAKER: &str = "maya@meridian.example";
const WAITS: &str = "amara@fernkettle.example";

pub fn seed(timeline: &Timeline) -> Result<(), AppError> {
    let open = LinkTerms {
        name: "Partner fair in May".into(),
        purpose: LinkPurpose::NewCompany,
        role: Role::Member,
        company_role: CompanyRole::Manager,
        companies: Vec::new(),
        domains: Vec::new(),
        approval: true,
        max_uses: Some(40),
        expires_at: Some(end_of_day(timeline.today.now, 60)?),
    };
    let team = LinkTerms {
        name: "Field team".into(),
        purpose: LinkPurpose::Join,
        role: Role::Viewer,
        domains: vec!["meridian.example".into()],
        approval: false,
        max_uses: None,
        ..open.clone()
    };
    for (days, terms) in [(20, &team), (12, &open)] {
        let (organization, id) = timeline.ago(days * DAY, |cx, conn| {
            let maker = account(conn, MAKER)?;
            let maker = user::by_id(conn, maker)?;
            let organization: OrgId = organization_slugs::table
                .find(SLUG)
                .select(organization_slugs::organization_id)
                .first(conn)?;
            let id = onboarding_link::create(conn, cx, organization, maker.id, terms)?;
            let event = Event::new(Action::LinkCreated, "onboarding_link", id, &terms.name)
                .after(json!({ "name": terms.name, "purpose": terms.purpose.as_str(), "role": terms.role.as_str() }));
            Ok((
                (organization, id),
                Some(maker.actor()),
                Events::organization(organization, event),
            ))
        })?;
        if terms.purpose == LinkPurpose::NewCompany {
            timeline.ago(5 * 60, |cx, conn| {
                let person = account(conn, WAITS)?;
                let person = user::by_id(conn, person)?;
                let row = onboarding_link::find(conn, organization, id.as_str())?;
                onboarding_link::count_opened(conn, &row)?;
                let company = "Nwosu Claims";
                let asked = crate::models::join_request::create(conn, cx, &row, person.id, company)?;
                let asked = asked.ok_or_else(|| AppError::internal("the demo asks twice"))?;
                let event = Event::new(Action::JoinRequested, "join_request", asked, &person.name)
                    .after(json!({ "email": person.email.as_str(), "link": row.name, "company": company }));
                Ok(((), Some(person.actor()), Events::organization(organization, event)))
            })?;
        }
    }
    Ok(())
}
