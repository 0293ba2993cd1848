//! What must hold in the database and no foreign key can hold: counts that are kept, links that must be there. `doctor`
//! and the operator's health page ask for the same.

use diesel::prelude::*;
use diesel::sql_types::BigInt;

use crate::db::Conn;

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

/// The role that counts is the highest of one's own and the groups'; at the same height one's own.
const ROLES: &str = "SELECT COUNT(*) AS n FROM memberships m WHERE m.status <> 'removed' AND \
    (CASE m.role WHEN 'owner' THEN 6 WHEN 'admin' THEN 5 WHEN 'editor' THEN 3 WHEN 'viewer' THEN 2 WHEN 'member' THEN 1 ELSE 4 END) <> \
    (SELECT MAX(t.height) FROM (SELECT CASE m.direct_role WHEN 'owner' THEN 6 WHEN 'admin' THEN 5 WHEN 'editor' THEN 3 WHEN 'viewer' THEN 2 WHEN 'member' THEN 1 ELSE 4 END AS height \
    UNION ALL SELECT CASE g.role WHEN 'owner' THEN 6 WHEN 'admin' THEN 5 WHEN 'editor' THEN 3 WHEN 'viewer' THEN 2 WHEN 'member' THEN 1 ELSE 4 END \
    FROM groups g JOIN group_members gm ON gm.organization_id = g.organization_id AND gm.group_id = g.id \
    WHERE gm.organization_id = m.organization_id AND gm.membership_id = m.id) t)";

/// The role in a company is the highest of one's own place and what the groups give there.
const PLACES: &str = "SELECT COUNT(*) AS n FROM company_assignments a WHERE \
    (CASE a.role WHEN 'manager' THEN 3 WHEN 'editor' THEN 2 ELSE 1 END) <> \
    (SELECT MAX(t.height) FROM (SELECT CASE a.direct_role WHEN 'manager' THEN 3 WHEN 'editor' THEN 2 WHEN 'viewer' THEN 1 ELSE 0 END AS height \
    UNION ALL SELECT CASE gg.role WHEN 'manager' THEN 3 WHEN 'editor' THEN 2 ELSE 1 END \
    FROM group_grants gg JOIN group_members gm ON gm.organization_id = gg.organization_id AND gm.group_id = gg.group_id \
    WHERE gg.organization_id = a.organization_id AND gg.company_id = a.company_id AND gm.membership_id = a.membership_id) t)";

const MISSING_PLACES: &str = "SELECT COUNT(*) AS n FROM group_members gm JOIN group_grants gg ON gg.organization_id = gm.organization_id AND gg.group_id = gm.group_id \
    WHERE NOT EXISTS (SELECT 1 FROM company_assignments a WHERE a.organization_id = gm.organization_id AND a.membership_id = gm.membership_id AND a.company_id = gg.company_id)";

