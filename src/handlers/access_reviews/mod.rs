//! Access reviews: managers keep, change or remove the people of their companies by a date.
//!
//! A review writes down every place (a person's role in a company) that there is when it begins. Who manages a company's
//! people decides on its places, never on their own; what only Owners and Admins may touch falls to them. A decision is
//! carried out at once. At the last moment each place that nobody answered is taken away, and whoever is left with
//! nothing (a plain Member without any other place) is suspended; both can be given back by one click. Roles in the
//! organization are no places: no owner or admin is ever shut out by a review. What came out is signed and never changes.

pub mod answers;
pub mod closing;
pub mod decide;
pub mod index;
pub mod new;
pub mod report;
pub mod restoring;
pub mod show;
