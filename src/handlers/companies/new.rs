//! A new company.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde_json::json;

use crate::audit::{Action, Event, Events};
use crate::auth::Gate;
use crate::auth::actor::Actor;
use crate::authz::permission::CreateCompanies;
use crate::common::error::AppError;
use crate::common::form::FormErrors;
use crate::common::html::{html, refused, see_other};
use crate::common::slug::Slug;
use crate::db::Conn;
use crate::db::types::organization::UnitLabel;
use crate::services::company_form;
use crate::services::company_form::CompanyForm;
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

/// `POST /organizations/{slug}/companies`
pub async fn create(gate: Gate<CreateCompanies>, form: web::Form<CompanyForm>) -> Result<HttpResponse, AppError> {
    let form = form.into_inner();
    let typed = form.clone();
    let made = gate.write(move |actor, conn| make(actor, conn, &typed)).await?;
    let errors = match made {
        Ok((name, path)) => {
            gate.tell("success", format!("{name} is created"));
            return Ok(see_other(gate.fragment(), &path));
        }
        Err(errors) => errors,
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

type Made = Result<(String, String), FormErrors>;

fn make(actor: &Actor, conn: &mut Conn, form: &CompanyForm) -> Result<(Made, Events), AppError> {
    let org = actor.organization;
    let wish = match company_form::wish(form, actor.unit.one()) {
        Ok(wish) => wish,
        Err(errors) => return Ok((Err(errors), Events::none("refused"))),
    };
    let free = company_form::free_like(conn, org, &wish.slug)?;
    let slug = match &free {
        Some(free) if wish.slug_is_ours => free,
        _ => &wish.slug,
    };
    let Some(id) = company_form::create(conn, org, actor.cx.now, &wish.name, slug)? else {
        let sentence = taken(actor.unit, slug.as_str(), free.as_ref().map(Slug::as_str));
        return Ok((Err(FormErrors::one("slug", sentence)), Events::none("refused")));
    };
    let event = Event::new(Action::CompanyCreated, "company", id, &wish.name)
        .after(json!({ "name": wish.name, "slug": slug.as_str() }));
    let path = actor.path(&format!("/companies/{slug}"));
    Ok((Ok((wish.name.clone(), path)), actor.event(event)))
}

/// The sentence at a slug that another company has.
pub fn taken(unit: UnitLabel, slug: &str, free: Option<&str>) -> String {
    match free.filter(|free| *free != slug) {
        Some(free) => format!("Another {} has “{slug}”, “{free}” is free", unit.one()),
        None => format!("Another {} has “{slug}”, choose another", unit.one()),
    }
}
