//! Permission × role, as one table. The dotted key is a permission's stable name; the type is verb + noun.
//!
//! Marks: `●` always · `◑` on, removable by policy or override · `◐` off, grantable · `o` own companies only ·
//! `s` only in an audited support session · `-` never.

use crate::authz::decision::Permissions;
use crate::authz::role::{CompanyRole, Role};

/// A right that a gate asks for.
pub trait Permission: 'static {
    /// The row of the table.
    const ID: PermissionId;
}

/// One permission as a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PermissionId(u8);

impl PermissionId {
    /// The stable dotted name, such as `members.invite`.
    pub fn key(self) -> &'static str {
        self.row().key
    }

    /// The words for people, such as "Invite members".
    pub fn label(self) -> &'static str {
        self.row().label
    }

    /// All permissions in the table's order.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..TABLE.len()).map(|at| Self(u8::try_from(at).unwrap_or_default()))
    }

    /// The table's mark in a column.
    pub fn mark(self, column: Column) -> char {
        self.row().marks[column.at()]
    }

    /// Whether the permission only shows something: what remains while an organization is read-only.
    pub fn only_reads(self) -> bool {
        READING.has(self)
    }

    /// The right of a stable name.
    pub fn parse(key: &str) -> Option<Self> {
        Self::all().find(|permission| permission.key() == key)
    }

    fn row(self) -> &'static Row {
        &TABLE[usize::from(self.0)]
    }
}

/// A set of permissions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub struct PermissionSet(u64);

impl PermissionSet {
    /// No permission.
    pub const NONE: Self = Self(0);
    /// Every permission of the table.
    pub const ALL: Self = Self((1 << TABLE.len()) - 1);

    /// A set of these permissions.
    pub fn of(permissions: impl IntoIterator<Item = PermissionId>) -> Self {
        permissions.into_iter().fold(Self::NONE, PermissionSet::with)
    }

    /// Together with one more.
    #[must_use]
    pub const fn with(self, permission: PermissionId) -> Self {
        Self(self.0 | 1 << permission.0)
    }

    /// Whether it is in the set.
    pub const fn has(self, permission: PermissionId) -> bool {
        self.0 & 1 << permission.0 != 0
    }

    /// What is in this set or in the other.
    #[must_use]
    pub const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// What is in both.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// What is in this set and not in the other.
    #[must_use]
    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Whether all of it is in the other.
    pub const fn within(self, other: Self) -> bool {
        self.0 & !other.0 == 0
    }

    /// Whether nothing is in it.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Its permissions in the table's order.
    pub fn iter(self) -> impl Iterator<Item = PermissionId> {
        PermissionId::all().filter(move |permission| self.has(*permission))
    }

    /// The set as it is stored: keys with spaces between them.
    pub fn text(self) -> String {
        self.iter().map(PermissionId::key).collect::<Vec<_>>().join(" ")
    }

    /// Reads a stored set; keys that no permission has are left out.
    pub fn read(text: &str) -> Self {
        Self::of(text.split_whitespace().filter_map(PermissionId::parse))
    }
}

/// A column of the table: a role in the organization, a role in a company, or the operator's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Column {
    /// An operator in a support session.
    Operator,
    /// A role in the organization.
    Organization(Role),
    /// A role in a company.
    Company(CompanyRole),
}

/// How many columns the table has.
pub const COLUMNS: usize = 11;

impl Column {
    /// Its place in the table.
    pub const fn at(self) -> usize {
        match self {
            Self::Operator => 0,
            Self::Organization(role) => match role {
                Role::Owner => 1,
                Role::Admin => 2,
                Role::BillingAdmin => 3,
                Role::UserAdmin => 4,
                Role::Editor => 5,
                Role::Viewer => 6,
                Role::Member => 7,
            },
            Self::Company(role) => match role {
                CompanyRole::Manager => 8,
                CompanyRole::Editor => 9,
                CompanyRole::Viewer => 10,
            },
        }
    }

    /// The stable name: `admin`, `company.manager`.
    pub fn key(self) -> String {
        match self {
            Self::Operator => "operator".into(),
            Self::Organization(role) => role.as_str().into(),
            Self::Company(role) => format!("company.{role}"),
        }
    }

    /// The column of a stable name.
    pub fn parse(key: &str) -> Option<Self> {
        match key.strip_prefix("company.") {
            Some(role) => CompanyRole::parse(role).map(Self::Company),
            None => Role::parse(key).map(Self::Organization),
        }
    }

