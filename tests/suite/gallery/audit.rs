//! What the addresses of this area need to be asked for, and their pictures.

use crate::harness::house::House;
use crate::pages_test::Picture;
use crate::roles_test::{Form, Scene};

/// What stands for a variable of a path.
pub fn variable(_scene: &Scene, _path: &str, _name: &str) -> Option<String> {
    None
}

/// A form that is filled in rightly.
pub fn form(_scene: &Scene, _path: &str) -> Option<Form> {
    None
}

/// The pages in their states.
pub fn hang(_house: &House) -> Vec<Picture> {
    Vec::new()
}
