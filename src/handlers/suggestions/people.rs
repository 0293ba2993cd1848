//! Suggested members.

use actix_web::{HttpRequest, HttpResponse};

use crate::auth::Gate;
use crate::authz::decision::Reach;
use crate::authz::permission::{Permission, ViewMembers};
use crate::common::error::AppError;
use crate::common::search;
use crate::handlers::suggestions::{MOST, Suggestions, typed};
use crate::models::member_search;
use crate::models::member_search::MemberFilter;

/// `GET /organizations/{slug}/suggestions/people`: of those whom the reader may see.
pub async fn index(gate: Gate<ViewMembers>, request: HttpRequest) -> Result<HttpResponse, AppError> {
    let words = search::query(&typed(&request));
    gate.show(move |actor, conn| {
        let within = match actor.reach::<ViewMembers>() {
            Reach::Everywhere => None,
            _ => Some(actor.own_companies(conn, ViewMembers::ID)?),
        };
        let wanted = MemberFilter::by_words(words, within, actor.cx.now);
        let found = member_search::page(conn, actor.organization, &wanted, None, MOST)?;
        // The address makes the suggestion unique, and is found by the same search.
        let options = found
            .page
            .rows
            .into_iter()
            .map(|row| (format!("{} ({})", row.name, row.email), String::new()));
        Ok(Suggestions {
            options: options.collect(),
        })
    })
    .await
}
