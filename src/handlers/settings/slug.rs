//! Changing the web address, after the current one was entered.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::auth::Gate;
use crate::auth::actor::Actor;
use crate::authz::permission::ChangeSlug;
use crate::change_error;
use crate::common::error::AppError;
use crate::common::form::FormErrors;
use crate::common::html::see_other;
use crate::common::slug::Slug;
use crate::db::Conn;
use crate::handlers::settings::approvals::words;
use crate::models::organization;
use crate::services::approvals::Outcome;
use crate::services::organizations::slug;
use crate::services::organizations::slug::SlugError;
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;
use crate::web::messages::{ALREADY_PENDING, PENDING};

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

crate::page!(SlugPage => as_dialog);

impl SlugPage {
    fn load(conn: &mut Conn, actor: &Actor, form: SlugForm, errors: FormErrors) -> Result<Self, AppError> {
        Ok(Self {
            layout: actor.layout(conn, "settings")?,
            path: actor.path("/settings/slug"),
            back: actor.path(landing(actor)),
            current: actor.slug.clone(),
            former: organization::former(conn, actor.organization)?,
            form,
            errors,
        })
    }
}

/// The general settings, or the overview for members who can change the web address only.
fn landing(actor: &Actor) -> &'static str {
    if actor.permissions.edit_profile() {
        "/settings/general"
    } else {
        ""
    }
}

#[derive(Debug, Clone, Default, serde::Deserialize)]
#[serde(default)]
pub struct SlugForm {
    slug: String,
    current_slug: String,
}

impl SlugForm {
    fn parse(&self, current: &str) -> Result<Slug, FormErrors> {
        let mut errors = FormErrors::none();
        let slug = errors.take("slug", Slug::parse_free(&self.slug));
        if slug.as_ref().is_some_and(|slug| slug.as_str() == current) {
            errors.add("slug", "This is already the web address. Enter another one");
        }
        if self.current_slug.trim().to_lowercase() != current {
            errors.add("current_slug", format!("Type “{current}” to confirm"));
        }
        match slug {
            Some(slug) if errors.is_empty() => Ok(slug),
            _ => Err(errors),
        }
    }
}

/// `GET /organizations/{slug}/settings/slug`
pub async fn edit(gate: Gate<ChangeSlug>) -> Result<HttpResponse, AppError> {
    gate.show(|actor, conn| SlugPage::load(conn, actor, SlugForm::default(), FormErrors::none()))
        .await
}

enum SlugFormError {
    Invalid(FormErrors),
    Failed(AppError),
}

change_error!(SlugFormError);

impl SlugFormError {
    fn new(error: SlugError, slug: &Slug) -> Self {
        let message = match error {
            SlugError::Failed(error) => return Self::Failed(error),
            SlugError::Taken => words::slug_taken(slug.as_str()),
            SlugError::TooOften => words::too_many_slugs(),
            SlugError::Changed => words::SLUG_CHANGED_IN_BETWEEN.into(),
        };
        Self::Invalid(FormErrors::one("slug", message))
    }
}

/// `POST /organizations/{slug}/settings/slug`
pub async fn update(gate: Gate<ChangeSlug>, form: web::Form<SlugForm>) -> Result<HttpResponse, AppError> {
    let form = form.into_inner();
    let typed = form.clone();
    let changed = gate
        .try_write(move |actor, conn| {
            let to = typed.parse(&actor.slug).map_err(SlugFormError::Invalid)?;
            let (outcome, events) = slug::change(conn, actor, &to).map_err(|error| SlugFormError::new(error, &to))?;
            let (tone, message, slug) = match outcome {
                Outcome::Done(()) => ("success", words::slug_changed(to.as_str()), to.to_string()),
                Outcome::Pending(_) => ("info", PENDING.to_owned(), actor.slug.clone()),
                Outcome::AlreadyPending(_) => ("info", ALREADY_PENDING.to_owned(), actor.slug.clone()),
            };
            let path = format!("/organizations/{slug}{}", landing(actor));
            Ok(((tone, message, path), events))
        })
        .await;
    match changed {
        Ok((tone, message, path)) => {
            gate.tell(tone, message);
            Ok(see_other(gate.fragment(), &path))
        }
        Err(SlugFormError::Invalid(errors)) => {
            gate.refused(move |actor, conn| SlugPage::load(conn, actor, form, errors))
                .await
        }
        Err(SlugFormError::Failed(error)) => Err(error),
    }
}
