//! The general settings: profile, contacts, dual control, and pending approvals.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::auth::Gate;
use crate::auth::actor::Actor;
use crate::authz::decision::Permissions;
use crate::authz::permission::EditProfile;
use crate::authz::role::Role;
use crate::common::currency::CURRENCIES;
use crate::common::error::AppError;
use crate::common::form::FormErrors;
use crate::common::html::html;
use crate::common::zone;
use crate::db::Conn;
use crate::db::types::organization::{Region, UnitLabel};
use crate::handlers::settings::profile_form::{ProfileForm, ProfilePreset};
use crate::models::approval;
use crate::models::approval::Approval;
use crate::models::member_names;
use crate::models::organization;
use crate::models::organization::contact;
use crate::models::organization::contact::{ContactKind, OrganizationContact};
use crate::models::organization::profile::DualControl;
use crate::services::approvals::dual_control;
use crate::services::organizations::profile;
use crate::web::history;
use crate::web::history::ObjectHistory;
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;
use crate::web::nav;
use crate::web::nav::NavTab;

struct ContactRow {
    kind: ContactKind,
    email: String,
    pending: String,
    /// Whether the link is still valid.
    open: bool,
}

impl ContactRow {
    fn of(contact: OrganizationContact, actor: &Actor) -> Self {
        Self {
            open: contact.is_open(actor.cx.now),
            kind: contact.kind,
            email: contact.email,
            pending: contact.pending_email,
        }
    }
}

/// A change that waits for approval.
struct PendingRow {
    href: String,
    text: String,
    by: String,
    ends: String,
    mine: bool,
}

#[derive(Template)]
#[template(path = "settings/general.html", blocks = ["profile"])]
struct GeneralPage {
    layout: Layout,
    tabs: Vec<&'static NavTab>,
    tab: &'static str,
    path: String,
    slug: String,
    organization: String,
    may: Permissions,
    form: ProfileForm,
    /// Filled in and not saved.
    preset: Option<ProfilePreset>,
    presets: Vec<(&'static str, &'static str)>,
    errors: FormErrors,
    units: Vec<(&'static str, &'static str)>,
    regions: Vec<(&'static str, &'static str)>,
    zones: Vec<(&'static str, Vec<(&'static str, &'static str)>)>,
    contacts: Vec<ContactRow>,
    control: DualControl,
    waiting: Vec<PendingRow>,
    history: Option<ObjectHistory>,
}

crate::page!(GeneralPage => as_profile);

impl GeneralPage {
    fn load(actor: &Actor, conn: &mut Conn, form: ProfileForm, errors: FormErrors) -> Result<Self, AppError> {
        let org = actor.organization;
        let known = contact::all(conn, org)?;
        let mut contacts = Vec::new();
        for kind in ContactKind::ALL {
            let one = match known.iter().find(|contact| contact.kind == *kind) {
                Some(contact) => contact.clone(),
                None => OrganizationContact::empty(*kind),
            };
            contacts.push(ContactRow::of(one, actor));
        }
        Ok(Self {
            layout: actor.layout(conn, "settings")?,
            tabs: nav::settings(actor.permissions),
            tab: "general",
            path: actor.path("/settings"),
            slug: actor.slug.clone(),
            organization: actor.organization_name.clone(),
            may: actor.permissions,
            history: history::history(conn, actor, "organization", actor.organization)?,
            form,
            preset: None,
            presets: ProfilePreset::ALL
                .iter()
                .map(|preset| (preset.as_str(), preset.label()))
                .collect(),
            errors,
            units: UnitLabel::ALL
                .iter()
                .map(|unit| (unit.as_str(), unit.titles()))
                .collect(),
            regions: Region::ALL
                .iter()
                .map(|region| (region.as_str(), region.label()))
                .collect(),
            zones: zone::by_region(),
            contacts,
            control: organization::control(conn, org)?,
            waiting: waiting(conn, actor)?,
        })
    }

    /// Such as "EUR, Euro".
    fn currencies() -> impl Iterator<Item = (&'static str, String)> {
        CURRENCIES.iter().map(|(code, name)| (*code, format!("{code}, {name}")))
    }
}

/// All of them for owners, and those that concern the actor for others.
fn waiting(conn: &mut Conn, actor: &Actor) -> Result<Vec<PendingRow>, AppError> {
    let sees = |approval: &Approval| {
        actor.role == Role::Owner || approval.requested_by == actor.id || approval.approver_id == Some(actor.id)
    };
    let open = approval::open(conn, actor.cx.now, actor.organization)?;
    let open: Vec<Approval> = open.into_iter().filter(sees).collect();
    let askers = open.iter().map(|approval| approval.requested_by).collect();
    let names = member_names::names(conn, actor.organization, askers)?;
    Ok(open
        .into_iter()
        .map(|approval| PendingRow {
            href: actor.path(&format!("/settings/approvals/{}", approval.id)),
            by: names.get(&approval.requested_by).cloned().unwrap_or_default(),
            ends: approval.expires_at.ahead(actor.cx.now, actor.zone),
            mine: dual_control::may_decide(&approval, actor),
            text: approval.label,
        })
        .collect())
}

#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub struct PresetQuery {
    preset: String,
}

/// `GET /organizations/{slug}/settings/general`: `preset` fills in fields that are not saved yet.
pub async fn edit(gate: Gate<EditProfile>, query: web::Query<PresetQuery>) -> Result<HttpResponse, AppError> {
    let preset = ProfilePreset::parse(&query.preset);
    let page = gate
        .read(move |actor, conn| {
            let form = ProfileForm::of(organization::profile(conn, actor.organization)?);
            let form = match preset {
                Some(preset) => form.filled(preset),
                None => form,
            };
            let page = GeneralPage::load(actor, conn, form, FormErrors::none())?;
            Ok(GeneralPage { preset, ..page })
        })
        .await?;
    html(page)
}

/// `POST /organizations/{slug}/settings/general`
pub async fn update(gate: Gate<EditProfile>, form: web::Form<ProfileForm>) -> Result<HttpResponse, AppError> {
    let form = form.into_inner();
    let profile = match form.parse() {
        Ok(profile) => profile,
        Err(errors) => {
            return gate
                .refused(move |actor, conn| GeneralPage::load(actor, conn, form, errors))
                .await;
        }
    };
    let path = gate
        .write(move |actor, conn| {
            let ((), events) = profile::update(conn, actor.organization, profile)?;
            Ok((actor.path("/settings/general"), events))
        })
        .await?;
    Ok(gate.done("Profile saved", &path))
}
