//! The tables that belong to an organization. Deletion, the move of a company and the consistency checks read this list.

use crate::models::consistency;
use crate::models::consistency::Invariant;
use crate::models::inventory_check;

/// What the move of a company to another organization does with rows that name the company.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnCompanyMove {
    /// No row names a company.
    Unrelated,
    /// The move carries the rows over itself, or releases them.
    Carried,
    /// The rows are deleted.
    Deleted,
    /// Open rows block the move. Closed ones keep the company's id as history.
    Blocks(MoveBlocker),
    /// Open rows block the move. Closed ones refer to the company by a foreign key and are deleted.
    BlocksThenDeleted(MoveBlocker),
    /// Rows belong to a table that blocks the move, and stay as history.
    History,
}

/// What can block the move of a company.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MoveBlocker {
    Invitations,
    OnboardingLinks,
    Groups,
    AccessRequests,
    AccessReview,
    ApiKeys,
}

/// A table whose rows belong to an organization.
#[derive(Debug, Clone, Copy)]
pub struct TenantTable {
    pub name: &'static str,
    /// The columns of the primary key besides `organization_id`.
    pub key: &'static str,
    pub on_company_move: OnCompanyMove,
    pub invariants: &'static [Invariant],
}

impl TenantTable {
    const fn new(name: &'static str, key: &'static str) -> Self {
        Self {
            name,
            key,
            on_company_move: OnCompanyMove::Unrelated,
            invariants: &[],
        }
    }

    const fn on_company_move(mut self, what: OnCompanyMove) -> Self {
        self.on_company_move = what;
        self
    }

    const fn invariants(mut self, invariants: &'static [Invariant]) -> Self {
        self.invariants = invariants;
        self
    }
}

/// In the order of deletion, which foreign keys allow. Memberships go before the audit log, because a sign-in writes to
/// the log of each organization of the account.
///
/// `organization_slugs` is missing on purpose: the addresses of a deleted organization stay reserved.
pub const TENANT_TABLES: &[TenantTable] = &[
    TenantTable::new("member_search_terms", "word, sort_name, membership_id"),
    TenantTable::new("company_search_terms", "status, word, sort_name, company_id")
        .on_company_move(OnCompanyMove::Deleted),
    TenantTable::new("invitation_search_terms", "status, word, created_at, invitation_id"),
    TenantTable::new("company_pins", "membership_id, company_id").on_company_move(OnCompanyMove::Deleted),
    TenantTable::new("company_assignments", "membership_id, company_id")
        .on_company_move(OnCompanyMove::Carried)
        .invariants(consistency::ASSIGNMENTS),
    TenantTable::new("deleted_assignments", "deleted_company_id, membership_id"),
    TenantTable::new("deleted_companies", "id"),
    TenantTable::new("former_company_slugs", "slug").on_company_move(OnCompanyMove::Carried),
    TenantTable::new("company_settings", "company_id")
        .on_company_move(OnCompanyMove::Carried)
        .invariants(inventory_check::COMPANY_SETTINGS),
    TenantTable::new("company_defaults", "organization_id"),
    TenantTable::new("resource_search_terms", "listed_as, word, sort_name, resource_id"),
    TenantTable::new("resource_counts", "scope, listed_as, kind").invariants(inventory_check::RESOURCE_COUNTS),
    TenantTable::new("resources", "id")
        .on_company_move(OnCompanyMove::Carried)
        .invariants(inventory_check::RESOURCES),
    TenantTable::new("settings_reviews", "id"),
    TenantTable::new("company_facts", "company_id, day").on_company_move(OnCompanyMove::History),
    TenantTable::new("usage_import_rejections", "import_id, line"),
    TenantTable::new("usage_import_pieces", "import_id, piece"),
    TenantTable::new("usage_imports", "id"),
    TenantTable::new("fact_months", "scope, month").invariants(consistency::FACT_MONTHS),
    TenantTable::new("fact_days", "scope, day").invariants(consistency::FACT_DAYS),
    TenantTable::new("report_recipients", "schedule_id, membership_id"),
    TenantTable::new("report_schedules", "id"),
    TenantTable::new("rate_cards", "id"),
    TenantTable::new("usage_zones", "first_day"),
    TenantTable::new("usage_months", "scope, meter, month").invariants(consistency::USAGE_MONTHS),
    TenantTable::new("usage_days", "scope, meter, day").invariants(consistency::USAGE_DAYS),
    TenantTable::new("usage_event_keys", "event_key"),
    TenantTable::new("usage_events", "id").on_company_move(OnCompanyMove::History),
    TenantTable::new("member_views", "id"),
    TenantTable::new("group_members", "group_id, membership_id"),
    TenantTable::new("group_grants", "group_id, company_id")
        .on_company_move(OnCompanyMove::Blocks(MoveBlocker::Groups)),
    TenantTable::new("groups", "id").invariants(consistency::GROUPS),
    TenantTable::new("custom_roles", "id"),
    TenantTable::new("access_requests", "id").on_company_move(OnCompanyMove::Blocks(MoveBlocker::AccessRequests)),
    TenantTable::new("access_review_items", "review_id, id").on_company_move(OnCompanyMove::History),
    TenantTable::new("access_review_companies", "review_id, company_id")
        .on_company_move(OnCompanyMove::Blocks(MoveBlocker::AccessReview)),
    TenantTable::new("access_reviews", "id"),
    TenantTable::new("approvals", "id"),
    TenantTable::new("join_requests", "id"),
    TenantTable::new("retired_link_tokens", "token_hash"),
    TenantTable::new("onboarding_links", "id").on_company_move(OnCompanyMove::Blocks(MoveBlocker::OnboardingLinks)),
    TenantTable::new("api_answers", "api_key_id, idempotency_key").on_company_move(OnCompanyMove::History),
    TenantTable::new("api_keys", "id").on_company_move(OnCompanyMove::Blocks(MoveBlocker::ApiKeys)),
    TenantTable::new("invitation_reports", "id"),
    TenantTable::new("organization_blocks", "email"),
    TenantTable::new("invitation_tokens", "token_hash"),
    TenantTable::new("invitation_grants", "invitation_id, company_id")
        .on_company_move(OnCompanyMove::BlocksThenDeleted(MoveBlocker::Invitations)),
    TenantTable::new("invitations", "id").invariants(consistency::INVITATIONS),
    TenantTable::new("organization_contacts", "kind"),
    TenantTable::new("organization_intake", "organization_id"),
    TenantTable::new("support_sessions", "id"),
    TenantTable::new("companies", "id")
        .on_company_move(OnCompanyMove::Carried)
        .invariants(consistency::COMPANIES),
    TenantTable::new("memberships", "id").invariants(consistency::MEMBERSHIPS),
    TenantTable::new("role_counts", "role").invariants(consistency::ROLE_COUNTS),
    TenantTable::new("audit_events", "id").on_company_move(OnCompanyMove::History),
    TenantTable::new("audit_seals", "day"),
    TenantTable::new("audit_heads", "organization_id").invariants(consistency::AUDIT_HEADS),
];

