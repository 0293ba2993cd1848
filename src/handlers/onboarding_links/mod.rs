//! Onboarding links, the page that a link opens, and requests to join.
//!
//! A link works with the permissions of the member who last saved it. Opening the page counts nothing, because mail
//! programs open links too: `opened` counts people who continue from it, once per browser, `signed_up` counts new accounts
//! with a verified address, and `joined` counts members and new companies. People who were removed always need an approval.

pub mod decision;
pub mod disabling;
pub mod edit;
pub mod enabling;
pub mod fields;
pub mod form;
pub mod form_page;
pub mod index;
pub mod join;
pub mod join_page;
pub mod new;
pub mod opening;
pub mod requests;
pub mod rotation;
pub mod withdrawal;
pub mod wording;
