//! Access requests: requesting a permission, granting or denying it, withdrawing the request.

pub mod decision;
mod email;
pub mod grants;
pub mod new;
pub mod withdrawal;
