//! One account, and what operators decide about it: its limit, its sessions, whether it runs the instance.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde_json::json;

use crate::audit::{Action, Event, Events};
use crate::auth::OperatorGate;
use crate::auth::current_user::CurrentUser;
use crate::common::error::AppError;
use crate::common::form::FormErrors;
use crate::common::html::{html, number, refused, see_other};
use crate::common::time::Time;
use crate::db::Conn;
use crate::handlers::operator::queries::users as store;
use crate::handlers::operator::queries::users::Account;
use crate::handlers::operator::rules;
use crate::models::session;
use crate::services::operators;
use crate::services::operators::OperatorError;
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;

#[derive(Template)]
#[template(path = "operator/user.html")]
struct UserPage {
    layout: Layout,
    now: Time,
    account: Account,
    organizations: i64,
    created: i64,
    seen: Option<Time>,
    sessions: i64,
    /// The instance's own limit, in words.
    default: String,
    /// The limit as typed.
    limit: String,
    you: bool,
    errors: FormErrors,
}

impl UserPage {
    fn of(
        operator: &CurrentUser,
        conn: &mut Conn,
        id: &str,
        typed: Option<String>,
        errors: FormErrors,
    ) -> Result<Self, AppError> {
        let account = store::find(conn, id)?;
        let ids = [account.id];
        let default = operator.cx.config().organization_limit;
        Ok(Self {
            layout: operator.layout(conn, "operator users")?,
            now: operator.cx.now,
            organizations: store::organizations(conn, &ids)?
                .remove(&account.id)
                .unwrap_or_default(),
            created: store::created(conn, account.id)?,
            seen: store::seen(conn, &ids)?.remove(&account.id),
            sessions: store::sessions(conn, account.id)?,
            default: default.map_or_else(|| "no limit".to_owned(), |n| number(&i64::from(n))),
            limit: typed.unwrap_or_else(|| account.organization_limit.map_or_else(String::new, |n| n.to_string())),
            you: account.id == operator.id,
            account,
            errors,
        })
    }
}

/// `GET /operator/users/{id}`
pub async fn show(gate: OperatorGate, id: web::Path<String>) -> Result<HttpResponse, AppError> {
    let page = gate
        .read(move |operator, conn| UserPage::of(operator, conn, &id, None, FormErrors::none()))
        .await?;
    html(page)
}

async fn again(
    gate: &OperatorGate,
    id: String,
    typed: Option<String>,
    errors: FormErrors,
) -> Result<HttpResponse, AppError> {
    refused(
        gate.read(move |operator, conn| UserPage::of(operator, conn, &id, typed, errors))
            .await?,
    )
}

/// The limit as typed.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub struct LimitForm {
    limit: String,
}

/// `POST /operator/users/{id}/limit`
pub async fn set_limit(
    gate: OperatorGate,
    id: web::Path<String>,
    form: web::Form<LimitForm>,
) -> Result<HttpResponse, AppError> {
    let (id, typed) = (id.into_inner(), form.into_inner().limit);
    let wanted = match rules::limit(&typed) {
        Ok(wanted) => wanted,
        Err(sentence) => return again(&gate, id, Some(typed), FormErrors::one("limit", sentence)).await,
    };
    let path = gate
        .write(move |_, conn| {
            let account = store::find(conn, &id)?;
            Ok((path(&account), operators::set_limit(conn, account.id, wanted)?))
        })
        .await?;
    gate.tell("success", "Limit saved");
    Ok(see_other(gate.fragment(), &path))
}

fn path(account: &Account) -> String {
    format!("/operator/users/{}", account.id)
}

/// `POST /operator/users/{id}/appointment`
pub async fn appoint(gate: OperatorGate, id: web::Path<String>) -> Result<HttpResponse, AppError> {
    decide(gate, id.into_inner(), |_, conn, account| {
        operators::appoint(conn, account.id)
    })
    .await
}

/// `POST /operator/users/{id}/dismissal`
pub async fn dismiss(gate: OperatorGate, id: web::Path<String>) -> Result<HttpResponse, AppError> {
    decide(gate, id.into_inner(), |operator, conn, account| {
        operators::dismiss(conn, &operator.cx, account.id)
    })
    .await
}

type Decided = Result<Result<Events, OperatorError>, AppError>;

async fn decide(
    gate: OperatorGate,
    id: String,
    verb: fn(&CurrentUser, &mut Conn, &Account) -> Decided,
) -> Result<HttpResponse, AppError> {
    let wanted = id.clone();
    let done = gate
        .write(move |operator, conn| {
            let account = store::find(conn, &wanted)?;
            // Who dismisses themselves has no page to go back to.
            let next = if account.id == operator.id {
                "/".to_owned()
            } else {
                path(&account)
            };
            match verb(operator, conn, &account)? {
                Ok(events) => Ok((Ok(next), events)),
                Err(refused) => Ok((Err(refused), Events::none("refused"))),
            }
        })
        .await?;
    let sentence = match done {
        Ok(path) => {
            gate.tell("success", "Saved");
            return Ok(see_other(gate.fragment(), &path));
        }
        Err(OperatorError::Unproven) => "This account has not confirmed its address. It cannot run the instance yet",
        Err(OperatorError::Last) => "Nobody else runs this instance. Make somebody else an operator first",
    };
    again(&gate, id, None, FormErrors::one("operator", sentence)).await
}

/// `POST /operator/users/{id}/sessions/ending`: signs an account out everywhere; oneself everywhere else.
pub async fn end_sessions(gate: OperatorGate, id: web::Path<String>) -> Result<HttpResponse, AppError> {
    let (path, ended) = gate
        .write(move |operator, conn| {
            let account = store::find(conn, &id)?;
            let kept = (account.id == operator.id).then_some(operator.session);
            let ended = session::end_all(conn, account.id, kept)?;
            if ended == 0 {
                return Ok(((path(&account), ended), Events::none("there was no session")));
            }
            let event = Event::new(Action::OtherSessionsEnded, "account", account.id, &account.email)
                .after(json!({ "sessions": ended }));
            Ok(((path(&account), ended), Events::account(account.id, event)))
        })
        .await?;
    match ended {
        0 => gate.tell("info", "There was no session to end"),
        1 => gate.tell("success", "One session is over"),
        n => gate.tell("success", format!("{n} sessions are over")),
    }
    Ok(see_other(gate.fragment(), &path))
}
