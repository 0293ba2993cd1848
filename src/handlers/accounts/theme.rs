//! The theme, in a plain cookie: pages without a session use it too.

use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::web::Form;
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;

use crate::auth::Visitor;
use crate::common::error::AppError;
use crate::common::html::{came_from, see_other};

#[derive(Debug, Default, Deserialize)]
pub struct ThemeForm {
    #[serde(default)]
    theme: String,
}

/// `POST /account/theme`
pub async fn update(visitor: Visitor, request: HttpRequest, form: Form<ThemeForm>) -> Result<HttpResponse, AppError> {
    let theme = match form.theme.as_str() {
        theme @ ("system" | "light" | "dark") => theme.to_owned(),
        _ => return Err(AppError::Unreadable("The theme must be system, light or dark.".into())),
    };
    let config = &visitor.app().config;
    let mut response = if visitor.fragment() {
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
    response.add_cookie(&cookie).map_err(AppError::internal)?;
    Ok(response)
}
