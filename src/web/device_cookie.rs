//! The cookie of a browser that signed in.

use actix_web::body::BoxBody;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::dev::ServiceResponse;

use crate::app::{App, RequestInfo};

pub fn device_cookie(app: &App) -> &'static str {
    if app.config.is_https() {
        "__Host-device"
    } else {
        "device"
    }
}

/// The cookie of a browser that signed in. It outlives the session, and scripts cannot read it.
pub fn remember_device(response: &mut ServiceResponse<BoxBody>, app: &App, request: &RequestInfo) {
    let Some(value) = request.new_device.get() else { return };
    let cookie = Cookie::build(device_cookie(app), value)
        .path("/")
        .http_only(true)
        .secure(app.config.is_https())
        .same_site(SameSite::Lax)
        .max_age(actix_web::cookie::time::Duration::days(365))
        .finish();
    if let Err(error) = response.response_mut().add_cookie(&cookie) {
        tracing::warn!(%error, "the cookie of a device was not set");
    }
}
