pub mod dual_control;
pub mod email;
pub mod execute;
