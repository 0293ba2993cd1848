use actix_web::HttpResponse;

use crate::app::FlashUndo;
use crate::auth::CompanyGate;
use crate::authz::permission::ArchiveCompanies;
use crate::common::error::AppError;
use crate::services::companies::archive;

/// `POST /organizations/{slug}/companies/{company}/restoring`
pub async fn create(gate: CompanyGate<ArchiveCompanies>) -> Result<HttpResponse, AppError> {
    let (name, path) = gate
        .write(|actor, company, conn| {
            let ((), events) = archive::restore(conn, actor, company)?;
            Ok(((company.name.clone(), company.path(actor, "")), events))
        })
        .await?;
    let undo = FlashUndo::to(format!("{path}/archiving"));
    Ok(gate.done_with_undo(format!("{name} is restored"), &path, Some(undo)))
}
