//! Every address of the product, in one table.

pub mod health;

use actix_web::web;
use actix_web::web::{get, post};
use actix_web::{HttpResponse, Route};

use crate::common::assets;
// Accounts
use crate::handlers::accounts::{
    email, email_change, home, legal, login, name, other_sessions, password, password_request, password_reset, profile,
    sessions, sign_up, theme, unlock, verification, verification_email, verification_link,
};

// Organizations
use crate::handlers::{onboarding, organizations};

// Overview and companies
use crate::handlers::{companies, overview};

// Members
use crate::handlers::members;

// Groups
use crate::handlers::groups;

// Invitations
use crate::handlers::invitations;

// Settings
use crate::handlers::settings;

// Access
use crate::handlers::{access, access_reviews, onboarding_links, operator, permissions};

// Audit log
use crate::handlers::audit;

/// One line of the table.
pub struct Entry {
    pub method: &'static str,
    /// The path with its variables.
    pub path: &'static str,
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

    // Accounts
    get  "/"                           home::show;
    get  "/signup"                     sign_up::new;
    post "/signup"                     sign_up::create;
    get  "/login"                      login::new;
    post "/login"                      login::create;
    post "/logout"                     login::destroy;
    get  "/verify"                     verification::show;
    post "/verify/resending"           verification_email::create;
    get  "/verify/{token}"             verification_link::edit;
    post "/verify/{token}"             verification_link::update;
    get  "/password/forgot"            password_request::new;
    post "/password/forgot"            password_request::create;
    get  "/password/reset/{token}"     password_reset::edit;
    post "/password/reset/{token}"     password_reset::update;
    get  "/unlock/{token}"             unlock::new;
    post "/unlock/{token}"             unlock::create;
    get  "/account"                    profile::show;
    post "/account/name"               name::update;
    post "/account/email"              email::create;
    post "/account/password"           password::update;
    post "/account/theme"              theme::update;
    get  "/account/email/{token}"      email_change::edit;
    post "/account/email/{token}"      email_change::update;
    get  "/account/sessions"           sessions::index;
    post "/account/sessions/ending"    other_sessions::destroy;
    post "/account/sessions/{id}/ending" sessions::destroy;
    get  "/legal/terms"                legal::terms::show;
    get  "/legal/privacy"              legal::privacy::show;

    // Organizations: the ones of a person, and new ones
    get  "/onboarding"                 onboarding::invitations::show;
    get  "/onboarding/done"            onboarding::done::show;
    get  "/organizations"              organizations::index::index;
    post "/organizations"              organizations::new::create;
    get  "/organizations/new"          organizations::new::new;
    get  "/organizations/slug"         organizations::new::slug;
    get  "/organizations/choosing"     organizations::choosing::show;
    post "/organizations/requests"     organizations::request::ask;
    get  "/organizations/{slug}/leaving" organizations::leaving::confirm;
    post "/organizations/{slug}/leaving" organizations::leaving::leave;

    // Overview and companies
    get  "/organizations/{slug}"       overview::show::show;
    get  "/organizations/{slug}/companies" companies::index::index;
    post "/organizations/{slug}/companies" companies::new::create;
    get  "/organizations/{slug}/companies/new" companies::new::new;
    get  "/organizations/{slug}/companies/{company}" companies::show::show;
    get  "/organizations/{slug}/companies/{company}/settings" companies::settings::edit;
    post "/organizations/{slug}/companies/{company}/settings" companies::settings::save;
    get  "/organizations/{slug}/companies/{company}/archiving" companies::archiving::confirm;
    post "/organizations/{slug}/companies/{company}/archiving" companies::archiving::archive;
    post "/organizations/{slug}/companies/{company}/restoring" companies::archiving::restore;
    get  "/organizations/{slug}/companies/{company}/moving" companies::moving::page;
    post "/organizations/{slug}/companies/{company}/moving" companies::moving::submit;
    get  "/organizations/{slug}/companies/{company}/members" companies::people::search;
    post "/organizations/{slug}/companies/{company}/members" companies::people::assign;
    post "/organizations/{slug}/companies/{company}/members/{id}/unassigning" companies::people::unassign;

