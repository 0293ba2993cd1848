//! The demo: an instance with a past, in a folder of its own.

pub mod fixtures;
pub mod general;
pub mod keys;
pub mod links;
pub mod operator;
pub mod organizations;
pub mod people;
pub mod permissions;
pub mod prices;
pub mod resources;
pub mod reviews;
mod schedules;
pub mod timeline;
pub mod usage;

use std::path::Path;

use crate::app::App;
use crate::audit::Action;
use crate::cli::demo::fixtures::{CAST, ORGANIZATIONS, PASSWORD};
use crate::cli::demo::timeline::{DAY, Timeline};
use crate::cli::{CommandErrors, one, run_with, say};
use crate::common::config::Config;
use crate::common::email::Email;
use crate::common::error::AppError;
use crate::common::time::Clock;
use crate::common::{log, password};
use crate::models::user;
use crate::server;
use crate::services::accounts::verification;

const MARK: &str = "this-is-the-demo";

/// Creates a database in `demo` in the data folder, serves it, and prints who can sign in.
pub fn demo() -> Result<(), CommandErrors> {
    log::start();
    let mut config = Config::load()?;
    config.data_dir = config.data_dir.join("demo");
    config.database_url = config.data_dir.join("demo.sqlite3").display().to_string();
    // The demo sends no email.
    config.smtp_url = None;
    clear(&config.data_dir).map_err(one)?;
    let base_url = config.base_url.clone();
    let app = server::open(config, Clock::default()).map_err(one)?;
    seed(&app).map_err(|error| one(error.to_string()))?;
    say(&format!(
        "\nThe demo is at {base_url}\n\nThe password of each account is {PASSWORD}\n"
    ));
    for (email, what) in fixtures::LOGINS {
        say(&format!("  {email:<34} {what}"));
    }
    say(
        "\nEmails are saved to the mail folder beside the demo's database. Press Ctrl+C to stop. Each start begins with fresh data.\n",
    );
    run_with(app)
}

/// Empties the folder of an earlier demo, and no other folder.
fn clear(dir: &Path) -> Result<(), String> {
    if dir.exists() {
        if !dir.join(MARK).exists() {
            return Err(format!(
                "{} exists and is not an earlier demo; move it away first",
                dir.display()
            ));
        }
        std::fs::remove_dir_all(dir).map_err(|error| format!("{} cannot be emptied: {error}", dir.display()))?;
    }
    server::make_data_dir(dir)?;
    std::fs::write(dir.join(MARK), "").map_err(|error| format!("{} cannot be written: {error}", dir.display()))
}

fn seed(app: &App) -> Result<(), AppError> {
    let timeline = Timeline::new(app);
    let hash = password::hash_now(PASSWORD)?;
    for (name, email) in CAST {
        timeline.ago(60 * DAY, |cx, conn| {
            let email = Email::parse(email).map_err(AppError::internal)?;
            let added = user::add(conn, cx, name, &email, &hash)?;
            let account = added.ok_or_else(|| AppError::internal(format!("{email} is twice in the cast")))?;
            let events = account
                .event(Action::SignedUp)
                .and(verification::mark_verified(conn, cx, &account)?);
            Ok(((), Some(account.actor()), events))
        })?;
    }
    ORGANIZATIONS.iter().try_for_each(|demo| timeline.build(demo))?;
    // Each file adds the past of its area.
    permissions::seed(&timeline)?;
    people::seed(&timeline)?;
    links::seed(&timeline)?;
    keys::seed(&timeline)?;
    resources::seed(&timeline)?;
    general::seed(&timeline)?;
    operator::seed(&timeline)?;
    reviews::seed(&timeline)?;
    usage::seed(&timeline)?;
    timeline.in_order_of_time()
}
