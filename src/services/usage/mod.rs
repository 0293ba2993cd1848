//! Usage: what companies report that they did.
//!
//! Events are their own record, with sender and time, and none is ever changed; so keeping them leaves no audit event of its
//! own. Voiding one does.

pub mod facts;
pub mod ingest;
pub mod input;
pub mod rebuild;
pub mod void;
