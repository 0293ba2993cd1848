//! The consistency checks of `tenantry doctor`, without those that read for minutes. They show no data of organizations.

use actix_web::HttpResponse;
use askama::Template;

use crate::auth::OperatorGate;
use crate::common::error::AppError;
use crate::models::consistency;
use crate::models::consistency::ConsistencyCheck;
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;

#[derive(Template)]
#[template(path = "operator/health.html")]
struct HealthPage {
    layout: Layout,
    checks: Vec<ConsistencyCheck>,
}

crate::page!(HealthPage);

impl HealthPage {
    fn faults(&self) -> usize {
        self.checks.iter().filter(|check| check.found > 0).count()
    }
}

/// `GET /operator/health`
pub async fn show(gate: OperatorGate) -> Result<HttpResponse, AppError> {
    gate.show(|operator, conn| {
        Ok(HealthPage {
            layout: operator.layout(conn, "operator health")?,
            checks: consistency::check(conn, false)?,
        })
    })
    .await
}
