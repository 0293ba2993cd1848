//! The demo's support access: the agency lets operators in, and one looked in three days ago.

use diesel::prelude::*;

use super::{DAY, Stage, account};
use crate::gate::db::Conn;
use crate::gate::deed::Deeds;
use crate::gate::member::OrgId;
use crate::gate::schema::organization_slugs;
use crate::gate::session::Person;
use crate::gate::support;
use crate::ground::error::AppError;
use crate::ground::time::Span;

/// Plays it.
pub(super) fn play(stage: &Stage) -> Result<(), AppError> {
    stage.ago(4 * DAY, |cx, conn| {
        let sunbeam = sunbeam(conn)?;
        let olivia = account(conn, "olivia@sunbeam.example")?;
        let olivia = Person::backstage(conn, cx, olivia)?;
        let deeds = support::set_consent(conn, cx, sunbeam, true, &olivia.name)?;
        Ok(((), Some(olivia.actor()), deeds))
    })?;
    stage.ago(3 * DAY, |cx, conn| {
        let sunbeam = sunbeam(conn)?;
        let robin = account(conn, "ops@tenantry.example")?;
        let robin = Person::backstage(conn, cx, robin)?;
        let reason = "Ticket 2207: invitations to one client did not arrive";
        let begun = support::begin(conn, cx, &robin, sunbeam, reason, Span::minutes(30))?;
        let deeds = begun.map_or_else(|_| Deeds::none("nobody looks in"), |(_, deeds)| deeds);
        Ok(((), Some(robin.actor()), deeds))
    })?;
    stage.ago(3 * DAY - 30, |cx, conn| {
        Ok(((), None, support::sweep(conn, cx.now, 10)?))
    })
}

fn sunbeam(conn: &mut Conn) -> QueryResult<OrgId> {
    organization_slugs::table
        .find("sunbeam")
        .select(organization_slugs::organization_id)
        .first(conn)
}
