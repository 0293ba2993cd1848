//! Email: the outbox, the transport and the messages.

pub mod enqueue;
pub mod message;
pub mod notice;
pub mod outbox;
pub mod transport;
