pub mod admit;
pub mod email;
pub mod queries;
pub mod resolve;
pub mod rules;
