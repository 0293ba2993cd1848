//! Answers on the assignments of one company. A form has many rows and saves all of them or none.

mod page;

use actix_web::{HttpResponse, web};

use crate::auth::CompanyGate;
use crate::authz::permission::ManageCompanyMembers;
use crate::common::error::AppError;
use crate::common::fields::Fields;
use crate::common::html::{query_value, see_other};
use crate::common::id::{ReviewId, ReviewItemId};
use crate::handlers::access_reviews::answers::page::{AnswersPage, TypedAnswers};
use crate::services::access_reviews::decide;
use crate::services::access_reviews::decide::{DecideError, ItemAnswer};

/// Rows in one form.
const MOST: usize = 200;

#[derive(Debug, Clone, Default, serde::Deserialize)]
#[serde(default)]
pub struct AnswersQuery {
    after: String,
}

/// `GET /organizations/{slug}/access/reviews/{id}/companies/{company}`
pub async fn edit(
    gate: CompanyGate<ManageCompanyMembers>,
    path: web::Path<(String, String, String)>,
    query: web::Query<AnswersQuery>,
) -> Result<HttpResponse, AppError> {
    let id = ReviewId::parse(&path.1).ok_or(AppError::NotFound)?;
    let typed = TypedAnswers {
        after: query.into_inner().after,
        ..TypedAnswers::default()
    };
    gate.show(move |actor, company, conn| AnswersPage::load(conn, actor, company, id, typed))
        .await
}

/// `POST /organizations/{slug}/access/reviews/{id}/companies/{company}`
pub async fn update(
    gate: CompanyGate<ManageCompanyMembers>,
    path: web::Path<(String, String, String)>,
    fields: Fields,
) -> Result<HttpResponse, AppError> {
    let (slug, id, company) = path.into_inner();
    let id = ReviewId::parse(&id).ok_or(AppError::NotFound)?;
    let after = fields.get("after").to_owned();
    let keep_open = fields.get("bulk") == "keep";
    let answers = answers(&fields)?;
    let given = answers.clone();
    let saved = gate
        .try_write(move |actor, company, conn| decide::decide(conn, actor, company, id, given, keep_open))
        .await;
    match saved {
        Ok(0) => gate.tell("info", "No changes to save"),
        Ok(1) => gate.tell("success", "1 answer saved"),
        Ok(n) => gate.tell("success", format!("{n} answers saved")),
        Err(DecideError::Over) => gate.tell("danger", "The review is over. No changes were saved"),
        Err(DecideError::Failed(error)) => return Err(error),
        Err(DecideError::Answers(errors)) => {
            let typed = TypedAnswers { after, answers, errors };
            return gate
                .refused(move |actor, company, conn| AnswersPage::load(conn, actor, company, id, typed))
                .await;
        }
    }
    let mut to = format!("/organizations/{slug}/access/reviews/{id}/companies/{company}");
    if !after.is_empty() {
        to = format!("{to}?after={}", query_value(&after));
    }
    Ok(see_other(gate.fragment(), &to))
}

fn answers(fields: &Fields) -> Result<Vec<ItemAnswer>, AppError> {
    let mut answers: Vec<ItemAnswer> = Vec::new();
    for text in fields.all("item") {
        let item = ReviewItemId::parse(text).ok_or(AppError::NotFound)?;
        let field = |name: &str| fields.get(&format!("{name}-{text}")).to_owned();
        if answers.iter().all(|answer| answer.item != item) {
            answers.push(ItemAnswer {
                item,
                answer: field("decision"),
                note: field("note"),
                version: field("seen"),
            });
        }
    }
    if answers.len() > MOST {
        return Err(AppError::Unreadable(format!("Send at most {MOST} answers at a time.")));
    }
    Ok(answers)
}
