//! Every address of the product, in one table.

pub mod health;

use actix_web::web::{self, get, post};
use actix_web::{HttpResponse, Route};

use crate::ground::assets;
// Accounts

// Organizations

// Overview and companies

// Members

// Invitations
use crate::rooms::invitations;

// Settings

/// One line of the table.
pub struct Entry {
    /// The method.
    pub method: &'static str,
    /// The path with its variables.
    pub path: &'static str,
    /// The handler.
    pub to: fn() -> Route,
}

macro_rules! table {
    ($($method:ident $path:literal $handler:path;)+) => {
        &[$(Entry { method: table!(@name $method), path: $path, to: || $method().to($handler) }),+]
    };
    (@name get) => { "GET" };
    (@name post) => { "POST" };
}

/// Every address.
#[rustfmt::skip]
pub const ROUTES: &[Entry] = table! {
    // The instance
    get  "/health/live"                health::live;
    get  "/health/ready"               health::ready;
    get  "/static/{name}"              assets::show;

    // Accounts: who somebody is
    // Accounts: end

    // Organizations: the ones of a person, and new ones
    // Organizations: end

    // Overview and companies
    // Overview and companies: end

    // Members
    // Members: end

    // Invitations
    get  "/organizations/{slug}/invitations"                   invitations::index::index;
    post "/organizations/{slug}/invitations"                   invitations::new::invite;
    get  "/organizations/{slug}/invitations/new"               invitations::new::new;
    post "/organizations/{slug}/invitations/resending"         invitations::resend::resend_all;
    get  "/organizations/{slug}/invitations/{id}"              invitations::edit::edit;
    post "/organizations/{slug}/invitations/{id}"              invitations::edit::update;
    post "/organizations/{slug}/invitations/{id}/resending"    invitations::resend::resend;
    get  "/organizations/{slug}/invitations/{id}/cancellation" invitations::cancel::confirm;
    post "/organizations/{slug}/invitations/{id}/cancellation" invitations::cancel::cancel;
    get  "/invitations/{token}"                                invitations::accept::show;
    post "/invitations/{token}/acceptance"                     invitations::accept::accept;
    post "/invitations/{token}/declination"                    invitations::accept::decline;
    // Invitations: end

    // Settings
    // Settings: end
};

/// Puts the table into the app.
pub fn configure(app: &mut web::ServiceConfig) {
    let mut paths: Vec<&str> = Vec::new();
    for entry in ROUTES {
        if !paths.contains(&entry.path) {
            paths.push(entry.path);
        }
    }
    for path in paths {
        let resource = ROUTES
            .iter()
            .filter(|entry| entry.path == path)
            .fold(web::resource(path), |resource, entry| resource.route((entry.to)()));
        app.service(resource.default_service(web::to(|| async { HttpResponse::MethodNotAllowed().finish() })));
    }
    app.default_service(web::to(|| async { HttpResponse::NotFound().finish() }));
}
