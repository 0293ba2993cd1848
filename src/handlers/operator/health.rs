//! Everything that `tenantry doctor` looks at in the database, on a page. It holds no secret, and no tenant's content.

use actix_web::HttpResponse;
use askama::Template;

use crate::auth::OperatorGate;
use crate::common::error::AppError;
use crate::common::html::html;
use crate::models::consistency;
use crate::models::consistency::Check;
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;

#[derive(Template)]
#[template(path = "operator/health.html")]
struct HealthPage {
    layout: Layout,
    checks: Vec<Check>,
}

impl HealthPage {
    fn faults(&self) -> usize {
        self.checks.iter().filter(|check| check.found > 0).count()
    }
}

/// `GET /operator/health`
pub async fn show(gate: OperatorGate) -> Result<HttpResponse, AppError> {
    let page = gate
        .read(|operator, conn| {
            Ok(HealthPage {
                layout: operator.layout(conn, "operator health")?,
                checks: consistency::check(conn)?,
            })
        })
        .await?;
    html(page)
}
