pub mod area;
pub mod decision;
pub mod explain;
pub mod permission;
pub mod role;
