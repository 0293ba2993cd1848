//! Conditions that the database must meet and that no foreign key can express, such as stored counts. `tenantry doctor` and
//! the health page of operators check them.

use diesel::prelude::*;
use diesel::sql_types::BigInt;

use crate::db::Conn;
use crate::models::tenant_tables::TENANT_TABLES;
pub use crate::models::usage::invariants::{FACT_DAYS, FACT_MONTHS, USAGE_DAYS, USAGE_MONTHS};
use crate::models::word_check;

/// A query that counts the rows that must not exist.
#[derive(Debug, Clone, Copy)]
pub struct Invariant {
    what: &'static str,
    sql: &'static str,
    /// Whether it reads everything that was ever reported: too long for a page.
    thorough: bool,
}

impl Invariant {
    pub(super) const fn new(what: &'static str, sql: &'static str) -> Self {
        Self {
            what,
            sql,
            thorough: false,
        }
    }

    /// As `new`, for what reads everything that was ever reported.
    pub const fn thorough(what: &'static str, sql: &'static str) -> Self {
        Self {
            what,
            sql,
            thorough: true,
        }
    }
}

const WRONG_ROLES: &str = "SELECT COUNT(*) AS n FROM memberships m WHERE m.status <> 'removed' AND \
    (CASE m.role WHEN 'owner' THEN 6 WHEN 'admin' THEN 5 WHEN 'editor' THEN 3 WHEN 'viewer' THEN 2 WHEN 'member' THEN 1 ELSE 4 END) <> \
    (SELECT MAX(t.height) FROM (SELECT CASE m.direct_role WHEN 'owner' THEN 6 WHEN 'admin' THEN 5 WHEN 'editor' THEN 3 WHEN 'viewer' THEN 2 WHEN 'member' THEN 1 ELSE 4 END AS height \
    UNION ALL SELECT CASE g.role WHEN 'owner' THEN 6 WHEN 'admin' THEN 5 WHEN 'editor' THEN 3 WHEN 'viewer' THEN 2 WHEN 'member' THEN 1 ELSE 4 END \
    FROM groups g JOIN group_members gm ON gm.organization_id = g.organization_id AND gm.group_id = g.id \
    WHERE gm.organization_id = m.organization_id AND gm.membership_id = m.id) t)";

const WRONG_ASSIGNMENTS: &str = "SELECT COUNT(*) AS n FROM company_assignments a WHERE \
    (CASE a.role WHEN 'manager' THEN 3 WHEN 'editor' THEN 2 ELSE 1 END) <> \
    (SELECT MAX(t.height) FROM (SELECT CASE a.direct_role WHEN 'manager' THEN 3 WHEN 'editor' THEN 2 WHEN 'viewer' THEN 1 ELSE 0 END AS height \
    UNION ALL SELECT CASE gg.role WHEN 'manager' THEN 3 WHEN 'editor' THEN 2 ELSE 1 END \
    FROM group_grants gg JOIN group_members gm ON gm.organization_id = gg.organization_id AND gm.group_id = gg.group_id \
    WHERE gg.organization_id = a.organization_id AND gg.company_id = a.company_id AND gm.membership_id = a.membership_id) t)";

const MISSING_ASSIGNMENTS: &str = "SELECT COUNT(*) AS n FROM group_members gm JOIN group_grants gg ON gg.organization_id = gm.organization_id AND gg.group_id = gm.group_id \
    WHERE NOT EXISTS (SELECT 1 FROM company_assignments a WHERE a.organization_id = gm.organization_id AND a.membership_id = gm.membership_id AND a.company_id = gg.company_id)";

