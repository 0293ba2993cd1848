//! Resources and settings of companies of the demo's first organization.

use diesel::prelude::*;
use serde_json::json;

use crate::audit::{Action, Event, Events};
use crate::cli::demo::timeline::{DAY, Timeline, account};
use crate::common::error::AppError;
use crate::common::hours::{OpeningHours, parse_day};
use crate::common::id::CompanyId;
use crate::common::zone::Zone;
use crate::db::schema::{companies, organization_slugs};
use crate::db::types::inventory::{AgentHours, KnowledgeUse, ResourceKind, SyncStatus};
use crate::db::types::org_id::OrgId;
use crate::models::company_defaults::CompanyDefaults;
use crate::models::company_settings::CompanySettings;
use crate::models::resource::ResourceSync;
use crate::models::resource::write::NewResource;
use crate::models::{company_defaults, company_settings, resource, user};
use crate::services::resources::form::ResourceForm;

const SLUG: &str = "meridian";
const OWNER: &str = "maya@meridian.example";

/// Kind, name, the beginning of a company's slug or nothing, what it has by its kind, and a reference.
type DemoResource = (ResourceKind, &'static str, &'static str, &'static str, &'static str);

#[rustfmt::skip]
const RESOURCES: [DemoResource; 14] = [
    (ResourceKind::Agent, "Payment reminder agent", "", "", "agent:reminder"),
    (ResourceKind::Agent, "Harbor front desk", "harbor", "", "agent:harbor-desk"),
    (ResourceKind::Agent, "Bluewater callbacks", "bluewater", "", ""),
    (ResourceKind::Campaign, "Spring settlement offers", "harbor", "", "cmp-2031"),
    (ResourceKind::Campaign, "Second notice by text", "bluewater", "", "cmp-2044"),
    (ResourceKind::LeadList, "Accounts past 60 days", "harbor", "", "list-60"),
    (ResourceKind::LeadList, "Callbacks of this week", "atlas", "", ""),
    (ResourceKind::PhoneNumber, "Harbor main line", "harbor", "+1 312 555 0142", "pbx:142"),
    (ResourceKind::PhoneNumber, "Bluewater toll-free", "bluewater", "+1 800 555 0177", "pbx:177"),
    (ResourceKind::PhoneNumber, "Atlas office", "atlas", "+1 646 555 0119", ""),
    (ResourceKind::KnowledgeSource, "Help center", "", "https://help.meridian.example/", "kb:help"),
    (ResourceKind::KnowledgeSource, "Harbor payment plans", "harbor", "https://harbor.example/plans", "kb:plans"),
    (ResourceKind::App, "Case portal", "", "https://cases.meridian.example/", "app:cases"),
    (ResourceKind::App, "Atlas dialer", "atlas", "https://dialer.atlas.example/", ""),
];

pub fn seed(timeline: &Timeline) -> Result<(), AppError> {
    for (at, demo) in RESOURCES.iter().enumerate() {
        let days = 40 - i64::try_from(at).unwrap_or_default();
        timeline.ago(days * DAY, |cx, conn| {
            let owner = account(conn, OWNER)?;
            let owner = user::by_id(conn, owner)?;
            let organization = organization(conn)?;
            let company = match demo.2 {
                "" => None,
                slug => self::company(conn, organization, slug)?,
            };
            let sync = (demo.0 == ResourceKind::KnowledgeSource).then_some(ResourceSync {
                status: SyncStatus::Synced,
                at: Some(timeline.today.now),
            });
            let form = ResourceForm {
                name: demo.1.into(),
                external_ref: demo.4.into(),
                number: demo.3.into(),
                source: "url".into(),
                url: demo.3.into(),
                ..ResourceForm::default()
            };
            let terms = form.parse(demo.0, sync);
            let new = NewResource {
                kind: demo.0,
                company,
                terms: terms.map_err(|_| AppError::internal(format!("{} is no resource", demo.1)))?,
                created_by: owner.id,
            };
            let id = resource::write::create(conn, organization, cx.now, &new)?;
            let event = Event::new(Action::ResourceCreated, "resource", id, demo.1)
                .company(company)
                .after(json!({ "kind": demo.0.as_str(), "name": demo.1 }));
            Ok(((), Some(owner.actor()), Events::organization(organization, event)))
        })?;
    }
    settings(timeline)
}

fn settings(timeline: &Timeline) -> Result<(), AppError> {
    timeline.ago(20 * DAY, |_, conn| {
        let organization = organization(conn)?;
        let day = |text: &str| parse_day(text).map_err(AppError::internal);
        let (week, saturday) = (day("8:00–18:00")?, day("9:00–13:00")?);
        let hours = OpeningHours::of([
            week.clone(),
            week.clone(),
            week.clone(),
            week.clone(),
            week,
            saturday,
            Vec::new(),
        ]);
        let defaults = CompanyDefaults {
            hours: Some(hours),
            sender_ids: vec!["Meridian".into()],
            agents: AgentHours::OpeningHours,
            knowledge: KnowledgeUse::Shared,
        };
        company_defaults::save(conn, organization, &defaults)?;
        if let Some(harbor) = company(conn, organization, "harbor")? {
            let own = CompanySettings {
                external_ref: Some("CRM-0012".into()),
                timezone: Zone::parse("America/New_York").ok(),
                sender_ids: Some(vec!["Harbor".into(), "+13125550142".into()]),
                ..CompanySettings::default()
            };
            company_settings::save(conn, organization, harbor, &own)?;
        }
        Ok(((), None, Events::none("settings of the demo")))
    })
}

fn organization(conn: &mut crate::db::Conn) -> Result<OrgId, AppError> {
    let found = organization_slugs::table
        .find(SLUG)
        .select(organization_slugs::organization_id)
        .first(conn)?;
    Ok(found)
}

fn company(conn: &mut crate::db::Conn, organization: OrgId, slug: &str) -> Result<Option<CompanyId>, AppError> {
    let found = companies::table
        .filter(companies::organization_id.eq(organization))
        .filter(companies::slug.like(format!("{slug}%")))
        .select(companies::id)
        .first(conn)
        .optional()?;
    Ok(found)
}
