//! Every route of the product, in one table: method, path, gate and handler.

pub mod dispatch;
pub mod guard;
pub mod health;
pub mod openapi;

use std::sync::LazyLock;

use actix_web::web;
use actix_web::{FromRequest, Handler, HttpRequest, HttpResponse, Responder, Route};

use crate::api;
use crate::api_auth::{ApiCompanyGate, ApiGate};
use crate::auth::{CompanyGate, Gate, OperatorGate, Public, SignedIn, Unconfirmed, Unverified, Visitor};
use crate::authz::permission::{
    ArchiveCompanies, AssignCompanies, ChangeRoles, ChangeSlug, CopyOnboardingLinks, CreateCompanies, DecideRequests,
    DeleteCompanies, EditCompany, EditCompanyData, EditProfile, ExportAudit, ExportReporting, InviteMembers,
    LogOutEverybody, ManageBilling, ManageChannels, ManageCompanyMembers, ManageKeys, ManageOnboardingLinks,
    ManageRoles, ManageSecurity, RemoveMembers, TransferOrDelete, ViewAccess, ViewAudit, ViewBilling, ViewCompany,
    ViewCompanyReports, ViewKeys, ViewMembers, ViewOrganization, ViewOverview, ViewReporting,
};
use crate::authz::scope::{
    AnyScope, CompaniesRead, CompaniesWrite, EventsWrite, FactsWrite, MembersRead, MembersWrite, ReportsRead,
    ResourcesRead, ResourcesWrite,
};
use crate::common::assets;
use crate::handlers::accounts::{
    email, email_change, home, legal, login, name, other_sessions, passkeys, password, password_request,
    password_reset, profile, second_factor, sessions, sign_in_denial, sign_up, theme, time_zone, unlock, verification,
    verification_email, verification_link,
};
use crate::handlers::{
    access, access_reviews, account_security, audit, companies, developers, groups, invitations, members, onboarding,
    onboarding_links, operator, organizations, overview, permissions, rate_card, reporting, resources, search,
    settings, suggestions, usage_imports,
};
use crate::routes::dispatch::Dispatch;
use crate::routes::guard::{GuardedBy, RouteAccess, RouteGuard};
use crate::web::route_tree::{RouteTree, Routes};

/// A row of the table.
pub struct RouteEntry {
    pub method: &'static str,
    /// The path with its variables.
    pub path: &'static str,
    /// What the gate of the handler asks for.
    pub access: RouteAccess,
    pub to: fn() -> Route,
}

/// The route of a handler. A row with another gate than its handler's does not compile.
fn route<G: RouteGuard, F, Args>(handler: F) -> Route
where
    F: Handler<Args> + GuardedBy<G, Args>,
    Args: FromRequest + 'static,
    F::Output: Responder + 'static,
{
    Route::new().to(handler)
}

macro_rules! table {
    ($($method:ident $path:literal $gate:ty => $handler:path;)+) => {
        &[$(RouteEntry {
            method: table!(@name $method),
            path: $path,
            access: <$gate as RouteGuard>::ACCESS,
            to: || route::<$gate, _, _>($handler),
        }),+]
    };
    (@name get) => { "GET" };
    (@name post) => { "POST" };
    (@name put) => { "PUT" };
    (@name patch) => { "PATCH" };
    (@name delete) => { "DELETE" };
}

async fn asset(_public: Public, request: HttpRequest, name: web::Path<String>) -> HttpResponse {
    assets::show(&request, &name)
}

