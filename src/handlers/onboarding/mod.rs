//! The way in after the first sign-in: pending invitations, an organization of one's own, what comes next.
//!
//! The step in the middle is the page for new organizations. No step is remembered: each visit looks at what is there,
//! so the way can be left and taken up at any time.

pub mod done;
pub mod invitations;
pub mod queries;
