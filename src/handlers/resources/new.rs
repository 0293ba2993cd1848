//! A new resource: first its kind, then what the kind has.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::audit::Events;
use crate::auth::Gate;
use crate::auth::actor::Actor;
use crate::authz::permission::ManageChannels;
use crate::common::error::AppError;
use crate::common::fields::Fields;
use crate::common::form::FormErrors;
use crate::common::html::query_value;
use crate::common::id::CompanyId;
use crate::db::Conn;
use crate::db::types::inventory::ResourceKind;
use crate::db::types::organization::UnitLabel;
use crate::handlers::resources::fields::{ResourceFields, read};
use crate::handlers::resources::refusal;
use crate::models::company_choice;
use crate::models::company_choice::CompanyChoices;
use crate::models::resource::scope::ResourceScope;
use crate::services::resources::form::ResourceForm;
use crate::services::resources::{ResourceError, create, reach};
use crate::web::layout::{Layout, PageLayout};

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct NewResourceQuery {
    kind: String,
    /// The slug of a company.
    company: String,
}

/// A kind to choose.
struct KindChoice {
    label: &'static str,
    hint: &'static str,
    icon: &'static str,
    href: String,
}

#[derive(Template)]
#[template(path = "resources/new.html", blocks = ["dialog"])]
struct NewPage {
    layout: Layout,
    unit: UnitLabel,
    path: String,
    /// While no kind is chosen.
    kinds: Vec<KindChoice>,
    fields: Option<ResourceFields>,
    company: String,
    choices: CompanyChoices,
    /// Whether it can be of the whole organization.
    shares: bool,
}

crate::page!(NewPage => as_dialog);

impl NewPage {
    fn load(
        conn: &mut Conn,
        actor: &Actor,
        asked: &NewResourceQuery,
        form: ResourceForm,
        errors: FormErrors,
    ) -> Result<Self, AppError> {
        let scope = reach::managed(conn, actor)?;
        let own = own(&scope);
        let path = actor.path("/resources");
        let choice = |kind: &ResourceKind| KindChoice {
            label: kind.label(),
            hint: kind.hint(),
            icon: kind.icon(),
            href: match asked.company.as_str() {
                "" => format!("{path}/new?kind={kind}"),
                company => format!("{path}/new?kind={kind}&company={}", query_value(company)),
            },
        };
        Ok(Self {
            layout: actor.layout(conn, "resources")?,
            unit: actor.unit,
            kinds: ResourceKind::ALL.iter().map(choice).collect(),
            fields: ResourceKind::parse(&asked.kind).map(|kind| ResourceFields::new(kind, form, errors)),
            company: asked.company.clone(),
            choices: CompanyChoices::of(conn, actor.organization, actor.active_companies, own)?,
            shares: scope.has(None),
            path,
        })
    }

    fn title(&self) -> String {
        let kind = self
            .fields
            .as_ref()
            .map_or("resource".to_owned(), |fields| noun(fields.kind));
        format!("New {kind}")
    }

    /// The entry of the list of companies without a company.
    fn nothing(&self) -> &'static str {
        if self.shares { "Whole organization" } else { "Choose" }
    }

    fn has_errors(&self) -> bool {
        self.fields.as_ref().is_some_and(|fields| !fields.errors.is_empty())
    }
}

/// "phone number"
fn noun(kind: ResourceKind) -> String {
    kind.label().to_lowercase()
}

fn own(scope: &ResourceScope) -> Option<&[CompanyId]> {
    match scope {
        ResourceScope::Everything => None,
        ResourceScope::Companies { ids, .. } => Some(ids),
    }
}

/// `GET /organizations/{slug}/resources/new`
pub async fn new(gate: Gate<ManageChannels>, query: web::Query<NewResourceQuery>) -> Result<HttpResponse, AppError> {
    let asked = query.into_inner();
    gate.show(move |actor, conn| NewPage::load(conn, actor, &asked, ResourceForm::default(), FormErrors::none()))
        .await
}

enum NewResourceError {
    Invalid(FormErrors),
    Failed(AppError),
}

crate::change_error!(NewResourceError);

/// `POST /organizations/{slug}/resources`
pub async fn create(gate: Gate<ManageChannels>, fields: Fields) -> Result<HttpResponse, AppError> {
    let asked = NewResourceQuery {
        kind: fields.get("kind").to_owned(),
        company: fields.get("company").to_owned(),
    };
    let form = read(&fields);
    let (wanted, typed) = (asked.clone(), form.clone());
    let made = gate
        .try_write(move |actor, conn| make(conn, actor, &wanted, &typed))
        .await;
    match made {
        Ok((name, path)) => Ok(gate.done(format!("{name} is created"), &path)),
        Err(NewResourceError::Failed(error)) => Err(error),
        Err(NewResourceError::Invalid(errors)) => {
            gate.refused(move |actor, conn| NewPage::load(conn, actor, &asked, form, errors))
                .await
        }
    }
}

fn make(
    conn: &mut Conn,
    actor: &Actor,
    wanted: &NewResourceQuery,
    form: &ResourceForm,
) -> Result<((String, String), Events), NewResourceError> {
    let kind = ResourceKind::parse(&wanted.kind)
        .ok_or_else(|| NewResourceError::Invalid(FormErrors::one("kind", "Choose a kind of the list")))?;
    let terms = form.parse(kind, None).map_err(NewResourceError::Invalid)?;
    let refused = |error| match error {
        ResourceError::Failed(error) => NewResourceError::Failed(error),
        error => NewResourceError::Invalid(refusal(&error, actor.unit)),
    };
    let scope = reach::managed(conn, actor)?;
    let company = match wanted.company.trim() {
        "" => None,
        typed => match &company_choice::named(conn, actor.organization, own(&scope), typed, 2)?[..] {
            [only] => Some(only.clone()),
            _ => return Err(refused(ResourceError::CompanyUnknown)),
        },
    };
    let path = match &company {
        Some(company) => actor.path(&format!("/companies/{}/resources", company.slug)),
        None => actor.path("/resources"),
    };
    let name = terms.name.clone();
    let company = company.map(|company| company.id);
    let (_, events) = create::create(conn, actor, kind, company, terms).map_err(refused)?;
    Ok(((name, path), events))
}
