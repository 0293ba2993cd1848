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

/// Days since the creation, owner, name, scopes, whether it is limited to the company, and minutes since its last use.
const KEYS: [(i64, &str, &str, &str, bool, Option<i64>); 3] = [
    (
        41,
        "maya@meridian.example",
        "Warehouse sync",
        "events:write facts:write companies:read",
        false,
        Some(2),
    ),
    (
        33,
        "daniel.reyes@meridian.example",
        "CRM bridge",
        "companies:read members:read",
        false,
        Some(3 * 60),
    ),
    (9, "maya@meridian.example", "Billing export", "reports:read", true, None),
];

pub fn seed(timeline: &Timeline) -> Result<(), AppError> {
    for (days, owner, name, scopes, limited, used) in KEYS {
        let expires_at = Some(end_of_day(timeline.today.now, 365)?);
        let (organization, id) = timeline.ago(days * DAY, |cx, conn| {
            let owner = account(conn, owner)?;
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
                name: name.into(),
                scopes: Scopes::read(scopes),
                company: company.filter(|_| limited),
                expires_at,
                allowed_ips: String::new(),
            };
            let key_owner = KeyOwner {
                membership,
                user: owner.id,
            };
            let (id, _) = write::create(conn, cx, organization, key_owner, &terms, None)?;
            let event = Event::new(Action::KeyCreated, "api_key", id, name)
                .company(terms.company)
                .after(json!({ "scopes": terms.scopes.text() }));
            Ok((
                (organization, id),
                Some(owner.actor()),
                Events::organization(organization, event),
            ))
        })?;
        if let Some(minutes) = used {
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
