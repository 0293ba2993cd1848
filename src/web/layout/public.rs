//! The layout of pages that anyone can open.

use crate::auth::{Visit, Visitor};
use crate::web::layout::{Layout, LayoutUser};

/// The layout of a page that needs no session.
pub trait PublicLayout {
    /// The layout.
    fn layout(&self) -> Layout;
}

impl PublicLayout for Visit {
    fn layout(&self) -> Layout {
        let zone = self.person.as_ref().and_then(|person| person.zone).unwrap_or_default();
        let mut layout = Layout::bare(&self.cx).in_zones(zone, zone);
        layout.person = self.person.as_ref().map(|person| LayoutUser {
            name: person.name.clone(),
            email: person.email.to_string(),
            operator: person.operator,
        });
        layout
    }
}

impl PublicLayout for Visitor {
    fn layout(&self) -> Layout {
        Layout::bare(&self.context())
    }
}
