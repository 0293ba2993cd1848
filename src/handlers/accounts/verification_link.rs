use actix_web::HttpResponse;
use actix_web::web::{Form, Path};
use askama::Template;
use serde::Deserialize;

use crate::auth::{Visit, Visitor};
use crate::common::error::AppError;
use crate::common::form::FormErrors;
use crate::common::html::{local_path, see_other};
use crate::common::session_cookie;
use crate::common::token::Token;
use crate::db::Conn;
use crate::handlers::accounts::page::{AccountPage, EndedLink};
use crate::handlers::accounts::signed_up::SignedUp;
use crate::handlers::password::{FLOODED, LOCKED};
use crate::models::email_token;
use crate::models::email_token::{EmailLink, TokenKind};
use crate::services::accounts::verification;
use crate::services::accounts::verification::VerifyOutcome;
use crate::web::layout::Layout;
use crate::web::layout::PublicLayout;

#[derive(Template)]
#[template(path = "accounts/confirm.html")]
struct VerificationLinkPage {
    layout: Layout,
    errors: FormErrors,
    email: String,
    action: String,
    /// Whether the page asks for the password.
    asks: bool,
}
crate::page!(VerificationLinkPage);

impl VerificationLinkPage {
    fn load(
        conn: &mut Conn,
        visit: &Visit,
        signed_up: Option<&SignedUp>,
        token: &str,
        errors: FormErrors,
    ) -> Result<AccountPage<Self>, AppError> {
        let link = email_token::find(conn, &visit.cx, TokenKind::Verify, &Token::received(token))?;
        let layout = visit.layout();
        Ok(match link {
            Some(link) if link.open => AccountPage::shown(Self {
                layout,
                errors,
                email: link.email.to_string(),
                action: format!("/verify/{token}"),
                asks: !is_known(visit, signed_up, &link),
            }),
            link => AccountPage::ended(layout, ended(link.as_ref(), visit)),
        })
    }
}

/// Whether the browser signed up the account or is signed in to it. Another browser has to send the password.
fn is_known(visit: &Visit, signed_up: Option<&SignedUp>, link: &EmailLink) -> bool {
    signed_up.is_some_and(|signed_up| signed_up.is(link.account.id))
        || visit.person.as_ref().is_some_and(|person| person.id == link.account.id)
}

fn ended(link: Option<&EmailLink>, visit: &Visit) -> EndedLink {
    if link.is_some_and(|link| link.account.verified()) {
        EndedLink {
            title: "Your email address is verified",
            text: "This link was used. You don’t need it anymore.",
            button: ("/", if visit.person.is_some() { "Continue" } else { "Sign in" }),
        }
    } else if visit.person.is_some() {
        EndedLink {
            title: "This link no longer works",
            text: "It was used, is older than 24 hours, or was replaced by a newer one.",
            button: ("/verify", "Send a new link"),
        }
    } else {
        EndedLink {
            title: "This link no longer works",
            text: "It was used, is older than 24 hours, or was replaced by a newer one. Sign in to get a new one.",
            button: ("/login", "Sign in"),
        }
    }
}

/// `GET /verify/{token}`. Nothing changes yet, since mail programs open links too.
pub async fn edit(visitor: Visitor, path: Path<String>) -> Result<HttpResponse, AppError> {
    let (token, signed_up) = (path.into_inner(), SignedUp::read(visitor.session()));
    visitor
        .show(move |visit, conn| {
            VerificationLinkPage::load(conn, visit, signed_up.as_ref(), &token, FormErrors::none())
        })
        .await
}

#[derive(Default, Deserialize)]
pub struct VerificationForm {
    #[serde(default)]
    password: String,
}

/// `POST /verify/{token}`
pub async fn update(
    visitor: Visitor,
    path: Path<String>,
    form: Form<VerificationForm>,
) -> Result<HttpResponse, AppError> {
    let (text, signed_up) = (path.into_inner(), SignedUp::read(visitor.session()));
    let token = Token::received(&text);
    let browser = signed_up.clone();
    let known = move |visit: &Visit, link: &EmailLink| is_known(visit, browser.as_ref(), link);
    let errors = match verification::verify(&visitor, token, known, form.into_inner().password).await? {
        VerifyOutcome::SignedIn(session, next) => {
            session_cookie::remember(visitor.session(), &session.token)?;
            return Ok(see_other(visitor.fragment(), local_path(&next, "/onboarding")));
        }
        VerifyOutcome::Wrong => FormErrors::one("password", "Incorrect password. Try again, or choose a new one below"),
        VerifyOutcome::Locked => FormErrors::one("password", LOCKED),
        VerifyOutcome::Flooded => FormErrors::one("password", FLOODED),
        VerifyOutcome::Ended => FormErrors::none(),
    };
    visitor
        .refused(move |visit, conn| VerificationLinkPage::load(conn, visit, signed_up.as_ref(), &text, errors))
        .await
}
