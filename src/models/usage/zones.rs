//! The time zones by which an organization counted its days, and counts them now.

use diesel::prelude::*;

use crate::common::day::Day;
use crate::common::time::Time;
use crate::common::zone::Zone;
use crate::db::Conn;
use crate::db::schema::{usage_days, usage_zones};
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
        let first = if changes.is_empty() {
            present
        } else {
            changes.remove(0).timezone
        };
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

/// Lets a new zone count from the next day on; from the beginning, if nothing was counted yet.
pub fn change(conn: &mut Conn, organization: OrgId, before: Zone, after: Zone, now: Time) -> QueryResult<()> {
    let counted: Option<Day> = usage_days::table
        .filter(usage_days::organization_id.eq(organization))
        .select(usage_days::day)
        .first(conn)
        .optional()?;
    if counted.is_none() {
        return Ok(());
    }
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
        diesel::insert_into(usage_zones::table)
            .values(row(first))
            .execute(conn)?;
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
    diesel::insert_into(usage_zones::table)
        .values(row(next))
        .execute(conn)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(text: &str) -> Time {
        Time::parse_iso(text).unwrap()
    }

    fn zone(name: &str) -> Zone {
        Zone::parse(name).unwrap()
    }

    /// Counted by one zone until a day, and by another from then on.
    fn changed(before: &str, after: &str, day: &str) -> CountingZones {
        let first_day = Day::parse(day).unwrap();
        CountingZones {
            first: zone(before),
            changes: vec![ZoneRow {
                first_day,
                begins_at: first_day.start(zone(before)).unwrap(),
                timezone: zone(after),
            }],
        }
    }

    #[test]
    fn a_zone_behind_the_one_before_begins_with_the_new_day() {
        let zones = changed("UTC", "America/New_York", "2026-12-01");
        let days = [
            "2026-11-30T23:59:59Z",
            "2026-12-01T00:00:00Z",
            "2026-12-02T04:59:59Z",
            "2026-12-02T05:00:00Z",
        ]
        .map(|text| zones.day(time(text)).iso());
        assert_eq!(days, ["2026-11-30", "2026-12-01", "2026-12-01", "2026-12-02"]);
    }

    #[test]
    fn a_zone_ahead_of_the_one_before_has_a_shorter_first_day() {
        let zones = changed("America/New_York", "Asia/Tokyo", "2026-12-01");
        let days = ["2026-12-01T04:59:59Z", "2026-12-01T05:00:00Z", "2026-12-01T15:00:00Z"]
            .map(|text| zones.day(time(text)).iso());
        assert_eq!(days, ["2026-11-30", "2026-12-01", "2026-12-02"]);
    }

    #[test]
    fn days_follow_one_another_through_a_change_whatever_the_zones() {
        let names = [
            "UTC",
            "America/New_York",
            "Asia/Kathmandu",
            "Pacific/Kiritimati",
            "Europe/Berlin",
        ];
        for (before, after) in names.iter().flat_map(|one| names.map(|other| (*one, other))) {
            let zones = changed(before, after, "2026-10-25");
            let mut last = zones.day(time("2026-10-20T00:00:00Z"));
            for quarter in 0..960 {
                let day = zones.day(time("2026-10-20T00:00:00Z") + crate::common::time::Span::minutes(15 * quarter));
                assert!(
                    day == last || day == last.plus(1),
                    "{before} to {after}: {} after {}",
                    day.iso(),
                    last.iso()
                );
                last = day;
            }
        }
    }
}
