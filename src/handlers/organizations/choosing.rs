//! Guidance for who does not know which they need: another organization, or another company in the one they have.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::auth::SignedIn;
use crate::common::error::AppError;
use crate::common::html::html;
use crate::handlers::organizations::rules::{Advice, Answers};
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;

/// A question with its two answers.
struct Question {
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
    questions: Vec<Question>,
    advice: Option<Advice>,
    missing: bool,
}

/// `GET /organizations/choosing`: the questions, and with answers what follows from them.
pub async fn show(gate: SignedIn, answers: web::Query<Answers>) -> Result<HttpResponse, AppError> {
    let answers = answers.into_inner();
    let page = gate
        .read(move |person, conn| {
            let layout = person.layout(conn, "organizations")?;
            Ok(ChoosingPage {
                layout,
                advice: answers.advice(),
                missing: answers.is_begun() && answers.advice().is_none(),
                questions: vec![
                    Question {
                        name: "owners",
                        text: "Who decides about it in the end?",
                        yes: "Somebody else: other owners, another legal entity",
                        no: "The same people as today",
                        chosen: answers.owners.clone(),
                    },
                    Question {
                        name: "billing",
                        text: "Who pays for it?",
                        yes: "It has a bill and a payment method of its own",
                        no: "It goes onto the same bill",
                        chosen: answers.billing.clone(),
                    },
                    Question {
                        name: "walls",
                        text: "May an owner or admin of today see what is in it?",
                        yes: "No, nobody may see across",
                        no: "Yes",
                        chosen: answers.walls.clone(),
                    },
                ],
            })
        })
        .await?;
    html(page)
}
