//! Creating an organization.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;

use crate::auth::SignedIn;
use crate::auth::current_user::CurrentUser;
use crate::change_error;
use crate::common::error::AppError;
use crate::common::form::FormErrors;
use crate::common::html::{Page, see_other};
use crate::common::slug::Slug;
use crate::common::zone::Zone;
use crate::db::Conn;
use crate::db::types::organization::Region;
use crate::handlers::invitations::wording;
use crate::handlers::organizations::form::OrganizationForm;
use crate::handlers::organizations::queries;
use crate::handlers::organizations::requests::LimitPage;
use crate::services::organizations::create;
use crate::services::organizations::create::CreateOrganizationError;
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;

#[derive(Template)]
#[template(path = "organizations/new.html")]
struct NewPage {
    layout: Layout,
    form: OrganizationForm,
    errors: FormErrors,
    regions: Vec<(&'static str, &'static str)>,
    /// Whether the account is a member of no organization yet and sees the setup steps.
    first: bool,
}

crate::page!(NewPage);

/// The form, or the page of an account that has reached its limit.
enum NewOrLimitPage {
    New(Box<NewPage>),
    Limit(Box<LimitPage>),
}

impl Page for NewOrLimitPage {
    fn respond(self, status: StatusCode, fragment: bool) -> Result<HttpResponse, AppError> {
        match self {
            Self::New(page) => page.respond(status, fragment),
            Self::Limit(page) => page.respond(status, fragment),
        }
    }
}

impl NewOrLimitPage {
    fn load(conn: &mut Conn, user: &CurrentUser, form: OrganizationForm, errors: FormErrors) -> Result<Self, AppError> {
        if let Some(page) = LimitPage::load_when_full(conn, user)? {
            return Ok(Self::Limit(Box::new(page)));
        }
        Ok(Self::New(Box::new(NewPage {
            layout: user.layout(conn, "organizations")?,
            form,
            errors,
            regions: Region::ALL
                .iter()
                .map(|region| (region.as_str(), region.label()))
                .collect(),
            first: !queries::has_any(conn, user.id)?,
        })))
    }
}

/// `GET /organizations/new`
pub async fn new(gate: SignedIn) -> Result<HttpResponse, AppError> {
    gate.show(|user, conn| NewOrLimitPage::load(conn, user, OrganizationForm::default(), FormErrors::none()))
        .await
}

enum OrganizationFormError {
    Invalid(FormErrors),
    Failed(AppError),
}

change_error!(OrganizationFormError);

impl From<CreateOrganizationError> for OrganizationFormError {
    fn from(error: CreateOrganizationError) -> Self {
        match error {
            CreateOrganizationError::Failed(error) => Self::Failed(error),
            // The page of the limit replaces the form.
            CreateOrganizationError::LimitReached => Self::Invalid(FormErrors::none()),
            CreateOrganizationError::DailyLimit(allowance) => Self::Invalid(FormErrors::one(
                "owner_email",
                wording::daily_limit(&allowance, "This organization", Zone::default()),
            )),
            CreateOrganizationError::OwnerBlocked => Self::Invalid(FormErrors::one("owner_email", wording::BLOCKED)),
            CreateOrganizationError::SlugTaken { slug, free } => {
                Self::Invalid(FormErrors::one("slug", taken(&slug, free.as_ref())))
            }
            CreateOrganizationError::NameExists { taken: slug } => {
                let mut errors = FormErrors::one(
                    "same_name",
                    "You already have an organization with this name. Change the name, or confirm that you want both",
                );
                if let Some((slug, free)) = slug {
                    errors.add("slug", taken(&slug, free.as_ref()));
                }
                Self::Invalid(errors)
            }
        }
    }
}

fn taken(slug: &Slug, free: Option<&Slug>) -> String {
    match free {
        Some(free) => format!("“{slug}” is taken, “{free}” is free"),
        None => format!("“{slug}” is taken, choose another"),
    }
}

/// `POST /organizations`
pub async fn create(gate: SignedIn, form: web::Form<OrganizationForm>) -> Result<HttpResponse, AppError> {
    let form = form.into_inner();
    let typed = form.clone();
    let created = gate
        .try_write(move |user, conn| {
            let draft = typed.parse(&user.email).map_err(OrganizationFormError::Invalid)?;
            Ok(create::create_within_limit(conn, &user.cx, user.id, draft)?)
        })
        .await;
    match created {
        Ok(slug) => {
            let done = format!("/onboarding/done?organization={slug}");
            Ok(see_other(gate.fragment(), &done))
        }
        Err(OrganizationFormError::Invalid(errors)) => {
            gate.refused(move |user, conn| NewOrLimitPage::load(conn, user, form, errors))
                .await
        }
        Err(OrganizationFormError::Failed(error)) => Err(error),
    }
}
