use actix_web::{HttpResponse, web};

use crate::auth::Gate;
use crate::auth::actor::Actor;
use crate::authz::permission::ViewOrganization;
use crate::common::error::AppError;
use crate::common::time::Span;
use crate::db::Conn;
use crate::handlers::search::finders;
use crate::handlers::search::page::{HitGroup, SearchPage, SearchPlace, SearchQuery};
use crate::web::layout::PageLayout;
use crate::web::pages::{PageKind, PageReader};

/// `GET /organizations/{slug}/search`
pub async fn show(gate: Gate<ViewOrganization>, query: web::Query<SearchQuery>) -> Result<HttpResponse, AppError> {
    let (text, place) = query.into_inner().read();
    let page = gate.read(move |actor, conn| load(actor, conn, text, place)).await?;
    page.respond(gate.fragment())
}

fn load(actor: &Actor, conn: &mut Conn, q: String, place: SearchPlace) -> Result<SearchPage, AppError> {
    Ok(SearchPage {
        layout: actor.layout(conn, "search")?,
        path: actor.path("/search"),
        label: label(actor, place),
        groups: groups(actor, conn, &q, place)?,
        place,
        q,
    })
}

fn label(actor: &Actor, place: SearchPlace) -> String {
    if place == SearchPlace::Settings {
        return "Search settings".to_owned();
    }
    let companies = actor.permissions.view_company().then(|| actor.unit.many());
    match (companies, actor.permissions.view_members()) {
        (Some(companies), true) => format!("Search {companies}, people and pages"),
        (Some(companies), false) => format!("Search {companies} and pages"),
        (None, true) => "Search people and pages".to_owned(),
        (None, false) => "Search pages".to_owned(),
    }
}

fn groups(actor: &Actor, conn: &mut Conn, q: &str, place: SearchPlace) -> Result<Vec<HitGroup>, AppError> {
    use PageKind::{Account, Action, Operator, Page, Setting};
    let limit = place.limit();
    let reader = PageReader {
        organization: Some((actor.path(""), actor.permissions, actor.unit)),
        member: actor.membership().is_some(),
        operator: actor.person.operator,
        week: (actor.cx.now - Span::days(7)).day(actor.org_zone),
    };
    match place {
        SearchPlace::Switcher => return Ok(finders::companies(conn, actor, q, limit)?.into_iter().collect()),
        SearchPlace::Settings => return Ok(finders::pages(&reader, q, &[Setting], limit)),
        SearchPlace::Page | SearchPlace::Menu | SearchPlace::Hits => {}
    }
    let mut groups = Vec::new();
    if q.trim().is_empty() {
        groups.extend(finders::pinned(conn, actor)?);
    } else {
        groups.extend(finders::companies(conn, actor, q, limit)?);
        groups.extend(finders::people(conn, actor, q, limit)?);
        groups.extend(finders::resources(conn, actor, q, limit)?);
        groups.extend(finders::organizations(
            conn,
            &actor.person,
            Some(&actor.slug),
            q,
            limit,
        )?);
    }
    let kinds = [Page, Action, Setting, Account, Operator];
    groups.extend(finders::pages(&reader, q, &kinds, limit));
    Ok(groups)
}
