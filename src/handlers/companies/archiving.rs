//! Archiving a company and restoring it. Nothing is lost by either.

use actix_web::HttpResponse;
use askama::Template;

use crate::audit::{Action, Event, Events};
use crate::auth::CompanyGate;
use crate::authz::permission::ArchiveCompanies;
use crate::common::error::AppError;
use crate::common::html::{html, see_other};
use crate::db::types::organization::CompanyStatus;
use crate::models::company;
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;

#[derive(Template)]
#[template(path = "companies/archiving.html", blocks = ["dialog"])]
struct ArchivingPage {
    layout: Layout,
    path: String,
    name: String,
    archived: bool,
}

/// `GET /organizations/{slug}/companies/{company}/archiving`
pub async fn confirm(gate: CompanyGate<ArchiveCompanies>) -> Result<HttpResponse, AppError> {
    let page = gate
        .read(|actor, company, conn| {
            Ok(ArchivingPage {
                layout: actor.layout(conn, "companies")?,
                path: company.path(actor, ""),
                name: company.name.clone(),
                archived: company.status == CompanyStatus::Archived,
            })
        })
        .await?;
    if gate.fragment() {
        html(page.as_dialog())
    } else {
        html(page)
    }
}

/// `POST /organizations/{slug}/companies/{company}/archiving`
pub async fn archive(gate: CompanyGate<ArchiveCompanies>) -> Result<HttpResponse, AppError> {
    turn(gate, CompanyStatus::Archived).await
}

/// `POST /organizations/{slug}/companies/{company}/restoring`
pub async fn restore(gate: CompanyGate<ArchiveCompanies>) -> Result<HttpResponse, AppError> {
    turn(gate, CompanyStatus::Active).await
}

async fn turn(gate: CompanyGate<ArchiveCompanies>, to: CompanyStatus) -> Result<HttpResponse, AppError> {
    let (action, done) = match to {
        CompanyStatus::Archived => (Action::CompanyArchived, "archived"),
        CompanyStatus::Active => (Action::CompanyRestored, "restored"),
    };
    let (name, path) = gate
        .write(move |actor, company, conn| {
            let at = (to == CompanyStatus::Archived).then_some(actor.cx.now);
            let events = if company::set_status(conn, actor.organization, company.id, to, at)? {
                actor.event(Event::new(action, "company", company.id, &company.name))
            } else {
                Events::none("it is so already")
            };
            Ok(((company.name.clone(), company.path(actor, "")), events))
        })
        .await?;
    gate.tell("success", format!("{name} is {done}"));
    Ok(see_other(gate.fragment(), &path))
}