const ORGANIZATIONS: &[Invariant] = &[
    Invariant::new(
        "organizations with a wrong owner count",
        "SELECT COUNT(*) AS n FROM organizations o WHERE o.owner_count <> (SELECT COUNT(*) FROM memberships m WHERE m.organization_id = o.id AND m.direct_role = 'owner' AND m.status = 'active')",
    ),
    Invariant::new(
        "organizations without an owner",
        "SELECT COUNT(*) AS n FROM organizations WHERE owner_count < 1 AND status <> 'deleted'",
    ),
    Invariant::new(
        "organizations without a current web address",
        "SELECT COUNT(*) AS n FROM organizations o WHERE (SELECT COUNT(*) FROM organization_slugs s WHERE s.organization_id = o.id AND s.is_current) <> 1 AND o.status <> 'deleted'",
    ),
    Invariant::new(
        "organizations with a wrong number of pending invitations",
        "SELECT COUNT(*) AS n FROM organizations o WHERE o.pending_invitations <> (SELECT COUNT(*) FROM invitations i WHERE i.organization_id = o.id AND i.status = 'pending')",
    ),
    Invariant::new(
        "organizations with a wrong assignment count",
        "SELECT COUNT(*) AS n FROM organizations o WHERE o.assignment_count <> (SELECT COALESCE(SUM(c.member_count), 0) FROM companies c WHERE c.organization_id = o.id)",
    ),
];

pub const ROLE_COUNTS: &[Invariant] = &[
    Invariant::new(
        "role counts with a wrong number of members",
        "SELECT COUNT(*) AS n FROM role_counts r WHERE r.members <> (SELECT COUNT(*) FROM memberships m WHERE m.organization_id = r.organization_id AND m.role = r.role AND m.status <> 'removed')",
    ),
    Invariant::new(
        "role counts with a wrong number of suspended members",
        "SELECT COUNT(*) AS n FROM role_counts r WHERE r.suspended <> (SELECT COUNT(*) FROM memberships m WHERE m.organization_id = r.organization_id AND m.role = r.role AND m.status = 'suspended')",
    ),
];

pub const MEMBERSHIPS: &[Invariant] = &[
    Invariant::new(
        "members whose second factor is not that of their account",
        "SELECT COUNT(*) AS n FROM memberships m JOIN users u ON u.id = m.user_id WHERE m.status <> 'removed' AND m.second_factor <> u.second_factor",
    ),
    Invariant::new(
        "members whose role comes from neither themselves nor a group",
        "SELECT COUNT(*) AS n FROM memberships m WHERE m.status <> 'removed' AND m.role <> m.direct_role AND NOT EXISTS (SELECT 1 FROM group_members x JOIN groups g ON g.organization_id = x.organization_id AND g.id = x.group_id WHERE x.organization_id = m.organization_id AND x.membership_id = m.id AND g.role = m.role)",
    ),
    Invariant::new(
        "members whose role is not the highest of their own and their groups’",
        WRONG_ROLES,
    ),
    Invariant::new(
        "members with a wrong group count",
        "SELECT COUNT(*) AS n FROM memberships m WHERE m.group_count <> (SELECT COUNT(*) FROM group_members x WHERE x.organization_id = m.organization_id AND x.membership_id = m.id)",
    ),
];

pub const GROUPS: &[Invariant] = &[Invariant::new(
    "groups with a wrong member count",
    "SELECT COUNT(*) AS n FROM groups g WHERE g.member_count <> (SELECT COUNT(*) FROM group_members x WHERE x.organization_id = g.organization_id AND x.group_id = g.id)",
)];

pub const ASSIGNMENTS: &[Invariant] = &[
    Invariant::new(
        "assignments without a direct role or a group",
        "SELECT COUNT(*) AS n FROM company_assignments a WHERE a.direct_role IS NULL AND NOT EXISTS (SELECT 1 FROM group_members x JOIN group_grants g ON g.organization_id = x.organization_id AND g.group_id = x.group_id WHERE x.organization_id = a.organization_id AND x.membership_id = a.membership_id AND g.company_id = a.company_id)",
    ),
    Invariant::new("assignments with a wrong role", WRONG_ASSIGNMENTS),
    Invariant::new("missing assignments of group members", MISSING_ASSIGNMENTS),
    Invariant::new(
        "assignments of removed members",
        "SELECT COUNT(*) AS n FROM company_assignments a JOIN memberships m ON m.organization_id = a.organization_id AND m.id = a.membership_id WHERE m.status = 'removed'",
    ),
];

