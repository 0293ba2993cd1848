//! The texts that everybody may read.

use actix_web::HttpResponse;
use askama::Template;

use crate::auth::Visitor;
use crate::common::error::AppError;
use crate::common::html::html;
use crate::web::layout::Layout;
use crate::web::layout::PublicLayout;

#[derive(Template)]
#[template(path = "legal/terms.html")]
struct Terms {
    layout: Layout,
}

#[derive(Template)]
#[template(path = "legal/privacy.html")]
struct Privacy {
    layout: Layout,
}

/// The terms.
pub async fn terms(visitor: Visitor) -> Result<HttpResponse, AppError> {
    html(Terms {
        layout: visitor.layout(),
    })
}

/// The privacy notice.
pub async fn privacy(visitor: Visitor) -> Result<HttpResponse, AppError> {
    html(Privacy {
        layout: visitor.layout(),
    })
}
