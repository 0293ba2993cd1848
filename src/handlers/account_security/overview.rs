//! What an account signs in with, at one glance.

use actix_web::HttpResponse;
use askama::Template;

use crate::auth::current_user::CurrentUser;
use crate::auth::{SignedIn, Unverified};
use crate::common::error::AppError;
use crate::common::time::Time;
use crate::db::Conn;
use crate::models::organization::of_user;
use crate::models::{backup_code, passkey, session, totp_secret};
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;

pub const PATH: &str = "/account/security";

#[derive(Template)]
#[template(path = "account_security/overview.html")]
struct OverviewPage {
    layout: Layout,
    verified: bool,
    app_since: Option<Time>,
    passkeys: i64,
    codes: i64,
    sessions: usize,
    /// The organizations that require a second factor of this person.
    required_by: Vec<String>,
}
crate::page!(OverviewPage);

impl OverviewPage {
    fn load(conn: &mut Conn, person: &CurrentUser) -> Result<Self, AppError> {
        Ok(Self {
            layout: person.layout(conn, "security")?,
            verified: person.verified,
            app_since: totp_secret::since(conn, person.id)?,
            passkeys: passkey::count(conn, person.id)?,
            codes: backup_code::left(conn, person.id)?,
            sessions: session::of_user(conn, person.id, person.cx.now)?.len(),
            required_by: of_user::requiring_second_factor(conn, person.id)?,
        })
    }

    fn is_on(&self) -> bool {
        self.app_since.is_some() || self.passkeys > 0
    }
}

/// `GET /account/security`
pub async fn show(gate: SignedIn<Unverified>) -> Result<HttpResponse, AppError> {
    gate.show(|person, conn| OverviewPage::load(conn, person)).await
}
