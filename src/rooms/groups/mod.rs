//! Groups: people who inherit a role and companies together.
