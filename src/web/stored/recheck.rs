//! Whether the reader of a stored page may see it again: session, membership and permission are as they were.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use crate::app::App;
use crate::app::stored::StoredPage;
use crate::auth::request;
use crate::common::config::StoredPages;
use crate::common::time::Time;
use crate::db::Conn;
use crate::models::page_version;

/// How long the question may take.
const AT_ONCE: Duration = Duration::from_millis(250);

/// Whether what the page depends on is as it was when the page was made. The ends by time are the caller's.
pub async fn is_unchanged(app: &App, page: &Arc<StoredPage>, data_version: Option<i64>, now: Time) -> bool {
    let compared = app.config.stored_pages == StoredPages::Compared;
    let same = data_version.is_some_and(|version| version == page.data_version.load(Ordering::Acquire));
    // Comparing is for the versions, which would hardly be asked here.
    if same && !(compared && page.reader.member.is_some()) {
        return true;
    }
    let Some(member) = page.reader.member else {
        return false;
    };
    let versions = move |conn: &mut Conn, page: &StoredPage| {
        page_version::current(conn, now, &page.reader.session_hash, page.reader.person, &member)
    };
    let present = if let Some(watch) = app.db.changes() {
        watch.glance(|conn| versions(conn, page)).flatten()
    } else {
        let page = page.clone();
        request::glance(app, AT_ONCE, move |conn| versions(conn, &page)).await
    };
    let unchanged = present == Some(member.versions);
    if unchanged && let Some(version) = data_version {
        page.data_version.store(version, Ordering::Release);
    }
    unchanged
}
