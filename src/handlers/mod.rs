//! The areas of the product. A room never imports a room; what two of them share lies on a floor below.

pub mod access;
pub mod access_reviews;
pub mod accounts;
pub mod audit;
pub mod companies;
pub mod groups;
pub mod invitations;
pub mod members;
pub mod onboarding;
pub mod onboarding_links;
pub mod operator;
pub mod organizations;
pub mod overview;
pub mod password;
pub mod permissions;
pub mod settings;
