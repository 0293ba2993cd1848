//! Light or dark: a plain cookie, for it must be known before anybody is.

use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::web::Form;
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;

use crate::auth::Visitor;
use crate::common::error::AppError;
use crate::common::html::{came_from, see_other};

/// What a person chose.
#[derive(Debug, Default, Deserialize)]
pub struct ThemeForm {
    #[serde(default)]
    theme: String,
}

/// Keeps the choice in this browser.
pub async fn submit(visitor: Visitor, request: HttpRequest, form: Form<ThemeForm>) -> Result<HttpResponse, AppError> {
    let theme = match form.theme.as_str() {
        theme @ ("system" | "light" | "dark") => theme.to_owned(),
        _ => return Err(AppError::Unreadable("The theme is system, light or dark.".into())),
    };
    let config = &visitor.app().config;
    let mut answer = if visitor.fragment() {
        HttpResponse::NoContent().finish()
    } else {
        see_other(
            false,
            came_from(request.headers(), &config.base_url).unwrap_or("/account"),
        )
    };
    let cookie = Cookie::build("theme", theme)
        .path("/")
        .max_age(Duration::days(365))
        .same_site(SameSite::Lax)
        .secure(config.is_https())
        .finish();
    answer.add_cookie(&cookie).map_err(AppError::internal)?;
    Ok(answer)
}
