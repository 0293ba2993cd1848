//! Creating a group.

use actix_web::{HttpRequest, HttpResponse};

use crate::auth::Gate;
use crate::authz::permission::ChangeRoles;
use crate::common::error::AppError;
use crate::common::fields::Fields;
use crate::common::form::FormErrors;
use crate::handlers::groups::form::{GroupForm, GroupFormError, GroupFormPage};
use crate::handlers::groups::{check_permission, groups_path};
use crate::services::groups;

/// `GET /organizations/{slug}/access/groups/new`
pub async fn new(gate: Gate<ChangeRoles>, request: HttpRequest) -> Result<HttpResponse, AppError> {
    let fields = Fields::urlencoded(request.query_string()).unwrap_or_default();
    gate.show(move |actor, conn| {
        check_permission(conn, actor)?;
        GroupFormPage::load(conn, actor, None, GroupForm::of(&fields), FormErrors::none())
    })
    .await
}

/// `POST /organizations/{slug}/access/groups`
pub async fn create(gate: Gate<ChangeRoles>, fields: Fields) -> Result<HttpResponse, AppError> {
    let form = GroupForm::of(&fields);
    let submitted = form.clone();
    let created = gate
        .try_write(move |actor, conn| {
            check_permission(conn, actor)?;
            let named = submitted.read(conn, actor)?;
            let (id, events) = groups::create::create(conn, actor, &named)?;
            Ok::<_, GroupFormError>(((id, named.terms.name), events))
        })
        .await;
    let errors = match created {
        Ok((id, name)) => {
            let path = format!("{}/{id}", groups_path(&gate));
            return Ok(gate.done(format!("Group {name} created. Add members to it"), &path));
        }
        Err(error) => error.form_errors()?,
    };
    if errors.is_empty() {
        return gate
            .show(move |actor, conn| GroupFormPage::load(conn, actor, None, form, errors))
            .await;
    }
    gate.refused(move |actor, conn| GroupFormPage::load(conn, actor, None, form, errors))
        .await
}
