//! What tests are written with: a house, people in it, their browsers, their mail.

pub mod adapter;
pub mod axe;
pub mod browser;
pub mod client;
pub mod database;
pub mod house;
pub mod mail;
pub mod page;
pub mod people;
pub mod places;
pub mod real;
pub mod smtp;
pub mod stage;

/// How often a test repeats what must hold each time: `long` times with `bin/test --long`, else `short` times.
pub fn rounds(long: usize, short: usize) -> usize {
    if std::env::var_os("TENANTRY_TEST_LONG").is_some() {
        long
    } else {
        short
    }
}
