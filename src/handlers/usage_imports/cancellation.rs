//! Discarding a file that was not imported.

use actix_web::HttpResponse;

use crate::auth::Gate;
use crate::authz::permission::EditCompanyData;
use crate::common::error::AppError;
use crate::common::form::FormErrors;
use crate::handlers::usage_imports::ImportPath;
use crate::handlers::usage_imports::show::ImportPage;
use crate::services::usage_imports::cancel;
use crate::services::usage_imports::cancel::DiscardError;

/// `POST /organizations/{slug}/imports/{id}/cancellation`
pub async fn create(gate: Gate<EditCompanyData>, path: ImportPath) -> Result<HttpResponse, AppError> {
    let (_, id) = path.into_inner();
    let draft = id.clone();
    let discarded = gate
        .try_write(move |actor, conn| {
            let ((), events) = cancel::discard(conn, actor, &draft)?;
            Ok::<_, DiscardError>((actor.path("/imports"), events))
        })
        .await;
    match discarded {
        Ok(path) => Ok(gate.done("File discarded. Nothing was imported", &path)),
        Err(DiscardError::Failed(error)) => Err(error),
        Err(DiscardError::Started) => {
            let errors = FormErrors::one("columns", "This file was confirmed in the meantime");
            gate.refused(move |actor, conn| ImportPage::load(conn, actor, &id, None, errors))
                .await
        }
    }
}
