//! Moving a company to another organization of the account, after a preview.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::auth::CompanyGate;
use crate::auth::actor::Actor;
use crate::auth::company::Company;
use crate::authz::permission::DeleteCompanies;
use crate::common::error::AppError;
use crate::common::form::FormErrors;
use crate::db::Conn;
use crate::db::types::organization::UnitLabel;
use crate::models::company_move::obstacles::MoveObstacles;
use crate::services::companies::carried::CarriedAlong;
use crate::services::companies::relocate;
use crate::services::companies::relocate::{MoveDestination, MoveError, MovePlan, MoveRequest};
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct CompanyMoveForm {
    /// The slug of the other organization.
    to: String,
    /// The name of the company, to confirm.
    name: String,
}

/// What a move to the chosen organization changes.
struct MovePreview {
    to: MoveDestination,
    carried: CarriedAlong,
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
    destinations: Vec<MoveDestination>,
    obstacles: MoveObstacles,
    meaning: Option<MovePreview>,
    typed: CompanyMoveForm,
    errors: FormErrors,
}

crate::page!(MovingPage);

impl MovingPage {
    fn load(
        conn: &mut Conn,
        actor: &Actor,
        company: &Company,
        typed: CompanyMoveForm,
        errors: FormErrors,
    ) -> Result<Self, AppError> {
        let destinations = relocate::destinations(conn, actor)?;
        let meaning = match destinations.iter().find(|to| to.slug == typed.to) {
            Some(to) => {
                let plan = MovePlan::new(conn, actor, company.id, to.clone())?;
                Some(MovePreview {
                    stay: plan.keep_count(),
                    leave: plan.loss_count(),
                    carried: plan.carried,
                    to: plan.to,
                })
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
            obstacles: relocate::find_obstacles(conn, actor, company.id)?,
            destinations,
            meaning,
            typed,
            errors,
        })
    }
}

const UNKNOWN_DESTINATION: &str = "Choose one of these organizations";

/// `GET /organizations/{slug}/companies/{company}/moving`
pub async fn new(
    gate: CompanyGate<DeleteCompanies>,
    typed: web::Query<CompanyMoveForm>,
) -> Result<HttpResponse, AppError> {
    let typed = typed.into_inner();
    gate.show(move |actor, company, conn| {
        let mut page = MovingPage::load(conn, actor, company, typed, FormErrors::none())?;
        if page.meaning.is_none() && !page.typed.to.is_empty() {
            page.errors = FormErrors::one("to", UNKNOWN_DESTINATION);
        }
        Ok(page)
    })
    .await
}

/// `POST /organizations/{slug}/companies/{company}/moving`
pub async fn create(
    gate: CompanyGate<DeleteCompanies>,
    typed: web::Form<CompanyMoveForm>,
) -> Result<HttpResponse, AppError> {
    let typed = typed.into_inner();
    let request = MoveRequest {
        to: typed.to.clone(),
        name: typed.name.clone(),
    };
    let moved = gate
        .try_write(move |actor, company, conn| {
            let (moved, events) = relocate::relocate(conn, actor, company, &request)?;
            Ok(((company.name.clone(), moved), events))
        })
        .await;
    let error = match moved {
        Ok((name, moved)) => {
            let path = format!("/organizations/{}/companies/{}", moved.organization_slug, moved.slug);
            return Ok(gate.done(format!("{name} was moved to {}", moved.organization), &path));
        }
        Err(MoveError::Failed(error)) => return Err(error),
        Err(error) => error,
    };
    gate.refused(move |actor, company, conn| {
        let errors = match error {
            MoveError::NotConfirmed => FormErrors::one("name", format!("Type “{}” to confirm", company.name)),
            MoveError::Blocked => FormErrors::one("to", "Resolve the items that block the move first"),
            MoveError::UnknownDestination | MoveError::Failed(_) => FormErrors::one("to", UNKNOWN_DESTINATION),
        };
        MovingPage::load(conn, actor, company, typed, errors)
    })
    .await
}
