//! Saying what the columns of a file have.

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

/// `POST /organizations/{slug}/imports/{id}/columns`
pub async fn update(gate: Gate<EditCompanyData>, path: ImportPath, fields: Fields) -> Result<HttpResponse, AppError> {
    let (_, id) = path.into_inner();
    let sent: Vec<String> = fields.all("column").map(str::to_owned).collect();
    let columns = ImportColumns::read(&sent);
    let (draft, chosen) = (id.clone(), columns.clone());
    let written = gate
        .try_write(move |actor, conn| {
            let (import, events) = confirm::set_columns(conn, actor, &draft, &chosen)?;
            Ok::<_, ConfirmationError>((actor.path(&format!("/imports/{import}")), events))
        })
        .await;
    match written {
        Ok(path) => Ok(gate.done("Columns saved", &path)),
        Err(ConfirmationError::Failed(error)) => Err(error),
        Err(error) => {
            gate.refused(move |actor, conn| {
                let message = match error {
                    ConfirmationError::Columns(fault) => words::columns(fault, actor.unit),
                    _ => "This file was confirmed in the meantime".into(),
                };
                let errors = FormErrors::one("columns", message);
                ImportPage::load(conn, actor, &id, Some(columns), errors)
            })
            .await
        }
    }
}