/// Every route.
#[rustfmt::skip]
pub const ROUTES: &[RouteEntry] = table! {
    // The instance
    get  "/health/live"   Public  => health::live;
    get  "/health/ready"  Visitor => health::ready;
    get  "/static/{name}" Public  => asset;

    // Accounts
    get  "/"                             Visitor              => home::show;
    get  "/signup"                       Visitor              => sign_up::new;
    post "/signup"                       Visitor              => sign_up::create;
    get  "/login"                        Visitor              => login::new;
    post "/login"                        Visitor              => login::create;
    get  "/login/second-factor"          Visitor              => second_factor::show;
    post "/login/second-factor"          Visitor              => second_factor::create;
    post "/login/passkey"                Visitor              => passkeys::sign_in::create;
    post "/login/passkey/options"        Visitor              => passkeys::sign_in_options::create;
    post "/logout"                       Visitor              => login::destroy;
    get  "/verify"                       Visitor              => verification::show;
    post "/verify/resending"             Visitor              => verification_email::create;
    get  "/verify/{token}"               Visitor              => verification_link::edit;
    post "/verify/{token}"               Visitor              => verification_link::update;
    get  "/password/forgot"              Visitor              => password_request::new;
    post "/password/forgot"              Visitor              => password_request::create;
    get  "/password/reset/{token}"       Visitor              => password_reset::edit;
    post "/password/reset/{token}"       Visitor              => password_reset::update;
    get  "/unlock/{token}"               Visitor              => unlock::new;
    post "/unlock/{token}"               Visitor              => unlock::create;
    get  "/account"                      SignedIn<Unverified> => profile::show;
    post "/account/name"                 SignedIn<Unverified> => name::update;
    post "/account/time-zone"            SignedIn<Unverified> => time_zone::update;
    post "/account/email"                SignedIn<Unverified> => email::create;
    post "/account/password"             SignedIn<Unverified> => password::update;
    post "/account/theme"                Visitor              => theme::update;
    get  "/account/email/{token}"        SignedIn<Unverified> => email_change::edit;
    post "/account/email/{token}"        SignedIn<Unverified> => email_change::update;
    get  "/account/security"                SignedIn<Unverified>  => account_security::overview::show;
    get  "/account/two-factor"              SignedIn              => account_security::two_factor::show;
    post "/account/two-factor"              SignedIn              => account_security::two_factor::create;
    get  "/account/two-factor/removal"      SignedIn              => account_security::removal::new;
    post "/account/two-factor/removal"      SignedIn              => account_security::removal::create;
    post "/account/two-factor/backup-codes" SignedIn              => account_security::backup_codes::create;
    get  "/account/session"                 Visitor               => account_security::ending::show;
    post "/account/session"                 SignedIn<Unverified>  => account_security::ending::update;
    get  "/account/confirmation"            SignedIn<Unconfirmed> => account_security::confirmation::show;
    post "/account/confirmation"            SignedIn<Unconfirmed> => account_security::confirmation::create;
    get  "/account/sign-ins/{token}"        Visitor               => sign_in_denial::new;
    post "/account/sign-ins/{token}"        Visitor               => sign_in_denial::create;
    get  "/account/passkeys"                      SignedIn              => passkeys::list::index;
    post "/account/passkeys"                      SignedIn              => passkeys::list::create;
    post "/account/passkeys/options"              SignedIn              => passkeys::options::create;
    post "/account/passkeys/confirmation-options" SignedIn<Unconfirmed> => passkeys::confirmation_options::create;
    get  "/account/passkeys/{id}/removal"         SignedIn              => passkeys::removal::new;
    post "/account/passkeys/{id}/removal"         SignedIn              => passkeys::removal::create;
    get  "/account/sessions"             SignedIn<Unverified> => sessions::index;
    post "/account/sessions/ending"      SignedIn<Unverified> => other_sessions::destroy;
    post "/account/sessions/{id}/ending" SignedIn<Unverified> => sessions::destroy;
    get  "/legal/terms"                  Visitor              => legal::terms::show;
    get  "/legal/privacy"                Visitor              => legal::privacy::show;

    // Organizations
    get  "/onboarding"                   SignedIn<Unverified>   => onboarding::invitations::show;
    get  "/onboarding/done"              SignedIn               => onboarding::done::show;
    get  "/organizations"                SignedIn               => organizations::index::index;
    post "/organizations"                SignedIn               => organizations::new::create;
    get  "/organizations/new"            SignedIn               => organizations::new::new;
    get  "/organizations/slug"           SignedIn               => organizations::slug::show;
    post "/organizations/draft"          SignedIn               => organizations::draft::create;
    post "/organizations/draft/deletion" SignedIn               => organizations::draft::destroy;
    get  "/organizations/choosing"       SignedIn               => organizations::choosing::show;
    post "/organizations/requests"       SignedIn               => organizations::requests::create;
    get  "/organizations/{slug}/leaving" Gate<ViewOrganization> => organizations::leaving::new;
    post "/organizations/{slug}/leaving" Gate<ViewOrganization> => organizations::leaving::create;

    // Search
    get  "/search"                      SignedIn               => search::account::show;
    get  "/organizations/{slug}/search" Gate<ViewOrganization> => search::organization::show;

    // Overview and companies
    get  "/organizations/{slug}"                                              Gate<ViewOverview>                => overview::show::show;
    get  "/organizations/{slug}/companies"                                    Gate<ViewCompany>                 => companies::index::index;
    post "/organizations/{slug}/companies"                                    Gate<CreateCompanies>             => companies::new::create;
    get  "/organizations/{slug}/companies/new"                                Gate<CreateCompanies>             => companies::new::new;
    get  "/organizations/{slug}/companies/deleted"                            Gate<DeleteCompanies>             => companies::deleted::index;
    post "/organizations/{slug}/companies/deleted/{id}/restoration"           Gate<DeleteCompanies>             => companies::restoration::create;
    get  "/organizations/{slug}/companies/{company}"                          CompanyGate<ViewCompany>          => companies::show::show;
    get  "/organizations/{slug}/companies/{company}/settings"                 CompanyGate<EditCompany>          => companies::settings::edit;
    post "/organizations/{slug}/companies/{company}/settings"                 CompanyGate<EditCompany>          => companies::settings::update;
    post "/organizations/{slug}/companies/{company}/settings/reference"       CompanyGate<EditCompany>          => companies::settings::reference::update;
    post "/organizations/{slug}/companies/{company}/settings/preferences"     CompanyGate<EditCompany>          => companies::settings::preferences::update;
    get  "/organizations/{slug}/companies/{company}/resources"                CompanyGate<ViewCompany>          => resources::of_company::index;
    get  "/organizations/{slug}/companies/{company}/archiving"                CompanyGate<ArchiveCompanies>     => companies::archiving::new;
    post "/organizations/{slug}/companies/{company}/archiving"                CompanyGate<ArchiveCompanies>     => companies::archiving::create;
    post "/organizations/{slug}/companies/{company}/restoring"                CompanyGate<ArchiveCompanies>     => companies::restoring::create;
    get  "/organizations/{slug}/companies/{company}/moving"                   CompanyGate<DeleteCompanies>      => companies::moving::new;
    post "/organizations/{slug}/companies/{company}/moving"                   CompanyGate<DeleteCompanies>      => companies::moving::create;
    get  "/organizations/{slug}/companies/{company}/deletion"                 CompanyGate<DeleteCompanies>      => companies::deletion::new;
    post "/organizations/{slug}/companies/{company}/deletion"                 CompanyGate<DeleteCompanies>      => companies::deletion::create;
    post "/organizations/{slug}/companies/{company}/pinning"                  CompanyGate<ViewCompany>          => companies::pinning::create;
    post "/organizations/{slug}/companies/{company}/unpinning"                CompanyGate<ViewCompany>          => companies::pinning::destroy;
    get  "/organizations/{slug}/companies/{company}/members"                  CompanyGate<ManageCompanyMembers> => companies::people::index;
    post "/organizations/{slug}/companies/{company}/members"                  CompanyGate<ManageCompanyMembers> => companies::people::create;
    post "/organizations/{slug}/companies/{company}/members/{id}/unassigning" CompanyGate<ManageCompanyMembers> => companies::people::destroy;

    // Resources
    get  "/organizations/{slug}/resources"                Gate<ViewCompany>    => resources::index::index;
    post "/organizations/{slug}/resources"                Gate<ManageChannels> => resources::new::create;
    get  "/organizations/{slug}/resources/new"            Gate<ManageChannels> => resources::new::new;
    get  "/organizations/{slug}/resources/{id}"           Gate<ViewCompany>    => resources::show::show;
    post "/organizations/{slug}/resources/{id}"           Gate<ManageChannels> => resources::show::update;
    post "/organizations/{slug}/resources/{id}/archiving" Gate<ManageChannels> => resources::archiving::create;
    post "/organizations/{slug}/resources/{id}/restoring" Gate<ManageChannels> => resources::restoring::create;

    // Members
    get  "/organizations/{slug}/members"                                         Gate<ViewMembers>     => members::index::index;
    get  "/organizations/{slug}/members.csv"                                     Gate<ViewMembers>     => members::export::show;
    get  "/organizations/{slug}/members/bulk"                                    Gate<ViewMembers>     => members::bulk::show;
    post "/organizations/{slug}/members/bulk"                                    Gate<ViewMembers>     => members::bulk::create;
    get  "/organizations/{slug}/members/removed"                                 Gate<RemoveMembers>   => members::removed::index;
    post "/organizations/{slug}/member-views"                                    Gate<ViewMembers>     => members::views::create;
    post "/organizations/{slug}/member-views/{id}/deletion"                      Gate<ViewMembers>     => members::views::destroy;
    get  "/organizations/{slug}/members/{id}"                                    Gate<ViewMembers>     => members::show::show;
    post "/organizations/{slug}/members/{id}"                                    Gate<ViewMembers>     => members::update::update;
    get  "/organizations/{slug}/members/{id}/menu"                               Gate<ViewMembers>     => members::menu::show;
    post "/organizations/{slug}/members/{id}/role"                               Gate<ChangeRoles>     => members::role::update;
    post "/organizations/{slug}/members/{id}/access-end"                         Gate<ChangeRoles>     => members::access_end::update;
    post "/organizations/{slug}/members/{id}/companies"                          Gate<AssignCompanies> => members::companies::create;
    post "/organizations/{slug}/members/{id}/companies/{company_id}/unassigning" Gate<AssignCompanies> => members::companies::destroy;
    get  "/organizations/{slug}/members/{id}/removal"                            Gate<RemoveMembers>   => members::removal::new;
    post "/organizations/{slug}/members/{id}/removal"                            Gate<RemoveMembers>   => members::removal::create;
    get  "/organizations/{slug}/members/{id}/suspension"                         Gate<RemoveMembers>   => members::suspension::new;
    post "/organizations/{slug}/members/{id}/suspension"                         Gate<RemoveMembers>   => members::suspension::create;
    post "/organizations/{slug}/members/{id}/restoration"                        Gate<RemoveMembers>   => members::restoration::create;
    post "/organizations/{slug}/members/{id}/reinstatement"                      Gate<RemoveMembers>   => members::reinstatement::create;

    // Suggestions for fields in which someone types a name
    get  "/organizations/{slug}/suggestions/companies" Gate<ViewOrganization> => suggestions::companies::index;
    get  "/organizations/{slug}/suggestions/people"    Gate<ViewMembers>      => suggestions::people::index;

    // Invitations
    get  "/organizations/{slug}/invitations"                   Gate<InviteMembers> => invitations::index::index;
    post "/organizations/{slug}/invitations"                   Gate<InviteMembers> => invitations::new::create;
    get  "/organizations/{slug}/invitations/new"               Gate<InviteMembers> => invitations::new::new;
    post "/organizations/{slug}/invitations/resending"         Gate<InviteMembers> => invitations::bulk_resending::create;
    get  "/organizations/{slug}/invitations/deliveries"        Gate<InviteMembers> => invitations::deliveries::show;
    get  "/organizations/{slug}/invitations/{id}"              Gate<InviteMembers> => invitations::edit::edit;
    post "/organizations/{slug}/invitations/{id}"              Gate<InviteMembers> => invitations::edit::update;
    post "/organizations/{slug}/invitations/{id}/resending"    Gate<InviteMembers> => invitations::resending::create;
    get  "/organizations/{slug}/invitations/{id}/cancellation" Gate<InviteMembers> => invitations::cancellation::new;
    post "/organizations/{slug}/invitations/{id}/cancellation" Gate<InviteMembers> => invitations::cancellation::create;
    get  "/invitations/{token}"                                Visitor             => invitations::link::show;
    get  "/invitations/{token}/acceptance"                     Public              => invitations::acceptance::show;
    post "/invitations/{token}/acceptance"                     SignedIn            => invitations::acceptance::create;
    post "/invitations/{token}/declination"                    Visitor             => invitations::declination::create;
    get  "/invitations/{token}/blocking"                       Visitor             => invitations::blocking::show;
    post "/invitations/{token}/blocking"                       Visitor             => invitations::blocking::create;
    post "/invitations/{token}/unblocking"                     Visitor             => invitations::blocking::destroy;
    post "/invitations/{token}/report"                         Visitor             => invitations::report::create;
    post "/invitations/{token}/report/withdrawal"              Visitor             => invitations::report::destroy;

    // Settings
    get  "/organizations/{slug}/settings"                             Gate<ViewOrganization> => settings::index::index;
    get  "/organizations/{slug}/settings/general"                     Gate<EditProfile>      => settings::general::edit;
    post "/organizations/{slug}/settings/general"                     Gate<EditProfile>      => settings::general::update;
    get  "/organizations/{slug}/settings/defaults"                    Gate<EditProfile>      => settings::defaults::edit;
    post "/organizations/{slug}/settings/defaults"                    Gate<EditProfile>      => settings::defaults::update;
    get  "/organizations/{slug}/settings/slug"                        Gate<ChangeSlug>       => settings::slug::edit;
    post "/organizations/{slug}/settings/slug"                        Gate<ChangeSlug>       => settings::slug::update;
    get  "/organizations/{slug}/settings/slug/status"                 Gate<ChangeSlug>       => settings::slug_status::show;
    post "/organizations/{slug}/settings/owner"                       Gate<TransferOrDelete> => settings::owner::update;
    post "/organizations/{slug}/settings/contacts/{kind}"             Gate<EditProfile>      => settings::contacts::update;
    post "/organizations/{slug}/settings/contacts/{kind}/resending"   Gate<EditProfile>      => settings::contacts::resending::create;
    post "/organizations/{slug}/settings/contacts/{kind}/removal"     Gate<EditProfile>      => settings::contacts::destroy;
    get  "/contacts/{token}"                                          Visitor                => settings::contact_verification::show;
    post "/contacts/{token}"                                          Visitor                => settings::contact_verification::create;
    get  "/organizations/{slug}/settings/transfer"                    Gate<TransferOrDelete> => settings::transfer::new;
    post "/organizations/{slug}/settings/transfer"                    Gate<TransferOrDelete> => settings::transfer::create;
    post "/organizations/{slug}/settings/dual-control"                Gate<TransferOrDelete> => settings::dual_control::update;
    get  "/organizations/{slug}/settings/approvals/{id}"              Gate<ViewOrganization> => settings::approvals::show;
    post "/organizations/{slug}/settings/approvals/{id}/confirmation" Gate<ViewOrganization> => settings::approvals::confirmation::create;
    post "/organizations/{slug}/settings/approvals/{id}/refusal"      Gate<ViewOrganization> => settings::approvals::refusal::create;
    post "/organizations/{slug}/settings/approvals/{id}/withdrawal"   Gate<ViewOrganization> => settings::approvals::withdrawal::create;
    get  "/organizations/{slug}/settings/security"                    Gate<ManageSecurity>   => settings::security::show;
    post "/organizations/{slug}/settings/security"                    Gate<ManageSecurity>   => settings::security::update;
    post "/organizations/{slug}/settings/security/sessions/ending"    Gate<LogOutEverybody>  => settings::sessions::destroy;
    post "/organizations/{slug}/members/{id}/sessions/ending"         Gate<LogOutEverybody>  => members::sessions::destroy;
    get  "/organizations/{slug}/settings/checklist"                   Gate<ManageSecurity>   => settings::checklist::show;
    post "/organizations/{slug}/settings/checklist"                   Gate<ManageSecurity>   => settings::checklist::create;
    get  "/organizations/{slug}/settings/deletion"                    Gate<TransferOrDelete> => settings::deletion::new;
    post "/organizations/{slug}/settings/deletion"                    Gate<TransferOrDelete> => settings::deletion::create;
    post "/organizations/{slug}/settings/restoration"                 Gate<TransferOrDelete> => settings::restoration::create;

    // Access: people, matrix
    get  "/organizations/{slug}/access"                        Gate<ViewAccess>      => access::people::index;
    get  "/organizations/{slug}/access/assignments/new"        Gate<ViewAccess>      => access::assignments::new;
    post "/organizations/{slug}/access/assignments"            Gate<ViewAccess>      => access::assignments::create;
    get  "/organizations/{slug}/access/matrix"                 Gate<ViewAccess>      => access::matrix::show;
    post "/organizations/{slug}/access/matrix"                 Gate<ViewAccess>      => access::matrix::update;
    get  "/organizations/{slug}/access/matrix.csv"             Gate<ViewAccess>      => access::matrix_export::show;
    get  "/organizations/{slug}/access/matrix/import"          Gate<AssignCompanies> => access::import::new;
    post "/organizations/{slug}/access/matrix/import"          Gate<AssignCompanies> => access::import::show;
    post "/organizations/{slug}/access/matrix/import/applying" Gate<AssignCompanies> => access::import::create;

    // Permissions: overrides, policies, custom roles, explaining, requests
    get  "/organizations/{slug}/members/{id}/overrides"          Gate<ManageRoles>      => permissions::overrides::edit;
    post "/organizations/{slug}/members/{id}/overrides"          Gate<ManageRoles>      => permissions::overrides::update;
    get  "/organizations/{slug}/members/{id}/role-preview"       Gate<ChangeRoles>      => permissions::role_preview::show;
    get  "/organizations/{slug}/access/roles"                  Gate<ManageRoles>      => permissions::policies::edit;
    post "/organizations/{slug}/access/roles"                  Gate<ManageRoles>      => permissions::policies::update;
    get  "/organizations/{slug}/access/roles/new"              Gate<ManageRoles>      => permissions::custom_roles::new;
    post "/organizations/{slug}/access/roles/new"              Gate<ManageRoles>      => permissions::custom_roles::create;
    get  "/organizations/{slug}/access/roles/{id}"             Gate<ManageRoles>      => permissions::custom_roles::edit;
    post "/organizations/{slug}/access/roles/{id}"             Gate<ManageRoles>      => permissions::custom_roles::update;
    get  "/organizations/{slug}/access/roles/{id}/deletion"    Gate<ManageRoles>      => permissions::role_deletion::new;
    post "/organizations/{slug}/access/roles/{id}/deletion"    Gate<ManageRoles>      => permissions::role_deletion::create;
    get  "/organizations/{slug}/access/explain"                  Gate<ViewAccess>       => permissions::explain::show;
    get  "/organizations/{slug}/access/mine"                     Gate<ViewOrganization> => permissions::mine::show;
    get  "/organizations/{slug}/access/requests"                 Gate<DecideRequests>   => permissions::requests::index::index;
    post "/organizations/{slug}/access/requests"                 Gate<ViewOrganization> => permissions::requests::new::create;
    get  "/organizations/{slug}/access/requests/new"             Gate<ViewOrganization> => permissions::requests::new::new;
    get  "/organizations/{slug}/access/requests/{id}"            Gate<ViewOrganization> => permissions::requests::show::show;
    post "/organizations/{slug}/access/requests/{id}/decision"   Gate<DecideRequests>   => permissions::requests::decision::create;
    post "/organizations/{slug}/access/requests/{id}/withdrawal" Gate<ViewOrganization> => permissions::requests::withdrawal::create;

    // Groups
    get  "/organizations/{slug}/access/groups"                               Gate<ViewAccess>  => groups::index::index;
    post "/organizations/{slug}/access/groups"                               Gate<ChangeRoles> => groups::create::create;
    get  "/organizations/{slug}/access/groups/new"                           Gate<ChangeRoles> => groups::create::new;
    get  "/organizations/{slug}/access/groups/{id}"                          Gate<ViewAccess>  => groups::show::show;
    get  "/organizations/{slug}/access/groups/{id}/settings"                 Gate<ChangeRoles> => groups::edit::edit;
    post "/organizations/{slug}/access/groups/{id}/settings"                 Gate<ChangeRoles> => groups::edit::update;
    get  "/organizations/{slug}/access/groups/{id}/deletion"                 Gate<ChangeRoles> => groups::deletion::new;
    post "/organizations/{slug}/access/groups/{id}/deletion"                 Gate<ChangeRoles> => groups::deletion::create;
    post "/organizations/{slug}/access/groups/{id}/members"                  Gate<ChangeRoles> => groups::members::create;
    post "/organizations/{slug}/access/groups/{id}/members/{member}/removal" Gate<ChangeRoles> => groups::members::destroy;

    // Onboarding links
    get  "/organizations/{slug}/settings/onboarding"                        Gate<CopyOnboardingLinks>   => onboarding_links::index::index;
    post "/organizations/{slug}/settings/onboarding"                        Gate<ManageOnboardingLinks> => onboarding_links::new::create;
    get  "/organizations/{slug}/settings/onboarding/new"                    Gate<ManageOnboardingLinks> => onboarding_links::new::new;
    get  "/organizations/{slug}/settings/onboarding/requests"               Gate<DecideRequests>        => onboarding_links::requests::index;
    post "/organizations/{slug}/settings/onboarding/requests/{id}/decision" Gate<DecideRequests>        => onboarding_links::decision::create;
    get  "/organizations/{slug}/settings/onboarding/{id}"                   Gate<ManageOnboardingLinks> => onboarding_links::edit::edit;
    post "/organizations/{slug}/settings/onboarding/{id}"                   Gate<ManageOnboardingLinks> => onboarding_links::edit::update;
    get  "/organizations/{slug}/settings/onboarding/{id}/rotation"          Gate<ManageOnboardingLinks> => onboarding_links::rotation::new;
    post "/organizations/{slug}/settings/onboarding/{id}/rotation"          Gate<ManageOnboardingLinks> => onboarding_links::rotation::create;
    post "/organizations/{slug}/settings/onboarding/{id}/disabling"         Gate<ManageOnboardingLinks> => onboarding_links::disabling::create;
    post "/organizations/{slug}/settings/onboarding/{id}/enabling"          Gate<ManageOnboardingLinks> => onboarding_links::enabling::create;
    get  "/join/{token}"                                                    Visitor                     => onboarding_links::join::show;
    post "/join/{token}"                                                    SignedIn                    => onboarding_links::join::create;
    post "/join/{token}/opening"                                            Visitor                     => onboarding_links::opening::create;
    post "/join/requests/{id}/withdrawal"                                   SignedIn                    => onboarding_links::withdrawal::create;

    // Reporting
    get  "/organizations/{slug}/reporting"                                   Gate<ViewReporting>             => reporting::show::show;
    get  "/organizations/{slug}/reporting.csv"                               Gate<ExportReporting>           => reporting::export::show;
    get  "/organizations/{slug}/companies/{company}/usage"                   CompanyGate<ViewCompanyReports> => reporting::usage::show;
    get  "/organizations/{slug}/companies/{company}/usage/{id}/voiding"      CompanyGate<EditCompanyData>    => reporting::voiding::new;
    post "/organizations/{slug}/companies/{company}/usage/{id}/voiding"      CompanyGate<EditCompanyData>    => reporting::voiding::create;

    get  "/organizations/{slug}/reporting/schedules"                         Gate<ExportReporting>           => reporting::schedules::index;
    post "/organizations/{slug}/reporting/schedules"                         Gate<ExportReporting>           => reporting::schedules::create;
    post "/organizations/{slug}/reporting/schedules/{id}/stopping"           Gate<ExportReporting>           => reporting::schedule_state::destroy;
    post "/organizations/{slug}/reporting/schedules/{id}/resuming"           Gate<ExportReporting>           => reporting::schedule_state::create;
    get  "/organizations/{slug}/reporting/schedules/{id}/deletion"           Gate<ExportReporting>           => reporting::schedule_deletion::new;
    post "/organizations/{slug}/reporting/schedules/{id}/deletion"           Gate<ExportReporting>           => reporting::schedule_deletion::create;
    get  "/scheduled-reports/{token}"                                        Visitor                         => reporting::unsubscribing::show;
    post "/scheduled-reports/{token}"                                        Visitor                         => reporting::unsubscribing::create;
    post "/account/scheduled-reports/{id}/unsubscribing"                     SignedIn                        => reporting::unsubscribing::destroy;

    // Rate card
    get  "/organizations/{slug}/settings/rate-card"         Gate<ViewBilling>   => rate_card::show::show;
    post "/organizations/{slug}/settings/rate-card"         Gate<ManageBilling> => rate_card::new::create;
    get  "/organizations/{slug}/settings/rate-card/new"     Gate<ManageBilling> => rate_card::new::new;
    post "/organizations/{slug}/settings/rate-card/preview" Gate<ManageBilling> => rate_card::preview::create;

    // API keys
    get  "/organizations/{slug}/settings/developers"                      Gate<ViewKeys>   => developers::index::index;
    get  "/organizations/{slug}/settings/developers/reference"            Gate<ViewKeys>   => developers::reference::show;
    post "/organizations/{slug}/settings/developers/keys"                 Gate<ManageKeys> => developers::new::create;
    get  "/organizations/{slug}/settings/developers/keys/new"             Gate<ManageKeys> => developers::new::new;
    get  "/organizations/{slug}/settings/developers/keys/{id}/rotation"   Gate<ManageKeys> => developers::rotation::new;
    post "/organizations/{slug}/settings/developers/keys/{id}/rotation"   Gate<ManageKeys> => developers::rotation::create;
    get  "/organizations/{slug}/settings/developers/keys/{id}/revocation" Gate<ManageKeys> => developers::revocation::new;
    post "/organizations/{slug}/settings/developers/keys/{id}/revocation" Gate<ManageKeys> => developers::revocation::create;
    get  "/organizations/{slug}/settings/developers/keys/{id}/adoption"   Gate<ManageKeys> => developers::adoption::new;
    post "/organizations/{slug}/settings/developers/keys/{id}/adoption"   Gate<ManageKeys> => developers::adoption::create;

    // Imports of usage
    get  "/organizations/{slug}/imports"                   Gate<EditCompanyData> => usage_imports::index::index;
    post "/organizations/{slug}/imports"                   Gate<EditCompanyData> => usage_imports::index::create;
    get  "/organizations/{slug}/imports/{id}"              Gate<EditCompanyData> => usage_imports::show::show;
    post "/organizations/{slug}/imports/{id}/columns"      Gate<EditCompanyData> => usage_imports::columns::update;
    post "/organizations/{slug}/imports/{id}/confirmation" Gate<EditCompanyData> => usage_imports::confirmation::create;
    post "/organizations/{slug}/imports/{id}/cancellation" Gate<EditCompanyData> => usage_imports::cancellation::create;
    get  "/organizations/{slug}/imports/{id}/rejected.csv" Gate<EditCompanyData> => usage_imports::rejected::show;

    // The JSON API
    get    "/api/v1/openapi.json"                          Public                                           => openapi::show;
    get    "/api/v1/organization"                          ApiGate<ViewOrganization, AnyScope>              => api::organization::show;
    get    "/api/v1/companies"                             ApiGate<ViewCompany, CompaniesRead>              => api::companies::index;
    post   "/api/v1/companies"                             ApiGate<CreateCompanies, CompaniesWrite>         => api::companies::create::create;
    get    "/api/v1/companies/{company}"                   ApiCompanyGate<ViewCompany, CompaniesRead>       => api::companies::show;
    patch  "/api/v1/companies/{company}"                   ApiCompanyGate<EditCompany, CompaniesWrite>      => api::companies::update;
    post   "/api/v1/companies/{company}/archiving"         ApiCompanyGate<ArchiveCompanies, CompaniesWrite> => api::companies::archiving::create;
    post   "/api/v1/companies/{company}/restoring"         ApiCompanyGate<ArchiveCompanies, CompaniesWrite> => api::companies::restoring::create;
    put    "/api/v1/companies/{company}/facts/{date}"      ApiCompanyGate<EditCompanyData, FactsWrite>      => api::facts::create;
    patch  "/api/v1/companies/{company}/facts/{date}"      ApiCompanyGate<EditCompanyData, FactsWrite>      => api::facts::update;
    get    "/api/v1/companies/{company}/settings"          ApiCompanyGate<ViewCompany, CompaniesRead>       => api::company_settings::show;
    patch  "/api/v1/companies/{company}/settings"          ApiCompanyGate<EditCompany, CompaniesWrite>      => api::company_settings::update;
    get    "/api/v1/resources"                             ApiGate<ViewCompany, ResourcesRead>              => api::resources::index;
    post   "/api/v1/resources"                             ApiGate<ManageChannels, ResourcesWrite>          => api::resources::create;
    get    "/api/v1/resources/{id}"                        ApiGate<ViewCompany, ResourcesRead>              => api::resources::show;
    patch  "/api/v1/resources/{id}"                        ApiGate<ManageChannels, ResourcesWrite>          => api::resources::update;
    post   "/api/v1/resources/{id}/archiving"              ApiGate<ManageChannels, ResourcesWrite>          => api::resource_archiving::create;
    post   "/api/v1/resources/{id}/restoring"              ApiGate<ManageChannels, ResourcesWrite>          => api::resource_restoring::create;
    get    "/api/v1/members"                               ApiGate<ViewMembers, MembersRead>                => api::members::index;
    get    "/api/v1/members/{member}"                      ApiGate<ViewMembers, MembersRead>                => api::members::show;
    patch  "/api/v1/members/{member}"                      ApiGate<ChangeRoles, MembersWrite>               => api::members::update;
    delete "/api/v1/members/{member}"                      ApiGate<RemoveMembers, MembersWrite>             => api::members::destroy;
    post   "/api/v1/members/{member}/suspension"           ApiGate<RemoveMembers, MembersWrite>             => api::members::suspension::create;
    post   "/api/v1/members/{member}/restoration"          ApiGate<RemoveMembers, MembersWrite>             => api::members::restoration::create;
    get    "/api/v1/members/{member}/companies"            ApiGate<ViewMembers, MembersRead>                => api::members::companies::index;
    put    "/api/v1/members/{member}/companies/{company}"  ApiGate<AssignCompanies, MembersWrite>           => api::members::companies::update;
    delete "/api/v1/members/{member}/companies/{company}"  ApiGate<AssignCompanies, MembersWrite>           => api::members::companies::destroy;
    get    "/api/v1/invitations"                           ApiGate<InviteMembers, MembersWrite>             => api::invitations::index;
    post   "/api/v1/invitations"                           ApiGate<InviteMembers, MembersWrite>             => api::invitations::create::create;
    get    "/api/v1/invitations/{invitation}"              ApiGate<InviteMembers, MembersWrite>             => api::invitations::show;
    post   "/api/v1/invitations/{invitation}/resending"    ApiGate<InviteMembers, MembersWrite>             => api::invitations::resending::create;
    post   "/api/v1/invitations/{invitation}/cancellation" ApiGate<InviteMembers, MembersWrite>             => api::invitations::cancellation::create;
    get    "/api/v1/reports"                               ApiGate<ViewReporting, ReportsRead>              => api::reports::index;
    post   "/api/v1/events"                                ApiGate<EditCompanyData, EventsWrite>            => api::events::create;
    post   "/api/v1/events/voiding"                        ApiGate<EditCompanyData, EventsWrite>            => api::voiding::create;

    // Audit
    get  "/organizations/{slug}/settings/audit"              Gate<ViewAudit>   => audit::index::index;
    get  "/organizations/{slug}/settings/audit.csv"          Gate<ExportAudit> => audit::export::csv::show;
    get  "/organizations/{slug}/settings/audit.jsonl"        Gate<ExportAudit> => audit::export::jsonl::show;
    get  "/organizations/{slug}/settings/audit/verification" Gate<ViewAudit>   => audit::verification::show;
    get  "/organizations/{slug}/settings/audit/key.pem"      Gate<ViewAudit>   => audit::key::show;
    get  "/organizations/{slug}/settings/audit/{seq}"        Gate<ViewAudit>   => audit::show::show;

    // Operator
    get  "/operator"                                          OperatorGate         => operator::home::show;
    get  "/operator/health"                                   OperatorGate         => operator::health::show;
    get  "/operator/organizations"                            OperatorGate         => operator::organizations::index;
    get  "/operator/organizations/{slug}"                     OperatorGate         => operator::organization::show;
    get  "/operator/organizations/{slug}/support"             OperatorGate         => operator::support::new;
    post "/operator/organizations/{slug}/support"             OperatorGate         => operator::support::create;
    post "/operator/organizations/{slug}/support/ending"      OperatorGate         => operator::support_ending::destroy;
    get  "/operator/users"                                    OperatorGate         => operator::users::index;
    get  "/operator/users/{id}"                               OperatorGate         => operator::user::show;
    post "/operator/users/{id}/limit"                         OperatorGate         => operator::limit::update;
    post "/operator/users/{id}/invitation-limit"              OperatorGate         => operator::invitation_limit::update;
    post "/operator/users/{id}/appointment"                   OperatorGate         => operator::appointment::create;
    post "/operator/users/{id}/dismissal"                     OperatorGate         => operator::appointment::destroy;
    post "/operator/users/{id}/second-factor/removal" OperatorGate => operator::second_factor::destroy;
    post "/operator/users/{id}/sessions/ending"               OperatorGate         => operator::sessions::destroy;
    get  "/operator/reports"                                  OperatorGate         => operator::reports::index;
    post "/operator/reports/{id}/closing"                     OperatorGate         => operator::reports::update;
    get  "/operator/mail"                                     OperatorGate         => operator::mail::index;
    get  "/operator/mail/{id}"                                OperatorGate         => operator::mail::show;
    get  "/operator/mail/{id}/preview"                        OperatorGate         => operator::mail_preview::show;
    post "/operator/mail/{id}/retry"                          OperatorGate         => operator::mail_retry::create;
    get  "/organizations/{slug}/settings/support"             Gate<ManageSecurity> => operator::consent::show;
    post "/organizations/{slug}/settings/support"             Gate<ManageSecurity> => operator::consent::update;
    post "/organizations/{slug}/settings/support/{id}/ending" Gate<ManageSecurity> => operator::support_ending::create;

    // Reviews
    get  "/organizations/{slug}/access/reviews"                             Gate<ViewAccess>                  => access_reviews::index::index;
    post "/organizations/{slug}/access/reviews"                             Gate<RemoveMembers>               => access_reviews::new::create;
    get  "/organizations/{slug}/access/reviews/new"                         Gate<RemoveMembers>               => access_reviews::new::new;
    get  "/organizations/{slug}/access/reviews/{id}"                        Gate<ViewAccess>                  => access_reviews::show::show;
    get  "/organizations/{slug}/access/reviews/{id}/companies/{company}"    CompanyGate<ManageCompanyMembers> => access_reviews::answers::edit;
    post "/organizations/{slug}/access/reviews/{id}/companies/{company}"    CompanyGate<ManageCompanyMembers> => access_reviews::answers::update;
    get  "/organizations/{slug}/access/reviews/{id}/closing"                Gate<RemoveMembers>               => access_reviews::closing::new;
    post "/organizations/{slug}/access/reviews/{id}/closing"                Gate<RemoveMembers>               => access_reviews::closing::create;
    get  "/organizations/{slug}/access/reviews/{id}/cancellation"           Gate<RemoveMembers>               => access_reviews::cancellation::new;
    post "/organizations/{slug}/access/reviews/{id}/cancellation"           Gate<RemoveMembers>               => access_reviews::cancellation::create;
    post "/organizations/{slug}/access/reviews/{id}/reminding"              Gate<RemoveMembers>               => access_reviews::reminder::create;
    post "/organizations/{slug}/access/reviews/{id}/items/{item}/restoring" Gate<RemoveMembers>               => access_reviews::restoration::create;
    get  "/organizations/{slug}/access/reviews/{id}/report"                 Gate<ViewAccess>                  => access_reviews::report::show;
    get  "/organizations/{slug}/access/reviews/{id}/report.json"            Gate<ViewAccess>                  => access_reviews::report::json::show;
    get  "/organizations/{slug}/access/reviews/{id}/report.sig"             Gate<ViewAccess>                  => access_reviews::report::signature::show;
    get  "/organizations/{slug}/access/reviews/{id}/report.pem"             Gate<ViewAccess>                  => access_reviews::report::key::show;
    get  "/organizations/{slug}/access/reviews/{id}/report.csv"             Gate<ViewAccess>                  => access_reviews::report::csv::show;
};

/// The value of `Allow` of a path of the table.
fn allowed_methods(path: &str) -> String {
    let methods = ROUTES
        .iter()
        .filter(|entry| entry.path == path)
        .map(|entry| entry.method);
    let methods: Vec<&str> = methods
        .map(|method| if method == "GET" { "GET, HEAD" } else { method })
        .collect();
    methods.join(", ")
}

/// Every path of the table.
fn tree() -> &'static RouteTree {
    static TREE: LazyLock<RouteTree> =
        LazyLock::new(|| RouteTree::of(ROUTES.iter().map(|entry| (entry.path, allowed_methods(entry.path)))));
    &TREE
}

/// Adds the routes to the application.
pub fn configure(app: &mut web::ServiceConfig) {
    app.app_data(Routes(tree()));
    app.app_data(openapi::document());
    app.default_service(Dispatch);
}
