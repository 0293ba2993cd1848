//! The search: a page, and with JavaScript the menu that Ctrl+K opens, the companies in the switcher, and the search over
//! the settings. All of them are parts of the same route.

pub mod account;
pub mod finders;
pub mod organization;
pub mod page;
