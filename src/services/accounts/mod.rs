pub mod challenge;
pub mod email;
