//! Reporting: usage, figures and costs of companies over time.

pub mod figures;
