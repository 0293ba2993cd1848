//! A new company.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::audit::Events;
use crate::auth::Gate;
use crate::auth::actor::Actor;
use crate::authz::permission::CreateCompanies;
use crate::common::error::AppError;
use crate::common::form::FormErrors;
use crate::common::html::{html, refused};
use crate::common::slug::Slug;
use crate::db::Conn;
use crate::db::types::organization::UnitLabel;
use crate::models::new_company;
use crate::services::companies::create;
use crate::services::companies::create::CompanyCreationError;
use crate::services::companies::form::CompanyForm;
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;

#[derive(Template)]
#[template(path = "companies/new.html", blocks = ["dialog"])]
struct NewPage {
    layout: Layout,
    path: String,
    slug: String,
    unit: UnitLabel,
    form: CompanyForm,
    errors: FormErrors,
}

impl NewPage {
    fn of(actor: &Actor, conn: &mut Conn, form: CompanyForm, errors: FormErrors) -> Result<Self, AppError> {
        Ok(Self {
            layout: actor.layout(conn, "companies")?,
            path: actor.path("/companies"),
            slug: actor.slug.clone(),
            unit: actor.unit,
            form,
            errors,
        })
    }
}

/// `GET /organizations/{slug}/companies/new`
pub async fn new(gate: Gate<CreateCompanies>) -> Result<HttpResponse, AppError> {
    let page = gate
        .read(|actor, conn| NewPage::of(actor, conn, CompanyForm::default(), FormErrors::none()))
        .await?;
    if gate.fragment() {
        html(page.as_dialog())
    } else {
        html(page)
    }
}

enum CompanyFormError {
    Invalid(FormErrors),
    Failed(AppError),
}

crate::change_error!(CompanyFormError);

/// `POST /organizations/{slug}/companies`
pub async fn create(gate: Gate<CreateCompanies>, form: web::Form<CompanyForm>) -> Result<HttpResponse, AppError> {
    let form = form.into_inner();
    let typed = form.clone();
    let errors = match gate.try_write(move |actor, conn| make(actor, conn, &typed)).await {
        Ok((name, path)) => return Ok(gate.done(format!("{name} is created"), &path)),
        Err(CompanyFormError::Invalid(errors)) => errors,
        Err(CompanyFormError::Failed(error)) => return Err(error),
    };
    let page = gate
        .read(move |actor, conn| NewPage::of(actor, conn, form, errors))
        .await?;
    if gate.fragment() {
        refused(page.as_dialog())
    } else {
        refused(page)
    }
}

fn make(actor: &Actor, conn: &mut Conn, form: &CompanyForm) -> Result<((String, String), Events), CompanyFormError> {
    let new = form.parse(actor.unit).map_err(CompanyFormError::Invalid)?;
    if form.same_name != "on" && new_company::is_named(conn, actor.organization, &new.name)? {
        return Err(CompanyFormError::Invalid(FormErrors::one(
            "same_name",
            format!(
                "Another {} has this name. Change the name, or confirm that you want both",
                actor.unit.one()
            ),
        )));
    }
    let (company, events) =
        create::create(conn, actor.organization, actor.cx.now, &new, None).map_err(|error| match error {
            CompanyCreationError::SlugTaken { slug, free } => CompanyFormError::Invalid(FormErrors::one(
                "slug",
                taken(actor.unit, slug.as_str(), free.as_ref().map(Slug::as_str)),
            )),
            CompanyCreationError::Failed(error) => CompanyFormError::Failed(error),
        })?;
    let path = actor.path(&format!("/companies/{}", company.slug));
    Ok(((company.name, path), events))
}

/// The message for a slug that another company has.
pub fn taken(unit: UnitLabel, slug: &str, free: Option<&str>) -> String {
    match free.filter(|free| *free != slug) {
        Some(free) => format!("Another {} has “{slug}”, “{free}” is free", unit.one()),
        None => format!("Another {} has “{slug}”, choose another", unit.one()),
    }
}
