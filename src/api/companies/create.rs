//! A new company.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::api::body;
use crate::api::companies::{CompanyDocument, address, present};
use crate::api_auth::{Answer, ApiGate, Refused};
use crate::authz::permission::CreateCompanies;
use crate::authz::scope::CompaniesWrite;
use crate::common::error::AppError;
use crate::common::form::FormErrors;
use crate::common::problem::Problem;
use crate::common::slug::Slug;
use crate::models::new_company;
use crate::services::companies::create as creation;
use crate::services::companies::create::CompanyCreationError;
use crate::services::companies::form::CompanyForm;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCompanyBody {
    #[schema(min_length = 1, max_length = 80, example = "Atlas Receivables")]
    name: String,
    /// Made of the name if it is missing.
    #[schema(
        min_length = 2,
        max_length = 40,
        pattern = "^[a-z0-9]+(-[a-z0-9]+)*$",
        example = "atlas-receivables"
    )]
    slug: Option<String>,
    /// Whether another company may have the same name.
    #[serde(default)]
    allow_same_name: bool,
}

/// Create a company
#[utoipa::path(
    post, path = "/api/v1/companies", tag = "Companies", operation_id = "create_company",
    request_body = NewCompanyBody,
    responses(
        (status = 201, description = "The new company", body = CompanyDocument, headers(("Location" = String, description = "Its address"))),
        (status = 409, description = "`slug-taken`: another company has or had the slug; or `name-taken`: another company has the name, and `allow_same_name` is not set")
    )
)]
pub async fn create(gate: ApiGate<CreateCompanies, CompaniesWrite>) -> Result<HttpResponse, AppError> {
    let sent = body::read::<NewCompanyBody>(gate.body());
    gate.change(move |actor, conn| {
        let sent = sent?;
        if sent.slug.as_ref().is_some_and(|slug| slug.trim().is_empty()) {
            return Err(Problem::invalid("slug", "Enter a short name for the address, or leave the field out.").into());
        }
        let form = CompanyForm {
            name: sent.name,
            slug: sent.slug.unwrap_or_default(),
            ..CompanyForm::default()
        };
        let new = form.parse(actor.unit).map_err(|errors| invalid(&errors))?;
        if !sent.allow_same_name && new_company::is_named(conn, actor.organization, &new.name)? {
            return Err(name_taken().into());
        }
        let (created, events) =
            creation::create(conn, actor.organization, actor.cx.now, &new, None).map_err(refused)?;
        let document = present(conn, actor, created.slug.as_str())?;
        Ok((Answer::created(address(created.slug.as_str()), &document)?, events))
    })
    .await
}

/// The first field that is wrong.
pub fn invalid(errors: &FormErrors) -> Problem {
    let wrong = ["name", "slug"]
        .into_iter()
        .find_map(|field| Some((field, errors.get(field)?)));
    let (field, message) = wrong.unwrap_or(("name", "Check the name"));
    Problem::invalid(field, format!("{message}."))
}

fn refused(error: CompanyCreationError) -> Refused {
    match error {
        CompanyCreationError::SlugTaken { slug, free } => slug_taken(&slug, free.as_ref()).into(),
        CompanyCreationError::Failed(error) => error.into(),
    }
}

/// Another company has the slug. `free`: one like it that is free.
pub fn slug_taken(slug: &Slug, free: Option<&Slug>) -> Problem {
    let detail = match free {
        Some(free) => format!("Another company has or had “{slug}”. “{free}” is free."),
        None => format!("Another company has or had “{slug}”. Choose another."),
    };
    Problem {
        field: Some("slug".to_owned()),
        ..Problem::new("slug-taken", StatusCode::CONFLICT, "The slug is taken", detail)
    }
}

fn name_taken() -> Problem {
    Problem {
        field: Some("name".to_owned()),
        ..Problem::new(
            "name-taken",
            StatusCode::CONFLICT,
            "Another company has this name",
            "Change the name, or send allow_same_name with true if you want both.",
        )
    }
}
