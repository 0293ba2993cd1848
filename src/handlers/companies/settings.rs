//! A company's settings: its name and its address.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde_json::{Map, Value};

use crate::audit::{Action, Event, Events};
use crate::auth::CompanyGate;
use crate::auth::actor::Actor;
use crate::auth::company::Company;
use crate::authz::decision::Permissions;
use crate::authz::permission::EditCompany;
use crate::common::error::AppError;
use crate::common::form::FormErrors;
use crate::common::html::{html, refused, see_other};
use crate::common::slug::Slug;
use crate::db::Conn;
use crate::db::types::organization::{CompanyStatus, UnitLabel};
use crate::handlers::companies::new::taken;
use crate::models::company;
use crate::models::company::Renamed;
use crate::models::new_company;
use crate::services::companies::form::CompanyForm;
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;

#[derive(Template)]
#[template(path = "companies/settings.html", blocks = ["company"])]
struct SettingsPage {
    layout: Layout,
    path: String,
    organization: String,
    unit: UnitLabel,
    may: Permissions,
    name: String,
    archived: bool,
    form: CompanyForm,
    errors: FormErrors,
}

impl SettingsPage {
    fn of(
        actor: &Actor,
        company: &Company,
        conn: &mut Conn,
        form: Option<CompanyForm>,
        errors: FormErrors,
    ) -> Result<Self, AppError> {
        Ok(Self {
            layout: actor.layout(conn, "companies")?,
            path: company.path(actor, ""),
            organization: actor.slug.clone(),
            unit: actor.unit,
            may: company.permissions,
            name: company.name.clone(),
            archived: company.status == CompanyStatus::Archived,
            form: form.unwrap_or_else(|| CompanyForm {
                name: company.name.clone(),
                slug: company.slug.clone(),
            }),
            errors,
        })
    }
}

/// `GET /organizations/{slug}/companies/{company}/settings`
pub async fn edit(gate: CompanyGate<EditCompany>) -> Result<HttpResponse, AppError> {
    let page = gate
        .read(|actor, company, conn| SettingsPage::of(actor, company, conn, None, FormErrors::none()))
        .await?;
    html(page)
}

/// `POST /organizations/{slug}/companies/{company}/settings`
pub async fn save(gate: CompanyGate<EditCompany>, form: web::Form<CompanyForm>) -> Result<HttpResponse, AppError> {
    let form = form.into_inner();
    let typed = form.clone();
    let saved = gate
        .write(move |actor, company, conn| change(actor, company, conn, &typed))
        .await?;
    let errors = match saved {
        Ok(path) => {
            gate.tell("success", "Settings saved");
            return Ok(see_other(gate.fragment(), &path));
        }
        Err(errors) => errors,
    };
    let page = gate
        .read(move |actor, company, conn| SettingsPage::of(actor, company, conn, Some(form), errors))
        .await?;
    if gate.fragment() {
        refused(page.as_company())
    } else {
        refused(page)
    }
}

fn change(
    actor: &Actor,
    company: &Company,
    conn: &mut Conn,
    form: &CompanyForm,
) -> Result<(Result<String, FormErrors>, Events), AppError> {
    let refuse = |errors| Ok((Err(errors), Events::none("refused")));
    if company.status == CompanyStatus::Archived {
        return refuse(FormErrors::one("name", archived(actor.unit)));
    }
    let wish = match form.parse(actor.unit) {
        Ok(wish) => wish,
        Err(errors) => return refuse(errors),
    };
    let path = actor.path(&format!("/companies/{}/settings", wish.slug));
    let (mut was, mut is) = (Map::new(), Map::new());
    for (field, old, new) in [
        ("name", company.name.as_str(), wish.name.as_str()),
        ("slug", company.slug.as_str(), wish.slug.as_str()),
    ] {
        if old != new {
            was.insert(field.into(), old.into());
            is.insert(field.into(), new.into());
        }
    }
    if is.is_empty() {
        return Ok((Ok(path), Events::none("nothing changed")));
    }
    match company::rename(conn, actor.organization, company.id, &wish.name, &wish.slug)? {
        Renamed::Done => {
            let event = Event::new(Action::CompanyEdited, "company", company.id, &wish.name)
                .before(Value::Object(was))
                .after(Value::Object(is));
            Ok((Ok(path), actor.event(event)))
        }
        Renamed::SlugTaken => {
            let free = new_company::free_slug(conn, actor.organization, &wish.slug)?;
            let sentence = taken(actor.unit, wish.slug.as_str(), free.as_ref().map(Slug::as_str));
            refuse(FormErrors::one("slug", sentence))
        }
        Renamed::Archived => refuse(FormErrors::one("name", archived(actor.unit))),
    }
}

/// The sentence for every change to an archived company.
pub fn archived(unit: UnitLabel) -> String {
    format!(
        "This {} is archived and cannot be changed. Restore it first",
        unit.one()
    )
}
