//! The time zones by which an organization counted its days, and counts them now.

use diesel::prelude::*;

use crate::common::day::Day;
use crate::common::time::Time;
use crate::common::zone::Zone;
use crate::db::Conn;
use crate::db::schema::usage_zones;
use crate::db::types::org_id::OrgId;

/// A time zone and the first day that it counts for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Queryable, Insertable)]
#[diesel(table_name = usage_zones)]
struct ZoneRow {
    first_day: Day,
    begins_at: Time,
    timezone: Zone,
}

/// All of them, oldest first.
#[derive(Debug, Clone)]
pub struct CountingZones {
    /// Before the first change.
    first: Zone,
    changes: Vec<ZoneRow>,
}

impl CountingZones {
    /// Reads them. `present`: the zone of an organization that never changed it.
    pub fn read(conn: &mut Conn, organization: OrgId, present: Zone) -> QueryResult<Self> {
        let mut changes: Vec<ZoneRow> = usage_zones::table
            .filter(usage_zones::organization_id.eq(organization))
            .order(usage_zones::first_day)
            .select((usage_zones::first_day, usage_zones::begins_at, usage_zones::timezone))
            .load(conn)?;
        // The first row says what counted from the beginning.
        let first = if changes.is_empty() { present } else { changes.remove(0).timezone };
        Ok(Self { first, changes })
    }

    /// The day for which a moment counts. No moment of a zone counts for a day of the zone before or after it.
    pub fn day(&self, moment: Time) -> Day {
        let at = self.changes.partition_point(|change| change.begins_at <= moment);
        let (zone, from) = match at.checked_sub(1).and_then(|at| self.changes.get(at)) {
            Some(change) => (change.timezone, Some(change.first_day)),
            None => (self.first, None),
        };
        let day = Day::of(moment, zone).max(from.unwrap_or(Day(i32::MIN)));
        match self.changes.get(at) {
            Some(next) => day.min(next.first_day.plus(-1)),
            None => day,
        }
    }

    /// The zone that counts at a moment.
    pub fn zone(&self, moment: Time) -> Zone {
        let at = self.changes.partition_point(|change| change.begins_at <= moment);
        at.checked_sub(1)
            .and_then(|at| self.changes.get(at))
            .map_or(self.first, |change| change.timezone)
    }
}

/// Lets a new zone count from the next day on.
pub fn change(conn: &mut Conn, organization: OrgId, before: Zone, after: Zone, now: Time) -> QueryResult<()> {
    let zones = CountingZones::read(conn, organization, before)?;
    let row = |row: ZoneRow| (usage_zones::organization_id.eq(organization), row);
    let any: i64 = usage_zones::table
        .filter(usage_zones::organization_id.eq(organization))
        .count()
        .get_result(conn)?;
    if any == 0 {
        let first = ZoneRow {
            first_day: Day(0),
            begins_at: Time(0),
            timezone: before,
        };
        diesel::insert_into(usage_zones::table).values(row(first)).execute(conn)?;
    }
    let tomorrow = zones.day(now).plus(1);
    // A change that has not begun to count is replaced.
    diesel::delete(
        usage_zones::table
            .filter(usage_zones::organization_id.eq(organization))
            .filter(usage_zones::begins_at.gt(now)),
    )
    .execute(conn)?;
    let next = ZoneRow {
        first_day: tomorrow,
        begins_at: tomorrow.start(zones.zone(now)).unwrap_or(now),
        timezone: after,
    };
    diesel::insert_into(usage_zones::table).values(row(next)).execute(conn)?;
    Ok(())
}
