//! The layout of pages that anyone can open.

use crate::auth::current_user::CurrentUser;
use crate::auth::{Visit, Visitor};
use crate::web::layout::{Layout, LayoutUser};

/// The layout of a page that needs no session.
pub trait PublicLayout {
    /// The layout.
    fn layout(&self) -> Layout;
}

impl PublicLayout for Visit {
    fn layout(&self) -> Layout {
        match &self.person {
            Some(person) => Layout::solo(person),
            None => Layout::bare(&self.cx),
        }
    }
}

impl Layout {
    /// The layout of a page without the sidebar, for an account that is signed in.
    pub fn solo(person: &CurrentUser) -> Self {
        let zone = person.zone.unwrap_or_default();
        let mut layout = Self::bare(&person.cx).in_zones(zone, zone);
        layout.person = Some(LayoutUser::of(person));
        layout
    }
}

impl PublicLayout for Visitor {
    fn layout(&self) -> Layout {
        Layout::bare(&self.context())
    }
}
