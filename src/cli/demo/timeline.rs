//! The past of the demo: changes at earlier times.

use crate::app::{App, Ctx};
use crate::audit::{ActorRef, Events};
use crate::auth::System;
use crate::common::email::Email;
use crate::common::error::AppError;
use crate::common::id::UserId;
use crate::common::time::{Span, Time};
use crate::common::zone::Zone;
use crate::db::Conn;
use crate::on_each;
use diesel::RunQueryDsl;

pub(super) const DAY: i64 = 24 * 60;

/// Writes the past: each change at its time, in the name of its actor.
pub struct Timeline {
    system: System,
    pub(super) today: Ctx,
}

impl Timeline {
    pub(super) fn new(app: &App) -> Self {
        let system = System::command(app, "demo");
        Self {
            today: system.context(),
            system,
        }
    }

    /// Makes a change some minutes ago.
    pub(super) fn ago<T>(
        &self,
        minutes: i64,
        change: impl FnOnce(&Ctx, &mut Conn) -> Result<(T, Option<ActorRef>, Events), AppError>,
    ) -> Result<T, AppError> {
        let cx = Ctx {
            now: self.today.now - Span::minutes(minutes),
            ..self.today.clone()
        };
        self.system.write_as(&cx, change)
    }

    /// Each file writes its whole past after the one before, so the logs are chained again in the order of their times.
    pub(super) fn in_order_of_time(&self) -> Result<(), AppError> {
        self.system.write(|_, conn| {
            for sql in [
                "DELETE FROM audit_heads",
                "UPDATE audit_events SET seq = 0, prev_hash = '', hash = ''",
            ] {
                on_each!(conn, c => diesel::sql_query(sql).execute(c))?;
            }
            Ok(((), Events::none("the same events in another order")))
        })
    }
}

/// Meridian's time zone.
pub(super) const ZONE: &str = "America/Chicago";

/// The end of the day some days after a moment, in Meridian's time zone.
pub(super) fn end_of_day(now: Time, days: u64) -> Result<Time, AppError> {
    let zone = Zone::parse(ZONE).map_err(AppError::internal)?;
    Time::end_of_day(&now.day_after(days, zone), zone).ok_or(AppError::NotFound)
}

pub(super) fn minutes(n: usize) -> i64 {
    i64::try_from(n).unwrap_or_default()
}

pub(super) fn account(conn: &mut Conn, email: &str) -> Result<UserId, AppError> {
    let email = Email::parse(email).map_err(AppError::internal)?;
    let account = crate::models::user::by_email(conn, &email)?;
    account
        .map(|account| account.id)
        .ok_or_else(|| AppError::internal(format!("{email} is not in the fixtures")))
}
