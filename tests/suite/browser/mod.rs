//! Tests that need a browser. Only modules named `browser` open one: `bin/test` skips them on PostgreSQL, because what
//! a browser shows does not depend on the database.

mod command_menu_test;
mod companies_test;
mod details_test;
mod first_steps_test;
mod home_test;
mod keyboard_test;
mod login_page_test;
mod matrix_test;
mod organization_test;
mod page_weight_test;
mod people_test;
pub mod screens_test;
mod switcher_test;
mod type_test;
