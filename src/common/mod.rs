//! What knows nothing of organizations: configuration, errors, forms, time, tokens, passwords, paging.

#![warn(missing_docs, clippy::missing_errors_doc)]

pub mod api_key;
pub mod assets;
pub mod bait;
pub mod compress;
pub mod config;
pub mod confirm;
pub mod csv;
pub mod currency;
pub mod day;
pub mod decimal;
pub mod device;
pub mod domain;
pub mod email;
pub mod error;
pub mod external_ref;
pub mod fields;
pub mod form;
pub mod hours;
pub mod html;
pub mod id;
pub mod invisible;
pub mod keys;
pub mod log;
pub mod name;
pub mod networks;
pub mod paging;
pub mod password;
pub mod people;
pub mod phone;
pub mod pieces;
pub mod places;
pub mod problem;
pub mod sealed;
pub mod search;
pub mod session_cookie;
pub mod signing;
pub mod slots;
pub mod slug;
pub mod table;
pub mod text_enum;
pub mod time;
pub mod token;
pub mod web_address;
pub mod zone;
