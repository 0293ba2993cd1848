//! What every page of an organization shows around itself, read in one statement: each part is a look into an index, and a trip
//! to the database for each would cost more than what it finds.

use diesel::backend::Backend;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::serialize::ToSql;
use diesel::sql_types::{BigInt, HasSqlType, Text};

use crate::auth::actor::Actor;
use crate::authz::role::Role;
use crate::common::error::AppError;
use crate::common::id::{CompanyId, MembershipId, ReviewId};
use crate::common::search::sort_key;
use crate::common::time::Time;
use crate::db::Conn;
use crate::db::types::org_id::OrgId;
use crate::models::company_choice::CompanyChoice;
use crate::models::membership::role_counts::{RoleCount, RoleCounts};
use crate::on_each;
use crate::web::own_organizations::{AroundColumns, AroundRow, OwnOrganization, OwnQuery};
use crate::web::switcher;

const PINNED: &str = " UNION ALL SELECT 2, companies.name, companies.slug, companies.id, 0, 0, 0, 0, 0 \
    FROM company_pins CROSS JOIN companies \
    WHERE companies.organization_id = company_pins.organization_id AND companies.id = company_pins.company_id \
    AND companies.status = 'active' AND company_pins.organization_id = ";
const BY_MEMBER: &str = " AND company_pins.membership_id = ";
const COUNTS: &str = " UNION ALL SELECT 3, role_counts.role, '', '', role_counts.members, role_counts.suspended, 0, 0, 0 \
    FROM role_counts WHERE role_counts.organization_id = ";
const INVITATIONS: &str = " UNION ALL SELECT 4, COALESCE(running.id, ''), '', '', \
    (SELECT COUNT(*) FROM invitations WHERE status = 'pending' AND email = ";
const NOT_EXPIRED: &str = " AND expires_at > ";
const REQUESTS: &str = "), (SELECT COUNT(*) FROM access_requests WHERE status = 'open' AND organization_id = ";
const JOINS: &str = "), (SELECT COUNT(*) FROM join_requests WHERE status = 'awaiting' AND organization_id = ";
const APPROVALS: &str = "), (SELECT COUNT(*) FROM approvals WHERE status = 'open' AND organization_id = ";
const APPROVER: &str = " AND (approver_id = ";
const ANY_OWNER: &str = " OR (approver_id IS NULL AND requested_by <> ";
const IS_OWNER: &str = " AND 1 = ";
const REVIEW: &str = "))), COALESCE((SELECT CAST(SUM(answers.open) AS BIGINT) FROM access_review_companies AS answers \
    WHERE answers.organization_id = running.organization_id AND answers.review_id = running.id), 0) \
    FROM (SELECT 1 AS one) AS always LEFT JOIN access_reviews AS running ON running.status = 'running' \
    AND running.organization_id = ";

/// The statement. Its type is its key among the prepared ones, so that its text is not put together again.
#[derive(Debug, Clone, QueryId)]
struct AroundQuery {
    own: OwnQuery,
    organization: OrgId,
    membership: MembershipId,
    email: String,
    now: Time,
    is_owner: i64,
}

impl Query for AroundQuery {
    type SqlType = AroundColumns;
}

impl<C> RunQueryDsl<C> for AroundQuery {}

impl<DB> QueryFragment<DB> for AroundQuery
where
    DB: Backend + HasSqlType<Text> + HasSqlType<BigInt>,
    str: ToSql<Text, DB>,
    String: ToSql<Text, DB>,
    i64: ToSql<BigInt, DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        self.own.walk_ast(out.reborrow())?;
        out.push_sql(PINNED);
        out.push_bind_param::<Text, _>(&self.organization)?;
        out.push_sql(BY_MEMBER);
        out.push_bind_param::<Text, _>(&self.membership)?;
        out.push_sql(COUNTS);
        out.push_bind_param::<Text, _>(&self.organization)?;
        out.push_sql(INVITATIONS);
        out.push_bind_param::<Text, _>(&self.email)?;
        out.push_sql(NOT_EXPIRED);
        out.push_bind_param::<BigInt, _>(&self.now)?;
        out.push_sql(REQUESTS);
        out.push_bind_param::<Text, _>(&self.organization)?;
        out.push_sql(JOINS);
        out.push_bind_param::<Text, _>(&self.organization)?;
        out.push_sql(APPROVALS);
        out.push_bind_param::<Text, _>(&self.organization)?;
        out.push_sql(NOT_EXPIRED);
        out.push_bind_param::<BigInt, _>(&self.now)?;
        out.push_sql(APPROVER);
        out.push_bind_param::<Text, _>(&self.membership)?;
        out.push_sql(ANY_OWNER);
        out.push_bind_param::<Text, _>(&self.membership)?;
        out.push_sql(IS_OWNER);
        out.push_bind_param::<BigInt, _>(&self.is_owner)?;
        out.push_sql(REVIEW);
        out.push_bind_param::<Text, _>(&self.organization)
    }
}

/// What waits in an organization.
#[derive(Debug, Default)]
pub struct WaitingRow {
    pub requests: i64,
    pub joins: i64,
    /// Those that this member can decide.
    pub approvals: i64,
    /// The running review.
    pub review: Option<ReviewId>,
    /// Its assignments without an answer.
    pub review_open: i64,
}

/// What is around a page.
#[derive(Debug, Default)]
pub struct Around {
    /// The organizations of the person.
    pub organizations: Vec<OwnOrganization>,
    /// The companies that the member has pinned, by name.
    pub pinned: Vec<CompanyChoice>,
    /// The pending invitations to the person's address.
    pub invitations: i64,
    pub waiting: WaitingRow,
}

impl Around {
    /// Reads it. The role counts, which come along, are kept by the actor.
    pub fn read(conn: &mut Conn, actor: &Actor) -> Result<Self, AppError> {
        let query = AroundQuery {
            own: OwnQuery {
                user: actor.person.id,
                now: actor.cx.now,
                limit: switcher::MOST,
            },
            organization: actor.organization,
            membership: actor.id,
            email: actor.person.email.to_string(),
            now: actor.cx.now,
            is_owner: i64::from(actor.role == Role::Owner),
        };
        let rows: Vec<AroundRow> = on_each!(conn, c => query.load(c))?;
        let (mut around, mut counts) = (Self::default(), Vec::new());
        for row in rows {
            around.add(row, &mut counts)?;
        }
        if around.pinned.len() > 1 {
            let key = |company: &CompanyChoice| (sort_key(&company.name), company.id);
            around.pinned.sort_by_cached_key(key);
        }
        actor.know_role_counts(counts.into_iter().collect::<RoleCounts>());
        Ok(around)
    }

    fn add(&mut self, row: AroundRow, counts: &mut Vec<RoleCount>) -> Result<(), AppError> {
        let (kind, one, two, three, n1, n2, n3, n4, n5) = row;
        let role = |text: &str| Role::parse(text).ok_or_else(|| AppError::internal("a stored role has a known name"));
        match kind {
            1 => self.organizations.extend(OwnOrganization::of(one, two, role(&three)?)),
            2 => self.pinned.push(CompanyChoice {
                id: CompanyId::parse(&three).ok_or_else(|| AppError::internal("a company has an id"))?,
                name: one,
                slug: two,
            }),
            3 => counts.push(RoleCount {
                role: role(&one)?,
                members: n1,
                suspended: n2,
            }),
            _ => {
                self.invitations = n1;
                self.waiting = WaitingRow {
                    requests: n2,
                    joins: n3,
                    approvals: n4,
                    review: ReviewId::parse(&one),
                    review_open: n5,
                };
            }
        }
        Ok(())
    }
}
