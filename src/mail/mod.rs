//! Emails: how they are written, the outbox that stores them, and how they are sent.

pub mod message;
pub mod notice;
pub mod outbox;
pub mod transport;
