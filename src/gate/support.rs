//! Support sessions: how an operator looks into an organization that is not theirs. Only where the organization allows
//! it, with a reason, for a time, and with a line in its log.

use diesel::prelude::*;

use super::context::Context;
use super::db::Conn;
use super::member::{OrgId, Support};
use super::organization::UnitLabel;
use super::schema::{organization_slugs, organizations, support_sessions};
use super::session::Person;
use crate::ground::id::MembershipId;
use crate::ground::time::Time;

/// Where a support session leads.
pub(super) struct Entered {
    pub(super) organization: OrgId,
    pub(super) name: String,
    pub(super) slug: String,
    pub(super) unit: UnitLabel,
    pub(super) active_companies: i64,
    pub(super) archived_companies: i64,
    pub(super) delete_after: Option<Time>,
    pub(super) id: MembershipId,
    pub(super) support: Support,
}

/// The running session of an operator in the organization of a slug. Consent that was taken back ends it at once.
pub(super) fn enter(conn: &mut Conn, cx: &Context, person: &Person, slug: &str) -> QueryResult<Option<Entered>> {
    type Row = (
        (OrgId, String, String, UnitLabel, i64, i64, Option<Time>),
        (MembershipId, String, String, Time),
    );
    if !person.operator {
        return Ok(None);
    }
    let row: Option<Row> = support_sessions::table
        .inner_join(organizations::table.on(organizations::id.eq(support_sessions::organization_id)))
        .inner_join(organization_slugs::table.on(organization_slugs::organization_id.eq(organizations::id)))
        .filter(organization_slugs::slug.eq(slug))
        .filter(organization_slugs::is_current.eq(true))
        .filter(organizations::support_consent.eq(true))
        .filter(support_sessions::operator_id.eq(person.id))
        .filter(support_sessions::ended_at.is_null())
        .filter(support_sessions::ends_at.gt(cx.now))
        .order(support_sessions::ends_at.desc())
        .select((
            (
                organizations::id,
                organizations::name,
                organization_slugs::slug,
                organizations::unit_label,
                organizations::active_companies,
                organizations::archived_companies,
                organizations::delete_after,
            ),
            (
                support_sessions::id,
                support_sessions::reason,
                support_sessions::consent_by,
                support_sessions::ends_at,
            ),
        ))
        .first(conn)
        .optional()?;
    Ok(row.map(|(place, session)| {
        let (organization, name, slug, unit, active_companies, archived_companies, delete_after) = place;
        let (id, reason, consent_by, ends_at) = session;
        Entered {
            organization,
            name,
            slug,
            unit,
            active_companies,
            archived_companies,
            delete_after,
            id,
            support: Support {
                reason,
                consent_by,
                ends_at,
            },
        }
    }))
}
