//! The faults that a verification finds.

/// The first line with a fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrokenLog {
    /// Its number, or the one that is missing.
    pub line: i64,
    /// The fault.
    pub fault: ChainFault,
}

/// The fault of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChainFault {
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

impl std::fmt::Display for BrokenLog {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let line = self.line;
        let before = line - 1;
        match &self.fault {
            ChainFault::Changed => write!(f, "event {line} was changed: its content does not match its hash"),
            ChainFault::Unlinked => write!(
                f,
                "event {line} does not follow event {before}: the hashes do not match (one of them was rewritten)"
            ),
            ChainFault::Missing { through } if *through == line => write!(f, "event {line} is missing"),
            ChainFault::Missing { through } => write!(f, "events {line} to {through} are missing"),
            ChainFault::Twice => write!(f, "event {line} exists twice"),
            ChainFault::Sealed { day } => write!(f, "event {line} does not have the hash in the seal of {day}"),
            ChainFault::Signature { day } => {
                write!(f, "the seal of {day} on event {line} is not signed by this instance")
            }
            ChainFault::Head => write!(f, "the head does not have the hash of the last event, {line}"),
            ChainFault::Beyond => write!(
                f,
                "event {line} is beyond the head, which says that the log ends at {before}"
            ),
            ChainFault::NoHead => write!(f, "the log has events but no head"),
            ChainFault::Outside { id } => write!(f, "an event is outside of the chain: {id}"),
        }
    }
}
