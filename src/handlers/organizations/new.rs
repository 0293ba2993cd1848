//! A new organization: the form, the live check of its slug, its creation.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::audit::Events;
use crate::auth::SignedIn;
use crate::auth::current_user::CurrentUser;
use crate::common::email::Email;
use crate::common::error::AppError;
use crate::common::form::FormErrors;
use crate::common::html::{html, refused, see_other};
use crate::common::slug::Slug;
use crate::db::Conn;
use crate::db::types::org_id::OrgId;
use crate::db::types::organization::Region;
use crate::handlers::organizations::queries;
use crate::handlers::organizations::request::LimitPage;
use crate::handlers::organizations::rules;
use crate::handlers::organizations::rules::{NewForm, Wish};
use crate::models::organization;
use crate::models::organization::create::{CreateRefused, NewOrganization};
use crate::services::invitations;
use crate::services::invitations::email::InvitationSender;
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;

#[derive(Template)]
#[template(path = "organizations/new.html")]
struct NewPage {
    layout: Layout,
    form: NewForm,
    errors: FormErrors,
    regions: Vec<(&'static str, &'static str)>,
    // Whoever belongs to no organization yet is still in the wizard.
    first: bool,
}

enum View {
    Form(Box<NewPage>),
    Full(Box<LimitPage>),
}

impl View {
    fn of(conn: &mut Conn, person: &CurrentUser, form: NewForm, errors: FormErrors) -> Result<Self, AppError> {
        if let Some(full) = LimitPage::when_full(conn, person)? {
            return Ok(Self::Full(Box::new(full)));
        }
        Ok(Self::Form(Box::new(NewPage {
            layout: person.layout(conn, "organizations")?,
            form,
            errors,
            regions: Region::ALL
                .iter()
                .map(|region| (region.as_str(), region.label()))
                .collect(),
            first: !queries::has_any(conn, person.id)?,
        })))
    }
}

/// `GET /organizations/new`
pub async fn new(gate: SignedIn) -> Result<HttpResponse, AppError> {
    let view = gate
        .read(|person, conn| View::of(conn, person, NewForm::default(), FormErrors::none()))
        .await?;
    match view {
        View::Form(page) => html(*page),
        View::Full(page) => html(*page),
    }
}

enum Refused {
    Full,
    Fields(FormErrors),
}

/// `POST /organizations`
pub async fn create(gate: SignedIn, form: web::Form<NewForm>) -> Result<HttpResponse, AppError> {
    let form = form.into_inner();
    let typed = form.clone();
    let made = gate
        .write(move |person, conn| match rules::wish(&typed, &person.email) {
            Err(errors) => Ok((Err(Refused::Fields(errors)), Events::none("refused"))),
            Ok(wish) => make(conn, person, wish),
        })
        .await?;
    let errors = match made {
        Ok(slug) => {
            let done = format!("/onboarding/done?organization={slug}");
            return Ok(see_other(gate.fragment(), &done));
        }
        Err(Refused::Full) => FormErrors::none(),
        Err(Refused::Fields(errors)) => errors,
    };
    let view = gate
        .read(move |person, conn| View::of(conn, person, form, errors))
        .await?;
    match view {
        View::Form(page) => refused(*page),
        View::Full(page) => refused(*page),
    }
}

fn make(conn: &mut Conn, person: &CurrentUser, wish: Wish) -> Result<(Result<Slug, Refused>, Events), AppError> {
    // Two creations at once by one person count one after the other.
    queries::lock(conn, person.id)?;
    let limit = rules::limit(person.organization_limit, person.cx.config().organization_limit);
    if rules::is_full(queries::created(conn, person.id)?, limit) {
        return Ok((Err(Refused::Full), Events::none("refused")));
    }
    let free = queries::free_like(conn, wish.new.slug.as_str())?;
    let new = match &free {
        Some(free) if wish.slug_is_ours => NewOrganization {
            slug: free.clone(),
            ..wish.new
        },
        _ => wish.new,
    };
    let (org, events) = match organization::create(conn, &person.cx, person.id, &new) {
        Ok(created) => created,
        Err(CreateRefused::SlugTaken) => {
            let sentence = free.filter(|free| *free != new.slug).map_or_else(
                || format!("“{}” is taken, choose another", new.slug),
                |free| format!("“{}” is taken, “{free}” is free", new.slug),
            );
            return Ok((
                Err(Refused::Fields(FormErrors::one("slug", sentence))),
                Events::none("refused"),
            ));
        }
        Err(CreateRefused::Failed(error)) => return Err(error),
    };
    let invited = match wish.owner {
        Some(owner) => invite_owner(conn, person, org, owner)?,
        None => Events::none("the creator is the owner"),
    };
    Ok((Ok(new.slug), events.and(invited)))
}

/// The creator stays owner until the invited one accepts: the organization is never without.
fn invite_owner(conn: &mut Conn, person: &CurrentUser, org: OrgId, owner: Email) -> Result<Events, AppError> {
    let profile = organization::profile(conn, org)?;
    let sender = InvitationSender {
        user: person.id,
        name: person.name.clone(),
        email: person.email.to_string(),
        organization: profile.name,
        unit: profile.unit,
    };
    invitations::create::invite_owner(conn, &person.cx, org, &sender, owner)
}

/// The query of the live check.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub struct SlugQuery {
    name: String,
    slug: String,
}

#[derive(Template)]
#[template(path = "organizations/slug.html")]
struct SlugStatus {
    good: Option<String>,
    bad: Option<String>,
}

/// `GET /organizations/slug`
pub async fn slug(gate: SignedIn, query: web::Query<SlugQuery>) -> Result<HttpResponse, AppError> {
    let SlugQuery { name, slug } = query.into_inner();
    let status = gate
        .read(move |_, conn| {
            let good = |text: String| SlugStatus {
                good: Some(text),
                bad: None,
            };
            let bad = |text: String| SlugStatus {
                good: None,
                bad: Some(text),
            };
            if slug.trim().is_empty() {
                if name.trim().is_empty() {
                    return Ok(SlugStatus { good: None, bad: None });
                }
                return Ok(match queries::free_like(conn, &Slug::suggest(&name))? {
                    Some(free) => good(format!("Left empty, it becomes “{free}”")),
                    None => bad("Choose a short name for the address".into()),
                });
            }
            let offer = |free: Option<Slug>, sentence: String| match free {
                Some(free) => bad(format!(
                    "{}, “{free}” is free",
                    sentence.trim_end_matches(", choose another")
                )),
                None => bad(sentence),
            };
            Ok(match Slug::parse_free(&slug) {
                Err(sentence) => {
                    let like = queries::free_like(conn, &Slug::suggest(&slug))?;
                    offer(like, sentence)
                }
                Ok(slug) => match queries::free_like(conn, slug.as_str())? {
                    Some(free) if free == slug => good(format!("“{slug}” is free")),
                    free => offer(free, format!("“{slug}” is taken")),
                },
            })
        })
        .await?;
    html(status)
}
