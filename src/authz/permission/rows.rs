//! The permission table: permission × role. A new permission is one row here and nothing anywhere else.
//!
//! Marks: `●` always · `◑` on, can be removed by a policy or an override · `◐` off, can be granted · `o` own companies only ·
//! `s` only in an audited support session · `-` never.
//!
//! `later`: the feature does not exist yet, so no page offers or lists the permission. Change it to `live` with the feature.

use crate::authz::area::Area;
use crate::authz::permission::column::COLUMNS;
use crate::authz::permission::reach::Permissions;
use crate::authz::permission::set::PermissionSet;
use crate::authz::permission::table::PermissionTable;
use crate::authz::permission::{Permission, PermissionId, PermissionKind};

/// One row of the table.
pub(super) struct PermissionRow {
    pub key: &'static str,
    pub label: &'static str,
    pub area: Area,
    pub kind: PermissionKind,
    /// Whether the feature exists.
    pub live: bool,
    pub marks: [char; COLUMNS],
}

macro_rules! permissions {
    (@state live) => { true };
    (@state later) => { false };
    ($($name:ident $method:ident $key:literal $area:ident $kind:ident $state:ident [$($mark:literal)+] $label:literal;)+) => {
        pub(super) const ROWS: &[PermissionRow] = &[$(PermissionRow {
            key: $key,
            label: $label,
            area: Area::$area,
            kind: PermissionKind::$kind,
            live: permissions!(@state $state),
            marks: [$($mark),+],
        }),+];

        #[repr(u8)]
        enum RowNumber { $($name),+ }

        $(
            #[doc = concat!($label, " (`", $key, "`).")]
            #[derive(Debug)]
            pub struct $name;
            impl Permission for $name { const ID: PermissionId = PermissionId(RowNumber::$name as u8); }
        )+

        impl Permissions {
            $(
                #[doc = concat!("Whether the actor has `", $key, "`, everywhere or in own companies.")]
                pub fn $method(self) -> bool { self.has($name::ID) }
            )+
        }
    };
}

const _: () = assert!(ROWS.len() <= PermissionSet::CAPACITY);

const DECISION: PermissionTable = {
    let mut table = PermissionTable::EMPTY;
    let mut at = 0;
    while at < ROWS.len() {
        table = table.with_row(at, &ROWS[at].marks, ROWS[at].kind.only_reads());
        at += 1;
    }
    table
};

/// The console's own table, as the decision reads it.
pub static CONSOLE: PermissionTable = DECISION;

/// The permissions that a custom role can have: everything that a role below Owner can have.
pub const DELEGABLE: PermissionSet = DECISION.delegable();

