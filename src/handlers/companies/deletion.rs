//! Deleting an archived company, after its name was entered.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::auth::CompanyGate;
use crate::auth::actor::Actor;
use crate::auth::company::Company;
use crate::authz::permission::DeleteCompanies;
use crate::common::error::AppError;
use crate::common::form::FormErrors;
use crate::common::html::see_other;
use crate::db::Conn;
use crate::db::types::organization::{CompanyStatus, UnitLabel};
use crate::models::company_move::obstacles::MoveObstacles;
use crate::models::organization;
use crate::services::approvals::Outcome;
use crate::services::companies::deletion;
use crate::services::companies::deletion::CompanyDeletionError;
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;
use crate::web::messages::{ALREADY_PENDING, PENDING, company_deleted};

#[derive(Debug, Clone, Default, serde::Deserialize)]
#[serde(default)]
pub struct CompanyDeletionForm {
    /// The name of the company, to confirm.
    name: String,
}

#[derive(Template)]
#[template(path = "companies/deletion.html", blocks = ["dialog"])]
struct DeletionPage {
    layout: Layout,
    path: String,
    base: String,
    unit: UnitLabel,
    company: String,
    archived: bool,
    dual: bool,
    obstacles: MoveObstacles,
    typed: CompanyDeletionForm,
    errors: FormErrors,
}

crate::page!(DeletionPage => as_dialog);

impl DeletionPage {
    fn load(
        conn: &mut Conn,
        actor: &Actor,
        company: &Company,
        typed: CompanyDeletionForm,
        errors: FormErrors,
    ) -> Result<Self, AppError> {
        Ok(Self {
            layout: actor.layout(conn, "companies")?,
            path: company.path(actor, ""),
            base: actor.path(""),
            unit: actor.unit,
            company: company.name.clone(),
            archived: company.status == CompanyStatus::Archived,
            dual: organization::control(conn, actor.organization)?.applies(),
            obstacles: deletion::find_obstacles(conn, actor, company.id)?,
            typed,
            errors,
        })
    }

    /// What must be resolved first: what it is, which, and the page that resolves it.
    fn obstacles(&self) -> Vec<(&'static str, String, String)> {
        let open = |rest: &str| format!("{}/{rest}", self.base);
        let mut rows = Vec::new();
        let mut add = |what, which: &[String], rest| {
            if !which.is_empty() {
                rows.push((what, which.join(", "), open(rest)));
            }
        };
        let MoveObstacles {
            invitations,
            links,
            groups,
            keys,
            ..
        } = &self.obstacles;
        add("Pending invitations", invitations, "invitations");
        add("Onboarding links", links, "settings/onboarding");
        add("Groups", groups, "access/groups");
        add("API keys", keys, "settings/developers");
        let review: Vec<String> = self.obstacles.review.iter().cloned().collect();
        add("Access review", &review, "access/reviews");
        if self.obstacles.requests > 0 {
            rows.push((
                "Access requests",
                format!("{} pending", self.obstacles.requests),
                open("access/requests"),
            ));
        }
        rows
    }
}

/// `GET /organizations/{slug}/companies/{company}/deletion`
pub async fn new(gate: CompanyGate<DeleteCompanies>) -> Result<HttpResponse, AppError> {
    gate.show(|actor, company, conn| {
        DeletionPage::load(conn, actor, company, CompanyDeletionForm::default(), FormErrors::none())
    })
    .await
}

/// `POST /organizations/{slug}/companies/{company}/deletion`
pub async fn create(
    gate: CompanyGate<DeleteCompanies>,
    form: web::Form<CompanyDeletionForm>,
) -> Result<HttpResponse, AppError> {
    let form = form.into_inner();
    let typed = form.name.clone();
    let requested = gate
        .try_write(move |actor, company, conn| {
            let (outcome, events) = deletion::request(conn, actor, company, &typed)?;
            let (name, zone) = (company.name.clone(), actor.org_zone);
            let paths = (actor.path("/companies"), company.path(actor, ""));
            Ok(((outcome, name, zone, paths), events))
        })
        .await;
    let (tone, message, path) = match requested {
        Ok((Outcome::Done(until), name, zone, (list, _))) => ("success", company_deleted(&name, until, zone), list),
        Ok((Outcome::Pending(_), .., (_, own))) => ("info", PENDING.to_owned(), own),
        Ok((Outcome::AlreadyPending(_), .., (_, own))) => ("info", ALREADY_PENDING.to_owned(), own),
        Err(CompanyDeletionError::Failed(error)) => return Err(error),
        Err(error) => {
            return gate
                .refused(move |actor, company, conn| {
                    let errors = FormErrors::one("name", refusal(&error, actor, company));
                    DeletionPage::load(conn, actor, company, form, errors)
                })
                .await;
        }
    };
    gate.tell(tone, message);
    Ok(see_other(gate.fragment(), &path))
}

fn refusal(error: &CompanyDeletionError, actor: &Actor, company: &Company) -> String {
    match error {
        CompanyDeletionError::NotArchived | CompanyDeletionError::Gone => {
            format!("Archive this {} before you delete it", actor.unit.one())
        }
        CompanyDeletionError::Blocked => "Resolve the items that block the deletion first".into(),
        CompanyDeletionError::NotConfirmed | CompanyDeletionError::Failed(_) => {
            format!("Type “{}” to confirm", company.name)
        }
    }
}
