//! What leaves the house: the outbox and the letters in it.

pub mod letter;
pub mod mail;
pub mod notice;
pub mod outbox;
