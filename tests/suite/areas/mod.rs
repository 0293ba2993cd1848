//! The areas of the product, and what the tests of every route and every screen need for each.

pub mod access;
pub mod access_reviews;
pub mod account_security;
pub mod audit;
pub mod companies;
pub mod company_move;
pub mod developers;
pub mod members;
pub mod onboarding_links;
pub mod operator;
pub mod passkeys;
pub mod permissions;
pub mod reporting;
pub mod resources;
pub mod search;
pub mod settings;
pub mod usage_imports;

use crate::browser::screens_test::Screen;
use crate::harness::test_app::TestApp;
use crate::roles_test::{Form, Scenario};

/// The path variables, forms and screens of one area.
pub struct Area {
    pub variable: fn(&Scenario, &str, &str) -> Option<String>,
    pub form: fn(&Scenario, &str) -> Option<Form>,
    pub screens: fn(&TestApp) -> Vec<Screen>,
}

macro_rules! areas {
    ($($area:ident)+) => { &[$(Area { variable: $area::variable, form: $area::form, screens: $area::screens }),+] };
}

pub const AREAS: &[Area] = areas! {
    access access_reviews account_security audit companies company_move developers members onboarding_links operator passkeys permissions reporting resources search settings usage_imports
};
