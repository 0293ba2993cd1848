//! Verification of a chain: every line matches its hash and carries the hash of the line before, none is missing, the head
//! is the last line, and every seal is signed by this instance and matches its line. It runs in steps, so that a log of a
//! million lines does not block other requests.

use diesel::prelude::*;

use crate::audit::chain;
use crate::audit::chain::{chained, unchained};
use crate::audit::seal;
use crate::audit::seal::Seal;
use crate::audit::{Entry, query};
use crate::common::signing::Signer;
use crate::db::Conn;
use crate::db::schema::audit_events;
use crate::db::types::org_id::OrgId;

/// How far a verification is: the last verified line and its hash.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Cursor {
    /// The last verified line; 0 before the first.
    pub seq: i64,
    /// Its hash.
    pub hash: String,
}

/// The result of a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// No fault so far, and more lines to verify.
    On(Cursor),
    /// Every line is verified.
    Whole(Whole),
    /// A line with a fault.
    Broken(Broken),
}

/// A verified chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Whole {
    /// How many lines it has.
    pub lines: i64,
    /// How many lines are not chained yet.
    pub waiting: i64,
    /// The newest seal.
    pub seal: Option<Seal>,
}

/// The first line with a fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// Its number, or the one that is missing.
    pub line: i64,
    /// The fault.
    pub fault: Fault,
}

/// The fault of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// Its content does not match its hash.
    Changed,
    /// Its hash of the line before does not match that line.
    Unlinked,
    /// It is missing, and everything before this line with it.
    Missing {
        /// The last one that is missing.
        through: i64,
    },
    /// Two lines have this number.
    Twice,
    /// A seal has a different hash of it.
    Sealed {
        /// The day of the seal.
        day: String,
    },
    /// Its seal is not signed by this instance.
    Signature {
        /// The day of the seal.
        day: String,
    },
    /// The head has a different hash of the last line.
    Head,
    /// The chain ends before it.
    Beyond,
    /// There are lines and no head.
    NoHead,
    /// A line is outside of the chain.
    Outside {
        /// Its id.
        id: String,
    },
}

impl std::fmt::Display for Broken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let line = self.line;
        let before = line - 1;
        match &self.fault {
            Fault::Changed => write!(f, "event {line} was changed: its content does not match its hash"),
            Fault::Unlinked => write!(
                f,
                "event {line} does not follow event {before}: the hashes do not match (one of them was rewritten)"
            ),
            Fault::Missing { through } if *through == line => write!(f, "event {line} is missing"),
            Fault::Missing { through } => write!(f, "events {line} to {through} are missing"),
            Fault::Twice => write!(f, "event {line} exists twice"),
            Fault::Sealed { day } => write!(f, "event {line} does not have the hash in the seal of {day}"),
            Fault::Signature { day } => write!(f, "the seal of {day} on event {line} is not signed by this instance"),
            Fault::Head => write!(f, "the head does not have the hash of the last event, {line}"),
            Fault::Beyond => write!(
                f,
                "event {line} is beyond the head, which says that the log ends at {before}"
            ),
            Fault::NoHead => write!(f, "the log has events but no head"),
            Fault::Outside { id } => write!(f, "an event is outside of the chain: {id}"),
        }
    }
}

/// Whether a line follows the one before and matches its hash.
fn follows(cursor: &Cursor, line: &Entry) -> Result<(), Broken> {
    let due = cursor.seq + 1;
    let broken = |line, fault| Err(Broken { line, fault });
    if line.seq < due {
        broken(line.seq, Fault::Twice)
    } else if line.seq > due {
        broken(due, Fault::Missing { through: line.seq - 1 })
    } else if line.digest() != line.hash {
        broken(due, Fault::Changed)
    } else if line.prev_hash != cursor.hash {
        broken(due, Fault::Unlinked)
    } else {
        Ok(())
    }
}

/// Lines in memory at a time.
const AT_ONCE: i64 = 1_000;

