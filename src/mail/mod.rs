//! Email: the outbox, the transport and the messages.

pub mod enqueue;
pub mod kind;
pub mod message;
pub mod name;
pub mod outbox;
pub mod transport;
