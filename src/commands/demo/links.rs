//! Onboarding links of the demo: one for new companies, one for the field team, and somebody who waits.

use diesel::prelude::*;
use serde_json::json;

use super::{DAY, Stage, account};
use crate::gate::deed::{Action, Deed, Deeds};
use crate::gate::link::{self, Purpose, Terms};
use crate::gate::member::OrgId;
use crate::gate::role::{CompanyRole, Role};
use crate::gate::schema::organization_slugs;
use crate::gate::session::Person;
use crate::ground::error::AppError;
use crate::ground::time::Span;
use crate::rooms;

/// Who made the links, where, and who came by one and waits.
const SLUG: &str = "meridian";
const MAKER: &str = "maya@meridian.example";
const WAITS: &str = "amara@fernkettle.example";

pub(super) fn furnish(stage: &Stage) -> Result<(), AppError> {
    let open = Terms {
        name: "Partner fair in May".into(),
        purpose: Purpose::NewCompany,
        role: Role::Member,
        company_role: CompanyRole::Manager,
        companies: Vec::new(),
        domains: Vec::new(),
        approval: true,
        max_uses: Some(40),
        expires_at: Some(stage.today.now + Span::days(60)),
    };
    let team = Terms {
        name: "Field team".into(),
        purpose: Purpose::Join,
        role: Role::Viewer,
        domains: vec!["meridian.example".into()],
        approval: false,
        max_uses: None,
        ..open.clone()
    };
    for (days, terms) in [(20, &team), (12, &open)] {
        let (organization, id) = stage.ago(days * DAY, |cx, conn| {
            let maker = account(conn, MAKER)?;
            let maker = Person::backstage(conn, cx, maker)?;
            let organization: OrgId = organization_slugs::table
                .find(SLUG)
                .select(organization_slugs::organization_id)
                .first(conn)?;
            let id = link::create(conn, cx, organization, maker.id, terms)?;
            let deed = Deed::new(Action::LinkCreated, "onboarding_link", id, &terms.name)
                .after(json!({ "name": terms.name, "purpose": terms.purpose.as_str(), "role": terms.role.as_str() }));
            Ok((
                (organization, id),
                Some(maker.actor()),
                Deeds::organization(organization, deed),
            ))
        })?;
        if terms.purpose == Purpose::NewCompany {
            stage.ago(5 * 60, |cx, conn| {
                let guest = account(conn, WAITS)?;
                let guest = Person::backstage(conn, cx, guest)?;
                let row = link::find(conn, organization, id.as_str())?;
                link::count_opened(conn, &row)?;
                let company = "Nwosu Claims";
                let asked = rooms::links::store::requests::ask(conn, cx, &row, guest.id, company)?;
                let asked = asked.ok_or_else(|| AppError::internal("the demo asks twice"))?;
                let deed = Deed::new(Action::JoinRequested, "join_request", asked, &guest.name)
                    .after(json!({ "email": guest.email.as_str(), "link": row.name, "company": company }));
                Ok(((), Some(guest.actor()), Deeds::organization(organization, deed)))
            })?;
        }
    }
    Ok(())
}
