//! Deletes companies permanently whose time to be restored is over, in batches with a transaction each, so that other writes
//! don't wait long and an interruption loses nothing.

use crate::audit::{Action, Event, Events};
use crate::auth::System;
use crate::common::error::AppError;
use crate::models::deleted_company;
use crate::models::deleted_company::PurgeStep;

const ROWS_A_TRANSACTION: i64 = 200;
/// The next run continues.
const TRANSACTIONS: usize = 400;

pub fn run(system: &System) -> Result<(), AppError> {
    for _ in 0..TRANSACTIONS {
        let more = system.write(|cx, conn| {
            Ok(match deleted_company::purge(conn, cx.now, ROWS_A_TRANSACTION)? {
                PurgeStep::Nothing => (false, Events::none("no company is due")),
                PurgeStep::More => (true, Events::none("the event follows the last row")),
                PurgeStep::Done { organization, id, name } => {
                    let event = Event::new(Action::CompanyDeleted, "company", id, &name);
                    (true, Events::organization(organization, event))
                }
            })
        })?;
        if !more {
            break;
        }
    }
    Ok(())
}
