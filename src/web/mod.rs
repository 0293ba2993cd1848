pub mod company_picker;
pub mod error_page;
pub mod history;
pub mod layout;
pub mod messages;
pub mod middleware;
pub mod nav;
pub mod queries;
