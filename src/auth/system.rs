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
    what: &'static str,
    job: Option<Job>,
}

impl System {
    /// `what` is recorded as the request id of the audit events.
    pub fn of(app: &App, what: &'static str) -> Self {
        Self {
            app: app.clone(),
            what,
            job: None,
        }
    }

    /// The same while a job runs: each write renews the job's lease, and commits nothing once the lease is lost.
    #[must_use]
    pub fn during(&self, job: Job) -> Self {
        Self {
            job: Some(job),
            ..self.clone()
        }
    }

    pub fn read<T>(&self, work: impl FnOnce(&Ctx, &mut Conn) -> Result<T, AppError>) -> Result<T, AppError> {
        let cx = Ctx::of_house(&self.app, self.what);
        self.app.db.read(|conn| work(&cx, conn))
    }

    /// Changes something; the audit events are written in the same transaction.
    pub fn write<T>(&self, work: impl FnOnce(&Ctx, &mut Conn) -> Result<(T, Events), AppError>) -> Result<T, AppError> {
        let cx = Ctx::of_house(&self.app, self.what);
        self.write_as(&cx, |cx, conn| work(cx, conn).map(|(out, events)| (out, None, events)))
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
