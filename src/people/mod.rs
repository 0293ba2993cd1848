//! What several rooms do with people: find them, bring them in, change what they are, let them go. One rule, one verb,
//! one deed and one letter each, whichever page asks.

pub mod access_end;
pub mod account;
pub mod allowance;
pub mod arrival;
pub mod attempts;
pub mod bounds;
pub mod bulk;
pub mod choice;
pub mod door;
pub mod dual;
pub mod group;
pub mod invite;
mod letter;
pub mod password;
pub mod picker;
pub mod removal;
pub mod role;
pub mod rules;
pub mod search;
pub mod sight;
pub mod suspension;
pub mod voucher;

use crate::gate::deed::Deeds;

/// Something that was done.
#[derive(Debug)]
pub struct Done {
    /// The word for who did it, without a full stop.
    pub word: String,
    /// The deeds; none when everything was so before.
    pub deeds: Deeds,
}
