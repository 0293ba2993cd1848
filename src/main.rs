//! The command line.

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use tenantry::cli;

// It gives memory back after a rush of requests; that of the C library keeps it.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

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
    Serve {
        /// Serve data that was used with another secret.key; sessions, waiting emails and seals of the earlier key no longer work
        #[arg(long)]
        accept_new_key: bool,
    },
    /// Create and serve a demo database with three organizations
    Demo,
    /// Migrate the database to this version and exit
    Migrate,
    /// Check configuration, database, schema version and counters; exit with 1 and the reasons when something is wrong
    Doctor,
    /// The audit logs: check every chain, or print the public key that verifies an export
    Audit {
        #[command(subcommand)]
        what: Audit,
    },
    /// The sums of usage: make them anew from the events, while the server runs
    Rollup {
        #[command(subcommand)]
        what: Rollup,
    },
    /// Two-factor authentication of accounts: remove it for someone who lost it
    SecondFactor {
        #[command(subcommand)]
        what: SecondFactor,
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
    /// Check every chain; exit with 0 when all are intact, with 1 and the first broken event otherwise
    Verify {
        /// Only the log of this organization, by slug
        #[arg(long, value_name = "SLUG")]
        organization: Option<String>,
    },
    /// Print this instance's public key (PEM, Ed25519)
    Key,
}

#[derive(Subcommand)]
enum SecondFactor {
    /// Remove authenticator app, passkeys and backup codes of an account, and sign it out everywhere
    Remove {
        /// The account's address
        email: String,
    },
}

#[derive(Subcommand)]
enum Rollup {
    /// Compare every sum with the events, and correct those that differ
    Rebuild {
        /// Only the usage of this organization, by slug
        #[arg(long, value_name = "SLUG")]
        organization: Option<String>,
    },
}

fn main() -> ExitCode {
    let command = Arguments::parse()
        .command
        .unwrap_or(Command::Serve { accept_new_key: false });
    let done = match command {
        Command::Serve { accept_new_key } => cli::serve(accept_new_key),
        Command::Demo => cli::demo(),
        Command::Migrate => cli::migrate(),
        Command::Doctor => cli::doctor(),
        Command::Audit {
            what: Audit::Verify { organization },
        } => cli::audit::verify(organization.as_deref()),
        Command::Audit { what: Audit::Key } => cli::audit::key(),
        Command::Rollup {
            what: Rollup::Rebuild { organization },
        } => cli::rollup::rebuild(organization.as_deref()),
        Command::SecondFactor {
            what: SecondFactor::Remove { email },
        } => cli::second_factor::remove(&email),
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
