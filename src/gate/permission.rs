//! Permission × role, as one table. The dotted key is a permission's stable name; the type is verb + noun.
//!
//! Marks: `●` always · `◑` on, removable by policy or override · `◐` off, grantable · `o` own companies only ·
//! `s` only in an audited support session · `-` never.

use super::role::{CompanyRole, Role};

/// A right that a gate asks for.
pub trait Permission: 'static {
    /// The row of the table.
    const RIGHT: Right;
}

/// One permission as a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Right(u8);

impl Right {
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

    /// The table's mark for an organization role.
    pub fn mark(self, role: Role) -> char {
        self.row().marks[match role {
            Role::Owner => 1,
            Role::Admin => 2,
            Role::BillingAdmin => 3,
            Role::UserAdmin => 4,
            Role::Editor => 5,
            Role::Viewer => 6,
            Role::Member => 7,
        }]
    }

    /// The table's mark for a company role.
    pub fn company_mark(self, role: CompanyRole) -> char {
        self.row().marks[match role {
            CompanyRole::Manager => 8,
            CompanyRole::Editor => 9,
            CompanyRole::Viewer => 10,
        }]
    }

    fn row(self) -> &'static Row {
        &TABLE[usize::from(self.0)]
    }

    const fn bit(self) -> u64 {
        1 << self.0
    }
}

/// What a member may do: in the whole organization, and in the companies assigned to them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Rights {
    everywhere: u64,
    own: u64,
}

/// How far a right reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// The whole organization.
    Everywhere,
    /// Only the companies assigned to the member.
    OwnCompanies,
    /// Nowhere.
    Nowhere,
}

impl Rights {
    /// The effective rights of an organization role together with the company roles a member has somewhere.
    pub fn of(role: Role, companies: &[CompanyRole]) -> Self {
        let mut rights = Self::default();
        for right in Right::all() {
            match right.mark(role) {
                '●' | '◑' => rights.everywhere |= right.bit(),
                'o' => rights.own |= right.bit(),
                _ => {}
            }
            if companies
                .iter()
                .any(|company| matches!(right.company_mark(*company), '●' | '◑' | 'o'))
            {
                rights.own |= right.bit();
            }
        }
        // What every company role has of the organization itself (its name, its existence) is no matter of companies.
        if rights.own & ViewOrganization::RIGHT.bit() != 0 {
            rights.everywhere |= ViewOrganization::RIGHT.bit();
        }
        rights
    }

    /// The effective rights in one company, where the member has this company role (`None`: not assigned).
    pub fn in_company(role: Role, company: Option<CompanyRole>) -> Self {
        let rights = Self::of(role, company.as_slice());
        // Without an assignment no company is the member's own.
        let own = if company.is_some() { rights.own } else { 0 };
        Self {
            everywhere: rights.everywhere | own,
            own: 0,
        }
    }

    /// Whether the right is held at all.
    pub fn has(self, right: Right) -> bool {
        (self.everywhere | self.own) & right.bit() != 0
    }

    /// Whether every right held here is held there too.
    pub fn within(self, other: Self) -> bool {
        self.everywhere & !other.everywhere == 0 && self.own & !(other.own | other.everywhere) == 0
    }

    /// How far the right reaches.
    pub fn reach(self, right: Right) -> Reach {
        if self.everywhere & right.bit() != 0 {
            Reach::Everywhere
        } else if self.own & right.bit() != 0 {
            Reach::OwnCompanies
        } else {
            Reach::Nowhere
        }
    }
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
            impl Permission for $name { const RIGHT: Right = Right(At::$name as u8); }
        )+

        impl Rights {
            $(
                #[doc = concat!("Whether `", $key, "` is held, everywhere or in own companies.")]
                pub fn $method(self) -> bool { self.has($name::RIGHT) }
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
        let mut keys: Vec<_> = Right::all().map(Right::key).collect();
        assert_eq!(keys.len(), 50);
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), 50);
    }

    #[test]
    fn managing_one_company_gives_nothing_on_another() {
        for role in [Role::Member, Role::BillingAdmin, Role::UserAdmin] {
            let elsewhere = Rights::in_company(role, None);
            assert!(!elsewhere.edit_company(), "{role}");
            assert!(
                Rights::in_company(role, Some(CompanyRole::Manager)).edit_company(),
                "{role}"
            );
        }
        assert!(!Rights::in_company(Role::Member, None).view_company());
        assert_eq!(
            Rights::of(Role::Member, &[CompanyRole::Manager]).reach(InviteMembers::RIGHT),
            Reach::OwnCompanies
        );
    }

    #[test]
    fn an_owner_holds_every_right_that_a_person_can_hold() {
        let owner = Rights::of(Role::Owner, &[]);
        assert!(Right::all().all(|right| owner.has(right)));
        for role in Role::ALL {
            assert!(Rights::of(*role, CompanyRole::ALL).within(owner));
        }
    }
}
