//! The web address of an organization: changed by who types the present one.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde_json::json;

use crate::audit::Events;
use crate::auth::Gate;
use crate::auth::actor::Actor;
use crate::authz::permission::ChangeSlug;
use crate::common::error::AppError;
use crate::common::form::FormErrors;
use crate::common::html::{html, refused, see_other};
use crate::common::slug::Slug;
use crate::db::Conn;
use crate::models::approval::ApprovalAction;
use crate::models::organization;
use crate::services::approvals::dual_control;
use crate::services::approvals::execute;
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;

#[derive(Template)]
#[template(path = "settings/slug.html", blocks = ["dialog"])]
struct SlugPage {
    layout: Layout,
    path: String,
    back: String,
    current: String,
    former: Vec<String>,
    form: SlugForm,
    errors: FormErrors,
}

impl SlugPage {
    fn load(conn: &mut Conn, actor: &Actor, form: SlugForm, errors: FormErrors) -> Result<Self, AppError> {
        Ok(Self {
            layout: actor.layout(conn, "settings")?,
            path: actor.path("/settings/slug"),
            // Who may change the address alone comes from the overview.
            back: actor.path(if actor.permissions.edit_profile() {
                "/settings/general"
            } else {
                ""
            }),
            current: actor.slug.clone(),
            former: organization::former(conn, actor.organization)?,
            form,
            errors,
        })
    }
}

/// The form as typed.
#[derive(Debug, Clone, Default, serde::Deserialize)]
#[serde(default)]
pub struct SlugForm {
    slug: String,
    current_slug: String,
}

/// `GET /organizations/{slug}/settings/slug`
pub async fn edit(gate: Gate<ChangeSlug>) -> Result<HttpResponse, AppError> {
    let page = gate
        .read(|actor, conn| SlugPage::load(conn, actor, SlugForm::default(), FormErrors::none()))
        .await?;
    if gate.fragment() {
        html(page.as_dialog())
    } else {
        html(page)
    }
}

/// Reads the form against the present address.
fn parse(form: &SlugForm, current: &str) -> Result<Slug, FormErrors> {
    let mut errors = FormErrors::none();
    let slug = errors.take("slug", Slug::parse_free(&form.slug));
    if slug.as_ref().is_some_and(|slug| slug.as_str() == current) {
        errors.add("slug", "This is the address already. Enter another one");
    }
    if form.current_slug.trim().to_lowercase() != current {
        errors.add("current_slug", format!("Type “{current}” to confirm"));
    }
    match slug {
        Some(slug) if errors.is_empty() => Ok(slug),
        _ => Err(errors),
    }
}

/// Why nothing was changed: what is wrong by field, or a defect. It undoes the savepoint.
enum Stop {
    Field(FormErrors),
    Failed(AppError),
}

impl From<AppError> for Stop {
    fn from(error: AppError) -> Self {
        Self::Failed(error)
    }
}

/// `POST /organizations/{slug}/settings/slug`
pub async fn save(gate: Gate<ChangeSlug>, form: web::Form<SlugForm>) -> Result<HttpResponse, AppError> {
    let form = form.into_inner();
    let typed = form.clone();
    let saved = gate
        .write(move |actor, conn| match change(conn, actor, &typed) {
            Ok((tone, word, path, events)) => Ok((Ok((tone, word, path)), events)),
            Err(Stop::Field(errors)) => Ok((Err(errors), Events::none("refused"))),
            Err(Stop::Failed(error)) => Err(error),
        })
        .await?;
    match saved {
        Ok((tone, word, path)) => {
            gate.tell(tone, word);
            Ok(see_other(gate.fragment(), &path))
        }
        Err(errors) => {
            let page = gate
                .read(move |actor, conn| SlugPage::load(conn, actor, form, errors))
                .await?;
            if gate.fragment() {
                refused(page.as_dialog())
            } else {
                refused(page)
            }
        }
    }
}

type Saved = (&'static str, String, String, Events);

fn change(conn: &mut Conn, actor: &Actor, form: &SlugForm) -> Result<Saved, Stop> {
    let to = parse(form, &actor.slug).map_err(Stop::Field)?;
    let landing = |slug: &str| {
        let page = if actor.permissions.edit_profile() {
            "/settings/general"
        } else {
            ""
        };
        format!("/organizations/{slug}{page}")
    };
    let payload = json!({ "from": actor.slug, "to": to.as_str() });
    let label = format!(
        "change the address of {} from {} to {to}",
        actor.organization_name, actor.slug
    );
    if let Some(waits) = dual_control::require_approval(conn, actor, ApprovalAction::Slug, payload, label)? {
        return Ok(("info", waits.word, landing(&actor.slug), waits.events));
    }
    conn.attempt(|conn| match execute::rename(conn, actor, &to)? {
        Ok(done) => Ok(("success", done.word, landing(to.as_str()), done.events)),
        Err(sentence) => Err(Stop::Field(FormErrors::one("slug", sentence))),
    })
}

/// The query of the live check.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub struct StatusQuery {
    slug: String,
}

#[derive(Template)]
#[template(path = "organizations/slug.html")]
struct SlugStatus {
    good: Option<String>,
    bad: Option<String>,
}

/// `GET /organizations/{slug}/settings/slug/status`: whether an address can be taken.
pub async fn status(gate: Gate<ChangeSlug>, query: web::Query<StatusQuery>) -> Result<HttpResponse, AppError> {
    let typed = query.into_inner().slug;
    let status = gate
        .read(move |actor, conn| {
            let good = |text: String| SlugStatus {
                good: Some(text),
                bad: None,
            };
            let bad = |text: String| SlugStatus {
                good: None,
                bad: Some(text),
            };
            if typed.trim().is_empty() {
                return Ok(SlugStatus { good: None, bad: None });
            }
            let slug = match Slug::parse_free(&typed) {
                Ok(slug) => slug,
                Err(sentence) => return Ok(bad(sentence)),
            };
            let former = organization::former(conn, actor.organization)?;
            Ok(if slug.as_str() == actor.slug {
                bad("This is the address already".into())
            } else if former.iter().any(|former| former == slug.as_str()) {
                good(format!("“{slug}” was yours before"))
            } else if organization::is_free(conn, slug.as_str())? {
                good(format!("“{slug}” is free"))
            } else {
                bad(format!("“{slug}” is taken"))
            })
        })
        .await?;
    html(status)
}
