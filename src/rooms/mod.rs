//! The areas of the product. A room never imports a room; what two of them share lies on a floor below.

pub mod accounts;
pub mod companies;
pub mod invitations;
pub mod members;
pub mod onboarding;
pub mod organizations;
pub mod overview;
pub mod settings;
