//! What a request finds out about the page that it makes.

use std::sync::OnceLock;

use crate::app::stored::PageReader;
use crate::common::time::Time;

/// Whether the page of a request may be stored. The gate names the reader; everything else only ever refuses.
#[derive(Debug, Clone, Default)]
pub struct PageNote {
    reader: OnceLock<PageReader>,
    noted_until: OnceLock<Time>,
    refused: OnceLock<()>,
}

impl PageNote {
    /// The reader, once the gate has let them in. The first call counts: what is read later is not older.
    pub fn is_for(&self, reader: impl FnOnce() -> PageReader) {
        self.reader.get_or_init(reader);
    }

    /// The visit was noted; the next one is noted after `until`.
    pub fn visit_noted(&self, until: Time) {
        let _ = self.noted_until.set(until);
    }

    /// The page must not be stored: it shows a secret or a message for once, or something was written for it.
    pub fn never_store(&self) {
        let _ = self.refused.set(());
    }

    /// The reader, if the page may be stored.
    pub fn reader(&self) -> Option<PageReader> {
        if self.refused.get().is_some() {
            return None;
        }
        let mut reader = self.reader.get()?.clone();
        if let Some(until) = self.noted_until.get() {
            reader.noted_until = *until;
        }
        Some(reader)
    }
}
