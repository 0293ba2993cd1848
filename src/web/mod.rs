pub mod company_picker;
pub mod history;
pub mod layout;
pub mod messages;
pub mod middleware;
pub mod nav;
