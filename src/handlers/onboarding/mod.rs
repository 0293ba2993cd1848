//! The steps after the first sign-in: pending invitations, a new organization, what to do next.
//!
//! The second step is the page for new organizations. No step is saved, so people can leave and come back at any time.

pub mod done;
pub mod invitations;
pub mod queries;
