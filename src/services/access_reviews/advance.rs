//! What time does with reviews: places are written down, letters leave, the last day ends it, the report is signed.
//! Each step is a transaction of its own and leaves the review where the next one goes on, also after a crash.

use crate::app::Ctx;
use crate::audit::{Action, Event, Events};
use crate::auth::System;
use crate::common::error::AppError;
use crate::common::id::ReviewId;
use crate::common::time::Time;
use crate::db::Conn;
use crate::db::types::org_id::OrgId;
use crate::models::access_review;
use crate::models::access_review::rules;
use crate::models::access_review::rules::{Mailing, Status};
use crate::models::access_review::{Review, collect, report};
use crate::services::access_reviews::close;
use crate::services::access_reviews::close::Left;
use crate::services::access_reviews::email;
use crate::services::access_reviews::notify;

/// So many reviews are looked after in one round.
const REVIEWS: i64 = 1000;

/// A report of so many places is written while its closer waits; a longer one by the clock.
pub const AT_ONCE: i64 = 2000;

/// Looks after every review that is not over.
pub fn run(door: &System) -> Result<(), AppError> {
    let reviews = door.read(|_, conn| Ok(access_review::at_work(conn, REVIEWS)?))?;
    for (org, id) in reviews {
        // What goes wrong with one review must not hold up the others.
        if let Err(error) = tend(door, org, id) {
            tracing::warn!(organization = %org, review = %id, %error, "an access review did not go on and will be tried again");
        }
    }
    Ok(())
}

fn tend(door: &System, org: OrgId, id: ReviewId) -> Result<(), AppError> {
    let quiet = "its beginning is written down; letters are the outbox's own record";
    // Asking takes no lock; most times there is nothing to do.
    let state = || door.read(|_, conn| Ok(access_review::find(conn, org, id)?));
    let mut review = state()?;
    if review.status == Status::Starting {
        while !door.write(|_, conn| Ok((collect::step(conn, org, id)?, Events::none(quiet))))? {}
        review = state()?;
    }
    if review.status == Status::Running {
        if door.read(|cx, _| Ok(is_due(cx, &review)))? {
            door.write(|cx, conn| Ok((turn(conn, cx, org, &review)?, Events::none(quiet))))?;
            review = state()?;
        }
        while review.mailing != Mailing::None
            && !door.write(|cx, conn| Ok((notify::step(conn, cx, org, id)?, Events::none(quiet))))?
        {}
    }
    if review.status != Status::Closing {
        return Ok(());
    }
    loop {
        match door.write(|cx, conn| close::step(conn, cx, org, id))? {
            Left::People => {}
            Left::Nothing => return Ok(()),
            Left::Report => break,
        }
    }
    // Nothing in it changes any more, so it is read without keeping others from writing.
    let (text, at) = door.read(|cx, conn| Ok((report::write(conn, org, id, cx.now)?, cx.now)))?;
    door.write(|cx, conn| Ok(((), seal(conn, cx, org, id, &text, at)?)))
}

/// How many reminders are due.
fn reminders(cx: &Ctx, review: &Review) -> i32 {
    let due = rules::reminders_due(review.started_at, review.due_at, cx.now);
    i32::try_from(due).unwrap_or(i32::MAX)
}

fn is_due(cx: &Ctx, review: &Review) -> bool {
    cx.now > review.due_at || reminders(cx, review) > review.reminders
}

/// What is due of a running review: its end, or a reminder.
fn turn(conn: &mut Conn, cx: &Ctx, org: OrgId, review: &Review) -> Result<(), AppError> {
    if cx.now > review.due_at {
        close::begin(conn, org, review.id, None)?;
        return Ok(());
    }
    let due = reminders(cx, review);
    if due > review.reminders && review.mailing == Mailing::None {
        let nth = usize::try_from(due).unwrap_or_default();
        let worth = rules::is_worth_a_letter(review.started_at, review.due_at, nth);
        notify::begin_reminder(conn, org, review, due, worth)?;
    }
    Ok(())
}

/// Signs the report and closes the review.
pub fn seal(conn: &mut Conn, cx: &Ctx, org: OrgId, id: ReviewId, text: &str, at: Time) -> Result<Events, AppError> {
    let signature = cx.app.keys.signer().sign(text.as_bytes());
    if !close::seal(conn, org, id, at, text, &signature)? {
        return Ok(Events::none("somebody else closed it"));
    }
    let review = access_review::find(conn, org, id)?;
    let app = notify::review_heading(conn, org)?;
    if let Some(to) = notify::starter(conn, org, &review)? {
        email::closed(conn, cx, &app, &review, &to)?;
    }
    let totals = report::Report::read(text).map(|report| report.totals);
    let event = Event::new(Action::ReviewClosed, "review", id, &review.name)
        .after(serde_json::json!({ "totals": totals, "signature": signature }));
    Ok(Events::organization(org, event))
}

/// Goes on with a closing as far as it takes little time; the clock does the rest.
pub fn close_at_once(conn: &mut Conn, cx: &Ctx, org: OrgId, id: ReviewId, places: i64) -> Result<Events, AppError> {
    let (mut left, mut events) = close::step(conn, cx, org, id)?;
    if left == Left::People && places <= AT_ONCE {
        loop {
            let (next, more) = close::step(conn, cx, org, id)?;
            (left, events) = (next, events.and(more));
            if left != Left::People {
                break;
            }
        }
    }
    if left == Left::Report && places <= AT_ONCE {
        let text = report::write(conn, org, id, cx.now)?;
        events = events.and(seal(conn, cx, org, id, &text, cx.now)?);
    }
    Ok(events)
}