/// What must not exist, each with a query that counts it. Foreign keys hold most things; these are what they cannot hold.
const ORPHANS: &[(&str, &str)] = &[
    (
        "organizations whose owner count differs from their owners",
        "SELECT COUNT(*) AS n FROM organizations o WHERE o.owner_count <> (SELECT COUNT(*) FROM memberships m WHERE m.organization_id = o.id AND m.direct_role = 'owner' AND m.status = 'active')",
    ),
    (
        "organizations without an owner",
        "SELECT COUNT(*) AS n FROM organizations WHERE owner_count < 1 AND status <> 'deleted'",
    ),
    (
        "organizations without a current address",
        "SELECT COUNT(*) AS n FROM organizations o WHERE (SELECT COUNT(*) FROM organization_slugs s WHERE s.organization_id = o.id AND s.is_current) <> 1 AND o.status <> 'deleted'",
    ),
    (
        "member counts that differ from the members",
        "SELECT COUNT(*) AS n FROM role_counts r WHERE r.members <> (SELECT COUNT(*) FROM memberships m WHERE m.organization_id = r.organization_id AND m.role = r.role AND m.status <> 'removed')",
    ),
    (
        "suspended counts that differ from the suspended members",
        "SELECT COUNT(*) AS n FROM role_counts r WHERE r.suspended <> (SELECT COUNT(*) FROM memberships m WHERE m.organization_id = r.organization_id AND m.role = r.role AND m.status = 'suspended')",
    ),
    (
        "members whose role is neither their own nor a group's",
        "SELECT COUNT(*) AS n FROM memberships m WHERE m.status <> 'removed' AND m.role <> m.direct_role AND NOT EXISTS (SELECT 1 FROM group_members x JOIN groups g ON g.organization_id = x.organization_id AND g.id = x.group_id WHERE x.organization_id = m.organization_id AND x.membership_id = m.id AND g.role = m.role)",
    ),
    (
        "members whose count of groups differs from their groups",
        "SELECT COUNT(*) AS n FROM memberships m WHERE m.group_count <> (SELECT COUNT(*) FROM group_members x WHERE x.organization_id = m.organization_id AND x.membership_id = m.id)",
    ),
    (
        "groups whose count of people differs from the people",
        "SELECT COUNT(*) AS n FROM groups g WHERE g.member_count <> (SELECT COUNT(*) FROM group_members x WHERE x.organization_id = g.organization_id AND x.group_id = g.id)",
    ),
    (
        "assignments that nobody gave",
        "SELECT COUNT(*) AS n FROM company_assignments a WHERE a.direct_role IS NULL AND NOT EXISTS (SELECT 1 FROM group_members x JOIN group_grants g ON g.organization_id = x.organization_id AND g.group_id = x.group_id WHERE x.organization_id = a.organization_id AND x.membership_id = a.membership_id AND g.company_id = a.company_id)",
    ),
    (
        "members whose role is not the highest of their own and their groups'",
        ROLES,
    ),
    ("places in companies that do not follow from what was given", PLACES),
    ("places that a group gives and that are missing", MISSING_PLACES),
    (
        "companies whose count of people differs from the people",
        "SELECT COUNT(*) AS n FROM companies c WHERE c.member_count <> (SELECT COUNT(*) FROM company_assignments a JOIN memberships m ON m.organization_id = a.organization_id AND m.id = a.membership_id WHERE a.organization_id = c.organization_id AND a.company_id = c.id AND m.status = 'active' AND m.role NOT IN ('owner', 'admin', 'editor', 'viewer'))",
    ),
    (
        "organizations whose count of places differs from the people of their companies",
        "SELECT COUNT(*) AS n FROM organizations o WHERE o.assignment_count <> (SELECT COALESCE(SUM(c.member_count), 0) FROM companies c WHERE c.organization_id = o.id)",
    ),
    (
        "organizations whose count of companies differs from the companies",
        "SELECT COUNT(*) AS n FROM organizations o WHERE o.active_companies <> (SELECT COUNT(*) FROM companies c WHERE c.organization_id = o.id AND c.status = 'active') OR o.archived_companies <> (SELECT COUNT(*) FROM companies c WHERE c.organization_id = o.id AND c.status = 'archived')",
    ),
    (
        "assignments of removed members",
        "SELECT COUNT(*) AS n FROM company_assignments a JOIN memberships m ON m.organization_id = a.organization_id AND m.id = a.membership_id WHERE m.status = 'removed'",
    ),
    (
        "logs whose end is not where their head says",
        "SELECT COUNT(*) AS n FROM audit_heads h WHERE h.seq <> (SELECT COALESCE(MAX(d.seq), 0) FROM audit_events d WHERE d.organization_id = h.organization_id)",
    ),
    (
        "pending invitations without a link",
        "SELECT COUNT(*) AS n FROM invitations i WHERE i.status = 'pending' AND NOT EXISTS (SELECT 1 FROM invitation_tokens l WHERE l.organization_id = i.organization_id AND l.invitation_id = i.id AND l.is_current)",
    ),
    (
        "letters that were given up",
        "SELECT COUNT(*) AS n FROM mail_outbox WHERE state IN ('failed', 'bounced')",
    ),
];

/// One thing that must not exist.
#[derive(Debug, Clone, Copy)]
pub struct Check {
    /// The words that follow a number of them.
    pub what: &'static str,
    pub found: i64,
}

/// Looks for all of it. It reads whole tables, so it is nothing for a page that is opened often.
pub fn check(conn: &mut Conn) -> QueryResult<Vec<Check>> {
    ORPHANS
        .iter()
        .map(|(what, query)| {
            let found = diesel::sql_query(*query).get_result::<Count>(conn)?.n;
            Ok(Check { what, found })
        })
        .collect()
}
