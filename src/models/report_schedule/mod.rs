//! Reports that members get by email, and who gets them.

pub mod write;

use diesel::dsl::exists;
use diesel::prelude::*;

use crate::common::id::{MembershipId, ScheduleId, UserId};
use crate::common::time::Time;
use crate::common::token::{Seed, Token};
use crate::db::Conn;
use crate::db::schema::{memberships, report_recipients, report_schedules, users};
use crate::db::types::MembershipStatus;
use crate::db::types::org_id::OrgId;

crate::text_enum! {
    /// How often a report is sent.
    pub enum Every {
        Week = "week",
        Month = "month",
    }
}

crate::text_enum! {
    /// Why someone did not get the last report.
    pub enum SkipReason {
        Removed = "removed",
        Suspended = "suspended",
        /// They may not export reports any more.
        NoPermission = "no_permission",
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = report_schedules)]
pub struct ReportSchedule {
    pub organization_id: OrgId,
    pub id: ScheduleId,
    pub name: String,
    pub every: Every,
    /// `None`: it is stopped.
    pub due_at: Option<Time>,
    pub created_by: MembershipId,
    pub last_sent_at: Option<Time>,
}

/// Someone who gets a report, with name and address.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = report_recipients)]
pub struct ReportRecipient {
    pub schedule_id: ScheduleId,
    pub membership_id: MembershipId,
    token_seed: String,
    pub last_sent_at: Option<Time>,
    pub skipped: Option<SkipReason>,
    pub unsubscribed_at: Option<Time>,
    #[diesel(select_expression = memberships::status)]
    pub status: MembershipStatus,
    #[diesel(select_expression = users::name)]
    pub name: String,
    #[diesel(select_expression = users::email)]
    pub email: String,
}

impl ReportRecipient {
    /// What the link to unsubscribe is made of.
    pub fn seed(&self) -> Seed {
        Seed(self.token_seed.clone())
    }
}

/// What a new schedule says.
#[derive(Debug, Clone)]
pub struct NewSchedule {
    pub name: String,
    pub every: Every,
    pub recipients: Vec<MembershipId>,
    pub due_at: Time,
}

/// The schedules of an organization, the newest first.
pub fn list(conn: &mut Conn, organization: OrgId) -> QueryResult<Vec<ReportSchedule>> {
    report_schedules::table
        .filter(report_schedules::organization_id.eq(organization))
        .order(report_schedules::id.desc())
        .select(ReportSchedule::as_select())
        .load(conn)
}

pub fn find(conn: &mut Conn, organization: OrgId, id: ScheduleId) -> QueryResult<ReportSchedule> {
    report_schedules::table
        .find((organization, id))
        .select(ReportSchedule::as_select())
        .first(conn)
}

macro_rules! recipients {
    () => {
        report_recipients::table
            .inner_join(
                memberships::table.on(memberships::organization_id
                    .eq(report_recipients::organization_id)
                    .and(memberships::id.eq(report_recipients::membership_id))),
            )
            .inner_join(users::table.on(users::id.eq(memberships::user_id)))
            .select(ReportRecipient::as_select())
    };
}

/// Who gets the reports of an organization.
pub fn recipients(conn: &mut Conn, organization: OrgId) -> QueryResult<Vec<ReportRecipient>> {
    recipients!()
        .filter(report_recipients::organization_id.eq(organization))
        .order((report_recipients::schedule_id, users::email))
        .load(conn)
}

/// Who gets one report.
pub fn recipients_of(conn: &mut Conn, organization: OrgId, schedule: ScheduleId) -> QueryResult<Vec<ReportRecipient>> {
    recipients!()
        .filter(report_recipients::organization_id.eq(organization))
        .filter(report_recipients::schedule_id.eq(schedule))
        .order(report_recipients::membership_id)
        .load(conn)
}

/// A report that someone gets, with the organization's name.
pub type OwnReport = (OrgId, ScheduleId, MembershipId);

/// The reports that an account gets, by its memberships.
pub fn of_user(conn: &mut Conn, user: UserId) -> QueryResult<Vec<OwnReport>> {
    let own: Vec<(OrgId, MembershipId)> = memberships::table
        .filter(memberships::user_id.eq(user))
        .filter(memberships::status.ne(MembershipStatus::Removed))
        .select((memberships::organization_id, memberships::id))
        .load(conn)?;
    let mut all = Vec::new();
    for (organization, member) in own {
        let found: Vec<ScheduleId> = report_recipients::table
            .filter(report_recipients::organization_id.eq(organization))
            .filter(report_recipients::membership_id.eq(member))
            .filter(report_recipients::unsubscribed_at.is_null())
            .order(report_recipients::schedule_id)
            .select(report_recipients::schedule_id)
            .load(conn)?;
        all.extend(found.into_iter().map(|schedule| (organization, schedule, member)));
    }
    Ok(all)
}

/// Whose link it is: organization, schedule, membership, and when they unsubscribed.
pub type Recipient = (OrgId, ScheduleId, MembershipId, Option<Time>);

pub fn by_token(conn: &mut Conn, token: &Token) -> QueryResult<Option<Recipient>> {
    report_recipients::table
        .filter(report_recipients::token_hash.eq(token.hash()))
        .select((
            report_recipients::organization_id,
            report_recipients::schedule_id,
            report_recipients::membership_id,
            report_recipients::unsubscribed_at,
        ))
        .first(conn)
        .optional()
}

/// Whether a report is due.
pub fn is_due(conn: &mut Conn, now: Time) -> QueryResult<bool> {
    diesel::select(exists(report_schedules::table.filter(report_schedules::due_at.le(now)))).get_result(conn)
}

/// The one that has been due the longest.
pub fn due(conn: &mut Conn, now: Time) -> QueryResult<Option<ReportSchedule>> {
    report_schedules::table
        .filter(report_schedules::due_at.le(now))
        .order((report_schedules::due_at, report_schedules::id))
        .select(ReportSchedule::as_select())
        .first(conn)
        .optional()
}
