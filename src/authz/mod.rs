pub mod area;
pub mod explain;
pub mod permission;
pub mod rights;
pub mod role;
