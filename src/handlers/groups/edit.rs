//! Editing a group.

use actix_web::{HttpRequest, HttpResponse};

use crate::auth::Gate;
use crate::authz::permission::ChangeRoles;
use crate::common::error::AppError;
use crate::common::fields::Fields;
use crate::common::form::FormErrors;
use crate::handlers::groups::form::{GroupForm, GroupFormError, GroupFormPage, refusal};
use crate::handlers::groups::{GroupPath, changing, group_path};
use crate::services::groups;
use crate::services::groups::GroupError;

/// `GET /organizations/{slug}/access/groups/{id}/settings`
pub async fn edit(gate: Gate<ChangeRoles>, path: GroupPath, request: HttpRequest) -> Result<HttpResponse, AppError> {
    let (_, id) = path.into_inner();
    let fields = Fields::urlencoded(request.query_string()).unwrap_or_default();
    gate.show(move |actor, conn| {
        let group = changing(conn, actor, &id)?;
        let mut form = GroupForm::stored(&groups::terms(conn, actor.organization, &group)?.terms);
        if fields.iter().any(|(name, _)| name == "company_q") {
            form = form.with_companies(&fields);
        }
        let errors = match groups::check_change(conn, actor, &group) {
            Ok(()) => FormErrors::none(),
            Err(GroupError::Failed(error)) => return Err(error),
            Err(error) => refusal(&error),
        };
        GroupFormPage::load(conn, actor, Some(&group), form, errors)
    })
    .await
}

/// `POST /organizations/{slug}/access/groups/{id}/settings`
pub async fn update(gate: Gate<ChangeRoles>, path: GroupPath, fields: Fields) -> Result<HttpResponse, AppError> {
    let (_, id) = path.into_inner();
    let form = GroupForm::of(&fields);
    let (submitted, group) = (form.clone(), id.clone());
    let saved = gate
        .try_write(move |actor, conn| {
            let group = changing(conn, actor, &group)?;
            let named = submitted.read(conn, actor)?;
            let events = groups::edit::edit(conn, actor, &group, &named)?;
            Ok::<_, GroupFormError>((named.terms.name, events))
        })
        .await;
    let errors = match saved {
        Ok(name) => {
            let message = format!("Group {name} saved. Changes take effect immediately");
            return Ok(gate.done(message, &group_path(&gate)));
        }
        Err(error) => error.form_errors()?,
    };
    let searches = errors.is_empty();
    let load = move |actor: &_, conn: &mut _| {
        let group = changing(conn, actor, &id)?;
        GroupFormPage::load(conn, actor, Some(&group), form, errors)
    };
    if searches {
        gate.show(load).await
    } else {
        gate.refused(load).await
    }
}
