//! The HTML pages, one folder for each noun. What several folders share is in `web` or `services`.

pub mod access;
pub mod access_reviews;
pub mod account_security;
pub mod accounts;
pub mod audit;
pub mod companies;
pub mod developers;
pub mod groups;
pub mod invitations;
pub mod members;
pub mod onboarding;
pub mod onboarding_links;
pub mod operator;
pub mod organizations;
pub mod overview;
pub mod password;
pub mod permissions;
pub mod rate_card;
pub mod reporting;
pub mod resources;
pub mod search;
pub mod settings;
pub mod suggestions;
pub mod usage_imports;