    // Members
    get  "/organizations/{slug}/members"     members::roster::page;
    get  "/organizations/{slug}/members.csv" members::roster::sheet;
    get  "/organizations/{slug}/members/bulk"            members::bulk::look;
    post "/organizations/{slug}/members/bulk"            members::bulk::submit;
    get  "/organizations/{slug}/members/removed"         members::removed::page;
    get  "/organizations/{slug}/members/{id}"            members::profile::page;
    post "/organizations/{slug}/members/{id}/role"       members::role::set_role;
    post "/organizations/{slug}/members/{id}/access-end" members::access_end::set_access_end;
    post "/organizations/{slug}/members/{id}/companies"  members::companies::assign;
    post "/organizations/{slug}/members/{id}/companies/{company_id}/unassigning" members::companies::unassign;
    get  "/organizations/{slug}/members/{id}/removal"    members::removal::page;
    post "/organizations/{slug}/members/{id}/removal"    members::removal::remove;
    get  "/organizations/{slug}/members/{id}/suspension"    members::suspension::page;
    post "/organizations/{slug}/members/{id}/suspension"    members::suspension::suspend;
    post "/organizations/{slug}/members/{id}/restoration"   members::suspension::restore;
    post "/organizations/{slug}/members/{id}/reinstatement" members::removed::undo;

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
    get  "/invitations/{token}"                                invitations::link::show;
    get  "/invitations/{token}/acceptance"                     invitations::link::back;
    post "/invitations/{token}/acceptance"                     invitations::answer::accept;
    post "/invitations/{token}/declination"                    invitations::answer::decline;

    // Settings
    get  "/organizations/{slug}/settings" settings::general::first;
    get  "/organizations/{slug}/settings/general" settings::general::edit;
    post "/organizations/{slug}/settings/general" settings::general::save;
    get  "/organizations/{slug}/settings/slug"    settings::slug::edit;
    post "/organizations/{slug}/settings/slug"    settings::slug::save;
    get  "/organizations/{slug}/settings/slug/status" settings::slug::status;
    get  "/organizations/{slug}/settings/contacts/{kind}" settings::contacts::edit;
    post "/organizations/{slug}/settings/contacts/{kind}" settings::contacts::save;
    post "/organizations/{slug}/settings/contacts/{kind}/resending" settings::contacts::resend;
    post "/organizations/{slug}/settings/contacts/{kind}/removal" settings::contacts::remove;
    get  "/contacts/{token}"                      settings::proof::page;
    post "/contacts/{token}"                      settings::proof::confirm;
    get  "/organizations/{slug}/settings/transfer" settings::transfer::edit;
    post "/organizations/{slug}/settings/transfer" settings::transfer::ask;
    post "/organizations/{slug}/settings/dual-control" settings::control::switch;
    get  "/organizations/{slug}/settings/approvals/{id}" settings::approvals::page;
    post "/organizations/{slug}/settings/approvals/{id}/confirmation" settings::approvals::confirm;
    post "/organizations/{slug}/settings/approvals/{id}/refusal" settings::approvals::refuse;
    post "/organizations/{slug}/settings/approvals/{id}/withdrawal" settings::approvals::withdraw;
    get  "/organizations/{slug}/settings/deletion" settings::deletion::confirm;
    post "/organizations/{slug}/settings/deletion" settings::deletion::delete;
    post "/organizations/{slug}/settings/restoration" settings::deletion::restore;

    // Access: people, matrix
    get  "/organizations/{slug}/access"                    access::people::page;
    get  "/organizations/{slug}/access/assignments/new"    access::assign::new;
    post "/organizations/{slug}/access/assignments"        access::assign::assign;
    get  "/organizations/{slug}/access/matrix"             access::matrix::page;
    post "/organizations/{slug}/access/matrix"             access::save::save;
    get  "/organizations/{slug}/access/matrix.csv"         access::sheet::sheet;
    get  "/organizations/{slug}/access/matrix/import"      access::import::form;
    post "/organizations/{slug}/access/matrix/import"      access::import::show;
    post "/organizations/{slug}/access/matrix/import/applying" access::import::apply;