#[cfg(test)]
mod tests {
    use super::*;

    const SCHEMA: &str = include_str!("../db/schema.rs");

    /// Each table of the schema: its name, the columns of its primary key, the text of its columns.
    fn schema() -> Vec<(&'static str, Vec<&'static str>, &'static str)> {
        let tables = SCHEMA.split("diesel::table! {").skip(1);
        tables
            .map(|text| {
                let (name, rest) = text.trim_start().split_once(" (").unwrap();
                let (key, rest) = rest.split_once(") {").unwrap();
                let (columns, _) = rest.split_once('}').unwrap();
                (name, key.split(", ").collect(), columns)
            })
            .collect()
    }

    fn declared(name: &str) -> Option<&'static TenantTable> {
        TENANT_TABLES.iter().find(|table| table.name == name)
    }

    #[test]
    fn every_table_with_an_organization_id_is_declared() {
        for (name, _, columns) in schema() {
            let belongs = columns.contains("organization_id ->") && name != "organization_slugs";
            assert_eq!(declared(name).is_some(), belongs, "{name}");
        }
        for (at, table) in TENANT_TABLES.iter().enumerate() {
            assert!(
                TENANT_TABLES[..at].iter().all(|other| other.name != table.name),
                "{} twice",
                table.name
            );
        }
    }

    #[test]
    fn the_keys_are_the_primary_keys_of_the_schema() {
        for (name, key, _) in schema() {
            let Some(table) = declared(name) else { continue };
            let rest: Vec<_> = key.into_iter().filter(|column| *column != "organization_id").collect();
            let expected = if rest.is_empty() {
                "organization_id".to_owned()
            } else {
                rest.join(", ")
            };
            assert_eq!(table.key, expected, "{name}");
        }
    }

    #[test]
    fn every_table_that_names_companies_says_what_a_move_does() {
        for (name, _, columns) in schema() {
            let Some(table) = declared(name) else { continue };
            let names_companies =
                name == "companies" || columns.contains(" company_id ->") || columns.contains(" companies ->");
            assert_eq!(
                table.on_company_move != OnCompanyMove::Unrelated,
                names_companies,
                "{name}"
            );
        }
    }
}
