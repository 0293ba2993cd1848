//! What the command line does.

pub mod audit;
pub mod demo;
pub mod doctor;

use actix_web::rt;
use diesel::prelude::*;

use crate::app::App;
use crate::audit::Events;
use crate::auth::System;
use crate::common::config::Config;
use crate::common::email::Email;
use crate::common::id::UserId;
use crate::common::log;
use crate::common::time::Clock;
use crate::db::schema::users;
use crate::server;
use crate::services::operators;

pub use crate::cli::demo::demo;
pub use crate::cli::doctor::doctor;

/// What a command refuses with: sentences for the operator.
pub type Faults = Vec<String>;

/// What stands below the list of commands.
pub const CONFIGURATION_HELP: &str = "\
Configuration, by environment or in tenantry.toml (there without TENANTRY_, in lower case):
  TENANTRY_LISTEN              address and port [127.0.0.1:8080]
  TENANTRY_BASE_URL            where people reach this instance [http:// and the address above]
  TENANTRY_DATA_DIR            folder of key, database and letters [./data]
  TENANTRY_DATABASE_URL        postgres://… or an SQLite file [tenantry.sqlite3 in the data folder]
  TENANTRY_SMTP_URL            smtp:// or smtps://, with user and password [letters become files in the data folder]
  TENANTRY_MAIL_FROM           sender, such as Tenantry <no-reply@example.com>
  TENANTRY_SIGNUP              open or invited [open]
  TENANTRY_TRUSTED_PROXIES     addresses or networks whose X-Forwarded-* headers count
  TENANTRY_ORGANIZATION_LIMIT  how many organizations an account may create [no limit]
  TENANTRY_LOG                 how much is logged, such as warn or debug [info]";

/// Serves until SIGTERM or SIGINT, then finishes what was begun.
pub fn serve() -> Result<(), Faults> {
    log::start();
    let config = Config::load()?;
    run_with(server::open(config, Clock::default()).map_err(one)?)
}

fn run_with(app: App) -> Result<(), Faults> {
    rt::System::new().block_on(async move {
        let (running, server) = server::start(app).map_err(one)?;
        let config = running.app.config.clone();
        let mail = if config.sends_mail() { "SMTP".to_owned() } else { config.data_dir.join("mail").display().to_string() };
        tracing::info!(address = %config.base_url, listen = %config.listen, database = running.app.engine(), %mail, version = env!("CARGO_PKG_VERSION"), "serving");
        let ended = actix_web::rt::spawn(server);
        stop_signal().await.map_err(|error| one(error.to_string()))?;
        tracing::info!("stopping: new requests are refused, begun ones are finished");
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

/// Brings the schema up to this program's version.
pub fn migrate() -> Result<(), Faults> {
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

/// Sets how many organizations an account may create.
pub fn limit(email: &str, organizations: &str) -> Result<(), Faults> {
    log::start();
    let wanted = match organizations {
        "default" => None,
        number => Some(
            number
                .parse::<i32>()
                .ok()
                .filter(|n| *n >= 0)
                .ok_or_else(|| one(format!("“{number}” is neither a number nor default")))?,
        ),
    };
    let email = Email::parse(email).map_err(|_| one(format!("“{email}” is not an address")))?;
    let app = server::open(Config::load()?, Clock::default()).map_err(one)?;
    let changed = System::command(&app, "limit").write(|_, conn| {
        let found: Option<UserId> = users::table
            .filter(users::email.eq(email.as_str()))
            .select(users::id)
            .first(conn)
            .optional()?;
        match found {
            Some(user) => Ok((true, operators::set_limit(conn, user, wanted)?)),
            None => Ok((false, Events::none("there is no such account"))),
        }
    });
    match changed {
        Ok(true) => {
            say(&format!(
                "{email} may create {}.",
                wanted.map_or_else(
                    || "as many organizations as the instance allows".into(),
                    |n| format!("{n} organizations")
                )
            ));
            Ok(())
        }
        Ok(false) => Err(one(format!("there is no account {email}"))),
        Err(error) => Err(one(error.to_string())),
    }
}

/// Tells faults on standard error, one a line.
pub fn complain(faults: &[String]) {
    #[expect(clippy::disallowed_macros, reason = "the command line's own voice")]
    for fault in faults {
        eprintln!("tenantry: {fault}");
    }
}

/// Says something on standard output.
pub fn say(line: &str) {
    #[expect(clippy::disallowed_macros, reason = "the command line's own voice")]
    {
        println!("{line}");
    }
}

fn one(fault: impl Into<String>) -> Faults {
    vec![fault.into()]
}
