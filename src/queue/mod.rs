//! The job queue: work that a change causes and a worker does later.
//!
//! A job is a row, written in the transaction of the change that causes it. A worker claims it by a lease, so a crash only
//! delays it. Every claim raises the job's fence; a worker whose lease ran out and was taken over has an old fence, and
//! nothing that it writes is committed.

use diesel::prelude::*;

use crate::common::error::AppError;
use crate::common::id::JobId;
use crate::common::time::{Span, Time};
use crate::db::kept::Keep;
use crate::db::schema::jobs;
use crate::db::{Conn, affected};
use crate::on_each;

crate::text_enum! {
    pub enum JobKind {
        Email = "email",
        AccountRequest = "account_request",
        ExpireInvitations = "expire_invitations",
        EndAccess = "end_access",
        ExpireJoinRequests = "expire_join_requests",
        ExpireApprovals = "expire_approvals",
        DeleteOrganizations = "delete_organizations",
        DeleteCompanies = "delete_companies",
        ChainAuditEvents = "chain_audit_events",
        SealAuditLogs = "seal_audit_logs",
        EndSupportSessions = "end_support_sessions",
        AdvanceReviews = "advance_reviews",
        FlagUnusedKeys = "flag_unused_keys",
        RemindSecondFactor = "remind_second_factor",
        RemindChecklist = "remind_checklist",
        ImportUsage = "import_usage",
        SendReports = "send_reports",
        CleanUp = "clean_up",
    }
}

/// Which job of a kind goes first; the lower number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Priority(pub i32);

impl Priority {
    /// A person is waiting for it.
    pub const URGENT: Self = Self(0);
    pub const NORMAL: Self = Self(10);
    /// One of many that a single change causes.
    pub const BULK: Self = Self(20);
}

/// How long a worker may go without renewing its lease.
pub const LEASE: Span = Span::minutes(2);

/// Rows in one statement: SQLite limits the number of its parameters.
const ROWS: usize = 1000;

/// A job that a worker has claimed.
#[derive(Debug, Clone, Queryable)]
pub struct Job {
    pub id: JobId,
    /// What the job is about: an id, or empty for periodic work.
    pub key: String,
    /// Earlier tries that failed.
    pub attempts: i32,
    pub fence: i64,
}

/// Adds a job, or makes the one with this key due at `run_at`.
pub fn enqueue(
    conn: &mut Conn,
    kind: JobKind,
    key: &str,
    priority: Priority,
    (now, run_at): (Time, Time),
) -> QueryResult<()> {
    let hastened = on_each!(conn, c => diesel::update(jobs::table.filter(jobs::kind.eq(kind)).filter(jobs::key.eq(key)))
        .set(jobs::run_at.eq(run_at))
        .kept()
        .execute(c))?;
    if hastened > 0 {
        return Ok(());
    }
    insert_if_absent(conn, kind, key, priority, (now, run_at))
}

#[derive(Insertable)]
#[diesel(table_name = jobs, treat_none_as_default_value = false)]
struct NewJob<'a> {
    id: JobId,
    kind: JobKind,
    key: &'a str,
    priority: i32,
    run_at: Time,
    attempts: i32,
    fence: i64,
    last_error: &'static str,
    created_at: Time,
}

impl<'a> NewJob<'a> {
    fn new(kind: JobKind, key: &'a str, priority: Priority, (now, run_at): (Time, Time)) -> Self {
        Self {
            id: JobId::fresh(),
            kind,
            key,
            priority: priority.0,
            run_at,
            attempts: 0,
            fence: 0,
            last_error: "",
            created_at: now,
        }
    }
}

/// Another transaction may add the same job at the same moment.
fn insert_if_absent(
    conn: &mut Conn,
    kind: JobKind,
    key: &str,
    priority: Priority,
    times: (Time, Time),
) -> QueryResult<()> {
    let job = NewJob::new(kind, key, priority, times);
    on_each!(conn, c => diesel::insert_into(jobs::table).values(job).on_conflict_do_nothing().execute(c))?;
    Ok(())
}

