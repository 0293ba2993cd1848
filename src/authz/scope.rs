//! The scopes of API keys: what a key may be used for, beside what its owner may do.

use crate::authz::permission::{
    ArchiveCompanies, AssignCompanies, ChangeRoles, CreateCompanies, EditCompany, EditCompanyData, ExportReporting,
    GrantAdmin, InviteMembers, ManageChannels, ManageCompanyMembers, Permission, PermissionSet, RemoveMembers,
    ViewBillingTotals, ViewCompany, ViewCompanyBilling, ViewCompanyMembers, ViewCompanyReports, ViewMembers,
    ViewOverview, ViewReporting,
};

/// A scope that a route asks for, as a type.
pub trait RouteScope: 'static {
    /// `None` when every key will do.
    const SCOPE: Option<Scope>;
}

/// Every key will do.
#[derive(Debug)]
pub struct AnyScope;

impl RouteScope for AnyScope {
    const SCOPE: Option<Scope> = None;
}

macro_rules! scopes {
    ($($name:ident = $text:literal $label:literal $hint:literal [$($permission:ident)+];)+) => {
        crate::text_enum! {
            /// What a key may be used for.
            pub enum Scope { $($name = $text),+ }
        }

        impl Scope {
            /// The label, such as "Read companies".
            pub const fn label(self) -> &'static str {
                match self { $(Self::$name => $label),+ }
            }

            /// What it allows.
            pub const fn hint(self) -> &'static str {
                match self { $(Self::$name => $hint),+ }
            }

            /// The permissions that the scope leaves to a key, as far as its owner has them.
            pub const fn permissions(self) -> PermissionSet {
                match self { $(Self::$name => PermissionSet::NONE$(.with($permission::ID))+),+ }
            }
        }

        $(
            #[doc = concat!("The scope `", $text, "`.")]
            #[derive(Debug)]
            pub struct $name;

            impl RouteScope for $name {
                const SCOPE: Option<Scope> = Some(Scope::$name);
            }
        )+
    };
}

// No key makes owners, changes permissions, deletes companies or manages keys: those stay with people.
scopes! {
    EventsWrite = "events:write" "Send usage events" "Send usage of any meter, and void it"
        [ViewCompany EditCompanyData];
    FactsWrite = "facts:write" "Send daily figures" "Set cases, campaigns and amounts of a day"
        [ViewCompany EditCompanyData];
    CompaniesRead = "companies:read" "Read companies" "List companies and read their settings"
        [ViewCompany];
    CompaniesWrite = "companies:write" "Change companies" "Create, change, archive and restore companies"
        [ViewCompany CreateCompanies EditCompany ArchiveCompanies];
    MembersRead = "members:read" "Read members" "List members and what they are assigned to"
        [ViewMembers ViewCompanyMembers];
    MembersWrite = "members:write" "Change members" "Invite, assign, suspend and remove members, and read invitations"
        [ViewMembers ViewCompanyMembers InviteMembers ChangeRoles GrantAdmin AssignCompanies RemoveMembers ManageCompanyMembers];
    ResourcesRead = "resources:read" "Read resources" "List agents, campaigns, lead lists and phone numbers"
        [ViewCompany];
    ResourcesWrite = "resources:write" "Change resources" "Create and archive resources"
        [ViewCompany EditCompany EditCompanyData ManageChannels];
    ReportsRead = "reports:read" "Read reports" "Read the overview and reports"
        [ViewCompany ViewOverview ViewReporting ExportReporting ViewCompanyReports ViewBillingTotals ViewCompanyBilling];
}

impl Scope {
    /// Whether someone with these permissions can use the scope: to change something, reading is not enough.
    pub fn is_useful_with(self, permissions: PermissionSet) -> bool {
        let reads = self.as_str().ends_with(":read");
        let left = self.permissions().and(permissions);
        left.iter().any(|permission| reads || !permission.only_reads())
    }
}

/// The scopes of a key.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scopes(Vec<Scope>);

impl Scopes {
    /// In the order of the table, each once.
    pub fn of(scopes: impl IntoIterator<Item = Scope>) -> Self {
        let mut all: Vec<Scope> = scopes.into_iter().collect();
        all.sort_unstable();
        all.dedup();
        Self(all)
    }

    /// Reads stored scopes. Unknown ones are ignored.
    pub fn read(text: &str) -> Self {
        Self::of(text.split_whitespace().filter_map(Scope::parse))
    }

    /// As they are stored: separated by spaces.
    pub fn text(&self) -> String {
        self.0.iter().map(|scope| scope.as_str()).collect::<Vec<_>>().join(" ")
    }

    /// Whether it is one of them.
    pub fn has(&self, scope: Scope) -> bool {
        self.0.contains(&scope)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// In the order of the table.
    pub fn iter(&self) -> impl Iterator<Item = Scope> {
        self.0.iter().copied()
    }

    /// What the scopes leave to a key.
    pub fn permissions(&self) -> PermissionSet {
        self.iter()
            .fold(PermissionSet::NONE, |all, scope| all.or(scope.permissions()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::authz::permission::{DELEGABLE, GrantOwner, ManageKeys, ManageRoles, PermissionId};

    #[test]
    fn a_scope_to_read_only_reads_and_the_stored_text_is_read_back() {
        for scope in Scope::ALL.iter().copied() {
            let reads = scope.as_str().ends_with(":read");
            let only_reads = scope.permissions().iter().all(PermissionId::only_reads);
            assert_eq!(reads, only_reads, "{scope}");
            assert!(scope.permissions().within(DELEGABLE), "{scope}");
            assert!(!scope.label().is_empty() && !scope.hint().is_empty());
        }
        let all = Scopes::of(Scope::ALL.iter().copied());
        assert_eq!(Scopes::read(&all.text()), all);
        assert_eq!(
            Scopes::read("companies:read nothing:known companies:read").text(),
            "companies:read"
        );
        for never in [GrantOwner::ID, ManageKeys::ID, ManageRoles::ID] {
            assert!(!all.permissions().has(never), "{}", never.key());
        }
    }
}
