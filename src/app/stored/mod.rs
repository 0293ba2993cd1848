//! Pages as they were shown, to be shown again while nothing that they depend on has changed. `web/stored` decides that on every
//! request; this is the memory that it looks into.

mod note;
mod pages;

use actix_web::http::header::HeaderMap;
use actix_web::web::Bytes;

use crate::common::id::{MembershipId, UserId};
use crate::common::time::Time;
use crate::db::types::org_id::OrgId;

pub use self::note::PageNote;
pub use self::pages::{PageKey, StoredPages};

/// The versions on which a page of an organization depends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageVersions {
    pub organization: i64,
    pub person: i64,
    pub instance: i64,
}

impl From<(i64, i64, i64)> for PageVersions {
    fn from((organization, person, instance): (i64, i64, i64)) -> Self {
        Self {
            organization,
            person,
            instance,
        }
    }
}

/// The member that a page was made for, with the versions that it was made from.
#[derive(Debug, Clone, Copy)]
pub struct MemberReader {
    pub organization: OrgId,
    pub membership: MembershipId,
    pub versions: PageVersions,
}

/// Who a page was made for.
#[derive(Debug, Clone)]
pub struct PageReader {
    /// SHA-256 of the session's token.
    pub session_hash: String,
    pub person: UserId,
    /// `None` for a page outside of organizations: only an unchanged database says that it is still true.
    pub member: Option<MemberReader>,
    /// The last moment at which session and membership give access, if no one changes them.
    pub until: Time,
    /// Until when no visit has to be noted.
    pub noted_until: Time,
}

/// A page with what it depends on.
#[derive(Debug)]
pub struct StoredPage {
    pub reader: PageReader,
    /// When it was made.
    pub made: Time,
    /// SQLite's number of its last change before the page was made, or the last one found to change nothing here.
    pub data_version: std::sync::atomic::AtomicI64,
    pub headers: HeaderMap,
    pub body: Bytes,
    /// The body, compressed; made when a client first takes it so.
    pub packed: std::sync::OnceLock<Option<Bytes>>,
    /// Changes with the body.
    pub tag: String,
    /// For the log line: the pattern of the route, organization and actor.
    pub route: &'static str,
    pub who: Option<(String, String)>,
}

impl StoredPage {
    /// Whether it may be shown now, as far as time goes. Relative times are exact to the minute.
    pub fn is_timely(&self, now: Time) -> bool {
        let minute = |time: Time| time.0.div_euclid(60_000_000);
        self.made <= now
            && minute(self.made) == minute(now)
            && now <= self.reader.until
            && now <= self.reader.noted_until
    }

    /// What it takes in memory, in bytes.
    fn weight(&self, key: &PageKey) -> usize {
        // What a compressed copy may add is counted from the beginning.
        1_024 + key.weight() + self.body.len() + self.body.len() / 4
    }
}
