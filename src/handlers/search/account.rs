use actix_web::{HttpResponse, web};

use crate::auth::SignedIn;
use crate::common::error::AppError;
use crate::handlers::search::finders;
use crate::handlers::search::page::{SearchPage, SearchQuery};
use crate::web::layout::PageLayout;
use crate::web::pages::{PageKind, PageReader};

/// `GET /search`: outside of any organization.
pub async fn show(gate: SignedIn, query: web::Query<SearchQuery>) -> Result<HttpResponse, AppError> {
    use PageKind::{Account, Action, Operator};
    let (q, place) = query.into_inner().read();
    let page = gate
        .read(move |person, conn| {
            let reader = PageReader {
                organization: None,
                member: false,
                operator: person.operator,
                week: String::new(),
            };
            let mut groups: Vec<_> = finders::organizations(conn, person, None, &q, place.limit())?
                .into_iter()
                .collect();
            groups.extend(finders::pages(&reader, &q, &[Account, Action, Operator], place.limit()));
            Ok(SearchPage {
                layout: person.layout(conn, "search")?,
                path: "/search".to_owned(),
                label: "Search organizations and pages".to_owned(),
                place,
                q,
                groups,
            })
        })
        .await?;
    page.respond(gate.fragment())
}
