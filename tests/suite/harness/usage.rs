//! Usage, figures and prices for tests, written by the product's own services.

use diesel::prelude::*;

use tenantry::common::currency::Currency;
use tenantry::common::day::{Day, Month};
use tenantry::common::id::{CompanyId, MembershipId, ScheduleId, UsageEventId, UserId};
use tenantry::common::time::{Span, Time};
use tenantry::common::zone::Zone;
use tenantry::db::schema::usage_events;
use tenantry::db::types::org_id::OrgId;
use tenantry::db::types::usage::Meter;
use tenantry::models::organization;
use tenantry::models::rate_card;
use tenantry::models::rate_card::{NewRateCard, Prices};
use tenantry::models::report_schedule::{Every, NewSchedule, write};
use tenantry::models::usage::facts;
use tenantry::models::usage::facts::DayFacts;
use tenantry::rating::Cost;
use tenantry::services::reports::{Report, ReportQuery, ReportReader, forecast};
use tenantry::services::usage::ingest::{UsageSender, UsageStatus, ingest};
use tenantry::services::usage::input::UsageInput;
use tenantry::services::usage::void::void;

use crate::harness::fixtures::Fixtures;

/// An event: id, company slug, meter, millionths, when.
pub type TestEvent<'a> = (String, &'a str, Meter, i64, Time);

impl Fixtures<'_> {
    fn zone_of(&mut self, organization: OrgId) -> Zone {
        let profile = organization::profile(self.conn, organization).expect("the organization");
        Zone::parse(&profile.timezone).expect("a zone")
    }

    /// Keeps events as if they were sent at a moment within 35 days of them.
    pub fn usage(&mut self, organization: OrgId, now: Time, events: &[TestEvent<'_>]) {
        let zone = self.zone_of(organization);
        let batch: Vec<UsageInput> = events
            .iter()
            .map(|(id, company, meter, micro, at)| UsageInput {
                source: "dialer".to_owned(),
                id: id.clone(),
                meter: meter.as_str().to_owned(),
                subject: (*company).to_owned(),
                quantity: format!("{}.{:06}", micro / 1_000_000, micro % 1_000_000),
                occurred_at: Some(*at),
            })
            .collect();
        let sender = UsageSender {
            organization,
            id: "0193a000000070008000000000000000",
            within: None,
            zone,
        };
        let statuses = ingest(self.conn, sender, now, &batch, true).expect("kept events");
        assert!(
            statuses.iter().all(|status| *status == UsageStatus::Accepted),
            "{statuses:?}"
        );
    }

    /// One call of a company, now. Its id.
    pub fn call(&mut self, organization: OrgId, company: &str) -> UsageEventId {
        let now = self.cx.now;
        self.usage(
            organization,
            now,
            &[("call".to_owned(), company, Meter::Calls, 1_000_000, now)],
        );
        let found = usage_events::table.filter(usage_events::organization_id.eq(organization));
        found.select(usage_events::id).first(self.conn).expect("an event")
    }

    pub fn void(&mut self, organization: OrgId, id: &str) {
        let by = ("0193a000000070008000000000000000", "Counted twice", self.cx.now);
        let events = void(self.conn, organization, ("dialer", id), None, by).expect("a voided event");
        assert!(!events.is_empty());
    }

    pub fn facts(&mut self, organization: OrgId, company: CompanyId, day: Day, figures: DayFacts) {
        facts::save(self.conn, organization, company, day, figures, self.cx.now).expect("the database");
    }

    pub fn rate_card(&mut self, organization: OrgId, by: UserId, currency: &str, from_month: Month, prices: Prices) {
        let new = NewRateCard {
            currency: Currency::find(currency).expect("a currency"),
            from_month,
            prices,
        };
        rate_card::insert(self.conn, organization, by, self.cx.now, &new).expect("the database");
    }

    /// A weekly report for its maker.
    pub fn schedule(&mut self, organization: OrgId, by: MembershipId) -> ScheduleId {
        let new = NewSchedule {
            name: "Weekly report".to_owned(),
            every: Every::Week,
            recipients: vec![by],
            due_at: self.cx.now + Span::days(3),
        };
        write::insert(self.conn, self.cx, organization, by, &new).expect("the database")
    }

    /// The report of everything.
    pub fn usage_report(&mut self, organization: OrgId, query: impl FnOnce(&mut ReportQuery<'_>)) -> Report {
        let reader = ReportReader::of_everything(organization);
        let today = Day::of(self.cx.now, Zone::UTC);
        let mut asked = ReportQuery {
            reader: &reader,
            company: None,
            archived: false,
            days: tenantry::services::reports::DayRange::one(today),
            today,
            series: true,
            lines: true,
        };
        query(&mut asked);
        let report = Report::read(self.conn, asked).expect("a report");
        // The total alone is read another way.
        let alone = ReportQuery {
            series: false,
            lines: false,
            ..asked
        };
        let alone = Report::read(self.conn, alone).expect("a report");
        assert_eq!(
            (alone.total, alone.too_large, alone.money.is_some()),
            (report.total, report.too_large, report.money.is_some()),
            "{:?}, archived: {}",
            asked.days,
            asked.archived
        );
        report
    }

    /// What the month of a day will cost.
    pub fn forecast(&mut self, organization: OrgId, today: Day) -> Option<Cost> {
        let reader = ReportReader::of_everything(organization);
        let query = ReportQuery {
            reader: &reader,
            company: None,
            archived: false,
            days: tenantry::services::reports::DayRange::new(today.month().first(), today),
            today,
            series: false,
            lines: true,
        };
        let report = Report::read(self.conn, query).expect("a report");
        forecast::month(self.conn, &reader, &report, today).expect("the database")
    }

    /// The events that count: company, meter, quantity, when.
    pub fn raw_events(&mut self, organization: OrgId) -> Vec<(CompanyId, Meter, i64, Time)> {
        usage_events::table
            .filter(usage_events::organization_id.eq(organization))
            .filter(usage_events::voided_at.is_null())
            .select((
                usage_events::company_id,
                usage_events::meter,
                usage_events::quantity,
                usage_events::occurred_at,
            ))
            .load(self.conn)
            .expect("the events")
    }

    pub fn set_zone(&mut self, organization: OrgId, zone: &str) {
        let mut profile = organization::profile(self.conn, organization).expect("the organization");
        zone.clone_into(&mut profile.timezone);
        organization::set_profile(self.conn, organization, &profile).expect("the database");
    }
}
