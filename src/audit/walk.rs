//! Pages and exports of the log: from the newest event down, or from the oldest up.

use std::time::{Duration, Instant};

use diesel::QueryResult;

use crate::audit::AuditEntry;
use crate::audit::chain;
use crate::audit::query::{EventFilter, EventOrder, SeqCursor, between, stretch};
use crate::audit::visibility::Visibility;
use crate::common::time::{Span, Time};
use crate::db::Conn;
use crate::db::types::org_id::OrgId;

/// The range of numbers of one query where no index leads to the events.
const STRETCH: i64 = 5_000;

/// The events of one query where they must be read to tell.
const READ: i64 = 1_000;

/// A search stops after this many events read or numbers passed, and says how far it came.
const MOST_READ: i64 = 20_000;
const MOST_PASSED: i64 = 400_000;

/// It also stops after this time, so that a slow database delays it and does not refuse it.
const LONGEST: Duration = Duration::from_secs(3);

/// What a walk found.
struct WalkedEvents {
    lines: Vec<AuditEntry>,
    /// Where to continue; `None` at the end of the log.
    rest: Option<i64>,
    /// Whether it stopped at a limit before it had enough events.
    stopped: bool,
}

/// Walks from `start` towards `end`, both exclusive, until it has `most` events.
fn walk(
    conn: &mut Conn,
    organization: OrgId,
    wanted: &EventFilter,
    visibility: &Visibility,
    (start, end): (i64, i64),
    most: usize,
) -> QueryResult<WalkedEvents> {
    let way = if start > end { EventOrder::Down } else { EventOrder::Up };
    let batch = match i64::try_from(most) {
        Ok(page) if !wanted.is_read() => page,
        _ => READ,
    };
    let (mut at, mut lines) = (start, Vec::new());
    let (mut read, mut passed, begun) = (0, 0, Instant::now());
    loop {
        let left = match way {
            EventOrder::Down => at - end - 1,
            EventOrder::Up => end - at - 1,
        };
        let stopped = read >= MOST_READ || passed >= MOST_PASSED || (at != start && begun.elapsed() >= LONGEST);
        if left <= 0 || stopped {
            return Ok(WalkedEvents {
                lines,
                rest: (left > 0).then_some(at),
                stopped: left > 0,
            });
        }
        let step = if wanted.is_led() { left } else { left.min(STRETCH) };
        let (bounds, beyond) = match way {
            EventOrder::Down => ((at - step - 1, at), at - step),
            EventOrder::Up => ((at, at + step + 1), at + step),
        };
        let found = between(conn, organization, wanted, visibility, bounds, way, batch)?;
        let full = i64::try_from(found.len()).is_ok_and(|found| found >= batch);
        if wanted.is_read() {
            read += i64::try_from(found.len()).unwrap_or(READ);
        }
        let before = at;
        at = found.last().filter(|_| full).map_or(beyond, |last| last.seq);
        if !wanted.is_led() {
            passed += (before - at).abs();
        }
        for line in found.into_iter().filter(|line| wanted.reads(line)) {
            let seq = line.seq;
            lines.push(line);
            if lines.len() == most {
                return Ok(WalkedEvents {
                    lines,
                    rest: Some(seq),
                    stopped: false,
                });
            }
        }
    }
}

/// A page of the list, newest first.
#[derive(Debug)]
pub struct FoundEvents {
    /// The events.
    pub lines: Vec<AuditEntry>,
    /// `after` of the page of newer events.
    pub newer: Option<String>,
    /// `after` of the page of older events.
    pub older: Option<String>,
    /// The search stopped at this event, before the page was full or the log ended.
    pub stopped: Option<AuditEntry>,
}

/// A page.
pub fn page(
    conn: &mut Conn,
    organization: OrgId,
    wanted: &EventFilter,
    visibility: &Visibility,
    cursor: SeqCursor,
    size: usize,
) -> QueryResult<FoundEvents> {
    let (first, last) = range(conn, organization, wanted)?;
    if let SeqCursor::Above(seq) = cursor {
        let start = seq.max(first - 1);
        let mut up = walk(conn, organization, wanted, visibility, (start, last + 1), size)?;
        // With less than a page above, the top is shown as a full page.
        if let Some(rest) = up.rest {
            up.lines.reverse();
            return Ok(FoundEvents {
                newer: Some(format!("-{rest}")),
                older: Some(up.lines.last().map_or(seq, |line| line.seq).to_string()),
                lines: up.lines,
                stopped: None,
            });
        }
    }
    let start = match cursor {
        SeqCursor::Below(seq) => seq.min(last + 1),
        _ => last + 1,
    };
    // One more than a page tells whether there is another one.
    let mut down = walk(conn, organization, wanted, visibility, (start, first - 1), size + 1)?;
    let more = down.lines.len() > size;
    down.lines.truncate(size);
    let bottom = down.lines.last().map(|line| line.seq);
    let stopped = match down.rest {
        Some(at) if down.stopped => stretch(conn, organization, at - 1, last, 1)?.pop(),
        _ => None,
    };
    let older = if more {
        bottom
    } else {
        down.rest.filter(|_| down.stopped)
    };
    Ok(FoundEvents {
        newer: match (cursor, down.lines.first()) {
            (SeqCursor::Below(_), Some(line)) => Some(format!("-{}", line.seq)),
            (SeqCursor::Below(seq), None) => Some(format!("-{}", (seq - 1).max(1))),
            _ => None,
        },
        older: older.map(|seq| seq.to_string()),
        lines: down.lines,
        stopped,
    })
}

/// A piece of an export, oldest first.
#[derive(Debug)]
pub struct EventPiece {
    /// The events.
    pub lines: Vec<AuditEntry>,
    /// The last number that was passed.
    pub through: i64,
}

/// The wanted events of the next `most` numbers after `after`, up to `last`.
pub fn piece(
    conn: &mut Conn,
    organization: OrgId,
    wanted: &EventFilter,
    visibility: &Visibility,
    (after, last): (i64, i64),
    most: i64,
) -> QueryResult<EventPiece> {
    let through = (after + most).min(last);
    let found = between(
        conn,
        organization,
        wanted,
        visibility,
        (after, through + 1),
        EventOrder::Up,
        most,
    )?;
    Ok(EventPiece {
        lines: found.into_iter().filter(|line| wanted.reads(line)).collect(),
        through,
    })
}

/// In a log of fewer events it costs little to pass all of them.
const FEW: i64 = 20_000;

/// An event has the time its request began and the number in which it ended: times may be out of order by this much.
const APART: Span = Span::hours(1);

/// The first and the last number of the wanted time range.
pub fn range(conn: &mut Conn, organization: OrgId, wanted: &EventFilter) -> QueryResult<(i64, i64)> {
    let last = chain::head(conn, organization)?.map_or(0, |(seq, _)| seq);
    if last < FEW {
        return Ok((1, last));
    }
    let first = match wanted.from {
        Some(from) => first_since(conn, organization, from - APART, last)?,
        None => 1,
    };
    let last = match wanted.until {
        Some(until) => first_since(conn, organization, until + APART, last)?.min(last),
        None => last,
    };
    Ok((first, last))
}

/// The first number since a moment, by bisection: numbers grow with time.
fn first_since(conn: &mut Conn, organization: OrgId, moment: Time, last: i64) -> QueryResult<i64> {
    let (mut low, mut high) = (1, last + 1);
    while low < high {
        let middle = low + (high - low) / 2;
        match stretch(conn, organization, middle - 1, last, 1)?.first() {
            Some(line) if line.at < moment => low = middle + 1,
            _ => high = middle,
        }
    }
    Ok(low)
}
