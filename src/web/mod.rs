pub mod company_picker;
pub mod history;
pub mod layout;
pub mod middleware;
pub mod nav;
pub mod password_messages;
