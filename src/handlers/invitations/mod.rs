//! Invitations: who is asked to join, by which link, and what became of it.
//!
//! An invitation is vouched for by whoever sent or changed it last. That person must hold the right to give what it
//! offers when it is sent, when it is sent again, and when it is accepted.

pub mod answer;
pub mod cancel;
pub mod edit;
pub mod index;
pub mod link;
pub mod new;
pub mod recipients;
pub mod resend;
pub mod terms;