/// Continues a verification, by at most `most` lines.
///
/// # Errors
/// When the database fails.
pub fn step(conn: &mut Conn, signer: &Signer, organization: OrgId, mut cursor: Cursor, most: i64) -> QueryResult<Step> {
    // Before the lines: this step does not verify what is written meanwhile.
    let head = chain::head(conn, organization)?;
    let end = head.as_ref().map_or(0, |(seq, _)| *seq);
    let mut left = most;
    while left > 0 && cursor.seq < end {
        let lines = query::stretch(conn, organization, cursor.seq, end, left.min(AT_ONCE))?;
        let (Some(first), Some(last)) = (lines.first(), lines.last()) else {
            break;
        };
        let mut seals = seal::between(conn, organization, first.seq, last.seq)?
            .into_iter()
            .peekable();
        left -= AT_ONCE.min(left);
        for line in lines {
            if let Err(broken) = follows(&cursor, &line) {
                return Ok(Step::Broken(broken));
            }
            cursor = Cursor {
                seq: line.seq,
                hash: line.hash,
            };
            while let Some(seal) = seals.next_if(|seal| seal.seq <= cursor.seq) {
                if let Some(fault) = contradicts(signer, organization, &seal, &cursor) {
                    let line = cursor.seq;
                    return Ok(Step::Broken(Broken { line, fault }));
                }
            }
        }
        if left == 0 && cursor.seq < end {
            return Ok(Step::On(cursor));
        }
    }
    finish(conn, organization, &cursor, head.as_ref())
}

fn contradicts(signer: &Signer, organization: OrgId, seal: &Seal, cursor: &Cursor) -> Option<Fault> {
    let day = seal.day.clone();
    if !signer.verifies(seal.message(organization).as_bytes(), &seal.signature) {
        Some(Fault::Signature { day })
    } else if seal.hash != cursor.hash {
        Some(Fault::Sealed { day })
    } else {
        None
    }
}

/// Whether head, seals and lines agree on the end of the chain.
fn finish(conn: &mut Conn, organization: OrgId, cursor: &Cursor, head: Option<&(i64, String)>) -> QueryResult<Step> {
    let broken = |line, fault| Ok(Step::Broken(Broken { line, fault }));
    let next = cursor.seq + 1;
    let seal = seal::latest(conn, organization)?;
    let furthest = seal::between(conn, organization, next, i64::MAX)?
        .last()
        .map(|seal| seal.seq);
    // A line and its head are committed together, so a line beyond a head that is read later is a fault.
    let beyond: Option<i64> = audit_events::table
        .filter(audit_events::organization_id.eq(organization))
        .filter(chained())
        .filter(audit_events::seq.gt(cursor.seq))
        .order(audit_events::seq.desc())
        .select(audit_events::seq)
        .first(conn)
        .optional()?;
    let now = chain::head(conn, organization)?.map_or(0, |(seq, _)| seq);
    let end = head.map_or(0, |(seq, _)| *seq);
    if cursor.seq < end {
        return broken(next, Fault::Missing { through: end });
    }
    if beyond.is_some_and(|line| line > now) {
        return if now == 0 {
            broken(next, Fault::NoHead)
        } else {
            broken(next, Fault::Beyond)
        };
    }
    if let Some(through) = furthest.filter(|sealed| *sealed > now) {
        return broken(next, Fault::Missing { through });
    }
    if head.is_some_and(|(_, hash)| *hash != cursor.hash) {
        return broken(cursor.seq, Fault::Head);
    }
    let outside = audit_events::table
        .filter(audit_events::organization_id.eq(organization))
        .filter(unchained());
    let waiting = if head.is_some() {
        let stray: Option<String> = outside
            .order(audit_events::id)
            .select(audit_events::id)
            .first(conn)
            .optional()?;
        if let Some(id) = stray {
            return broken(next, Fault::Outside { id });
        }
        0
    } else {
        outside.count().get_result(conn)?
    };
    Ok(Step::Whole(Whole {
        lines: cursor.seq,
        waiting,
        seal,
    }))
}

#[cfg(test)]
mod tests;
