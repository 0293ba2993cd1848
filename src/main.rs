//! The command line.

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use tenantry::commands;

/// A self-hosted organization console for multi-tenant software.
#[derive(Parser)]
#[command(name = "tenantry", version, about, after_help = commands::CONFIGURATION_HELP)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the console (the default)
    Serve,
    /// Make and serve a database of its own with an agency, a collections platform and a small shop
    Demo,
    /// Bring the database up to this version and end
    Migrate,
    /// Check configuration, database, schema version and orphans; end with 1 and sentences when something is wrong
    Doctor,
    /// Set how many organizations an account may create
    Limit {
        /// The account's address
        email: String,
        /// A number, or "default" for the instance's own limit
        organizations: String,
    },
}

fn main() -> ExitCode {
    let command = Arguments::parse().command.unwrap_or(Command::Serve);
    let done = match command {
        Command::Serve => commands::serve(),
        Command::Demo => commands::demo(),
        Command::Migrate => commands::migrate(),
        Command::Doctor => commands::doctor(),
        Command::Limit { email, organizations } => commands::limit(&email, &organizations),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(faults) => {
            commands::complain(&faults);
            ExitCode::FAILURE
        }
    }
}
