//! The way into an organization: by a support session with a reason, for a time, confirmed by the operator's password.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::audit::Events;
use crate::auth::OperatorGate;
use crate::auth::current_user::CurrentUser;
use crate::common::error::AppError;
use crate::common::form::FormErrors;
use crate::common::html::{html, refused, see_other};
use crate::common::token::Token;
use crate::db::Conn;
use crate::handlers::operator::queries::organizations as store;
use crate::handlers::operator::queries::organizations::Listed;
use crate::handlers::operator::{letter, rules};
use crate::models::session;
use crate::models::support_session;
use crate::models::support_session::SupportError;
use crate::services::reauthenticate;
use crate::services::reauthenticate::ReauthenticationError;
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;
use crate::web::password_messages;

/// The form as typed.
#[derive(Default, Clone, serde::Deserialize)]
#[serde(default)]
pub struct SupportForm {
    reason: String,
    minutes: String,
    password: String,
}

#[derive(Template)]
#[template(path = "operator/support.html", blocks = ["dialog"])]
struct SupportPage {
    layout: Layout,
    organization: Listed,
    path: String,
    reason: String,
    minutes: String,
    errors: FormErrors,
}

impl SupportPage {
    fn of(
        operator: &CurrentUser,
        conn: &mut Conn,
        slug: &str,
        form: SupportForm,
        errors: FormErrors,
    ) -> Result<Self, AppError> {
        let organization = store::find(conn, slug)?;
        Ok(Self {
            layout: operator.layout(conn, "operator organizations")?,
            path: format!("/operator/organizations/{}", organization.slug),
            organization,
            reason: form.reason,
            minutes: form.minutes,
            errors,
        })
    }

    fn title(&self) -> String {
        format!("Look into {}", self.organization.name)
    }
}

/// `GET /operator/organizations/{slug}/support`
pub async fn ask(gate: OperatorGate, slug: web::Path<String>) -> Result<HttpResponse, AppError> {
    let form = SupportForm {
        minutes: "15".to_owned(),
        ..SupportForm::default()
    };
    let page = gate
        .read(move |operator, conn| SupportPage::of(operator, conn, &slug, form, FormErrors::none()))
        .await?;
    if gate.fragment() {
        html(page.as_dialog())
    } else {
        html(page)
    }
}

async fn again(
    gate: &OperatorGate,
    slug: String,
    form: SupportForm,
    errors: FormErrors,
) -> Result<HttpResponse, AppError> {
    let page = gate
        .read(move |operator, conn| SupportPage::of(operator, conn, &slug, form, errors))
        .await?;
    if gate.fragment() {
        refused(page.as_dialog())
    } else {
        refused(page)
    }
}

/// `POST /operator/organizations/{slug}/support`
pub async fn begin(
    gate: OperatorGate,
    slug: web::Path<String>,
    form: web::Form<SupportForm>,
) -> Result<HttpResponse, AppError> {
    let (slug, mut form) = (slug.into_inner(), form.into_inner());
    let password = std::mem::take(&mut form.password);
    let asked = match rules::request(&form.reason, &form.minutes, &password) {
        Ok(asked) => asked,
        Err(errors) => return again(&gate, slug, form, errors).await,
    };
    match reauthenticate::confirm_operator(&gate, password).await {
        Ok(()) => {}
        Err(ReauthenticationError::Failed(error)) => return Err(error),
        Err(error) => {
            let errors = FormErrors::one("password", password_messages::reauthentication(&error));
            return again(&gate, slug, form, errors).await;
        }
    }
    let wanted = slug.clone();
    let begun = gate
        .write(move |operator, conn| look_in(conn, operator, &wanted, &asked))
        .await?;
    match begun {
        Ok((path, token)) => {
            crate::auth::current_user::remember(gate.session(), &token)?;
            Ok(see_other(gate.fragment(), &path))
        }
        Err(sentence) => again(&gate, slug, form, FormErrors::one("reason", sentence)).await,
    }
}

/// The way in, with the session's new token; or why there is none.
type Way = Result<(String, Token), &'static str>;

fn look_in(
    conn: &mut Conn,
    operator: &CurrentUser,
    slug: &str,
    asked: &rules::Request,
) -> Result<(Way, Events), AppError> {
    let cx = &operator.cx;
    let organization = store::find(conn, slug)?;
    let refuse = |sentence| Ok((Err(sentence), Events::none("no session began")));
    if store::has(conn, organization.id, operator.id)? {
        return refuse("You belong to this organization. Open it as its member");
    }
    let begun = support_session::begin(conn, cx, operator, organization.id, &asked.reason, asked.length)?;
    let events = match begun {
        Ok((_, events)) => events,
        Err(SupportError::NoConsent) => {
            return refuse("This organization does not allow operators in. An owner can, in its settings");
        }
        Err(SupportError::Running) => return refuse("You look into this organization already. End that session first"),
    };
    letter::began(conn, operator, &organization, &asked.reason, cx.now + asked.length)?;
    let token = session::renew(conn, operator.session)?;
    Ok((Ok((format!("/organizations/{}", organization.slug), token)), events))
}

/// `POST /operator/organizations/{slug}/support/ending`: ends this operator's own session there.
pub async fn end(gate: OperatorGate, slug: web::Path<String>) -> Result<HttpResponse, AppError> {
    let path = gate
        .write(move |operator, conn| {
            let organization = store::find(conn, &slug)?;
            let events = support_session::end_of(conn, operator.cx.now, operator.id, Some(organization.id))?;
            Ok((format!("/operator/organizations/{}", organization.slug), events))
        })
        .await?;
    gate.tell("success", "The support session is over");
    Ok(see_other(gate.fragment(), &path))
}
