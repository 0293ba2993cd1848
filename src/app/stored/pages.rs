//! The memory of stored pages: at most 12 MB, the least recently used leave.

use std::hash::{BuildHasher, Hash, RandomState};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use lru::LruCache;

use crate::app::stored::StoredPage;

/// The most bytes of all stored pages.
const MOST: usize = 12 * 1024 * 1024;

/// The largest page that is stored.
const LARGEST: usize = 512 * 1024;

/// What a client sent that a page may depend on: the address, the cookies as they came (session, theme), what htmx wants.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PageKey {
    pub path: String,
    pub cookies: Vec<u8>,
    pub htmx: Vec<u8>,
}

impl PageKey {
    pub(super) fn weight(&self) -> usize {
        self.path.len() + self.cookies.len() + self.htmx.len()
    }
}

struct Memory {
    pages: LruCache<u64, (PageKey, Arc<StoredPage>)>,
    bytes: usize,
}

/// The stored pages of a process.
pub struct StoredPages {
    memory: Mutex<Memory>,
    hasher: RandomState,
    tags: foldhash::quality::RandomState,
}

impl Default for StoredPages {
    fn default() -> Self {
        let memory = Memory {
            pages: LruCache::unbounded(),
            bytes: 0,
        };
        Self {
            memory: Mutex::new(memory),
            hasher: RandomState::new(),
            tags: foldhash::quality::RandomState::default(),
        }
    }
}

impl StoredPages {
    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A number that others can neither foresee nor aim at; two keys with one number only push each other out.
    fn number(&self, key: &PageKey) -> u64 {
        self.hasher.hash_one(key)
    }

    /// A text of 16 characters that depends on all of `bytes`. The hash need not resist anyone: it only tells the versions of one's
    /// own page apart.
    pub fn tag(&self, bytes: &[u8]) -> String {
        format!("{:016x}", self.tags.hash_one(bytes))
    }

    pub fn find(&self, key: &PageKey) -> Option<Arc<StoredPage>> {
        let number = self.number(key);
        let mut memory = self.memory();
        let (found, page) = memory.pages.get(&number)?;
        (found == key).then(|| page.clone())
    }

    /// Stores a page instead of the one with the same key.
    pub fn keep(&self, key: PageKey, page: Arc<StoredPage>) {
        if page.body.len() > LARGEST {
            return;
        }
        let number = self.number(&key);
        let mut memory = self.memory();
        memory.bytes += page.weight(&key);
        if let Some((key, before)) = memory.pages.put(number, (key, page)) {
            memory.bytes -= before.weight(&key);
        }
        while memory.bytes > MOST {
            let Some((_, (key, oldest))) = memory.pages.pop_lru() else {
                break;
            };
            memory.bytes -= oldest.weight(&key);
        }
    }

    /// Forgets a page that is not true any more.
    pub fn forget(&self, key: &PageKey) {
        let number = self.number(key);
        let mut memory = self.memory();
        if memory.pages.peek(&number).is_some_and(|(found, _)| found == key)
            && let Some((key, page)) = memory.pages.pop(&number)
        {
            memory.bytes -= page.weight(&key);
        }
    }

    /// How many pages are stored, and their bytes.
    pub fn size(&self) -> (usize, usize) {
        let memory = self.memory();
        (memory.pages.len(), memory.bytes)
    }
}
