//! The demo's support access: the agency lets operators in, and one looked in three days ago.

use diesel::prelude::*;

use crate::audit::{ActorRef, Events};
use crate::cli::demo::{DAY, Stage, account};
use crate::common::error::AppError;
use crate::common::time::Span;
use crate::db::Conn;
use crate::db::schema::organization_slugs;
use crate::db::types::org_id::OrgId;
use crate::models::support_session;
use crate::models::user;

/// Plays it.
pub fn play(stage: &Stage) -> Result<(), AppError> {
    stage.ago(4 * DAY, |cx, conn| {
        let sunbeam = sunbeam(conn)?;
        let olivia = account(conn, "olivia@sunbeam.example")?;
        let olivia = user::by_id(conn, olivia)?;
        let events = support_session::set_consent(conn, cx, sunbeam, true, &olivia.name)?;
        Ok(((), Some(olivia.actor()), events))
    })?;
    stage.ago(3 * DAY, |cx, conn| {
        let sunbeam = sunbeam(conn)?;
        let robin = account(conn, "ops@tenantry.example")?;
        let robin = user::by_id(conn, robin)?;
        let robin = ActorRef::operator(robin.id, &robin.name);
        let reason = "Ticket 2207: invitations to one client did not arrive";
        let begun = support_session::begin(conn, cx, &robin, sunbeam, reason, Span::minutes(30))?;
        let events = begun.map_or_else(|_| Events::none("nobody looks in"), |(_, events)| events);
        Ok(((), Some(robin), events))
    })?;
    stage.ago(3 * DAY - 30, |cx, conn| {
        Ok(((), None, support_session::sweep(conn, cx.now, 10)?))
    })
}

fn sunbeam(conn: &mut Conn) -> QueryResult<OrgId> {
    organization_slugs::table
        .find("sunbeam")
        .select(organization_slugs::organization_id)
        .first(conn)
}
