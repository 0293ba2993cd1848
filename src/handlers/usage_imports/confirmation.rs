//! Starting an import.

use actix_web::HttpResponse;

use crate::auth::Gate;
use crate::authz::permission::EditCompanyData;
use crate::common::error::AppError;
use crate::common::fields::Fields;
use crate::common::form::FormErrors;
use crate::handlers::usage_imports::ImportPath;
use crate::handlers::usage_imports::show::ImportPage;
use crate::handlers::usage_imports::words;
use crate::services::usage_imports::columns::ImportColumns;
use crate::services::usage_imports::confirm;
use crate::services::usage_imports::confirm::ConfirmationError;

/// `POST /organizations/{slug}/imports/{id}/confirmation`
pub async fn create(gate: Gate<EditCompanyData>, path: ImportPath, fields: Fields) -> Result<HttpResponse, AppError> {
    let (_, id) = path.into_inner();
    let shown: Vec<String> = fields.get("columns").split(',').map(str::to_owned).collect();
    let (draft, shown) = (id.clone(), ImportColumns::read(&shown));
    let started = gate
        .try_write(move |actor, conn| {
            let (import, events) = confirm::confirm(conn, actor, &draft, &shown)?;
            Ok::<_, ConfirmationError>((actor.path(&format!("/imports/{import}")), events))
        })
        .await;
    match started {
        Ok(path) => Ok(gate.done("Import started", &path)),
        Err(ConfirmationError::Failed(error)) => Err(error),
        Err(error) => {
            gate.refused(move |actor, conn| {
                let message = match error {
                    ConfirmationError::Columns(fault) => words::columns(fault, actor.unit),
                    ConfirmationError::Stale => "The columns changed since you checked the file. Check it again".into(),
                    _ => "This file was confirmed before".into(),
                };
                let errors = FormErrors::one("columns", message);
                ImportPage::load(conn, actor, &id, None, errors)
            })
            .await
        }
    }
}
