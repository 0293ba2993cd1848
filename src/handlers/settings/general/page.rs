//! The page of the general settings.

use askama::Template;

use crate::auth::actor::Actor;
use crate::authz::decision::Permissions;
use crate::authz::role::Role;
use crate::common::currency::Currency;
use crate::common::error::AppError;
use crate::common::form::FormErrors;
use crate::common::zone;
use crate::db::Conn;
use crate::db::types::organization::{Region, UnitLabel};
use crate::handlers::settings::general::owner_card::OwnerCard;
use crate::handlers::settings::profile_form::ProfileForm;
use crate::models::approval;
use crate::models::approval::Approval;
use crate::models::member_names;
use crate::models::organization;
use crate::models::organization::contact;
use crate::models::organization::contact::{ContactKind, OrganizationContact};
use crate::models::organization::profile::DualControl;
use crate::services::approvals::dual_control;
use crate::web::history;
use crate::web::history::ObjectHistory;
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;
use crate::web::nav;
use crate::web::nav::NavTab;

/// What was typed into one of the forms of the page, and what is wrong with it.
pub enum GeneralInput {
    /// What is saved.
    Saved,
    Profile(Box<ProfileForm>, FormErrors),
    Contact(ContactKind, String, &'static str),
    /// The address of another owner.
    Owner(String, String),
}

pub struct ContactRow {
    kind: ContactKind,
    email: String,
    pending: String,
    /// Whether the link is still valid.
    open: bool,
    /// What its field shows.
    shown: String,
}

impl ContactRow {
    fn of(contact: OrganizationContact, actor: &Actor, input: &GeneralInput) -> Self {
        let waiting = if contact.pending_email.is_empty() {
            &contact.email
        } else {
            &contact.pending_email
        };
        Self {
            shown: match input {
                GeneralInput::Contact(kind, typed, _) if *kind == contact.kind => typed.clone(),
                _ => waiting.clone(),
            },
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
pub struct GeneralPage {
    layout: Layout,
    tabs: Vec<&'static NavTab>,
    tab: &'static str,
    path: String,
    slug: String,
    organization: String,
    may: Permissions,
    form: ProfileForm,
    errors: FormErrors,
    units: Vec<(&'static str, &'static str)>,
    regions: Vec<(&'static str, &'static str)>,
    zones: Vec<(&'static str, Vec<(&'static str, &'static str)>)>,
    contacts: Vec<ContactRow>,
    /// What is wrong with a contact or with the owner.
    faults: FormErrors,
    owner: Option<OwnerCard>,
    control: DualControl,
    waiting: Vec<PendingRow>,
    history: Option<ObjectHistory>,
}

crate::page!(GeneralPage => as_profile);

impl GeneralPage {
    pub fn load(actor: &Actor, conn: &mut Conn, input: GeneralInput) -> Result<Self, AppError> {
        let org = actor.organization;
        let (faults, other_owner) = match &input {
            GeneralInput::Contact(kind, _, message) => (FormErrors::one(kind.field(), *message), String::new()),
            GeneralInput::Owner(typed, message) => (FormErrors::one("owner_email", message), typed.clone()),
            GeneralInput::Saved | GeneralInput::Profile(..) => (FormErrors::none(), String::new()),
        };
        let contacts = contacts(conn, actor, &input)?;
        let (form, errors) = match input {
            GeneralInput::Profile(form, errors) => (*form, errors),
            _ => (ProfileForm::of(organization::profile(conn, org)?), FormErrors::none()),
        };
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
            faults,
            owner: OwnerCard::load(conn, actor, other_owner)?,
            control: organization::control(conn, org)?,
            waiting: waiting(conn, actor)?,
        })
    }

    /// Such as "EUR, Euro".
    fn currencies() -> impl Iterator<Item = (&'static str, String)> {
        let label = |currency: &Currency| format!("{}, {}", currency.code(), currency.name());
        Currency::all()
            .iter()
            .map(move |currency| (currency.code(), label(currency)))
    }
}

fn contacts(conn: &mut Conn, actor: &Actor, input: &GeneralInput) -> Result<Vec<ContactRow>, AppError> {
    let known = contact::all(conn, actor.organization)?;
    let rows = ContactKind::ALL.iter().map(|kind| {
        let one = known.iter().find(|contact| contact.kind == *kind);
        let one = one.cloned().unwrap_or_else(|| OrganizationContact::empty(*kind));
        ContactRow::of(one, actor, input)
    });
    Ok(rows.collect())
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
