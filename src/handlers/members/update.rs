//! Saving a member's page: role, end date and assignments in one form. The changes are shown first, then applied together.

mod changes;

use actix_web::HttpResponse;

use crate::app::FlashUndo;
use crate::audit::Events;
use crate::auth::Gate;
use crate::auth::actor::Actor;
use crate::authz::permission::{AssignCompanies, ChangeRoles, Permission, ViewMembers};
use crate::common::error::AppError;
use crate::common::fields::Fields;
use crate::common::form::FormErrors;
use crate::common::html::see_other;
use crate::db::Conn;
use crate::handlers::members::show::form::MemberForm;
use crate::handlers::members::show::{entered, refused};
use crate::handlers::members::update::changes::{ChangesPage, PlannedChanges};
use crate::handlers::members::{MemberPath, member_path, visible};
use crate::services::assignments::AssignmentError;
use crate::services::members::access_edit;
use crate::services::members::access_edit::{AccessEditError, AccessPlan};
use crate::services::members::errors::{AccessEndError, RoleChangeError};

/// What a complete form led to.
enum UpdateResponse {
    /// Another plan than the one that was shown, when `moved`.
    Planned {
        plan: Box<AccessPlan>,
        moved: bool,
    },
    Unchanged,
    Saved {
        message: String,
        path: String,
        undo: Option<FlashUndo>,
    },
}

/// Why nothing was planned or saved.
enum UpdateError {
    /// The form asks for the page with another company, or for other companies to choose from.
    Shows,
    Form(Box<MemberForm>, FormErrors),
    Failed(AppError),
}

crate::change_error!(UpdateError);

/// The form again, or the page that names the missing permission.
fn refusal(
    conn: &mut Conn,
    actor: &Actor,
    mut form: MemberForm,
    error: AccessEditError,
) -> Result<UpdateError, AppError> {
    let errors = match error {
        AccessEditError::Failed(error) => return Ok(UpdateError::Failed(error)),
        AccessEditError::Role(RoleChangeError::NotAllowed) | AccessEditError::AccessEnd(AccessEndError::NotAllowed) => {
            return Ok(UpdateError::Failed(actor.refusal(conn, ChangeRoles::ID)?));
        }
        AccessEditError::Role(error) => FormErrors::one("role", error.message()),
        AccessEditError::AccessEnd(error) => FormErrors::one("access_until", error.message()),
        AccessEditError::Assignment(
            company,
            error @ (AssignmentError::Archived | AssignmentError::ByGroup | AssignmentError::NotAssigned),
        ) => {
            form.refuse(company, error.message(actor.unit.one()));
            FormErrors::one("companies", "Check the highlighted rows")
        }
        AccessEditError::Assignment(..) => return Ok(UpdateError::Failed(actor.refusal(conn, AssignCompanies::ID)?)),
    };
    Ok(UpdateError::Form(Box::new(form), errors))
}

fn run(
    conn: &mut Conn,
    actor: &Actor,
    id: &str,
    mut form: MemberForm,
) -> Result<(UpdateResponse, Events), UpdateError> {
    let member = visible(conn, actor, id)?;
    if form.only_shows() {
        return Err(UpdateError::Shows);
    }
    let mut errors = FormErrors::none();
    let edit = form.edit(conn, actor, &member, &mut errors)?;
    if !errors.is_empty() {
        return Err(UpdateError::Form(Box::new(form), errors));
    }
    let plan = match AccessPlan::of(conn, actor, &member, &edit) {
        Ok(plan) => plan,
        Err(error) => return Err(refusal(conn, actor, form, error)?),
    };
    let planned = PlannedChanges::of(actor, &plan);
    if planned.is_empty() {
        return Ok((UpdateResponse::Unchanged, Events::none("nothing would change")));
    }
    if !form.applies || (!form.plan.is_empty() && form.plan != planned.digest()) {
        let moved = form.applies;
        let response = UpdateResponse::Planned {
            plan: Box::new(plan),
            moved,
        };
        return Ok((response, Events::none("a plan changes nothing")));
    }
    let (plan, events) = match access_edit::apply(conn, actor, &member, &edit) {
        Ok(applied) => applied,
        Err(error) => return Err(refusal(conn, actor, form, error)?),
    };
    let planned = PlannedChanges::of(actor, &plan);
    // The actor no longer sees a member who was only in a company of theirs.
    let seen = match visible(conn, actor, id) {
        Ok(_) => true,
        Err(AppError::NotFound) => false,
        Err(error) => return Err(error.into()),
    };
    let path = actor.path(&if seen {
        format!("/members/{id}")
    } else {
        "/members".to_owned()
    });
    let saved = UpdateResponse::Saved {
        message: planned.message(),
        undo: planned.undo(&path).filter(|_| seen),
        path,
    };
    Ok((saved, events))
}

/// `POST /organizations/{slug}/members/{id}`: shows what would change, or applies it with `step=apply`.
pub async fn update(gate: Gate<ViewMembers>, path: MemberPath, fields: Fields) -> Result<HttpResponse, AppError> {
    let ((_, id), form) = (path.into_inner(), MemberForm::of(&fields));
    let (member, submitted) = (id.clone(), form.clone());
    let answered = gate
        .try_write(move |actor, conn| run(conn, actor, &member, submitted))
        .await;
    match answered {
        Ok(UpdateResponse::Saved { message, path, undo }) => Ok(gate.done_with_undo(message, &path, undo)),
        Ok(UpdateResponse::Unchanged) => {
            gate.tell("info", "There is nothing to save");
            Ok(see_other(gate.fragment(), &member_path(&gate)))
        }
        Ok(UpdateResponse::Planned { plan, moved: false }) => {
            gate.show(move |actor, conn| ChangesPage::load(conn, actor, &form, &plan, false))
                .await
        }
        Ok(UpdateResponse::Planned { plan, moved: true }) => {
            gate.refused(move |actor, conn| ChangesPage::load(conn, actor, &form, &plan, true))
                .await
        }
        Err(UpdateError::Shows) => entered(&gate, id, form).await,
        Err(UpdateError::Form(form, errors)) => refused(&gate, id, *form, errors).await,
        Err(UpdateError::Failed(error)) => Err(error),
    }
}
