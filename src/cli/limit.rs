//! `tenantry limit`: how many organizations an account may create.

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

/// Sets the limit of an account; `default` is the limit of the instance.
pub fn limit(email: &str, organizations: &str) -> Result<(), CommandErrors> {
    log::start();
    let wanted = match organizations {
        "default" => None,
        number => match number.parse::<i32>() {
            Ok(n) if n >= 0 => Some(n),
            _ => return Err(one(format!("“{number}” is neither a number nor default"))),
        },
    };
    let email = Email::parse(email).map_err(|_| one(format!("“{email}” is not an email address")))?;
    let app = server::open(Config::load()?, Clock::default()).map_err(one)?;
    let changed = System::command(&app, "limit").write(|_, conn| {
        let account = user::by_email(conn, &email)?.ok_or(AppError::NotFound)?;
        operators::accounts::set_limit(conn, account.id, wanted)
    });
    match changed {
        Ok(()) => {
            let may = match wanted {
                None => "as many organizations as the instance allows".to_owned(),
                Some(1) => "1 organization".to_owned(),
                Some(n) => format!("{n} organizations"),
            };
            say(&format!("{email} may create {may}."));
            Ok(())
        }
        Err(AppError::NotFound) => Err(one(format!("there is no account {email}"))),
        Err(error) => Err(one(error.to_string())),
    }
}
