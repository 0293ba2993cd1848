//! Creating a key.

use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use crate::auth::Gate;
use crate::auth::actor::Actor;
use crate::authz::permission::ManageKeys;
use crate::authz::scope::Scope;
use crate::common::error::AppError;
use crate::common::fields::Fields;
use crate::common::form::FormErrors;
use crate::common::html::see_other;
use crate::db::Conn;
use crate::db::types::organization::UnitLabel;
use crate::handlers::developers::form::KeyForm;
use crate::handlers::developers::landing;
use crate::handlers::developers::once;
use crate::handlers::developers::once::ShownKey;
use crate::handlers::password;
use crate::models::company_choice;
use crate::models::company_choice::CompanyChoices;
use crate::services::api_keys::{create, reach};
use crate::services::reauthenticate;
use crate::web::layout::{Layout, PageLayout};

struct ScopeChoice {
    value: &'static str,
    title: &'static str,
    text: &'static str,
    checked: bool,
    /// Whether the actor has permissions for it.
    useful: bool,
}

#[derive(Template)]
#[template(path = "developers/new.html", blocks = ["dialog"])]
struct NewKeyPage {
    layout: Layout,
    unit: UnitLabel,
    action: String,
    back: String,
    new_key: Option<ShownKey>,
    scopes: Vec<ScopeChoice>,
    companies: CompanyChoices,
    /// Whether the key can only be limited to a company.
    limited: bool,
    form: KeyForm,
    asks_password: bool,
    errors: FormErrors,
}

crate::page!(NewKeyPage => as_dialog);

impl NewKeyPage {
    fn load(conn: &mut Conn, actor: &Actor, mut form: KeyForm, errors: FormErrors) -> Result<Self, AppError> {
        let own = reach::companies::<ManageKeys>(conn, actor)?;
        // The list has slugs; a form may have sent an id.
        let chosen = company_choice::named(conn, actor.organization, own.as_deref(), &form.company_id, 1)?;
        if let ([only], false) = (&chosen[..], form.company_id.trim().is_empty()) {
            form.company_id.clone_from(&only.slug);
        }
        let permissions = actor.permissions.everywhere().or(actor.permissions.own());
        let choice = |scope: &Scope| ScopeChoice {
            value: scope.as_str(),
            title: scope.label(),
            text: scope.hint(),
            checked: form.has(*scope),
            useful: scope.is_useful_with(permissions),
        };
        Ok(Self {
            layout: actor.layout(conn, "settings")?,
            unit: actor.unit,
            action: actor.path("/settings/developers/keys"),
            back: landing(actor),
            new_key: None,
            scopes: Scope::ALL.iter().map(choice).collect(),
            companies: CompanyChoices::of(conn, actor.organization, actor.active_companies, own.as_deref())?,
            limited: own.is_some(),
            asks_password: actor.confirmed().is_err(),
            form,
            errors,
        })
    }
}

/// `GET /organizations/{slug}/settings/developers/keys/new`
pub async fn new(gate: Gate<ManageKeys>, req: HttpRequest) -> Result<HttpResponse, AppError> {
    let new_key = once::take(gate.session(), &req);
    gate.show(move |actor, conn| {
        // Whether it asks for the password depends on the time.
        actor.cx.request.page.never_store();
        let form = KeyForm::fresh(actor.cx.now, actor.org_zone);
        let page = NewKeyPage::load(conn, actor, form, FormErrors::none())?;
        Ok(NewKeyPage { new_key, ..page })
    })
    .await
}

/// `POST /organizations/{slug}/settings/developers/keys`
pub async fn create(gate: Gate<ManageKeys>, fields: Fields) -> Result<HttpResponse, AppError> {
    let form = KeyForm::of(&fields);
    let typed = form.clone();
    let (terms, mut errors) = gate
        .read(move |actor, conn| {
            let mut errors = FormErrors::none();
            let terms = typed.read(conn, actor, &mut errors)?;
            Ok((terms, errors))
        })
        .await?;
    if let Err(error) = reauthenticate::confirm_unless_recent(&gate, fields.get("password").to_owned()).await {
        errors.add("password", password::message(error)?);
    }
    let Some(terms) = terms.filter(|_| errors.is_empty()) else {
        return gate
            .refused(move |actor, conn| NewKeyPage::load(conn, actor, form, errors))
            .await;
    };
    let (new, path) = gate
        .write(move |actor, conn| {
            let (new, events) = create::create(conn, actor, &terms)?;
            Ok(((new, landing(actor)), events))
        })
        .await?;
    once::leave(gate.session(), new)?;
    Ok(see_other(gate.fragment(), &path))
}
