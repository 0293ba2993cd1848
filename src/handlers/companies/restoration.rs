use actix_web::{HttpResponse, web};

use crate::auth::Gate;
use crate::authz::permission::DeleteCompanies;
use crate::common::error::AppError;
use crate::common::id::CompanyId;
use crate::services::companies::deletion;
use crate::services::companies::deletion::CompanyRestoreError;

/// `POST /organizations/{slug}/companies/deleted/{id}/restoration`
pub async fn create(gate: Gate<DeleteCompanies>, path: web::Path<(String, String)>) -> Result<HttpResponse, AppError> {
    let id = CompanyId::parse(&path.1);
    let restored = gate
        .try_write(move |actor, conn| {
            let id = id.ok_or(CompanyRestoreError::Gone)?;
            let (company, events) = deletion::restore(conn, actor, id)?;
            let path = actor.path(&format!("/companies/{}", company.slug));
            Ok(((company.name, path), events))
        })
        .await;
    match restored {
        Ok((name, path)) => Ok(gate.done(format!("{name} is restored, and still archived"), &path)),
        Err(CompanyRestoreError::Gone) => Err(AppError::NotFound),
        Err(CompanyRestoreError::Failed(error)) => Err(error),
    }
}
