//! Onboarding links: how strangers come in, and who waits for approval.
//!
//! A link is vouched for by whoever made or changed it last, and lets people in only while that person could do so by
//! hand. What is counted: `opened` is pressed (a button of the link's page, once in each browser; who is signed in already
//! presses only the last one), `signed_up` is an address proven for the first time on the way from the link, `joined` is a
//! company made or a membership begun. Showing a page counts nothing: mail programs and previews open addresses too.
//! Somebody whom others removed waits for an approval, also where a link lets everybody else in at once.

pub mod answer;
pub mod door;
pub mod form;
pub mod index;
pub mod picker;
pub mod requests;
pub mod switch;
