//! Access to the database without a request: for background jobs and commands.

use crate::app::{App, Ctx};
use crate::audit;
use crate::audit::{ActorRef, Events};
use crate::common::error::AppError;
use crate::db::Conn;
use crate::queue::{self, Job};

/// Tenantry itself: a background job or a command. There is no request and no permission to check.
#[derive(Debug, Clone)]
pub struct System {
    app: App,
    /// The request ID of its audit events.
    name: String,
    job: Option<Job>,
}

impl System {
    /// A background job.
    pub fn of(app: &App, name: &str) -> Self {
        Self {
            app: app.clone(),
            name: name.to_owned(),
            job: None,
        }
    }

    /// A command.
    pub fn command(app: &App, name: &str) -> Self {
        Self::of(app, &format!("command: {name}"))
    }

    /// The same while a job runs: each write renews the job's lease, and commits nothing once the lease is lost.
    #[must_use]
    pub fn during(&self, job: Job) -> Self {
        Self {
            job: Some(job),
            ..self.clone()
        }
    }

    /// The context of a read or write that begins now.
    pub fn context(&self) -> Ctx {
        Ctx::of_system(&self.app, &self.name)
    }

    pub fn read<T>(&self, work: impl FnOnce(&Ctx, &mut Conn) -> Result<T, AppError>) -> Result<T, AppError> {
        let cx = self.context();
        self.app.db.read(|conn| work(&cx, conn))
    }

    /// Changes something; the audit events are written in the same transaction.
    pub fn write<T>(&self, work: impl FnOnce(&Ctx, &mut Conn) -> Result<(T, Events), AppError>) -> Result<T, AppError> {
        self.write_as(&self.context(), |cx, conn| {
            work(cx, conn).map(|(out, events)| (out, None, events))
        })
    }

    /// Changes something in an actor's name, at the time of `cx`: the demo writes a past.
    pub fn write_as<T>(
        &self,
        cx: &Ctx,
        work: impl FnOnce(&Ctx, &mut Conn) -> Result<(T, Option<ActorRef>, Events), AppError>,
    ) -> Result<T, AppError> {
        self.app.db.write(|conn| {
            if let Some(job) = &self.job {
                queue::renew(conn, job, cx.now)?;
            }
            let (out, actor, events) = work(cx, conn)?;
            audit::append(conn, cx, actor.as_ref(), &events)?;
            Ok(out)
        })
    }
}