#[rustfmt::skip]
permissions! {
//  type                   asked in templates      key                      area         kind     state  OP  OW  AD  BA  UA  ED  VI  ME  CM  CE  CV
    ViewOrganization       view_organization       "org.view"               Organization Read     live  ['s' '●' '●' '●' '●' '●' '●' '●' '●' '●' '●'] "View the organization";
    EditProfile            edit_profile            "org.profile.edit"       Organization Change   live  ['s' '●' '●' '-' '-' '◐' '-' '-' '-' '-' '-'] "Edit the organization’s profile";
    ChangeSlug             change_slug             "org.slug.change"        Organization Change   live  ['-' '●' '◐' '-' '-' '-' '-' '-' '-' '-' '-'] "Change the organization’s address";
    TransferOrDelete       transfer_or_delete      "org.transfer_delete"    Organization Deletion live  ['-' '●' '-' '-' '-' '-' '-' '-' '-' '-' '-'] "Transfer or delete the organization";
    ViewOverview           view_overview           "overview.view"          Reporting    Read     live  ['s' '●' '●' '◑' '◑' '●' '●' 'o' 'o' 'o' 'o'] "View the overview";
    ViewReporting          view_reporting          "reporting.view"         Reporting    Read     live  ['s' '●' '●' '◑' '◐' '●' '◑' '-' 'o' 'o' 'o'] "View reporting";
    ExportReporting        export_reporting        "reporting.export"       Reporting    Export   live  ['-' '●' '●' '◑' '-' '◑' '◐' '-' 'o' '◐' '-'] "Export reporting";
    CreateCompanies        create_companies        "company.create"         Companies    Change   live  ['-' '●' '◑' '-' '-' '◐' '-' '-' '-' '-' '-'] "Create companies";
    ArchiveCompanies       archive_companies       "company.archive"        Companies    Change   live  ['-' '●' '◑' '-' '-' '-' '-' '-' '-' '-' '-'] "Archive and restore companies";
    DeleteCompanies        delete_companies        "company.delete"         Companies    Change   live  ['-' '●' '-' '-' '-' '-' '-' '-' '-' '-' '-'] "Delete companies";
    CopyOnboardingLinks    copy_onboarding_links   "onboarding.copy"        Companies    Change   live  ['-' '●' '●' '-' '◑' '-' '-' '-' '-' '-' '-'] "Copy onboarding links";
    ManageOnboardingLinks  manage_onboarding_links "onboarding.manage"      Companies    Change   live  ['-' '●' '◑' '-' '-' '-' '-' '-' '-' '-' '-'] "Manage onboarding links";
    ViewMembers            view_members            "members.view"           People       Read     live  ['s' '●' '●' '◑' '●' '●' '◑' 'o' 'o' 'o' '◐'] "View members";
    InviteMembers          invite_members          "members.invite"         People       Change   live  ['-' '●' '●' '-' '●' '-' '-' '-' 'o' '-' '-'] "Invite members";
    ChangeRoles            change_roles            "members.role"           People       Change   live  ['-' '●' '●' '-' '●' '-' '-' '-' 'o' '-' '-'] "Change roles";
    GrantAdmin             grant_admin             "members.grant_admin"    People       Change   live  ['-' '●' '●' '-' '-' '-' '-' '-' '-' '-' '-'] "Make someone an admin";
    GrantOwner             grant_owner             "members.grant_owner"    People       Change   live  ['-' '●' '-' '-' '-' '-' '-' '-' '-' '-' '-'] "Make someone an owner";
    AssignCompanies        assign_companies        "members.assign"         People       Change   live  ['-' '●' '●' '-' '●' '-' '-' '-' 'o' '-' '-'] "Assign companies to members";
    RemoveMembers          remove_members          "members.remove"         People       Change   live  ['-' '●' '●' '-' '●' '-' '-' '-' 'o' '-' '-'] "Remove, suspend and restore members";
    ViewAccess             view_access             "access.view"            People       Read     live  ['s' '●' '●' '-' '●' '-' '◐' '-' 'o' '-' '-'] "View access control";
    DecideRequests         decide_requests         "requests.decide"        People       Change   live  ['-' '●' '●' '-' '●' '-' '-' '-' 'o' '-' '-'] "Decide access requests";
    ManageRoles            manage_roles            "roles.custom"           People       Change   live  ['-' '●' '◑' '-' '-' '-' '-' '-' '-' '-' '-'] "Manage custom roles";
    ViewBillingTotals      view_billing_totals     "billing.totals"         Billing      Read     live  ['s' '●' '◑' '●' '-' '◐' '◐' '-' '◐' '-' '-'] "View month-to-date billing";
    ViewBilling            view_billing            "billing.view"           Billing      Read     live  ['s' '●' '◑' '●' '-' '-' '◐' '-' '-' '-' '-'] "View billing";
    ManageBilling          manage_billing          "billing.manage"         Billing      Change   live  ['-' '●' '◐' '●' '-' '-' '-' '-' '-' '-' '-'] "Manage billing";
    ManageBudgets          manage_budgets          "budgets.manage"         Billing      Change   later ['-' '●' '◑' '●' '-' '-' '-' '-' '◐' '-' '-'] "Manage budgets";
    ViewWallet             view_wallet             "wallet.view"            Billing      Read     later ['s' '●' '◑' '●' '-' '-' '◐' '-' '-' '-' '-'] "View the wallet";
    TopUpWallet            top_up_wallet           "wallet.topup"           Billing      Change   later ['-' '●' '◐' '●' '-' '-' '-' '-' '-' '-' '-'] "Top up the wallet";
    ViewKeys               view_keys               "keys.view"              Developers   Read     live  ['s' '●' '●' '-' '-' '◐' '-' '-' 'o' '-' '-'] "View API keys";
    ManageKeys             manage_keys             "keys.manage"            Developers   Change   live  ['-' '●' '●' '-' '-' '◐' '-' '-' '◐' '-' '-'] "Manage API keys";
    ManageWebhooks         manage_webhooks         "webhooks.manage"        Developers   Change   later ['-' '●' '●' '-' '-' '◐' '-' '-' '-' '-' '-'] "Manage webhooks";
    ManageIntegrations     manage_integrations     "integrations.manage"    Developers   Change   later ['-' '●' '●' '-' '-' '◐' '-' '-' '◐' '-' '-'] "Manage integrations";
    ManageSecurity         manage_security         "security.manage"        Security     Change   live  ['-' '●' '◑' '-' '-' '-' '-' '-' '-' '-' '-'] "Manage security";
    LogOutEverybody        log_out_everybody       "security.logout_all"    Security     Change   live  ['-' '●' '●' '-' '◐' '-' '-' '-' '-' '-' '-'] "Sign everyone out";
    ManageNotifications    manage_notifications    "notifications.defaults" Security     Change   later ['-' '●' '●' '◐' '-' '-' '-' '-' '-' '-' '-'] "Manage notification defaults";
    ManageRetention        manage_retention        "privacy.retention"      Security     Change   later ['-' '●' '◑' '-' '-' '-' '-' '-' '-' '-' '-'] "Manage data retention";
    ExportData             export_data             "privacy.export"         Security     Export   later ['-' '●' '◐' '-' '-' '-' '-' '-' '-' '-' '-'] "Export the organization’s data";
    HandleDataRequests     handle_data_requests    "privacy.requests"       Security     Change   later ['-' '●' '●' '-' '◐' '-' '-' '-' '-' '-' '-'] "Handle data requests";
    ManageBranding         manage_branding         "branding.manage"        Organization Change   later ['-' '●' '●' '-' '-' '◑' '-' '-' '-' '-' '-'] "Manage branding";
    ManageDomains          manage_domains          "domains.manage"         Organization Change   later ['-' '●' '◑' '-' '-' '-' '-' '-' '-' '-' '-'] "Manage domains";
    ViewAudit              view_audit              "audit.view"             Security     Read     live  ['s' '●' '●' '◑' '◑' '-' '◐' '-' 'o' '-' '-'] "View the audit log";
    ExportAudit            export_audit            "audit.export"           Security     Export   live  ['-' '●' '◑' '-' '-' '-' '-' '-' '-' '-' '-'] "Export the audit log";
    ViewCompany            view_company            "co.view"                Company      Read     live  ['s' '●' '●' '◐' '-' '●' '●' 'o' 'o' 'o' 'o'] "View a company";
    EditCompany            edit_company            "co.edit"                Company      Change   live  ['-' '●' '●' '-' '-' '●' '-' '-' 'o' 'o' '-'] "Edit a company’s settings";
    EditCompanyData        edit_company_data       "co.data.edit"           Company      Change   live  ['-' '●' '●' '-' '-' '●' '-' '-' 'o' 'o' '-'] "Edit a company’s data";
    ViewCompanyMembers     view_company_members    "co.members.view"        Company      Read     live  ['s' '●' '●' '-' '●' '●' '◑' 'o' 'o' 'o' '◐'] "View a company’s members";
    ManageCompanyMembers   manage_company_members  "co.members.manage"      Company      Change   live  ['-' '●' '●' '-' '●' '-' '-' '-' 'o' '-' '-'] "Manage a company’s members";
    ViewCompanyReports     view_company_reports    "co.reports"             Company      Read     live  ['s' '●' '●' '◑' '-' '●' '●' '-' 'o' 'o' 'o'] "View a company’s reports";
    ViewCompanyBilling     view_company_billing    "co.billing.view"        Company      Read     live  ['s' '●' '◑' '●' '-' '◐' '◐' '-' '◐' '-' '-'] "View a company’s billing";
    ManageChannels         manage_channels         "co.channels"            Company      Change   live  ['-' '●' '●' '-' '-' '●' '-' '-' 'o' 'o' '-'] "Manage a company’s resources";
}
