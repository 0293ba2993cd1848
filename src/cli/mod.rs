//! The commands.

pub mod audit;
pub mod demo;
pub mod doctor;
pub mod limit;
pub mod queries;
pub mod rollup;
pub mod second_factor;

use actix_web::rt;

use crate::app::App;
use crate::common::config::Config;
use crate::common::log;
use crate::common::time::Clock;
use crate::server;
use crate::server::NewKey;

pub use crate::cli::demo::demo;
pub use crate::cli::doctor::doctor;
pub use crate::cli::limit::limit;

/// Why a command failed, one line each.
pub type CommandErrors = Vec<String>;

/// The text below the list of commands.
pub const CONFIGURATION_HELP: &str = "\
Configuration, by environment or in tenantry.toml (there without TENANTRY_, in lower case):
  TENANTRY_LISTEN              address and port [127.0.0.1:8080]
  TENANTRY_BASE_URL            where people reach this instance [http:// and the address above]
  TENANTRY_DATA_DIR            folder of key, database and emails [./data]
  TENANTRY_DATABASE_URL        postgres://… or an SQLite file [tenantry.sqlite3 in the data folder]
  TENANTRY_SMTP_URL            smtp:// or smtps://, with user and password [emails become files in the data folder]
  TENANTRY_MAIL_FROM           sender, such as Tenantry <no-reply@example.com>
  TENANTRY_SIGNUP              open, invited or domains [open]
  TENANTRY_SIGNUP_DOMAINS      with domains: whose addresses sign up without an invitation, such as example.com
  TENANTRY_TRUSTED_PROXIES     addresses or networks whose X-Forwarded-* headers are trusted
  TENANTRY_ORGANIZATION_LIMIT  how many organizations an account may create [no limit]
  TENANTRY_GEOIP_FILE          a city database (.mmdb), for the places of sessions [none]
  TENANTRY_LOG                 how much is logged, such as warn or debug [info]";

/// Serves until SIGTERM or SIGINT, then finishes the requests that have begun.
pub fn serve(accept_new_key: bool) -> Result<(), CommandErrors> {
    log::start();
    let config = Config::load()?;
    let new_key = if accept_new_key {
        NewKey::Accepted
    } else {
        NewKey::Refused
    };
    run_with(server::open_with(config, Clock::default(), new_key).map_err(one)?)
}

fn run_with(app: App) -> Result<(), CommandErrors> {
    rt::System::new().block_on(async move {
        let (running, server) = server::start(app).map_err(one)?;
        let config = running.app.config.clone();
        let mail = if config.sends_mail() { "SMTP".to_owned() } else { config.data_dir.join("mail").display().to_string() };
        tracing::info!(address = %config.base_url, listen = %config.listen, database = running.app.engine(), %mail, version = env!("CARGO_PKG_VERSION"), "serving");
        let ended = actix_web::rt::spawn(server);
        stop_signal().await.map_err(|error| one(error.to_string()))?;
        tracing::info!("stopping: refusing new requests, finishing running ones");
        crate::routes::health::stop();
        running.stop().await;
        let _ = ended.await;
        Ok(())
    })
}

async fn stop_signal() -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut term, mut int) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    tokio::select! {
        _ = term.recv() => {}
        _ = int.recv() => {}
    }
    Ok(())
}

/// Migrates the schema to the version of this program.
pub fn migrate() -> Result<(), CommandErrors> {
    log::start();
    let config = Config::load()?;
    server::make_data_dir(&config.data_dir).map_err(one)?;
    let db = crate::db::Db::open(&config.database_url).map_err(one)?;
    let done = db.migrate().map_err(one)?;
    say(&match done.len() {
        0 => "The database is up to date.".to_owned(),
        _ => format!("Migrated: {}.", done.join(", ")),
    });
    Ok(())
}

/// Prints faults on standard error, one a line.
pub fn complain(faults: &[String]) {
    #[expect(clippy::disallowed_macros, reason = "the output of a command")]
    for fault in faults {
        eprintln!("tenantry: {fault}");
    }
}

/// Prints a line on standard output.
pub fn say(line: &str) {
    #[expect(clippy::disallowed_macros, reason = "the output of a command")]
    {
        println!("{line}");
    }
}

fn one(fault: impl Into<String>) -> CommandErrors {
    vec![fault.into()]
}
