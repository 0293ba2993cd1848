use actix_web::HttpResponse;
use askama::Template;

use crate::app::FlashUndo;
use crate::auth::CompanyGate;
use crate::authz::permission::ArchiveCompanies;
use crate::common::error::AppError;
use crate::db::types::organization::CompanyStatus;
use crate::services::companies::archive;
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

crate::page!(ArchivingPage => as_dialog);

/// `GET /organizations/{slug}/companies/{company}/archiving`
pub async fn new(gate: CompanyGate<ArchiveCompanies>) -> Result<HttpResponse, AppError> {
    gate.show(|actor, company, conn| {
        Ok(ArchivingPage {
            layout: actor.layout(conn, "companies")?,
            path: company.path(actor, ""),
            name: company.name.clone(),
            archived: company.status == CompanyStatus::Archived,
        })
    })
    .await
}

/// `POST /organizations/{slug}/companies/{company}/archiving`
pub async fn create(gate: CompanyGate<ArchiveCompanies>) -> Result<HttpResponse, AppError> {
    let (name, path) = gate
        .write(|actor, company, conn| {
            let ((), events) = archive::archive(conn, actor, company)?;
            Ok(((company.name.clone(), company.path(actor, "")), events))
        })
        .await?;
    let undo = FlashUndo::to(format!("{path}/restoring"));
    Ok(gate.done_with_undo(format!("{name} is archived"), &path, Some(undo)))
}
