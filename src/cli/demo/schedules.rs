//! The scheduled report of the demo.

use serde_json::json;

use crate::audit::{Action, Event, Events};
use crate::cli::demo::timeline::{DAY, Timeline, account};
use crate::common::error::AppError;
use crate::common::zone::Zone;
use crate::db::types::org_id::OrgId;
use crate::models::membership::by_user;
use crate::models::report_schedule::write;
use crate::models::report_schedule::{Every, NewSchedule};
use crate::models::user;
use crate::services::report_schedules;

const NAME: &str = "Week in numbers";

/// A weekly report that the owner gets from the next Monday on.
pub fn seed(timeline: &Timeline, organization: OrgId, owner: &str, zone: Zone) -> Result<(), AppError> {
    let now = timeline.today.now;
    let due_at = report_schedules::next(Every::Week, now, zone).ok_or_else(|| AppError::internal("the next Monday"))?;
    timeline.ago(2 * DAY, |cx, conn| {
        let owner = account(conn, owner)?;
        let owner = user::by_id(conn, owner)?;
        let member = by_user::active_id(conn, organization, owner.id)?.ok_or(AppError::NotFound)?;
        let new = NewSchedule {
            name: NAME.into(),
            every: Every::Week,
            recipients: vec![member],
            due_at,
        };
        let id = write::insert(conn, cx, organization, member, &new)?;
        let event = Event::new(Action::ScheduleCreated, "report_schedule", id, NAME)
            .after(json!({ "every": Every::Week.as_str(), "recipients": 1 }));
        Ok(((), Some(owner.actor()), Events::organization(organization, event)))
    })
}
