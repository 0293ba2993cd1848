pub mod allowance;
pub mod authority;
pub mod batch;
pub mod declined_email;
pub mod email;
pub mod queries;
pub mod rules;
pub mod supersede;
