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
use crate::db::types::organization::{Region, UnitLabel};
use crate::handlers::invitations::wording;
use crate::handlers::organizations::form::OrganizationForm;
use crate::handlers::organizations::preset::OrganizationPreset;
use crate::handlers::organizations::queries;
use crate::handlers::organizations::requests::LimitPage;
use crate::models::organization::draft;
use crate::models::organization::intake::TeamSize;
use crate::services::organizations::create;
use crate::services::organizations::create::CreateOrganizationError;
use crate::services::organizations::faults;
use crate::services::organizations::faults::OrganizationFault;
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;

#[derive(Template)]
#[template(path = "organizations/new.html", blocks = ["kind"])]
struct NewPage {
    layout: Layout,
    form: OrganizationForm,
    errors: FormErrors,
    regions: Vec<(&'static str, &'static str)>,
    units: Vec<(&'static str, &'static str)>,
    presets: Vec<(&'static str, &'static str)>,
    sizes: Vec<(&'static str, &'static str)>,
    /// When the draft in the form was saved.
    draft: Option<String>,
    /// Whether the account is a member of no organization yet and sees the setup steps.
    first: bool,
}

crate::page!(NewPage => as_kind);

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
            units: std::iter::once(("", "Depends on the type"))
                .chain(UnitLabel::ALL.iter().map(|unit| (unit.as_str(), unit.titles())))
                .collect(),
            presets: std::iter::once(("", "None"))
                .chain(
                    OrganizationPreset::ALL
                        .iter()
                        .map(|preset| (preset.as_str(), preset.label())),
                )
                .collect(),
            sizes: std::iter::once(("", "No answer"))
                .chain(TeamSize::ALL.iter().map(|size| (size.as_str(), size.label())))
                .collect(),
            draft: None,
            regions: Region::ALL
                .iter()
                .map(|region| (region.as_str(), region.label()))
                .collect(),
            first: !queries::has_any(conn, user.id)?,
        })))
    }
}

impl NewPage {
    /// Whether the questions for reference are shown open.
    fn opens_intake(&self) -> bool {
        let fields = ["industry", "team_size", "purpose", "source"];
        self.form.has_intake() || fields.iter().any(|field| self.errors.get(field).is_some())
    }
}

/// `GET /organizations/new`: with the draft, or with what the query fills in.
pub async fn new(gate: SignedIn, query: web::Query<OrganizationForm>) -> Result<HttpResponse, AppError> {
    let asked = query.into_inner();
    gate.show(move |user, conn| {
        let draft = match asked.fill.as_str() {
            "" => draft::find(conn, user.cx.now, user.id)?,
            _ => None,
        };
        let kept = draft.and_then(|(fields, at)| Some((OrganizationForm::from_json(&fields)?, at)));
        let (form, saved_at) = kept.map_or_else(|| (asked.filled(), None), |(form, at)| (form, Some(at)));
        let mut page = NewOrLimitPage::load(conn, user, form, FormErrors::none())?;
        if let NewOrLimitPage::New(page) = &mut page {
            page.draft = saved_at.map(|at| at.ago(user.cx.now, user.zone.unwrap_or_default()));
        }
        Ok(page)
    })
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
            CreateOrganizationError::Refused(faults) => Self::Invalid(with_faults(FormErrors::none(), faults)),
        }
    }
}

fn with_faults(mut errors: FormErrors, faults: Vec<OrganizationFault>) -> FormErrors {
    for fault in faults {
        match fault {
            OrganizationFault::NameExists => errors.add(
                "same_name",
                "You already have an organization with this name. Change the name, or confirm that you want both",
            ),
            OrganizationFault::SlugTaken { slug, free } => errors.add("slug", taken(&slug, free.as_ref())),
            OrganizationFault::DailyLimit(allowance) => errors.add(
                "owner_email",
                wording::daily_limit(&allowance, "This organization", Zone::default()),
            ),
            OrganizationFault::OwnerBlocked => errors.add("owner_email", wording::BLOCKED),
        }
    }
    errors
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
            let mut checked = typed.check(&user.email);
            if !checked.errors.is_empty() {
                // All that is wrong is said at once.
                let faults = faults::find(conn, &user.cx, user.id, checked.claims())?;
                checked.errors = with_faults(checked.errors, faults);
            }
            let draft = checked.draft().map_err(OrganizationFormError::Invalid)?;
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
