//! Whether a chain holds: every line gives its hash, carries the hash of the line before, none is missing, the head is
//! where the lines end, and every seal is this instance's and says what the lines say. In steps, so that a million lines
//! hold up nobody.

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

/// How far a check came: the last line that holds, and its hash.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Cursor {
    /// The last line that holds; 0 before the first.
    pub seq: i64,
    /// Its hash.
    pub hash: String,
}

/// What a step found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// All well so far, and more to come.
    On(Cursor),
    /// Every line holds.
    Whole(Whole),
    /// A line that does not hold.
    Broken(Broken),
}

/// A chain that holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Whole {
    /// How many lines it has.
    pub lines: i64,
    /// How many lines from before there was a chain wait to be taken in.
    pub waiting: i64,
    /// The newest seal.
    pub seal: Option<Seal>,
}

/// The first line that does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// Its number, or the one that is missing.
    pub line: i64,
    /// What is wrong with it.
    pub fault: Fault,
}

/// What is wrong with a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// It does not give its hash.
    Changed,
    /// It carries another hash of the line before.
    Unlinked,
    /// It is missing, and everything before this line with it.
    Missing {
        /// The last one that is missing.
        through: i64,
    },
    /// There are two of this number.
    Twice,
    /// It was signed with another hash.
    Sealed {
        /// The day of the seal.
        day: String,
    },
    /// The seal on it is not this instance's.
    Signature {
        /// The day of the seal.
        day: String,
    },
    /// The head says another hash of the last line.
    Head,
    /// The chain ends before it.
    Beyond,
    /// There are lines and no head.
    NoHead,
    /// A line stands outside of the chain.
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
            Fault::Changed => write!(f, "line {line} was changed: its content does not give its hash"),
            Fault::Unlinked => write!(
                f,
                "line {line} does not follow line {before}: it carries another hash of it (one of them was written anew)"
            ),
            Fault::Missing { through } if *through == line => write!(f, "line {line} is missing"),
            Fault::Missing { through } => write!(f, "lines {line} to {through} are missing"),
            Fault::Twice => write!(f, "line {line} is there twice"),
            Fault::Sealed { day } => write!(f, "line {line} has another hash than the seal of {day} signed"),
            Fault::Signature { day } => write!(
                f,
                "the seal of {day} on line {line} does not carry this instance’s signature"
            ),
            Fault::Head => write!(f, "the head does not carry the hash of the last line, {line}"),
            Fault::Beyond => write!(
                f,
                "line {line} stands behind the head, which says that the log ends at {before}"
            ),
            Fault::NoHead => write!(f, "the log has lines but no head"),
            Fault::Outside { id } => write!(f, "a line stands outside of the chain: {id}"),
        }
    }
}

/// Whether a line follows on the one before, and gives its hash.
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

/// So many lines are in memory at once.
const AT_ONCE: i64 = 1_000;

/// Goes on with a check, by at most `most` lines.
///
/// # Errors
/// When the database fails.
pub fn step(conn: &mut Conn, signer: &Signer, organization: OrgId, mut cursor: Cursor, most: i64) -> QueryResult<Step> {
    // Before the lines: what is written meanwhile is not this step's.
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

/// Whether the chain ends where its head, its seals and its lines say.
fn finish(conn: &mut Conn, organization: OrgId, cursor: &Cursor, head: Option<&(i64, String)>) -> QueryResult<Step> {
    let broken = |line, fault| Ok(Step::Broken(Broken { line, fault }));
    let next = cursor.seq + 1;
    let seal = seal::latest(conn, organization)?;
    let furthest = seal::between(conn, organization, next, i64::MAX)?
        .last()
        .map(|seal| seal.seq);
    // The lines before the head: a line and its head are committed together, so a line behind a head read later is odd.
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
mod tests {
    use super::*;
    use crate::common::time::Time;

    fn chain(lines: i64) -> Vec<Entry> {
        let mut hash = String::new();
        (1..=lines)
            .map(|seq| {
                let mut line = Entry {
                    seq,
                    id: format!("{seq:032x}"),
                    at: Time(seq),
                    actor_id: None,
                    actor_name: "Tenantry".into(),
                    on_behalf_of: None,
                    ip: String::new(),
                    agent: String::new(),
                    request_id: String::new(),
                    action: "company.created".into(),
                    target_kind: "company".into(),
                    target_id: String::new(),
                    target_label: format!("Company {seq}"),
                    before: "{}".into(),
                    after: "{}".into(),
                    prev_hash: hash.clone(),
                    hash: String::new(),
                };
                line.hash = line.digest();
                hash.clone_from(&line.hash);
                line
            })
            .collect()
    }

    fn walk(lines: &[Entry]) -> Result<Cursor, Broken> {
        lines.iter().try_fold(Cursor::default(), |cursor, line| {
            follows(&cursor, line)?;
            Ok(Cursor {
                seq: line.seq,
                hash: line.hash.clone(),
            })
        })
    }

    proptest::proptest! {
        #[test]
        fn whatever_is_done_to_a_line_is_found_at_it_or_right_behind_it(at in 0usize..19, how in 0u8..7) {
            let sound = chain(20);
            proptest::prop_assert_eq!(walk(&sound).unwrap().seq, 20);
            let mut lines = sound.clone();
            match how {
                0 => lines[at].target_label.push('x'),
                1 => { lines.remove(at); }
                2 => lines.swap(at, at + 1),
                3 => { lines[at].after = "{\"a\":1}".into(); lines[at].hash = lines[at].digest(); }
                4 => { let twin = lines[at].clone(); lines.insert(at, twin); }
                5 => lines[at].action = "nothing.known".into(),
                _ => lines[at].prev_hash = "0".repeat(64),
            }
            let broken = walk(&lines).unwrap_err();
            let line = i64::try_from(at).unwrap() + 1;
            proptest::prop_assert!((line..=line + 1).contains(&broken.line), "{broken} for {how} at {line}");
        }
    }
}
