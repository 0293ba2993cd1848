//! The demo's support access: the agency allows it, and an operator used it three days ago.

use diesel::prelude::*;

use crate::audit::ActorRef;
use crate::cli::demo::timeline::{DAY, Timeline, account};
use crate::common::error::AppError;
use crate::common::time::Span;
use crate::db::Conn;
use crate::db::schema::organization_slugs;
use crate::db::types::org_id::OrgId;
use crate::models::user;
use crate::services::support_sessions::begin::{SupportError, SupportRequest};
use crate::services::support_sessions::{begin, consent, end};

pub fn seed(timeline: &Timeline) -> Result<(), AppError> {
    timeline.ago(4 * DAY, |cx, conn| {
        let sunbeam = sunbeam(conn)?;
        let olivia = account(conn, "olivia@sunbeam.example")?;
        let olivia = user::by_id(conn, olivia)?;
        let ((), events) = consent::set(conn, cx.now, sunbeam, true, &olivia.name)?;
        Ok(((), Some(olivia.actor()), events))
    })?;
    timeline.ago(3 * DAY, |cx, conn| {
        let sunbeam = sunbeam(conn)?;
        let robin = account(conn, "ops@tenantry.example")?;
        let robin = user::by_id(conn, robin)?;
        let request = SupportRequest {
            reason: "Ticket 2207: invitations to one client did not arrive".into(),
            length: Span::minutes(30),
        };
        let begun = begin::begin(conn, cx, (robin.id, &robin.name), sunbeam, &request);
        let (_, events) = begun.map_err(|error| match error {
            SupportError::Failed(error) => error,
            refused => AppError::internal(format!("{refused:?}")),
        })?;
        Ok(((), Some(ActorRef::operator(robin.id, &robin.name)), events))
    })?;
    timeline.ago(3 * DAY - 30, |cx, conn| Ok(((), None, end::expire(conn, cx.now, 10)?)))
}

fn sunbeam(conn: &mut Conn) -> QueryResult<OrgId> {
    organization_slugs::table
        .find("sunbeam")
        .select(organization_slugs::organization_id)
        .first(conn)
}
