//! The integration suite: one binary, so that it links once. The harness is in its own folder, tests end with `_test`.
//!
//! `TENANTRY_TEST_DATABASE` chooses the database of each app: `sqlite` (the default) or a `postgres://` URL.
//! `CONTRIBUTING.md` shows how to write a test.

#![allow(
    clippy::disallowed_macros,
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::pedantic,
    clippy::unwrap_used,
    reason = "the bans are for the product; tests may print, panic and read the real time"
)]

#[allow(dead_code, unused_imports, reason = "not every test uses all of the harness")]
mod harness;

mod access_reviews_test;
mod access_status_test;
mod access_test;
mod accounts_test;
mod api_document_test;
mod api_fuzz_test;
mod api_keys_test;
mod api_limits_test;
mod api_members_test;
mod api_test;
mod areas;
mod atomicity_test;
mod audit_events_test;
mod audit_test;
mod browser;
mod bulk_test;
mod bulk_writes_test;
mod checklist_test;
mod cli_test;
mod companies_test;
mod company_addresses_test;
mod company_deletion_test;
mod company_move_test;
mod company_settings_test;
mod crash_test;
mod dependencies_test;
mod escalation_test;
mod first_people_test;
mod fragments_test;
mod group_commit_test;
mod groups_test;
mod harness_test;
mod health_test;
mod home_test;
mod idempotency_test;
mod invitations_test;
mod kill_test;
mod load_test;
mod mail_abuse_test;
mod mail_test;
mod members_test;
mod methods_test;
mod onboarding_links_test;
mod operator_test;
mod organizations_test;
mod outage_test;
mod overview_test;
mod page_reads_test;
mod passkeys_test;
mod people_files_test;
mod people_pages_test;
mod permission_pages_test;
mod permissions_test;
mod plans_test;
mod process_test;
mod proxies_test;
mod races_test;
mod rate_card_test;
mod report_schedules_test;
mod reporting_test;
mod resources_api_test;
mod resources_test;
mod roles_test;
mod rules_test;
mod search_test;
mod search_words_test;
mod security_policy_test;
mod settings_test;
mod singular_test;
mod stored_pages_test;
mod tenants_test;
mod timing_test;
mod two_factor_test;
mod usage_crash_test;
mod usage_events_test;
mod usage_imports_test;
mod voice_test;
mod web_test;
mod zones_test;
