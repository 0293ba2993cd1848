//! `tenantry second-factor remove`: for someone who lost their second factor, on the host.

use crate::auth::System;
use crate::cli::{CommandErrors, one, say};
use crate::common::config::Config;
use crate::common::email::Email;
use crate::common::error::AppError;
use crate::common::log;
use crate::common::time::Clock;
use crate::models::user;
use crate::server;
use crate::services::operators;

/// What the audit log gives as the reason.
const REASON: &str = "removed on the host by tenantry second-factor remove";

/// Removes every second factor of an account.
pub fn remove(email: &str) -> Result<(), CommandErrors> {
    log::start();
    let email = Email::parse(email).map_err(|_| one(format!("“{email}” is not an email address")))?;
    let app = server::open(Config::load()?, Clock::default()).map_err(one)?;
    let removed = System::command(&app, "second-factor remove").write(|cx, conn| {
        let account = user::by_email(conn, &email)?.ok_or(AppError::NotFound)?;
        if !account.second_factor {
            return Ok((false, crate::audit::Events::none("there is nothing to remove")));
        }
        let ((), events) = operators::accounts::remove_second_factor(conn, cx, account.id, REASON)?;
        Ok((true, events))
    });
    match removed {
        Ok(true) => {
            say(&format!(
                "{email} has no second factor any more and was signed out everywhere. They get an email."
            ));
            Ok(())
        }
        Ok(false) => Err(one(format!("{email} has no second factor"))),
        Err(AppError::NotFound) => Err(one(format!("there is no account {email}"))),
        Err(error) => Err(one(error.to_string())),
    }
}
