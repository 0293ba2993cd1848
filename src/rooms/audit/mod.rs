//! The audit log: read, narrowed, exported, verified.
