//! One resource, and its form for those who manage it.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::auth::Gate;
use crate::auth::actor::Actor;
use crate::authz::permission::{ManageChannels, ViewCompany};
use crate::common::error::AppError;
use crate::common::fields::Fields;
use crate::common::form::FormErrors;
use crate::db::Conn;
use crate::db::types::inventory::ResourceState;
use crate::db::types::organization::UnitLabel;
use crate::handlers::resources::fields::{ResourceFields, read};
use crate::handlers::resources::refusal;
use crate::handlers::resources::row::badges;
use crate::models::resource::Resource;
use crate::services::resources::form::ResourceForm;
use crate::services::resources::{ResourceError, edit, reach};
use crate::web::history;
use crate::web::history::ObjectHistory;
use crate::web::layout::{Layout, PageLayout};

/// For machines and for people.
type Moment = (String, String);

#[derive(Template)]
#[template(path = "resources/show.html")]
struct ShowPage {
    layout: Layout,
    list: String,
    path: String,
    unit: UnitLabel,
    organization: String,
    name: String,
    icon: &'static str,
    fields: ResourceFields,
    /// Name and page of its company.
    company: Option<(String, String)>,
    badges: Vec<(&'static str, &'static str)>,
    /// Whether its company is archived.
    locked: bool,
    archived: bool,
    /// Whether the reader manages it.
    manages: bool,
    created: Moment,
    archived_at: Option<Moment>,
    synced_at: Option<Moment>,
    history: Option<ObjectHistory>,
}

crate::page!(ShowPage);

impl ShowPage {
    fn load(
        conn: &mut Conn,
        actor: &Actor,
        id: &str,
        typed: Option<(ResourceForm, FormErrors)>,
    ) -> Result<Self, AppError> {
        let resource = reach::visible(conn, actor, id)?;
        let manages = reach::managed(conn, actor)?.has(resource.company_id());
        let moment = |at: crate::common::time::Time| (at.iso(), at.full(actor.zone));
        let (form, errors) = typed.unwrap_or_else(|| (ResourceForm::of(&resource.terms), FormErrors::none()));
        Ok(Self {
            layout: actor.layout(conn, "resources")?,
            list: actor.path("/resources"),
            path: actor.path(&format!("/resources/{}", resource.id)),
            unit: actor.unit,
            organization: actor.organization_name.clone(),
            icon: resource.kind.icon(),
            badges: badges(&resource),
            locked: resource.is_locked(),
            archived: resource.state == ResourceState::Archived,
            manages,
            created: moment(resource.created_at),
            archived_at: resource.archived_at.map(moment),
            synced_at: resource.terms.sync.and_then(|sync| sync.at).map(moment),
            history: history::history(conn, actor, "resource", resource.id)?,
            fields: ResourceFields::new(resource.kind, form, errors),
            company: company(actor, &resource),
            name: resource.terms.name,
        })
    }
}

fn company(actor: &Actor, resource: &Resource) -> Option<(String, String)> {
    resource.company.as_ref().map(|company| {
        let page = actor.path(&format!("/companies/{}", company.slug));
        (company.name.clone(), page)
    })
}

/// Slug and id.
type ResourcePath = web::Path<(String, String)>;

/// `GET /organizations/{slug}/resources/{id}`
pub async fn show(gate: Gate<ViewCompany>, path: ResourcePath) -> Result<HttpResponse, AppError> {
    let (_, id) = path.into_inner();
    gate.show(move |actor, conn| ShowPage::load(conn, actor, &id, None))
        .await
}

enum EditError {
    Invalid(FormErrors),
    Refused(ResourceError),
    Failed(AppError),
}

crate::change_error!(EditError);

impl From<ResourceError> for EditError {
    fn from(error: ResourceError) -> Self {
        match error {
            ResourceError::Failed(error) => Self::Failed(error),
            error => Self::Refused(error),
        }
    }
}

/// `POST /organizations/{slug}/resources/{id}`
pub async fn update(gate: Gate<ManageChannels>, path: ResourcePath, fields: Fields) -> Result<HttpResponse, AppError> {
    let (_, id) = path.into_inner();
    let form = read(&fields);
    let (named, typed) = (id.clone(), form.clone());
    let saved = gate
        .try_write(move |actor, conn| {
            let change = |present: &Resource| {
                typed
                    .parse(present.kind, present.terms.sync)
                    .map_err(EditError::Invalid)
            };
            let (resource, events) = edit::update(conn, actor, &named, change)?;
            Ok((actor.path(&format!("/resources/{}", resource.id)), events))
        })
        .await;
    let error = match saved {
        Ok(path) => return Ok(gate.done("Changes saved", &path)),
        Err(EditError::Failed(error)) => return Err(error),
        Err(error) => error,
    };
    gate.refused(move |actor, conn| {
        let errors = match error {
            EditError::Invalid(errors) => errors,
            EditError::Refused(error) => refusal(&error, actor.unit),
            EditError::Failed(_) => FormErrors::none(),
        };
        ShowPage::load(conn, actor, &id, Some((form, errors)))
    })
    .await
}
