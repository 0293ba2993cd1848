//! API keys of the demo: one that sends usage, one that another member owns, and one that is limited to a company.

use std::sync::Arc;

use diesel::prelude::*;
use serde_json::json;

use crate::app::{Ctx, RequestInfo};
use crate::audit::{Action, Event, Events};
use crate::authz::scope::Scopes;
use crate::cli::demo::timeline::{DAY, Timeline, account, end_of_day};
use crate::common::error::AppError;
use crate::common::id::{ApiKeyId, CompanyId};
use crate::db::schema::{companies, organization_slugs};
use crate::db::types::org_id::OrgId;
use crate::models::api_key;
use crate::models::api_key::KeyTerms;
use crate::models::api_key::touch::KeyTouch;
use crate::models::api_key::write;
use crate::models::api_key::write::KeyOwner;
use crate::models::membership::by_user;
use crate::models::user;

const SLUG: &str = "meridian";
const COMPANY: &str = "harbor";
/// Where the programs run.
const ADDRESS: &str = "203.0.113.40";

struct DemoKey {
    /// Days since the creation.
    days: i64,
    owner: &'static str,
    name: &'static str,
    scopes: &'static str,
    /// Whether it is limited to the company.
    limited: bool,
    /// Minutes since the last use.
    used: Option<i64>,
}

const KEYS: [DemoKey; 3] = [
    DemoKey {
        days: 41,
        owner: "maya@meridian.example",
        name: "Warehouse sync",
        scopes: "events:write facts:write companies:read",
        limited: false,
        used: Some(2),
    },
    DemoKey {
        days: 33,
        owner: "daniel.reyes@meridian.example",
        name: "CRM bridge",
        scopes: "companies:read members:read",
        limited: false,
        used: Some(3 * 60),
    },
    DemoKey {
        days: 9,
        owner: "maya@meridian.example",
        name: "Billing export",
        scopes: "reports:read",
        limited: true,
        used: None,
    },
];

pub fn seed(timeline: &Timeline) -> Result<(), AppError> {
    for demo in KEYS {
        let expires_at = Some(end_of_day(timeline.today.now, 365)?);
        let (organization, id) = timeline.ago(demo.days * DAY, |cx, conn| {
            let owner = account(conn, demo.owner)?;
            let owner = user::by_id(conn, owner)?;
            let organization: OrgId = organization_slugs::table
                .find(SLUG)
                .select(organization_slugs::organization_id)
                .first(conn)?;
            let company: Option<CompanyId> = companies::table
                .filter(companies::organization_id.eq(organization))
                .filter(companies::slug.like(format!("{COMPANY}%")))
                .select(companies::id)
                .first(conn)
                .optional()?;
            let membership = by_user::active_id(conn, organization, owner.id)?.ok_or(AppError::NotFound)?;
            let terms = KeyTerms {
                name: demo.name.into(),
                scopes: Scopes::read(demo.scopes),
                company: company.filter(|_| demo.limited),
                expires_at,
                allowed_ips: String::new(),
            };
            let key_owner = KeyOwner {
                membership,
                user: owner.id,
            };
            let (id, _) = write::create(conn, cx, organization, key_owner, &terms, None)?;
            let event = Event::new(Action::KeyCreated, "api_key", id, demo.name)
                .company(terms.company)
                .after(json!({ "scopes": terms.scopes.text() }));
            Ok((
                (organization, id),
                Some(owner.actor()),
                Events::organization(organization, event),
            ))
        })?;
        if let Some(minutes) = demo.used {
            use_key(timeline, organization, id, minutes)?;
        }
    }
    Ok(())
}

fn use_key(timeline: &Timeline, organization: OrgId, id: ApiKeyId, minutes: i64) -> Result<(), AppError> {
    timeline.ago(minutes, |cx, conn| {
        let cx = Ctx {
            request: Arc::new(RequestInfo {
                ip: ADDRESS.into(),
                ..RequestInfo::default()
            }),
            ..cx.clone()
        };
        let key = api_key::find(conn, organization, id.as_str(), None)?;
        KeyTouch::of(&key, None, cx.now).save(conn, &cx)?;
        Ok(((), None, Events::none("a use is not audited")))
    })
}