/// Adds new jobs of one kind. The keys must not be in the queue yet.
pub fn insert(
    conn: &mut Conn,
    kind: JobKind,
    keys: &[String],
    priority: Priority,
    times: (Time, Time),
) -> QueryResult<()> {
    let rows: Vec<NewJob<'_>> = keys.iter().map(|key| NewJob::new(kind, key, priority, times)).collect();
    for rows in rows.chunks(ROWS) {
        on_each!(conn, c => diesel::insert_into(jobs::table).values(rows).execute(c))?;
    }
    Ok(())
}

/// Makes sure that periodic work has its row.
pub fn ensure(conn: &mut Conn, kind: JobKind, now: Time) -> QueryResult<()> {
    let there: i64 = jobs::table.filter(jobs::kind.eq(kind)).count().get_result(conn)?;
    if there == 0 {
        insert_if_absent(conn, kind, "", Priority::NORMAL, (now, now))?;
    }
    Ok(())
}

/// Whether a job of a kind is due, at most as unimportant as `least`. Takes no lock.
pub fn is_due(conn: &mut Conn, kind: JobKind, least: Priority, now: Time) -> QueryResult<bool> {
    Ok(next(conn, kind, least, now)?.is_some())
}

fn next(conn: &mut Conn, kind: JobKind, least: Priority, now: Time) -> QueryResult<Option<JobId>> {
    jobs::table
        .filter(jobs::kind.eq(kind))
        .filter(jobs::priority.le(least.0))
        .filter(jobs::run_at.le(now))
        .filter(jobs::lease_until.is_null().or(jobs::lease_until.lt(now)))
        .order((jobs::priority, jobs::run_at, jobs::id))
        .select(jobs::id)
        .first(conn)
        .optional()
}

/// Claims the first due job of a kind; `None` when there is none or another worker was faster.
pub fn claim(conn: &mut Conn, kind: JobKind, least: Priority, now: Time) -> QueryResult<Option<Job>> {
    let Some(id) = next(conn, kind, least, now)? else {
        return Ok(None);
    };
    affected::no_one();
    on_each!(conn, c => diesel::update(
        jobs::table
            .filter(jobs::id.eq(id))
            // Another worker may have claimed it and put it off since it was found.
            .filter(jobs::run_at.le(now))
            .filter(jobs::lease_until.is_null().or(jobs::lease_until.lt(now))),
    )
    .set((jobs::lease_until.eq(Some(now + LEASE)), jobs::fence.eq(jobs::fence + 1)))
    .returning((jobs::id, jobs::key, jobs::attempts, jobs::fence))
    .kept()
    .get_result(c))
    .optional()
}

/// Renews the lease. Called first in every transaction of a job: a worker that lost its lease commits nothing.
pub fn renew(conn: &mut Conn, job: &Job, now: Time) -> Result<(), AppError> {
    let changed = on_each!(conn, c => diesel::update(own(job))
        .set(jobs::lease_until.eq(Some(now + LEASE)))
        .kept()
        .execute(c))?;
    still_owned(changed)
}

/// The job is done: it leaves the queue.
pub fn finish(conn: &mut Conn, job: &Job) -> Result<(), AppError> {
    let changed = diesel::delete(own(job)).execute(conn)?;
    still_owned(changed)
}

/// The job runs again at `run_at`: a periodic one after success, another one after a failure.
pub fn run_again(conn: &mut Conn, job: &Job, run_at: Time, failure: Option<&str>) -> Result<(), AppError> {
    let attempts = if failure.is_some() { job.attempts + 1 } else { 0 };
    let error: String = failure.unwrap_or_default().chars().take(300).collect();
    let changed = diesel::update(own(job))
        .set((
            jobs::run_at.eq(run_at),
            jobs::lease_until.eq(None::<Time>),
            jobs::attempts.eq(attempts),
            jobs::last_error.eq(error),
        ))
        .execute(conn)?;
    still_owned(changed)
}

#[diesel::dsl::auto_type(no_type_alias)]
fn own(job: &Job) -> _ {
    let (id, fence): (JobId, i64) = (job.id, job.fence);
    jobs::table.filter(jobs::id.eq(id)).filter(jobs::fence.eq(fence))
}

fn still_owned(rows: usize) -> Result<(), AppError> {
    if rows == 1 { Ok(()) } else { Err(AppError::LeaseLost) }
}
