//! The command line.

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use tenantry::cli;

/// A self-hosted organization console for multi-tenant software.
#[derive(Parser)]
#[command(name = "tenantry", version, about, after_help = cli::CONFIGURATION_HELP)]
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
    /// The audit logs: check every chain, or print the key by which anybody checks an export
    Audit {
        #[command(subcommand)]
        what: Audit,
    },
    /// Set how many organizations an account may create
    Limit {
        /// The account's address
        email: String,
        /// A number, or "default" for the instance's own limit
        organizations: String,
    },
}

#[derive(Subcommand)]
enum Audit {
    /// Check every chain; end with 0 when all hold, with 1 and the first broken line when one does not
    Verify {
        /// Only this organization's, by its slug
        #[arg(long, value_name = "SLUG")]
        organization: Option<String>,
    },
    /// Print this instance's public key (PEM, Ed25519)
    Key,
}

fn main() -> ExitCode {
    let command = Arguments::parse().command.unwrap_or(Command::Serve);
    let done = match command {
        Command::Serve => cli::serve(),
        Command::Demo => cli::demo(),
        Command::Migrate => cli::migrate(),
        Command::Doctor => cli::doctor(),
        Command::Audit {
            what: Audit::Verify { organization },
        } => cli::audit::verify(organization.as_deref()),
        Command::Audit { what: Audit::Key } => cli::audit::key(),
        Command::Limit { email, organizations } => cli::limit(&email, &organizations),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(faults) => {
            cli::complain(&faults);
            ExitCode::FAILURE
        }
    }
}
