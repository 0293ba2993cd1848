//! The live check of a web address.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::auth::SignedIn;
use crate::common::error::AppError;
use crate::common::html::html;
use crate::common::slug::Slug;
use crate::db::Conn;
use crate::models::organization;
use crate::services::organizations::slug;
use crate::services::organizations::slug::SlugAvailability;

#[derive(Template, Default)]
#[template(path = "organizations/slug.html")]
pub struct SlugStatus {
    /// A free slug from the name. The script fills it in.
    suggested: Option<Slug>,
    good: Option<String>,
    bad: Option<String>,
}

impl SlugStatus {
    pub fn good(message: String) -> Self {
        Self {
            good: Some(message),
            ..Self::default()
        }
    }

    pub fn bad(message: String) -> Self {
        Self {
            bad: Some(message),
            ..Self::default()
        }
    }

    pub fn of(slug: &Slug, availability: SlugAvailability) -> Self {
        match availability {
            SlugAvailability::Free => Self::good(format!("“{slug}” is free")),
            SlugAvailability::Current => Self::bad("This is already the web address".into()),
            SlugAvailability::Former => Self::good(format!("“{slug}” was yours before")),
            SlugAvailability::Taken { free: None } => Self::bad(format!("“{slug}” is taken")),
            SlugAvailability::Taken { free: Some(free) } => Self::bad(format!("“{slug}” is taken, “{free}” is free")),
        }
    }
}

#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub struct SlugQuery {
    name: String,
    slug: String,
    /// The slug that was suggested before, sent when the name changes.
    suggested: String,
}

/// `GET /organizations/slug`
pub async fn show(gate: SignedIn, query: web::Query<SlugQuery>) -> Result<HttpResponse, AppError> {
    let query = query.into_inner();
    html(gate.read(move |_, conn| status(conn, &query)).await?)
}

fn status(conn: &mut Conn, query: &SlugQuery) -> Result<SlugStatus, AppError> {
    let SlugQuery { name, slug, suggested } = query;
    if slug.trim().is_empty() || slug == suggested {
        if name.trim().is_empty() {
            return Ok(SlugStatus::default());
        }
        return Ok(match organization::free_like(conn, &Slug::suggest(name))? {
            Some(free) => SlugStatus {
                suggested: Some(free),
                ..SlugStatus::default()
            },
            None => SlugStatus::bad("Choose a short name for the web address".into()),
        });
    }
    match Slug::parse_free(slug) {
        Ok(slug) => Ok(SlugStatus::of(&slug, slug::availability(conn, &slug)?)),
        Err(message) => Ok(match organization::free_like(conn, &Slug::suggest(slug))? {
            Some(free) => {
                let message = message.trim_end_matches(", choose another");
                SlugStatus::bad(format!("{message}, “{free}” is free"))
            }
            None => SlugStatus::bad(message),
        }),
    }
}
