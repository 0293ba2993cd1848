//! The door without a request: for the clock and the commands.

use crate::app::{App, Ctx};
use crate::audit;
use crate::audit::{ActorRef, Events};
use crate::common::error::AppError;
use crate::db::Conn;

/// The house's own door, for the clock and the commands. There is no request and nobody to check.
#[derive(Debug, Clone)]
pub struct System {
    app: App,
    what: &'static str,
}

impl System {
    /// Opens the door; `what` stands in the deeds as the request's id.
    pub fn of(app: &App, what: &'static str) -> Self {
        Self { app: app.clone(), what }
    }

    /// Reads.
    pub fn read<T>(&self, work: impl FnOnce(&Ctx, &mut Conn) -> Result<T, AppError>) -> Result<T, AppError> {
        let cx = Ctx::of_house(&self.app, self.what);
        self.app.db.read(|conn| work(&cx, conn))
    }

    /// Changes something, with its deeds.
    pub fn write<T>(&self, work: impl FnOnce(&Ctx, &mut Conn) -> Result<(T, Events), AppError>) -> Result<T, AppError> {
        let cx = Ctx::of_house(&self.app, self.what);
        self.write_as(&cx, |cx, conn| work(cx, conn).map(|(out, events)| (out, None, events)))
    }

    /// Changes something as somebody, at the moment of `cx`: the demo has a past.
    pub fn write_as<T>(
        &self,
        cx: &Ctx,
        work: impl FnOnce(&Ctx, &mut Conn) -> Result<(T, Option<ActorRef>, Events), AppError>,
    ) -> Result<T, AppError> {
        self.app.db.write(|conn| {
            let (out, actor, events) = work(cx, conn)?;
            audit::append(conn, cx, actor.as_ref(), &events)?;
            Ok(out)
        })
    }
}
