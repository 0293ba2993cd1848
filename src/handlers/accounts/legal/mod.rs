pub mod privacy;
pub mod terms;
