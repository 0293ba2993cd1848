//! API keys: programs use the API with them. A key has what was chosen for it, as far as its owner has it at the time.

pub mod adopt;
pub mod create;
pub mod email;
pub mod events;
pub mod flag_unused;
pub mod reach;
pub mod revoke;
pub mod rotate;