    /// The words for people.
    pub fn label(self) -> String {
        match self {
            Self::Operator => "Operator".into(),
            Self::Organization(role) => role.label().into(),
            Self::Company(role) => format!("Company {}", role.label().to_lowercase()),
        }
    }

    /// The permissions by mark.
    pub const fn marks(self) -> &'static RoleDefaults {
        &MARKS[self.at()]
    }
}

/// One column as sets, so that a decision is a handful of operations on bits.
#[derive(Debug, Clone, Copy)]
pub struct RoleDefaults {
    /// `●`
    pub always: PermissionSet,
    /// `◑`: on, and removable by policy or override.
    pub on: PermissionSet,
    /// `◐`: off, and grantable.
    pub off: PermissionSet,
    /// `o`: in own companies only.
    pub own: PermissionSet,
    /// `s`: in a support session only.
    pub support: PermissionSet,
}

const MARKS: [RoleDefaults; COLUMNS] = {
    let none = RoleDefaults {
        always: PermissionSet::NONE,
        on: PermissionSet::NONE,
        off: PermissionSet::NONE,
        own: PermissionSet::NONE,
        support: PermissionSet::NONE,
    };
    let mut all = [none; COLUMNS];
    let mut permission = 0;
    while permission < TABLE.len() {
        let mut column = 0;
        while column < COLUMNS {
            let bit = 1 << permission;
            match TABLE[permission].marks[column] {
                '●' => all[column].always.0 |= bit,
                '◑' => all[column].on.0 |= bit,
                '◐' => all[column].off.0 |= bit,
                'o' => all[column].own.0 |= bit,
                's' => all[column].support.0 |= bit,
                _ => {}
            }
            column += 1;
        }
        permission += 1;
    }
    all
};

/// What an organization that waits for its deletion still allows: to look, to take its data along, and to be kept.
const READING: PermissionSet = PermissionSet::NONE
    .with(ViewOrganization::ID)
    .with(ViewOverview::ID)
    .with(ViewReporting::ID)
    .with(ExportReporting::ID)
    .with(ViewMembers::ID)
    .with(ViewAccess::ID)
    .with(ViewBillingTotals::ID)
    .with(ViewBilling::ID)
    .with(ViewWallet::ID)
    .with(ViewKeys::ID)
    .with(ExportData::ID)
    .with(ViewAudit::ID)
    .with(ExportAudit::ID)
    .with(ViewCompany::ID)
    .with(ViewCompanyMembers::ID)
    .with(ViewCompanyReports::ID)
    .with(ViewCompanyBilling::ID)
    .with(TransferOrDelete::ID);

/// Rights to take something along; that somebody did is noted also while nothing may be changed.
const TAKING: PermissionSet = PermissionSet::NONE
    .with(ExportReporting::ID)
    .with(ExportData::ID)
    .with(ExportAudit::ID);

impl PermissionSet {
    /// The permissions that take data along.
    pub const TAKING: Self = TAKING;
    /// The permissions that only show something, and the one that ends the waiting.
    pub const READING: Self = READING;
}

struct Row {
    key: &'static str,
    label: &'static str,
    marks: [char; 11],
}

macro_rules! permissions {
    ($($name:ident $method:ident $key:literal [$($mark:literal)+] $label:literal;)+) => {
        const TABLE: &[Row] = &[$(Row { key: $key, label: $label, marks: [$($mark),+] }),+];

        #[repr(u8)]
        enum At { $($name),+ }

        $(
            #[doc = concat!($label, " (`", $key, "`).")]
            #[derive(Debug)]
            pub struct $name;
            impl Permission for $name { const ID: PermissionId = PermissionId(At::$name as u8); }
        )+

        impl Permissions {
            $(
                #[doc = concat!("Whether `", $key, "` is held, everywhere or in own companies.")]
                pub fn $method(self) -> bool { self.has($name::ID) }
            )+
        }
    };
}