    // Rights: overrides, policies, custom roles, explaining, requests
    get  "/organizations/{slug}/members/{id}/overrides" permissions::overrides::edit;
    post "/organizations/{slug}/members/{id}/overrides" permissions::overrides::save;
    get  "/organizations/{slug}/members/{id}/role-preview" permissions::preview::show;
    get  "/organizations/{slug}/settings/roles" permissions::policies::edit;
    post "/organizations/{slug}/settings/roles" permissions::policies::save;
    get  "/organizations/{slug}/settings/roles/new" permissions::roles::new;
    post "/organizations/{slug}/settings/roles/new" permissions::roles::create;
    get  "/organizations/{slug}/settings/roles/{id}" permissions::roles::edit;
    post "/organizations/{slug}/settings/roles/{id}" permissions::roles::update;
    get  "/organizations/{slug}/settings/roles/{id}/deletion" permissions::roles::confirm;
    post "/organizations/{slug}/settings/roles/{id}/deletion" permissions::roles::delete;
    get  "/organizations/{slug}/access/explain" permissions::explain::show;
    get  "/organizations/{slug}/access/mine" permissions::explain::mine;
    get  "/organizations/{slug}/access/requests" permissions::requests::index;
    post "/organizations/{slug}/access/requests" permissions::requests::create;
    get  "/organizations/{slug}/access/requests/new" permissions::requests::new;
    get  "/organizations/{slug}/access/requests/{id}" permissions::requests::show;
    post "/organizations/{slug}/access/requests/{id}/decision" permissions::decision::submit;
    post "/organizations/{slug}/access/requests/{id}/withdrawal" permissions::requests::withdraw;

    // Groups
    get  "/organizations/{slug}/access/groups"          groups::index::page;
    post "/organizations/{slug}/access/groups"          groups::form::create;
    get  "/organizations/{slug}/access/groups/new"      groups::form::new;
    get  "/organizations/{slug}/access/groups/{id}"     groups::show::page;
    get  "/organizations/{slug}/access/groups/{id}/settings" groups::form::edit;
    post "/organizations/{slug}/access/groups/{id}/settings" groups::form::save;
    get  "/organizations/{slug}/access/groups/{id}/deletion" groups::deletion::page;
    post "/organizations/{slug}/access/groups/{id}/deletion" groups::deletion::delete;
    post "/organizations/{slug}/access/groups/{id}/members"  groups::members::add;
    post "/organizations/{slug}/access/groups/{id}/members/{member}/removal" groups::members::remove;

    // Links: onboarding links, joining
    get  "/organizations/{slug}/settings/onboarding"                        onboarding_links::index::index;
    post "/organizations/{slug}/settings/onboarding"                        onboarding_links::form::create;
    get  "/organizations/{slug}/settings/onboarding/new"                    onboarding_links::form::new;
    get  "/organizations/{slug}/settings/onboarding/requests"               onboarding_links::requests::index;
    post "/organizations/{slug}/settings/onboarding/requests/{id}/decision" onboarding_links::requests::decide;
    get  "/organizations/{slug}/settings/onboarding/{id}"                   onboarding_links::form::edit;
    post "/organizations/{slug}/settings/onboarding/{id}"                   onboarding_links::form::update;
    get  "/organizations/{slug}/settings/onboarding/{id}/rotation"          onboarding_links::switch::confirm;
    post "/organizations/{slug}/settings/onboarding/{id}/rotation"          onboarding_links::switch::rotate;
    post "/organizations/{slug}/settings/onboarding/{id}/disabling"         onboarding_links::switch::disable;
    post "/organizations/{slug}/settings/onboarding/{id}/enabling"          onboarding_links::switch::enable;
    get  "/join/{token}"                                                    onboarding_links::door::show;
    post "/join/{token}"                                                    onboarding_links::answer::join;
    post "/join/{token}/opening"                                            onboarding_links::door::open;
    post "/join/requests/{id}/withdrawal"                                   onboarding_links::answer::withdraw;

