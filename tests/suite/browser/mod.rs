//! Tests that need a browser. Only modules named `browser` open one: `bin/test` skips them on PostgreSQL, because what
//! a browser shows does not depend on the database.

mod first_steps_test;
mod keyboard_test;
mod login_page_test;
mod page_weight_test;
mod people_test;
pub mod screens_test;
mod switcher_test;
