//! One account as operators see it.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::auth::OperatorGate;
use crate::auth::current_user::CurrentUser;
use crate::common::error::AppError;
use crate::common::form::FormErrors;
use crate::common::html::number;
use crate::common::id::UserId;
use crate::common::time::Time;
use crate::db::Conn;
use crate::handlers::operator::queries::users::ListedAccount;
use crate::handlers::operator::queries::{reports, users};
use crate::models::second_factor;
use crate::services::invitations::allowance;
use crate::services::invitations::allowance::InvitationAllowance;
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;

#[derive(Template)]
#[template(path = "operator/user.html")]
pub struct UserPage {
    layout: Layout,
    now: Time,
    account: ListedAccount,
    organizations: i64,
    created: i64,
    seen: Option<Time>,
    sessions: i64,
    /// The default limit, in words.
    default: String,
    /// As typed.
    limit: String,
    /// The limit of invitations a day, as typed.
    invitations: String,
    allowance: InvitationAllowance,
    /// How often its invitations were reported.
    reports: i64,
    you: bool,
    second_factor: bool,
    /// The reason for removing the second factor, as typed.
    reason: String,
    errors: FormErrors,
}

crate::page!(UserPage);

/// What an operator typed, if something of it is wrong.
#[derive(Debug, Default)]
pub struct TypedLimits {
    pub organizations: Option<String>,
    pub invitations: Option<String>,
    pub reason: Option<String>,
}

impl UserPage {
    pub fn load(
        conn: &mut Conn,
        operator: &CurrentUser,
        id: UserId,
        typed: TypedLimits,
        errors: FormErrors,
    ) -> Result<Self, AppError> {
        let account = users::find(conn, id)?;
        let ids = [account.id];
        let default = operator.cx.config().organization_limit;
        Ok(Self {
            layout: operator.layout(conn, "operator users")?,
            now: operator.cx.now,
            organizations: users::organizations(conn, &ids)?
                .remove(&account.id)
                .unwrap_or_default(),
            created: users::created(conn, account.id)?,
            seen: users::seen(conn, &ids)?.remove(&account.id),
            sessions: users::sessions(conn, account.id)?,
            default: default.map_or_else(|| "no limit".to_owned(), |n| number(&i64::from(n))),
            limit: typed
                .organizations
                .unwrap_or_else(|| written(account.organization_limit)),
            invitations: typed.invitations.unwrap_or_else(|| written(account.invitation_limit)),
            allowance: allowance::of_account(conn, &operator.cx, account.id)?,
            reports: reports::count_of_sender(conn, account.id)?,
            you: account.id == operator.id,
            second_factor: second_factor::of(conn, account.id)?,
            reason: typed.reason.unwrap_or_default(),
            account,
            errors,
        })
    }
}

fn written(limit: Option<i32>) -> String {
    limit.map_or_else(String::new, |n| n.to_string())
}

/// `GET /operator/users/{id}`
pub async fn show(gate: OperatorGate, id: web::Path<String>) -> Result<HttpResponse, AppError> {
    let id = UserId::parse(&id).ok_or(AppError::NotFound)?;
    gate.show(move |operator, conn| UserPage::load(conn, operator, id, TypedLimits::default(), FormErrors::none()))
        .await
}
