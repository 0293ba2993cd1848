//! How people sign in to the organization: two-factor authentication, time limits, and ending sessions.

use actix_web::HttpResponse;
use actix_web::web::{Form, Path};
use askama::Template;

use crate::auth::Gate;
use crate::auth::actor::Actor;
use crate::authz::permission::ManageSecurity;
use crate::authz::session_rules::TwoFactorRule;
use crate::common::error::AppError;
use crate::common::form::FormErrors;
use crate::common::html::see_other;
use crate::db::Conn;
use crate::handlers::settings::security_form::SecurityForm;
use crate::models::security_policy;
use crate::models::security_policy::SecurityPolicy;
use crate::services::approvals::Outcome;
use crate::services::organizations::security::policy;
use crate::services::organizations::security::policy::{PolicyError, PolicyImpact};
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;
use crate::web::messages::{ALREADY_PENDING, PENDING};
use crate::web::nav;
use crate::web::nav::NavTab;

#[derive(Template)]
#[template(path = "settings/security.html")]
struct SecurityPage {
    layout: Layout,
    tabs: Vec<&'static NavTab>,
    tab: &'static str,
    path: String,
    organization: String,
    errors: FormErrors,
    form: SecurityForm,
    /// When the present rule is enforced, in words, if it is not yet.
    enforced_on: Option<String>,
    /// What the entered policy would do, before it is applied: with the day from which it is enforced, in words.
    preview: Option<(PolicyImpact, String)>,
    may_end_sessions: bool,
    read_only: bool,
}
crate::page!(SecurityPage);

impl SecurityPage {
    fn load(
        conn: &mut Conn,
        actor: &Actor,
        form: Option<SecurityForm>,
        previewed: Option<SecurityPolicy>,
        errors: FormErrors,
    ) -> Result<Self, AppError> {
        let (present, from) = security_policy::load(conn, actor.organization)?;
        let preview = match previewed {
            Some(wanted) => {
                let impact = policy::impact(conn, actor, &wanted)?;
                let day = impact.from.map_or_else(String::new, |from| from.date(actor.zone));
                Some((impact, day))
            }
            None => None,
        };
        let waits = from.filter(|from| *from > actor.cx.now && present.two_factor != TwoFactorRule::Off);
        Ok(Self {
            layout: actor.layout(conn, "settings")?,
            tabs: nav::settings(actor.permissions),
            tab: "security",
            path: actor.path("/settings"),
            organization: actor.organization_name.clone(),
            errors,
            form: form.unwrap_or_else(|| SecurityForm::from(&present)),
            enforced_on: waits.map(|from| from.date(actor.zone)),
            preview,
            may_end_sessions: actor.permissions.log_out_everybody(),
            read_only: actor.delete_after.is_some() || actor.support.is_some(),
        })
    }

    /// What the preview sends along to be applied.
    fn fields(&self) -> [(&'static str, &str); 5] {
        [
            ("two_factor", &self.form.two_factor),
            ("two_factor_grace_days", &self.form.two_factor_grace_days),
            ("idle_minutes", &self.form.idle_minutes),
            ("absolute_hours", &self.form.absolute_hours),
            ("step_up_minutes", &self.form.step_up_minutes),
        ]
    }
}

/// `GET /organizations/{slug}/settings/security`
pub async fn show(gate: Gate<ManageSecurity>) -> Result<HttpResponse, AppError> {
    gate.show(|actor, conn| SecurityPage::load(conn, actor, None, None, FormErrors::none()))
        .await
}

/// `POST /organizations/{slug}/settings/security`: shows what a policy would do, or applies it.
pub async fn update(
    gate: Gate<ManageSecurity>,
    slug: Path<String>,
    form: Form<SecurityForm>,
) -> Result<HttpResponse, AppError> {
    let form = form.into_inner();
    let wanted = match form.read() {
        Ok(wanted) => wanted,
        Err(errors) => return again(&gate, form, errors).await,
    };
    if form.action != "apply" {
        return gate
            .show(move |actor, conn| SecurityPage::load(conn, actor, Some(form), Some(wanted), FormErrors::none()))
            .await;
    }
    let changed = gate
        .try_write(move |actor, conn| policy::change(conn, actor, &wanted))
        .await;
    let (tone, message) = match changed {
        Ok(Outcome::Done(())) => ("success", "The security policy is saved"),
        Ok(Outcome::Pending(_)) => ("info", PENDING),
        Ok(Outcome::AlreadyPending(_)) => ("info", ALREADY_PENDING),
        Err(PolicyError::Same) => ("info", "Nothing was changed"),
        Err(PolicyError::NotMet) => {
            let message = "Set up two-factor authentication for your own account first, then sign in with it";
            return again(&gate, form, FormErrors::one("two_factor", message)).await;
        }
        Err(PolicyError::Failed(error)) => return Err(error),
    };
    gate.tell(tone, message);
    Ok(see_other(
        gate.fragment(),
        &format!("/organizations/{slug}/settings/security"),
    ))
}

async fn again(gate: &Gate<ManageSecurity>, form: SecurityForm, errors: FormErrors) -> Result<HttpResponse, AppError> {
    gate.refused(move |actor, conn| SecurityPage::load(conn, actor, Some(form), None, errors))
        .await
}
