//! One change of many members: choose it, see what it would do, then apply it to all of them.

pub mod action;
pub mod form;
pub mod messages;
pub mod page;
pub mod row;

use actix_web::{HttpRequest, HttpResponse};

use crate::audit::Events;
use crate::auth::Gate;
use crate::auth::actor::Actor;
use crate::authz::permission::ViewMembers;
use crate::common::error::AppError;
use crate::common::fields::Fields;
use crate::common::form::FormErrors;
use crate::common::html::see_other;
use crate::common::id::MembershipId;
use crate::db::Conn;
pub use crate::handlers::members::bulk::action::BulkAction;
use crate::handlers::members::bulk::form::{BulkForm, BulkStep};
use crate::handlers::members::bulk::messages::done;
use crate::handlers::members::bulk::page::BulkPage;
use crate::handlers::members::members_path;
use crate::services::members::bulk;
use crate::services::members::bulk::{BulkError, BulkPlan};

/// What a complete form led to.
enum BulkResponse {
    Planned(BulkPlan),
    /// In words.
    Applied(String),
    /// Other members match than those that were shown.
    Moved(BulkPlan),
}

/// Why nothing was planned or applied.
enum BulkFormError {
    /// Something has to be chosen or corrected first.
    Incomplete(Vec<MembershipId>, FormErrors),
    Refused(Box<BulkPlan>),
    Failed(AppError),
}

crate::change_error!(BulkFormError);

impl From<BulkError> for BulkFormError {
    fn from(error: BulkError) -> Self {
        match error {
            BulkError::Refused(plan) => Self::Refused(plan),
            BulkError::Failed(error) => Self::Failed(error),
        }
    }
}

fn run(
    conn: &mut Conn,
    actor: &Actor,
    action: BulkAction,
    form: &BulkForm,
) -> Result<(BulkResponse, Events), BulkFormError> {
    if !action.open(actor) {
        return Err(actor.refusal(conn, action.permission())?.into());
    }
    let mut errors = FormErrors::none();
    let ids = form.members(conn, actor, &mut errors)?;
    // Without a choice yet, or while searching for companies, the form is shown without errors.
    let chooses = action.asks() && (form.step == BulkStep::Choose || form.companies.finds);
    let change = if chooses {
        None
    } else {
        form.change(conn, actor, action, &mut errors)?
    };
    let Some(change) = change.filter(|_| errors.is_empty()) else {
        return Err(BulkFormError::Incomplete(ids, errors));
    };
    if form.step != BulkStep::Apply {
        let plan = BulkPlan::of(conn, actor, change, &ids)?;
        return Ok((BulkResponse::Planned(plan), Events::none("a plan changes nothing")));
    }
    let mut ids = ids;
    if form.all {
        let plan = BulkPlan::of(conn, actor, change.clone(), &ids)?;
        if page::matched(&ids) != form.matched {
            return Ok((BulkResponse::Moved(plan), Events::none("other members match now")));
        }
        ids = plan.changing();
    }
    let (plan, events) = bulk::apply(conn, actor, change, &ids)?;
    Ok((
        BulkResponse::Applied(done(&plan.change, plan.changing().len(), actor.org_zone)),
        events,
    ))
}

async fn respond(gate: Gate<ViewMembers>, form: BulkForm) -> Result<HttpResponse, AppError> {
    let Some(action) = form.action else {
        gate.write(|_, _| Ok(((), Events::none("nothing is chosen")))).await?;
        return Ok(see_other(gate.fragment(), &members_path(&gate)));
    };
    let submitted = form.clone();
    let answered = gate
        .try_write(move |actor, conn| run(conn, actor, action, &submitted))
        .await;
    match answered {
        Ok(BulkResponse::Applied(message)) => Ok(gate.done(message, &members_path(&gate))),
        Ok(BulkResponse::Planned(plan)) => {
            gate.show(move |actor, conn| BulkPage::planned(conn, actor, action, form, plan))
                .await
        }
        Ok(BulkResponse::Moved(plan)) => {
            gate.refused(move |actor, conn| BulkPage::moved(conn, actor, action, form, plan))
                .await
        }
        Err(BulkFormError::Incomplete(ids, errors)) if errors.is_empty() => {
            gate.show(move |actor, conn| BulkPage::choose(conn, actor, action, form, ids, errors))
                .await
        }
        Err(BulkFormError::Incomplete(ids, errors)) => {
            gate.refused(move |actor, conn| BulkPage::choose(conn, actor, action, form, ids, errors))
                .await
        }
        Err(BulkFormError::Refused(plan)) => {
            gate.refused(move |actor, conn| BulkPage::refused(conn, actor, action, form, *plan))
                .await
        }
        Err(BulkFormError::Failed(error)) => Err(error),
    }
}

/// `GET /organizations/{slug}/members/bulk`: shows what would happen.
pub async fn show(gate: Gate<ViewMembers>, request: HttpRequest) -> Result<HttpResponse, AppError> {
    let fields = Fields::urlencoded(request.query_string()).unwrap_or_default();
    let mut form = BulkForm::of(&fields);
    if form.step == BulkStep::Apply {
        form.step = BulkStep::Look;
    }
    respond(gate, form).await
}

/// `POST /organizations/{slug}/members/bulk`: shows what would happen, or applies it with `step=apply`.
pub async fn create(gate: Gate<ViewMembers>, fields: Fields) -> Result<HttpResponse, AppError> {
    respond(gate, BulkForm::of(&fields)).await
}
