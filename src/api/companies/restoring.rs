//! Restoring an archived company.

use actix_web::HttpResponse;

use crate::api::companies::{CompanyDocument, present};
use crate::api_auth::{Answer, ApiCompanyGate};
use crate::authz::permission::ArchiveCompanies;
use crate::authz::scope::CompaniesWrite;
use crate::common::error::AppError;
use crate::services::companies::archive;

/// Restore a company
///
/// Makes an archived company active again.
#[utoipa::path(
    post, path = "/api/v1/companies/{company}/restoring", tag = "Companies", operation_id = "restore_company",
    params(("company" = String, Path, description = "Its slug or its id")),
    responses((status = 200, description = "The company as it is now", body = CompanyDocument))
)]
pub async fn create(gate: ApiCompanyGate<ArchiveCompanies, CompaniesWrite>) -> Result<HttpResponse, AppError> {
    gate.change(|actor, company, conn| {
        let ((), events) = archive::restore(conn, actor, company)?;
        Ok((Answer::ok(&present(conn, actor, &company.slug)?)?, events))
    })
    .await
}
