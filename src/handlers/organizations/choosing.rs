//! Helps to choose between another organization and another company.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::auth::SignedIn;
use crate::common::error::AppError;
use crate::common::html::html;
use crate::handlers::organizations::advice::{AdviceQuery, OrganizationAdvice};
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;

struct ChoosingQuestion {
    name: &'static str,
    text: &'static str,
    yes: &'static str,
    no: &'static str,
    chosen: String,
}

#[derive(Template)]
#[template(path = "organizations/choosing.html")]
struct ChoosingPage {
    layout: Layout,
    questions: Vec<ChoosingQuestion>,
    advice: Option<OrganizationAdvice>,
    missing: bool,
}

/// `GET /organizations/choosing`
pub async fn show(gate: SignedIn, answers: web::Query<AdviceQuery>) -> Result<HttpResponse, AppError> {
    let answers = answers.into_inner();
    let page = gate
        .read(move |person, conn| {
            let layout = person.layout(conn, "organizations")?;
            Ok(ChoosingPage {
                layout,
                advice: answers.advice(),
                missing: answers.is_begun() && answers.advice().is_none(),
                questions: vec![
                    ChoosingQuestion {
                        name: "owners",
                        text: "Who owns it?",
                        yes: "Other owners, or another legal entity",
                        no: "The same owners as today",
                        chosen: answers.owners.clone(),
                    },
                    ChoosingQuestion {
                        name: "billing",
                        text: "Who pays for it?",
                        yes: "It has its own billing and payment method",
                        no: "It is on the same bill",
                        chosen: answers.billing.clone(),
                    },
                    ChoosingQuestion {
                        name: "walls",
                        text: "Can present owners and admins see its data?",
                        yes: "No, its data must be separate",
                        no: "Yes",
                        chosen: answers.walls.clone(),
                    },
                ],
            })
        })
        .await?;
    html(page)
}
