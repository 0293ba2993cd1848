pub mod advance;
pub mod close;
pub mod email;
pub mod notify;
