//! Settings, Rate card: what usage costs.

mod form;
pub mod new;
mod page;
pub mod preview;
mod prices;
pub mod show;