#[rustfmt::skip]
permissions! {
//  type                   asked in templates     key                       OP  OW  AD  BA  UA  ED  VI  ME  CM  CE  CV
    ViewOrganization       view_organization      "org.view"               ['s' '●' '●' '●' '●' '●' '●' '●' '●' '●' '●'] "View the organization";
    EditProfile            edit_profile           "org.profile.edit"       ['s' '●' '●' '-' '-' '◐' '-' '-' '-' '-' '-'] "Edit the organization’s profile";
    ChangeSlug             change_slug            "org.slug.change"        ['-' '●' '◐' '-' '-' '-' '-' '-' '-' '-' '-'] "Change the organization’s address";
    TransferOrDelete       transfer_or_delete     "org.transfer_delete"    ['-' '●' '-' '-' '-' '-' '-' '-' '-' '-' '-'] "Transfer or delete the organization";
    ViewOverview           view_overview          "overview.view"          ['s' '●' '●' '◑' '◑' '●' '●' 'o' 'o' 'o' 'o'] "View the overview";
    ViewReporting          view_reporting         "reporting.view"         ['s' '●' '●' '◑' '◐' '●' '◑' '-' 'o' 'o' 'o'] "View reporting";
    ExportReporting        export_reporting       "reporting.export"       ['-' '●' '●' '◑' '-' '◑' '◐' '-' 'o' '◐' '-'] "Export reporting";
    CreateCompanies        create_companies       "company.create"         ['-' '●' '◑' '-' '-' '◐' '-' '-' '-' '-' '-'] "Create companies";
    ArchiveCompanies       archive_companies      "company.archive"        ['-' '●' '◑' '-' '-' '-' '-' '-' '-' '-' '-'] "Archive and restore companies";
    DeleteCompanies        delete_companies       "company.delete"         ['-' '●' '-' '-' '-' '-' '-' '-' '-' '-' '-'] "Delete companies";
    CopyOnboardingLinks    copy_onboarding_links  "onboarding.copy"        ['-' '●' '●' '-' '◑' '-' '-' '-' '-' '-' '-'] "Copy onboarding links";
    ManageOnboardingLinks  manage_onboarding_links "onboarding.manage"      ['-' '●' '◑' '-' '-' '-' '-' '-' '-' '-' '-'] "Manage onboarding links";
    ViewMembers            view_members           "members.view"           ['s' '●' '●' '◑' '●' '●' '◑' 'o' 'o' 'o' '◐'] "View members";
    InviteMembers          invite_members         "members.invite"         ['-' '●' '●' '-' '●' '-' '-' '-' 'o' '-' '-'] "Invite members";
    ChangeRoles            change_roles           "members.role"           ['-' '●' '●' '-' '●' '-' '-' '-' 'o' '-' '-'] "Change roles";
    GrantAdmin             grant_admin            "members.grant_admin"    ['-' '●' '●' '-' '-' '-' '-' '-' '-' '-' '-'] "Make somebody an admin";
    GrantOwner             grant_owner            "members.grant_owner"    ['-' '●' '-' '-' '-' '-' '-' '-' '-' '-' '-'] "Make somebody an owner";
    AssignCompanies        assign_companies       "members.assign"         ['-' '●' '●' '-' '●' '-' '-' '-' 'o' '-' '-'] "Assign companies to members";
    RemoveMembers          remove_members         "members.remove"         ['-' '●' '●' '-' '●' '-' '-' '-' 'o' '-' '-'] "Remove, suspend and restore members";
    ViewAccess             view_access            "access.view"            ['s' '●' '●' '-' '●' '-' '◐' '-' 'o' '-' '-'] "View access control";
    DecideRequests         decide_requests        "requests.decide"        ['-' '●' '●' '-' '●' '-' '-' '-' 'o' '-' '-'] "Decide access requests";
    ManageRoles            manage_roles           "roles.custom"           ['-' '●' '◑' '-' '-' '-' '-' '-' '-' '-' '-'] "Manage custom roles";
    ViewBillingTotals      view_billing_totals    "billing.totals"         ['s' '●' '◑' '●' '-' '◐' '◐' '-' '◐' '-' '-'] "View month-to-date billing";
    ViewBilling            view_billing           "billing.view"           ['s' '●' '◑' '●' '-' '-' '◐' '-' '-' '-' '-'] "View billing";
    ManageBilling          manage_billing         "billing.manage"         ['-' '●' '◐' '●' '-' '-' '-' '-' '-' '-' '-'] "Manage billing";
    ManageBudgets          manage_budgets         "budgets.manage"         ['-' '●' '◑' '●' '-' '-' '-' '-' '◐' '-' '-'] "Manage budgets";
    ViewWallet             view_wallet            "wallet.view"            ['s' '●' '◑' '●' '-' '-' '◐' '-' '-' '-' '-'] "View the wallet";
    TopUpWallet            top_up_wallet          "wallet.topup"           ['-' '●' '◐' '●' '-' '-' '-' '-' '-' '-' '-'] "Top up the wallet";
    ViewKeys               view_keys              "keys.view"              ['s' '●' '●' '-' '-' '◐' '-' '-' 'o' '-' '-'] "View API keys";
    ManageKeys             manage_keys            "keys.manage"            ['-' '●' '●' '-' '-' '◐' '-' '-' '◐' '-' '-'] "Manage API keys";
    ManageWebhooks         manage_webhooks        "webhooks.manage"        ['-' '●' '●' '-' '-' '◐' '-' '-' '-' '-' '-'] "Manage webhooks";
    ManageIntegrations     manage_integrations    "integrations.manage"    ['-' '●' '●' '-' '-' '◐' '-' '-' '◐' '-' '-'] "Manage integrations";
    ManageSecurity         manage_security        "security.manage"        ['-' '●' '◑' '-' '-' '-' '-' '-' '-' '-' '-'] "Manage security";
    LogOutEverybody        log_out_everybody      "security.logout_all"    ['-' '●' '●' '-' '◐' '-' '-' '-' '-' '-' '-'] "Sign everybody out";
    ManageNotifications    manage_notifications   "notifications.defaults" ['-' '●' '●' '◐' '-' '-' '-' '-' '-' '-' '-'] "Manage notification defaults";
    ManageRetention        manage_retention       "privacy.retention"      ['-' '●' '◑' '-' '-' '-' '-' '-' '-' '-' '-'] "Manage data retention";
    ExportData             export_data            "privacy.export"         ['-' '●' '◐' '-' '-' '-' '-' '-' '-' '-' '-'] "Export the organization’s data";
    HandleDataRequests     handle_data_requests   "privacy.requests"       ['-' '●' '●' '-' '◐' '-' '-' '-' '-' '-' '-'] "Handle data requests";
    ManageBranding         manage_branding        "branding.manage"        ['-' '●' '●' '-' '-' '◑' '-' '-' '-' '-' '-'] "Manage branding";
    ManageDomains          manage_domains         "domains.manage"         ['-' '●' '◑' '-' '-' '-' '-' '-' '-' '-' '-'] "Manage domains";
    ViewAudit              view_audit             "audit.view"             ['s' '●' '●' '◑' '◑' '-' '◐' '-' 'o' '-' '-'] "View the audit log";
    ExportAudit            export_audit           "audit.export"           ['-' '●' '◑' '-' '-' '-' '-' '-' '-' '-' '-'] "Export the audit log";
    ViewCompany            view_company           "co.view"                ['s' '●' '●' '◐' '-' '●' '●' 'o' 'o' 'o' 'o'] "View a company";
    EditCompany            edit_company           "co.edit"                ['-' '●' '●' '-' '-' '●' '-' '-' 'o' 'o' '-'] "Edit a company’s settings";
    EditCompanyData        edit_company_data      "co.data.edit"           ['-' '●' '●' '-' '-' '●' '-' '-' 'o' 'o' '-'] "Edit a company’s data";
    ViewCompanyMembers     view_company_members   "co.members.view"        ['s' '●' '●' '-' '●' '●' '◑' 'o' 'o' 'o' '◐'] "View a company’s members";
    ManageCompanyMembers   manage_company_members "co.members.manage"      ['-' '●' '●' '-' '●' '-' '-' '-' 'o' '-' '-'] "Manage a company’s members";
    ViewCompanyReports     view_company_reports   "co.reports"             ['s' '●' '●' '◑' '-' '●' '●' '-' 'o' 'o' 'o'] "View a company’s reports";
    ViewCompanyBilling     view_company_billing   "co.billing.view"        ['s' '●' '◑' '●' '-' '◐' '◐' '-' '◐' '-' '-'] "View a company’s billing";
    ManageChannels         manage_channels        "co.channels"            ['-' '●' '●' '-' '-' '●' '-' '-' 'o' 'o' '-'] "Manage a company’s channels";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_stable_and_single() {
        let mut keys: Vec<_> = PermissionId::all().map(PermissionId::key).collect();
        assert_eq!(keys.len(), 50);
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), 50);
    }

    #[test]
    fn the_columns_as_sets_are_the_table() {
        for role in Role::ALL {
            let column = Column::Organization(*role);
            let marks = column.marks();
            for permission in PermissionId::all() {
                let mark = permission.mark(column);
                assert_eq!(marks.always.has(permission), mark == '●');
                assert_eq!(marks.on.has(permission), mark == '◑');
                assert_eq!(marks.off.has(permission), mark == '◐');
                assert_eq!(marks.own.has(permission), mark == 'o');
            }
        }
    }

    #[test]
    fn a_stored_set_is_read_back() {
        let set = PermissionSet::of([InviteMembers::ID, ManageChannels::ID]);
        assert_eq!(PermissionSet::read(&set.text()), set);
        assert_eq!(PermissionSet::read("no.such.right"), PermissionSet::NONE);
        assert_eq!(PermissionSet::ALL.iter().count(), 50);
    }
}
