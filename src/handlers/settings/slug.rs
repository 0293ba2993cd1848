//! The web address of an organization: changed by who types the present one.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde_json::json;

use crate::audit::Deeds;
use crate::auth::Gate;
use crate::auth::actor::Member;
use crate::authz::permission::ChangeSlug;
use crate::common::error::AppError;
use crate::common::form::FormErrors;
use crate::common::html::{html, refused, see_other};
use crate::common::slug::Slug;
use crate::db::Conn;
use crate::models::approval::Matter;
use crate::models::organization;
use crate::services::approvals::dual_control;
use crate::services::approvals::execute;
use crate::web::layout::Shell;

#[derive(Template)]
#[template(path = "settings/slug.html", blocks = ["dialog"])]
struct SlugPage {
    shell: Shell,
    path: String,
    back: String,
    current: String,
    former: Vec<String>,
    form: SlugForm,
    errors: FormErrors,
}

impl SlugPage {
    fn load(conn: &mut Conn, member: &Member, form: SlugForm, errors: FormErrors) -> Result<Self, AppError> {
        Ok(Self {
            shell: member.shell(conn, "settings")?,
            path: member.path("/settings/slug"),
            // Who may change the address alone comes from the overview.
            back: member.path(if member.rights.edit_profile() {
                "/settings/general"
            } else {
                ""
            }),
            current: member.slug.clone(),
            former: organization::former(conn, member.organization)?,
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
///
/// # Errors
/// What the gate refuses.
pub async fn edit(gate: Gate<ChangeSlug>) -> Result<HttpResponse, AppError> {
    let page = gate
        .read(|member, conn| SlugPage::load(conn, member, SlugForm::default(), FormErrors::none()))
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
///
/// # Errors
/// What the gate refuses.
pub async fn save(gate: Gate<ChangeSlug>, form: web::Form<SlugForm>) -> Result<HttpResponse, AppError> {
    let form = form.into_inner();
    let typed = form.clone();
    let saved = gate
        .write(move |member, conn| match change(conn, member, &typed) {
            Ok((tone, word, path, deeds)) => Ok((Ok((tone, word, path)), deeds)),
            Err(Stop::Field(errors)) => Ok((Err(errors), Deeds::none("refused"))),
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
                .read(move |member, conn| SlugPage::load(conn, member, form, errors))
                .await?;
            if gate.fragment() {
                refused(page.as_dialog())
            } else {
                refused(page)
            }
        }
    }
}

type Saved = (&'static str, String, String, Deeds);

fn change(conn: &mut Conn, member: &Member, form: &SlugForm) -> Result<Saved, Stop> {
    let to = parse(form, &member.slug).map_err(Stop::Field)?;
    let landing = |slug: &str| {
        let page = if member.rights.edit_profile() {
            "/settings/general"
        } else {
            ""
        };
        format!("/organizations/{slug}{page}")
    };
    let payload = json!({ "from": member.slug, "to": to.as_str() });
    let label = format!(
        "change the address of {} from {} to {to}",
        member.organization_name, member.slug
    );
    if let Some(waits) = dual_control::hold(conn, member, Matter::Slug, payload, label)? {
        return Ok(("info", waits.word, landing(&member.slug), waits.deeds));
    }
    conn.attempt(|conn| match execute::rename(conn, member, &to)? {
        Ok(done) => Ok(("success", done.word, landing(to.as_str()), done.deeds)),
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
///
/// # Errors
/// What the gate refuses.
pub async fn status(gate: Gate<ChangeSlug>, query: web::Query<StatusQuery>) -> Result<HttpResponse, AppError> {
    let typed = query.into_inner().slug;
    let status = gate
        .read(move |member, conn| {
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
            let former = organization::former(conn, member.organization)?;
            Ok(if slug.as_str() == member.slug {
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
