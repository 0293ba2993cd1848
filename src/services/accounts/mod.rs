//! Accounts: sign-up, verification of the address, sign-in, passwords, sessions.
//!
//! Two rules apply to all of it. No answer reveals whether an address has an account: text, status and time are the same for
//! both. And an account belongs to the person who verifies its address: sessions that began before end.

pub mod answer;
pub mod attempt;
pub mod cleanup;
pub mod confirmation;
pub mod email;
pub mod email_change;
pub mod invited;
pub mod known_device;
pub mod name;
pub mod passkeys;
pub mod password;
pub mod password_reset;
pub mod second_factor;
pub mod sessions;
pub mod sign_in;
pub mod sign_in_denial;
pub mod sign_up;
pub mod time_zone;
pub mod unlock;
pub mod verification;
