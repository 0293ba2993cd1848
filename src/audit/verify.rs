//! Verification of a chain: every line matches its hash and carries the hash of the line before, none is missing, the head
//! is the last line, and every seal is signed by this instance and matches its line. It runs in steps, so that a log of a
//! million lines does not block other requests.

use diesel::prelude::*;

pub use crate::audit::fault::{BrokenLog, ChainFault};

use crate::audit::chain;
use crate::audit::chain::{chained, unchained};
use crate::audit::seal;
use crate::audit::seal::Seal;
use crate::audit::{AuditEntry, query};
use crate::common::signing::Signer;
use crate::db::Conn;
use crate::db::schema::audit_events;
use crate::db::types::org_id::OrgId;

/// How far a verification is: the last verified line and its hash.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct VerifyCursor {
    /// The last verified line; 0 before the first.
    pub seq: i64,
    /// Its hash.
    pub hash: String,
}

/// The result of a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VerifyStep {
    /// No fault so far, and more lines to verify.
    On(VerifyCursor),
    /// Every line is verified.
    Whole(IntactLog),
    /// A line with a fault.
    Broken(BrokenLog),
}

/// A verified chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IntactLog {
    /// How many lines it has.
    pub lines: i64,
    /// How many lines are not chained yet.
    pub waiting: i64,
    /// The newest seal.
    pub seal: Option<Seal>,
}

/// Whether a line follows the one before and matches its hash.
fn follows(cursor: &VerifyCursor, line: &AuditEntry) -> Result<(), BrokenLog> {
    let due = cursor.seq + 1;
    let broken = |line, fault| Err(BrokenLog { line, fault });
    if line.seq < due {
        broken(line.seq, ChainFault::Twice)
    } else if line.seq > due {
        broken(due, ChainFault::Missing { through: line.seq - 1 })
    } else if line.digest() != line.hash {
        broken(due, ChainFault::Changed)
    } else if line.prev_hash != cursor.hash {
        broken(due, ChainFault::Unlinked)
    } else {
        Ok(())
    }
}

/// Lines in memory at a time.
const AT_ONCE: i64 = 1_000;

/// Continues a verification, by at most `most` lines.
pub fn step(
    conn: &mut Conn,
    signer: &Signer,
    organization: OrgId,
    mut cursor: VerifyCursor,
    most: i64,
) -> QueryResult<VerifyStep> {
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
                return Ok(VerifyStep::Broken(broken));
            }
            cursor = VerifyCursor {
                seq: line.seq,
                hash: line.hash,
            };
            while let Some(seal) = seals.next_if(|seal| seal.seq <= cursor.seq) {
                if let Some(fault) = contradicts(signer, organization, &seal, &cursor) {
                    let line = cursor.seq;
                    return Ok(VerifyStep::Broken(BrokenLog { line, fault }));
                }
            }
        }
        if left == 0 && cursor.seq < end {
            return Ok(VerifyStep::On(cursor));
        }
    }
    finish(conn, organization, &cursor, head.as_ref())
}

fn contradicts(signer: &Signer, organization: OrgId, seal: &Seal, cursor: &VerifyCursor) -> Option<ChainFault> {
    let day = seal.day.clone();
    if !signer.verifies(seal.message(organization).as_bytes(), &seal.signature) {
        Some(ChainFault::Signature { day })
    } else if seal.hash != cursor.hash {
        Some(ChainFault::Sealed { day })
    } else {
        None
    }
}

/// The last chained line after `seq`.
fn last_after(conn: &mut Conn, organization: OrgId, seq: i64) -> QueryResult<Option<i64>> {
    audit_events::table
        .filter(audit_events::organization_id.eq(organization))
        .filter(chained())
        .filter(audit_events::seq.gt(seq))
        .order(audit_events::seq.desc())
        .select(audit_events::seq)
        .first(conn)
        .optional()
}

/// Whether head, seals and lines agree on the end of the chain.
fn finish(
    conn: &mut Conn,
    organization: OrgId,
    cursor: &VerifyCursor,
    head: Option<&(i64, String)>,
) -> QueryResult<VerifyStep> {
    let broken = |line, fault| Ok(VerifyStep::Broken(BrokenLog { line, fault }));
    let next = cursor.seq + 1;
    let seal = seal::latest(conn, organization)?;
    let furthest = seal::between(conn, organization, next, i64::MAX)?
        .last()
        .map(|seal| seal.seq);
    // A line and its head are committed together, so a line beyond a head that is read later is a fault.
    let beyond = last_after(conn, organization, cursor.seq)?;
    let now = chain::head(conn, organization)?.map_or(0, |(seq, _)| seq);
    let end = head.map_or(0, |(seq, _)| *seq);
    if cursor.seq < end {
        return broken(next, ChainFault::Missing { through: end });
    }
    if beyond.is_some_and(|line| line > now) {
        return if now == 0 {
            broken(next, ChainFault::NoHead)
        } else {
            broken(next, ChainFault::Beyond)
        };
    }
    if let Some(through) = furthest.filter(|sealed| *sealed > now) {
        return broken(next, ChainFault::Missing { through });
    }
    if head.is_some_and(|(_, hash)| *hash != cursor.hash) {
        return broken(cursor.seq, ChainFault::Head);
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
            return broken(next, ChainFault::Outside { id });
        }
        0
    } else {
        outside.count().get_result(conn)?
    };
    Ok(VerifyStep::Whole(IntactLog {
        lines: cursor.seq,
        waiting,
        seal,
    }))
}

#[cfg(test)]
mod tests;
