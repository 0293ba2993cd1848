use actix_web::{HttpResponse, web};
use askama::Template;

use crate::auth::Gate;
use crate::auth::actor::Actor;
use crate::authz::permission::RemoveMembers;
use crate::common::error::AppError;
use crate::common::html::{number, see_other};
use crate::common::id::ReviewId;
use crate::db::Conn;
use crate::handlers::access_reviews::bar::deciders;
use crate::models::access_review;
use crate::models::access_review::Review;
use crate::models::access_review::companies;
use crate::models::access_review::progress;
use crate::models::access_review::progress::CompanyProgress;
use crate::models::access_review::state::ReviewStatus;
use crate::services::access_reviews::close;
use crate::services::access_reviews::close::CloseReviewError;
use crate::services::access_reviews::permission;
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;

/// Companies with open items that the dialog lists.
const LISTED: usize = 50;

struct OpenCompanyRow {
    name: String,
    open: i64,
    deciders: String,
}

#[derive(Template)]
#[template(path = "access_reviews/closing.html", blocks = ["dialog"])]
pub struct ClosingPage {
    layout: Layout,
    back: String,
    path: String,
    review: Review,
    cancels: bool,
    open: i64,
    waiting: Vec<OpenCompanyRow>,
    more: bool,
}
crate::page!(ClosingPage => as_dialog);

impl ClosingPage {
    fn question(&self) -> String {
        if self.cancels {
            format!("Cancel {}?", self.review.name)
        } else {
            format!("Close {} now?", self.review.name)
        }
    }

    fn unanswered(&self) -> String {
        match self.open {
            0 => "Every assignment is answered.".into(),
            1 => "1 assignment is not answered. It will be removed.".into(),
            open => format!("{} assignments are not answered. They will be removed.", number(&open)),
        }
    }

    /// The question before a review is closed, or before it is cancelled.
    pub fn load(conn: &mut Conn, actor: &Actor, id: ReviewId, cancels: bool) -> Result<Self, AppError> {
        permission::require(actor, conn)?;
        let org = actor.organization;
        let review = access_review::find(conn, org, id)?;
        let limit = i64::try_from(LISTED + 1).unwrap_or(i64::MAX);
        let mut found = progress::companies_with_open_items(conn, org, id, limit)?;
        let more = found.len() > LISTED;
        found.truncate(LISTED);
        let ids: Vec<_> = found.iter().map(|company| company.id).collect();
        let managers = companies::managers(conn, org, actor.cx.now, &ids)?;
        let row = |company: CompanyProgress| OpenCompanyRow {
            deciders: deciders(managers.get(&company.id)),
            name: company.name,
            open: company.open,
        };
        let back = actor.path(&format!("/access/reviews/{id}"));
        Ok(Self {
            layout: actor.layout(conn, "access")?,
            path: format!("{back}/{}", if cancels { "cancellation" } else { "closing" }),
            back,
            cancels,
            open: progress::total(conn, org, id)?.open,
            waiting: found.into_iter().map(row).collect(),
            more,
            review,
        })
    }
}

/// `GET /organizations/{slug}/access/reviews/{id}/closing`
pub async fn new(gate: Gate<RemoveMembers>, path: web::Path<(String, String)>) -> Result<HttpResponse, AppError> {
    let id = ReviewId::parse(&path.1).ok_or(AppError::NotFound)?;
    gate.show(move |actor, conn| ClosingPage::load(conn, actor, id, false))
        .await
}

/// `POST /organizations/{slug}/access/reviews/{id}/closing`
pub async fn create(gate: Gate<RemoveMembers>, path: web::Path<(String, String)>) -> Result<HttpResponse, AppError> {
    let (slug, id) = path.into_inner();
    let id = ReviewId::parse(&id).ok_or(AppError::NotFound)?;
    let to = format!("/organizations/{slug}/access/reviews/{id}");
    match gate.try_write(move |actor, conn| close::close(conn, actor, id)).await {
        Ok(review) if review.status == ReviewStatus::Closed => {
            Ok(gate.done(format!("{} is closed. The report is signed", review.name), &to))
        }
        Ok(review) => Ok(gate.done(format!("{} is closing. This takes a moment", review.name), &to)),
        Err(CloseReviewError::NotRunning) => {
            gate.tell("info", "The review isn’t running");
            Ok(see_other(gate.fragment(), &to))
        }
        Err(CloseReviewError::Failed(error)) => Err(error),
    }
}
