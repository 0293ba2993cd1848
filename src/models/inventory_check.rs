//! The conditions that resources and the settings of companies must meet.

use crate::models::consistency::Invariant;

pub const COMPANY_SETTINGS: &[Invariant] = &[Invariant::new(
    "settings of companies that don’t exist",
    "SELECT COUNT(*) AS n FROM company_settings s \
     WHERE NOT EXISTS (SELECT 1 FROM companies c WHERE c.organization_id = s.organization_id AND c.id = s.company_id) \
     AND NOT EXISTS (SELECT 1 FROM deleted_companies d WHERE d.organization_id = s.organization_id AND d.id = s.company_id)",
)];

pub const RESOURCES: &[Invariant] = &[
    Invariant::new(
        "resources in the wrong list",
        "SELECT COUNT(*) AS n FROM resources r LEFT JOIN companies c ON c.organization_id = r.organization_id AND c.id = r.company_id \
         WHERE r.listed_as <> CASE WHEN r.company_id IS NOT NULL AND c.id IS NULL THEN 'deleted' \
         WHEN r.state = 'archived' OR c.status = 'archived' THEN 'archived' ELSE 'active' END",
    ),
    Invariant::new(
        "resources that are in no count",
        "SELECT COUNT(*) AS n FROM resources r WHERE NOT EXISTS (SELECT 1 FROM resource_counts n \
         WHERE n.organization_id = r.organization_id AND n.scope = COALESCE(r.company_id, 'organization') \
         AND n.listed_as = r.listed_as AND n.kind = r.kind)",
    ),
];

pub const RESOURCE_COUNTS: &[Invariant] = &[Invariant::new(
    "wrong counts of resources",
    "SELECT COUNT(*) AS n FROM resource_counts n WHERE n.resources <> (SELECT COUNT(*) FROM resources r \
     WHERE r.organization_id = n.organization_id AND r.listed_as = n.listed_as AND r.kind = n.kind \
     AND (n.scope = 'all' OR n.scope = COALESCE(r.company_id, 'organization')))",
)];
