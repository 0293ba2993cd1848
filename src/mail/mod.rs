//! What leaves the house: the outbox and the letters in it.

pub mod notice;
pub mod outbox;
pub mod queue;
pub mod transport;
