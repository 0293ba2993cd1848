//! A new company.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde_json::json;

use super::store;
use crate::gate::Gate;
use crate::gate::db::Conn;
use crate::gate::deed::{Action, Deed, Deeds};
use crate::gate::member::Member;
use crate::gate::new_company::{self, CompanyForm};
use crate::gate::organization::UnitLabel;
use crate::gate::permission::CreateCompanies;
use crate::gate::shell::Shell;
use crate::ground::error::AppError;
use crate::ground::form::FormErrors;
use crate::ground::html::{html, refused, see_other};
use crate::ground::slug::Slug;

#[derive(Template)]
#[template(path = "companies/new.html", blocks = ["dialog"])]
struct NewPage {
    shell: Shell,
    path: String,
    slug: String,
    unit: UnitLabel,
    form: CompanyForm,
    errors: FormErrors,
}

impl NewPage {
    fn of(member: &Member, conn: &mut Conn, form: CompanyForm, errors: FormErrors) -> Result<Self, AppError> {
        Ok(Self {
            shell: member.shell(conn, "companies")?,
            path: member.path("/companies"),
            slug: member.slug.clone(),
            unit: member.unit,
            form,
            errors,
        })
    }
}

/// `GET /organizations/{slug}/companies/new`
///
/// # Errors
/// What the gate refuses.
pub async fn new(gate: Gate<CreateCompanies>) -> Result<HttpResponse, AppError> {
    let page = gate
        .read(|member, conn| NewPage::of(member, conn, CompanyForm::default(), FormErrors::none()))
        .await?;
    if gate.fragment() {
        html(page.as_dialog())
    } else {
        html(page)
    }
}

/// `POST /organizations/{slug}/companies`
///
/// # Errors
/// What the gate refuses.
pub async fn create(gate: Gate<CreateCompanies>, form: web::Form<CompanyForm>) -> Result<HttpResponse, AppError> {
    let form = form.into_inner();
    let typed = form.clone();
    let made = gate.write(move |member, conn| make(member, conn, &typed)).await?;
    let errors = match made {
        Ok((name, path)) => {
            gate.tell("success", format!("{name} is created"));
            return Ok(see_other(gate.fragment(), &path));
        }
        Err(errors) => errors,
    };
    let page = gate
        .read(move |member, conn| NewPage::of(member, conn, form, errors))
        .await?;
    if gate.fragment() {
        refused(page.as_dialog())
    } else {
        refused(page)
    }
}

type Made = Result<(String, String), FormErrors>;

fn make(member: &Member, conn: &mut Conn, form: &CompanyForm) -> Result<(Made, Deeds), AppError> {
    let org = member.organization;
    let wish = match new_company::wish(form, member.unit.one()) {
        Ok(wish) => wish,
        Err(errors) => return Ok((Err(errors), Deeds::none("refused"))),
    };
    let free = store::free_like(conn, org, &wish.slug)?;
    let slug = match &free {
        Some(free) if wish.slug_is_ours => free,
        _ => &wish.slug,
    };
    let Some(id) = store::create(conn, org, member.cx.now, &wish.name, slug)? else {
        let sentence = taken(member.unit, slug.as_str(), free.as_ref().map(Slug::as_str));
        return Ok((Err(FormErrors::one("slug", sentence)), Deeds::none("refused")));
    };
    let deed = Deed::new(Action::CompanyCreated, "company", id, &wish.name)
        .after(json!({ "name": wish.name, "slug": slug.as_str() }));
    let path = member.path(&format!("/companies/{slug}"));
    Ok((Ok((wish.name.clone(), path)), member.did(deed)))
}

/// The sentence at a slug that another company has.
pub(super) fn taken(unit: UnitLabel, slug: &str, free: Option<&str>) -> String {
    match free.filter(|free| *free != slug) {
        Some(free) => format!("Another {} has “{slug}”, “{free}” is free", unit.one()),
        None => format!("Another {} has “{slug}”, choose another", unit.one()),
    }
}
