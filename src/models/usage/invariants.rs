//! What `tenantry doctor` compares: the sums of usage and of figures with what they add up.

use crate::models::consistency::Invariant;

pub const USAGE_DAYS: &[Invariant] = &[
    Invariant::thorough(
        "sums of a day that are not the sum of its events",
        "SELECT COUNT(*) AS n FROM usage_days d WHERE d.scope <> 'active' AND d.scope <> 'archived' AND (d.quantity, d.events) <> \
         (SELECT COALESCE(SUM(e.quantity), 0), COUNT(*) FROM usage_events e WHERE e.organization_id = d.organization_id \
         AND e.company_id = d.scope AND e.meter = d.meter AND e.day = d.day AND e.voided_at IS NULL)",
    ),
    Invariant::thorough(
        "usage events that are in no sum",
        "SELECT COUNT(*) AS n FROM usage_events e WHERE e.voided_at IS NULL AND NOT EXISTS (SELECT 1 FROM usage_days d \
         WHERE d.organization_id = e.organization_id AND d.scope = e.company_id AND d.meter = e.meter AND d.day = e.day)",
    ),
    Invariant::thorough(
        "sums of active companies that are not the sum of the companies",
        "SELECT COUNT(*) AS n FROM usage_days d WHERE d.scope = 'active' AND d.quantity <> (SELECT COALESCE(SUM(x.quantity), 0) \
         FROM companies c JOIN usage_days x ON x.organization_id = c.organization_id AND x.scope = c.id \
         WHERE c.organization_id = d.organization_id AND c.status = 'active' AND x.meter = d.meter AND x.day = d.day)",
    ),
];

pub const USAGE_MONTHS: &[Invariant] = &[
    Invariant::thorough(
        "sums of days that are in no sum of a month",
        "SELECT COUNT(*) AS n FROM usage_days d WHERE d.events <> 0 AND NOT EXISTS (SELECT 1 FROM usage_months m \
         WHERE m.organization_id = d.organization_id AND m.scope = d.scope AND m.meter = d.meter)",
    ),
    Invariant::thorough(
        "sums of months that are not the sum of their days",
        "SELECT COUNT(*) AS n FROM (SELECT organization_id, scope, meter, SUM(quantity) AS quantity, SUM(events) AS events FROM usage_months \
     GROUP BY organization_id, scope, meter) m WHERE (m.quantity, m.events) <> (SELECT SUM(d.quantity), SUM(d.events) FROM usage_days d \
     WHERE d.organization_id = m.organization_id AND d.scope = m.scope AND d.meter = m.meter)",
    ),
];

pub const FACT_DAYS: &[Invariant] = &[
    Invariant::thorough(
        "sums of figures of active companies that are not the sum of the companies",
        "SELECT COUNT(*) AS n FROM fact_days d WHERE d.scope = 'active' AND (d.reports, d.cases_new, d.cases_closed, d.placed_minor, d.recovered_minor) <> \
         (SELECT COUNT(*), COALESCE(SUM(f.cases_new), 0), COALESCE(SUM(f.cases_closed), 0), COALESCE(SUM(f.placed_minor), 0), \
         COALESCE(SUM(f.recovered_minor), 0) FROM companies c JOIN company_facts f ON f.organization_id = c.organization_id AND f.company_id = c.id \
         WHERE c.organization_id = d.organization_id AND c.status = 'active' AND f.day = d.day)",
    ),
    Invariant::thorough(
        "figures of companies that are in no sum",
        "SELECT COUNT(*) AS n FROM (SELECT organization_id, COUNT(*) AS days FROM company_facts GROUP BY organization_id) f WHERE f.days <> \
         (SELECT COALESCE(SUM(d.reports), 0) FROM fact_days d WHERE d.organization_id = f.organization_id)",
    ),
];

pub const FACT_MONTHS: &[Invariant] = &[
    Invariant::thorough(
        "monthly figures of companies that are not the sum of their days",
        "SELECT COUNT(*) AS n FROM (SELECT organization_id, scope, SUM(reports) AS reports, SUM(cases_new) AS cases_new, SUM(cases_closed) AS cases_closed, \
         SUM(placed_minor) AS placed, SUM(recovered_minor) AS recovered FROM fact_months WHERE scope <> 'active' AND scope <> 'archived' \
         GROUP BY organization_id, scope) m WHERE (m.reports, m.cases_new, m.cases_closed, m.placed, m.recovered) <> \
         (SELECT COUNT(*), COALESCE(SUM(f.cases_new), 0), COALESCE(SUM(f.cases_closed), 0), COALESCE(SUM(f.placed_minor), 0), \
         COALESCE(SUM(f.recovered_minor), 0) FROM company_facts f WHERE f.organization_id = m.organization_id AND f.company_id = m.scope)",
    ),
    Invariant::thorough(
        "monthly figures of all companies that are not the sum of their days",
        "SELECT COUNT(*) AS n FROM (SELECT organization_id, scope, SUM(reports) AS reports, SUM(placed_minor) AS placed, SUM(recovered_minor) AS recovered \
         FROM fact_months WHERE scope = 'active' OR scope = 'archived' GROUP BY organization_id, scope) m WHERE (m.reports, m.placed, m.recovered) <> \
         (SELECT COALESCE(SUM(d.reports), 0), COALESCE(SUM(d.placed_minor), 0), COALESCE(SUM(d.recovered_minor), 0) FROM fact_days d \
         WHERE d.organization_id = m.organization_id AND d.scope = m.scope)",
    ),
];
