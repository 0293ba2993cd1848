//! The areas of the product, each with what `roles_test` and `pages_test` need of it.

pub mod access;
pub mod audit;
pub mod general;
pub mod links;
pub mod moving;
pub mod operator;
pub mod people;
pub mod reviews;
pub mod rights;

use crate::harness::house::House;
use crate::pages_test::Picture;
use crate::roles_test::{Form, Scene};

/// What one area tells.
pub struct Area {
    pub variable: fn(&Scene, &str, &str) -> Option<String>,
    pub form: fn(&Scene, &str) -> Option<Form>,
    pub hang: fn(&House) -> Vec<Picture>,
}

macro_rules! areas {
    ($($area:ident)+) => { &[$(Area { variable: $area::variable, form: $area::form, hang: $area::hang }),+] };
}

pub const AREAS: &[Area] = areas! { access audit general links moving operator people reviews rights };
