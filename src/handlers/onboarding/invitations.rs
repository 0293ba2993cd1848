//! The first step: pending invitations and requests.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::auth::current_user::CurrentUser;
use crate::auth::{SignedIn, Unverified};
use crate::common::error::AppError;
use crate::common::html::{html, see_other};
use crate::db::Conn;
use crate::db::types::organization::UnitLabel;
use crate::handlers::onboarding::queries;
use crate::web::layout::{Layout, PageLayout};

#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub struct OnboardingQuery {
    step: String,
}

struct JoinRequestRow {
    id: String,
    organization: String,
    company: String,
    at: (String, String),
}

struct PendingInvitationRow {
    name: String,
    inviter: String,
    role: &'static str,
    companies: String,
    expires: (String, String),
    path: String,
}

#[derive(Template)]
#[template(path = "onboarding/invitations.html")]
struct InvitationsPage {
    layout: Layout,
    rows: Vec<PendingInvitationRow>,
    asked: Vec<JoinRequestRow>,
    email: String,
    verified: bool,
    first: bool,
}

pub async fn show(gate: SignedIn<Unverified>, query: web::Query<OnboardingQuery>) -> Result<HttpResponse, AppError> {
    let create = query.step == "create";
    let page = gate
        .read(move |person, conn| {
            let page = page(person, conn)?;
            Ok((!create && (!page.rows.is_empty() || !page.asked.is_empty() || !page.verified)).then_some(page))
        })
        .await?;
    match page {
        Some(page) => html(page),
        None => Ok(see_other(gate.fragment(), "/organizations/new")),
    }
}

fn page(person: &CurrentUser, conn: &mut Conn) -> Result<InvitationsPage, AppError> {
    let mut rows = Vec::new();
    for pending in queries::pending_invitations(conn, person)? {
        let (names, count) = queries::granted(conn, pending.organization, pending.id)?;
        rows.push(PendingInvitationRow {
            companies: companies(pending.role.inherited().is_some(), pending.unit, &names, count),
            expires: (
                pending.expires_at.iso(),
                pending
                    .expires_at
                    .ahead(person.cx.now, person.zone.unwrap_or(pending.zone)),
            ),
            path: pending.path(person),
            role: pending.role.label(),
            name: pending.name,
            inviter: pending.inviter,
        });
    }
    let asked = queries::open_requests(conn, person.id)?
        .into_iter()
        .map(|asked| JoinRequestRow {
            id: asked.id.to_string(),
            organization: asked.organization,
            company: asked.company,
            at: (
                asked.at.iso(),
                asked.at.ago(person.cx.now, person.zone.unwrap_or(asked.zone)),
            ),
        });
    Ok(InvitationsPage {
        layout: person.layout(conn, "")?,
        rows,
        asked: asked.collect(),
        email: person.email.to_string(),
        verified: person.verified,
        first: !queries::has_any(conn, person.id)?,
    })
}

/// "Harbor, Atlas", "Harbor, Atlas, Pinecrest and 4 more", "All companies", or nothing.
fn companies(all: bool, unit: UnitLabel, names: &[String], count: i64) -> String {
    let shown = i64::try_from(names.len()).unwrap_or_default();
    match (all, count) {
        (true, _) => format!("All {}", unit.many()),
        (false, 0) => String::new(),
        (false, _) if count > shown => format!("{} and {} more", names.join(", "), count - shown),
        (false, _) => names.join(", "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_companies_are_named() {
        let names = ["Harbor".to_owned(), "Atlas".to_owned()];
        assert_eq!(companies(false, UnitLabel::Client, &names, 2), "Harbor, Atlas");
        assert_eq!(
            companies(false, UnitLabel::Client, &names, 6),
            "Harbor, Atlas and 4 more"
        );
        assert_eq!(companies(true, UnitLabel::Client, &[], 0), "All clients");
        assert_eq!(companies(false, UnitLabel::Client, &[], 0), "");
    }
}
