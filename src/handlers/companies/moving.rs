//! Moving a company to another organization of the same person, after what it means was shown.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::audit::Events;
use crate::auth::CompanyGate;
use crate::auth::actor::Actor;
use crate::auth::company::Company;
use crate::authz::permission::DeleteCompanies;
use crate::common::error::AppError;
use crate::common::form::FormErrors;
use crate::common::html::{html, html_with, see_other};
use crate::db::Conn;
use crate::db::types::organization::UnitLabel;
use crate::services::company_move;
use crate::services::company_move::{Destination, Obstacles};
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;

/// What was chosen and typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct CompanyMoveForm {
    /// The slug of the other organization.
    to: String,
    /// The company's name, to confirm.
    name: String,
}

/// What a move to the chosen organization means.
struct Meaning {
    to: Destination,
    stay: usize,
    leave: usize,
}

#[derive(Template)]
#[template(path = "companies/moving.html")]
struct MovingPage {
    layout: Layout,
    path: String,
    organization: String,
    base: String,
    unit: UnitLabel,
    name: String,
    destinations: Vec<Destination>,
    obstacles: Obstacles,
    meaning: Option<Meaning>,
    typed: CompanyMoveForm,
    errors: FormErrors,
}

impl MovingPage {
    fn load(
        conn: &mut Conn,
        actor: &Actor,
        company: &Company,
        typed: CompanyMoveForm,
        errors: FormErrors,
    ) -> Result<Self, AppError> {
        let destinations = company_move::destinations(conn, actor)?;
        let to = destinations.iter().find(|one| one.slug == typed.to).cloned();
        let meaning = match to {
            Some(to) => {
                let (stay, leave) = company_move::people(conn, actor, company.id, &to)?;
                Some(Meaning { to, stay, leave })
            }
            None => None,
        };
        Ok(Self {
            layout: actor.layout(conn, "companies")?,
            path: company.path(actor, ""),
            organization: actor.organization_name.clone(),
            base: actor.path(""),
            unit: actor.unit,
            name: company.name.clone(),
            obstacles: company_move::obstacles(conn, actor, company.id)?,
            destinations,
            meaning,
            typed,
            errors,
        })
    }
}

/// `GET /organizations/{slug}/companies/{company}/moving`
pub async fn page(
    gate: CompanyGate<DeleteCompanies>,
    typed: web::Query<CompanyMoveForm>,
) -> Result<HttpResponse, AppError> {
    let typed = typed.into_inner();
    let page = gate
        .read(move |actor, company, conn| {
            let mut page = MovingPage::load(conn, actor, company, typed, FormErrors::none())?;
            if page.meaning.is_none() && !page.typed.to.is_empty() {
                page.errors = FormErrors::one("to", NOWHERE);
            }
            Ok(page)
        })
        .await?;
    html(page)
}

const NOWHERE: &str = "Choose one of these organizations";

/// `POST /organizations/{slug}/companies/{company}/moving`
pub async fn submit(
    gate: CompanyGate<DeleteCompanies>,
    typed: web::Form<CompanyMoveForm>,
) -> Result<HttpResponse, AppError> {
    let typed = typed.into_inner();
    let again = typed.clone();
    let done = gate
        .write(move |actor, company, conn| relocate(conn, actor, company, &typed))
        .await?;
    match done {
        Ok((word, path)) => {
            gate.tell("success", word);
            Ok(see_other(gate.fragment(), &path))
        }
        Err(errors) => {
            let page = gate
                .read(move |actor, company, conn| MovingPage::load(conn, actor, company, again, errors))
                .await?;
            html_with(StatusCode::UNPROCESSABLE_ENTITY, page)
        }
    }
}

type Relocated = Result<(String, String), FormErrors>;

fn relocate(
    conn: &mut Conn,
    actor: &Actor,
    company: &Company,
    typed: &CompanyMoveForm,
) -> Result<(Relocated, Events), AppError> {
    let refused = |field, sentence: &str| {
        let errors = FormErrors::one(field, sentence);
        Ok((Err(errors), Events::none("refused")))
    };
    let destinations = company_move::destinations(conn, actor)?;
    let Some(to) = destinations.into_iter().find(|one| one.slug == typed.to) else {
        return refused("to", NOWHERE);
    };
    if typed.name.trim() != company.name {
        return refused("name", &format!("Type “{}”", company.name));
    }
    let Some((slug, events)) = company_move::relocate(conn, actor, company, &to)? else {
        return refused("to", "Settle first what stands in the way");
    };
    let word = format!("{} is in {} now", company.name, to.name);
    let path = format!("/organizations/{}/companies/{slug}", to.slug);
    Ok((Ok((word, path)), events))
}
