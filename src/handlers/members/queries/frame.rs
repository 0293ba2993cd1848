//! What is around the list of members, read in one statement.

use diesel::backend::Backend;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::serialize::ToSql;
use diesel::sql_types::{BigInt, HasSqlType, Text};

use crate::common::id::{MemberViewId, MembershipId};
use crate::common::time::Time;
use crate::db::Conn;
use crate::db::types::org_id::OrgId;
use crate::handlers::members::tabs::TabCounts;
use crate::models::member_view::MemberView;
use crate::on_each;

const VIEWS: &str = "SELECT id, name, query, created_at AS n1, CAST(0 AS BIGINT) AS n2, CAST(0 AS BIGINT) AS n3 \
    FROM member_views WHERE organization_id = ";
const OF_MEMBER: &str = " AND membership_id = ";
const PENDING: &str = " UNION ALL SELECT '', '', '', \
    (SELECT pending_invitations FROM organizations WHERE id = ";
// At most as many as the page of removed members lists.
const REMOVED: &str =
    "), (SELECT COUNT(*) FROM (SELECT 1 AS one FROM memberships WHERE status = 'removed' AND organization_id = ";
const RESTORABLE: &str = " AND restorable_until >= ";
// Written as in the index, or neither engine uses it.
const ENDED: &str = " LIMIT 500) AS removed), \
    (SELECT COUNT(*) FROM memberships WHERE memberships.status = 'suspended' AND organization_id = ";
const BEFORE: &str = " AND access_until < ";

#[derive(Debug, Clone, QueryId)]
struct FrameQuery {
    organization: OrgId,
    member: MembershipId,
    now: Time,
}

impl Query for FrameQuery {
    type SqlType = (Text, Text, Text, BigInt, BigInt, BigInt);
}

impl<C> RunQueryDsl<C> for FrameQuery {}

impl<DB> QueryFragment<DB> for FrameQuery
where
    DB: Backend + HasSqlType<Text> + HasSqlType<BigInt>,
    str: ToSql<Text, DB>,
    i64: ToSql<BigInt, DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql(VIEWS);
        out.push_bind_param::<Text, _>(&self.organization)?;
        out.push_sql(OF_MEMBER);
        out.push_bind_param::<Text, _>(&self.member)?;
        out.push_sql(PENDING);
        out.push_bind_param::<Text, _>(&self.organization)?;
        out.push_sql(REMOVED);
        out.push_bind_param::<Text, _>(&self.organization)?;
        out.push_sql(RESTORABLE);
        out.push_bind_param::<BigInt, _>(&self.now)?;
        out.push_sql(ENDED);
        out.push_bind_param::<Text, _>(&self.organization)?;
        out.push_sql(BEFORE);
        out.push_bind_param::<BigInt, _>(&self.now)?;
        out.push_sql(")");
        Ok(())
    }
}

/// What is around the list.
#[derive(Debug)]
pub struct ListFrame {
    /// The saved views of the member, oldest first.
    pub views: Vec<MemberView>,
    pub counts: TabCounts,
    /// How many members are suspended because their access ended.
    pub ended: i64,
}

pub fn read(conn: &mut Conn, organization: OrgId, member: MembershipId, now: Time) -> QueryResult<ListFrame> {
    let query = FrameQuery {
        organization,
        member,
        now,
    };
    let rows: Vec<(String, String, String, i64, i64, i64)> = on_each!(conn, c => query.load(c))?;
    let mut frame = ListFrame {
        views: Vec::new(),
        counts: TabCounts { pending: 0, removed: 0 },
        ended: 0,
    };
    let mut views = Vec::new();
    for (id, name, query, n1, n2, n3) in rows {
        match MemberViewId::parse(&id) {
            Some(id) => views.push((n1, MemberView { id, name, query })),
            None => {
                frame.counts = TabCounts {
                    pending: n1,
                    removed: n2,
                };
                frame.ended = n3;
            }
        }
    }
    views.sort_by_key(|(created_at, view)| (*created_at, view.id));
    frame.views = views.into_iter().map(|(_, view)| view).collect();
    Ok(frame)
}
