//! Invitations: the list, and the page of an invitation's link.
//!
//! The inviter is the member who last sent or changed an invitation. They must be able to give what it offers when it is
//! sent, when it is sent again, and when it is accepted.

pub mod acceptance;
pub mod blocking;
pub mod bulk_resending;
pub mod cancellation;
pub mod declination;
pub mod deliveries;
pub mod edit;
pub mod index;
pub mod link;
pub mod link_page;
pub mod mapping;
pub mod new;
pub mod outcome;
pub mod recipients;
pub mod report;
pub mod resending;
pub mod row;
pub mod row_companies;
pub mod terms;
pub mod wording;
