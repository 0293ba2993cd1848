//! Access to the database for background jobs and commands. There is no request and no one to check.

use crate::app::{App, Ctx};
use crate::audit;
use crate::audit::{ActorRef, Events};
use crate::common::error::AppError;
use crate::db::Conn;

/// Tenantry itself: a background job or a command.
#[derive(Debug, Clone)]
pub struct System {
    app: App,
    /// The request of its audit events.
    name: String,
}

impl System {
    /// A background job.
    pub fn of(app: &App, name: &'static str) -> Self {
        Self {
            app: app.clone(),
            name: name.to_owned(),
        }
    }

    /// A command.
    pub fn command(app: &App, name: &'static str) -> Self {
        Self {
            app: app.clone(),
            name: format!("command: {name}"),
        }
    }

    /// The context of a read or write that begins now.
    pub fn context(&self) -> Ctx {
        Ctx::of_system(&self.app, &self.name)
    }

    /// Reads.
    pub fn read<T>(&self, work: impl FnOnce(&Ctx, &mut Conn) -> Result<T, AppError>) -> Result<T, AppError> {
        let cx = self.context();
        self.app.db.read(|conn| work(&cx, conn))
    }

    /// Changes something and records its audit events.
    pub fn write<T>(&self, work: impl FnOnce(&Ctx, &mut Conn) -> Result<(T, Events), AppError>) -> Result<T, AppError> {
        self.write_as(&self.context(), |cx, conn| {
            work(cx, conn).map(|(out, events)| (out, None, events))
        })
    }

    /// Changes something as a user, at the time of `cx`: the history of the demo.
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