pub const COMPANIES: &[Invariant] = &[
    Invariant::new(
        "companies with a wrong member count",
        "SELECT COUNT(*) AS n FROM companies c WHERE c.member_count <> (SELECT COUNT(*) FROM company_assignments a JOIN memberships m ON m.organization_id = a.organization_id AND m.id = a.membership_id WHERE a.organization_id = c.organization_id AND a.company_id = c.id AND m.status = 'active' AND m.role NOT IN ('owner', 'admin', 'editor', 'viewer'))",
    ),
    Invariant::new(
        "organizations with a wrong company count",
        "SELECT COUNT(*) AS n FROM organizations o WHERE o.active_companies <> (SELECT COUNT(*) FROM companies c WHERE c.organization_id = o.id AND c.status = 'active') OR o.archived_companies <> (SELECT COUNT(*) FROM companies c WHERE c.organization_id = o.id AND c.status = 'archived')",
    ),
];

pub const AUDIT_HEADS: &[Invariant] = &[Invariant::new(
    "audit logs with missing last events",
    "SELECT COUNT(*) AS n FROM audit_heads h WHERE h.seq <> (SELECT COALESCE(MAX(d.seq), 0) FROM audit_events d WHERE d.organization_id = h.organization_id)",
)];

pub const INVITATIONS: &[Invariant] = &[Invariant::new(
    "pending invitations without a link",
    "SELECT COUNT(*) AS n FROM invitations i WHERE i.status = 'pending' AND NOT EXISTS (SELECT 1 FROM invitation_tokens l WHERE l.organization_id = i.organization_id AND l.invitation_id = i.id AND l.is_current)",
)];

const INSTANCE: &[Invariant] = &[Invariant::new(
    "emails that failed",
    "SELECT COUNT(*) AS n FROM mail_outbox WHERE state IN ('failed', 'bounced')",
)];

/// The result of one check.
#[derive(Debug, Clone, Copy)]
pub struct ConsistencyCheck {
    /// The words after the number, such as "organizations without an owner".
    pub what: &'static str,
    pub found: i64,
}

/// Runs the checks; `thorough`: also those that take too long for a page. It reads whole tables, so pages that are opened often
/// must not call it.
pub fn check(conn: &mut Conn, thorough: bool) -> QueryResult<Vec<ConsistencyCheck>> {
    let of_tables = TENANT_TABLES.iter().flat_map(|table| table.invariants);
    let mut checks = Vec::new();
    let invariants = ORGANIZATIONS.iter().chain(of_tables).chain(INSTANCE);
    for invariant in invariants.filter(|invariant| thorough || !invariant.thorough) {
        checks.push(ConsistencyCheck {
            what: invariant.what,
            found: count(conn, invariant.sql)?,
        });
    }
    if thorough {
        let words = word_check::check(conn)?.into_iter();
        checks.extend(words.map(|(what, found)| ConsistencyCheck { what, found }));
    }
    checks.push(ConsistencyCheck {
        what: "rows of deleted organizations",
        found: count(conn, &rows_of_deleted())?,
    });
    Ok(checks)
}

/// Rows that an ended deletion must have removed, over all tables of organizations.
fn rows_of_deleted() -> String {
    let deleted = "SELECT id FROM organizations WHERE status = 'deleted' AND delete_after IS NULL";
    let counts: Vec<String> = TENANT_TABLES
        .iter()
        .map(|table| {
            format!(
                "(SELECT COUNT(*) FROM {} WHERE organization_id IN ({deleted}))",
                table.name
            )
        })
        .collect();
    format!("SELECT {} AS n", counts.join(" + "))
}

fn count(conn: &mut Conn, sql: &str) -> QueryResult<i64> {
    #[derive(QueryableByName)]
    struct Count {
        #[diesel(sql_type = BigInt)]
        n: i64,
    }
    Ok(diesel::sql_query(sql).get_result::<Count>(conn)?.n)
}