    // Audit
    get  "/organizations/{slug}/settings/audit"              audit::index::page;
    get  "/organizations/{slug}/settings/audit.csv"          audit::export::sheet;
    get  "/organizations/{slug}/settings/audit.jsonl"        audit::export::lines;
    get  "/organizations/{slug}/settings/audit/verification" audit::verification::page;
    get  "/organizations/{slug}/settings/audit/key.pem"      audit::verification::key;
    get  "/organizations/{slug}/settings/audit/{seq}"        audit::line::page;

    // Operator
    get  "/operator"                                       operator::home::show;
    get  "/operator/health"                                operator::health::show;
    get  "/operator/organizations"                         operator::organizations::index;
    get  "/operator/organizations/{slug}"                  operator::organization::show;
    get  "/operator/organizations/{slug}/support"          operator::support::ask;
    post "/operator/organizations/{slug}/support"          operator::support::begin;
    post "/operator/organizations/{slug}/support/ending"   operator::support::end;
    get  "/operator/users"                                 operator::users::index;
    get  "/operator/users/{id}"                            operator::user::show;
    post "/operator/users/{id}/limit"                      operator::user::set_limit;
    post "/operator/users/{id}/appointment"                operator::user::appoint;
    post "/operator/users/{id}/dismissal"                  operator::user::dismiss;
    post "/operator/users/{id}/sessions/ending"            operator::user::end_sessions;
    get  "/operator/mail"                                  operator::mail::index;
    get  "/operator/mail/{id}"                             operator::mail::show;
    get  "/operator/mail/{id}/preview"                     operator::mail::preview;
    post "/operator/mail/{id}/retry"                       operator::mail::retry;
    get  "/organizations/{slug}/settings/support"          operator::consent::show;
    post "/organizations/{slug}/settings/support"          operator::consent::save;
    post "/organizations/{slug}/settings/support/{id}/ending" operator::consent::end;

    // Reviews
    get  "/organizations/{slug}/access/reviews"                           access_reviews::index::index;
    post "/organizations/{slug}/access/reviews"                           access_reviews::new::create;
    get  "/organizations/{slug}/access/reviews/new"                       access_reviews::new::new;
    get  "/organizations/{slug}/access/reviews/{id}"                      access_reviews::show::show;
    get  "/organizations/{slug}/access/reviews/{id}/companies/{company}"  access_reviews::answers::edit;
    post "/organizations/{slug}/access/reviews/{id}/companies/{company}"  access_reviews::answers::update;
    get  "/organizations/{slug}/access/reviews/{id}/closing"              access_reviews::closing::new;
    post "/organizations/{slug}/access/reviews/{id}/closing"              access_reviews::closing::create;
    get  "/organizations/{slug}/access/reviews/{id}/cancellation"         access_reviews::cancellation::new;
    post "/organizations/{slug}/access/reviews/{id}/cancellation"         access_reviews::cancellation::create;
    post "/organizations/{slug}/access/reviews/{id}/reminding"            access_reviews::reminder::create;
    post "/organizations/{slug}/access/reviews/{id}/items/{item}/restoring" access_reviews::restoration::create;
    get  "/organizations/{slug}/access/reviews/{id}/report"               access_reviews::report::show;
    get  "/organizations/{slug}/access/reviews/{id}/report.json"          access_reviews::report::json::show;
    get  "/organizations/{slug}/access/reviews/{id}/report.sig"           access_reviews::report::signature::show;
    get  "/organizations/{slug}/access/reviews/{id}/report.pem"           access_reviews::report::key::show;
    get  "/organizations/{slug}/access/reviews/{id}/report.csv"           access_reviews::report::csv::show;
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
