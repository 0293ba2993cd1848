//! Joins an organization by a link, or asks to.

use serde_json::json;

use crate::audit::{Action, Event, Events};
use crate::auth::current_user::CurrentUser;
use crate::common::error::AppError;
use crate::common::form::FormErrors;
use crate::common::slug::Slug;
use crate::common::time::Span;
use crate::common::token::Token;
use crate::db::Conn;
use crate::models::join_request;
use crate::models::join_request::JoinStatus;
use crate::models::onboarding_link;
use crate::models::onboarding_link::{LinkPurpose, OnboardingLink};
use crate::services::companies::form::NewCompany;
use crate::services::onboarding_links::admit;
use crate::services::onboarding_links::admit::{LinkAdmission, Newcomer};
use crate::services::onboarding_links::email;
use crate::services::onboarding_links::resolve::ResolvedLink;
use crate::services::onboarding_links::situation::JoinSituation;
use crate::services::onboarding_links::visit::LinkVisit;
use crate::services::organizations::security::policy;

/// How often one person can join or ask to within a day, with all links together.
const TRIES_A_DAY: i64 = 10;

/// Why a person did not join.
pub enum JoinError {
    /// The page of the link says why.
    Unavailable,
    InvalidCompany(FormErrors),
    TooManyTries,
    Failed(AppError),
}

crate::change_error!(JoinError);

/// What came of it.
pub enum JoinOutcome {
    Joined {
        organization: String,
        slug: String,
        /// The slug of the new company.
        company: Option<Slug>,
    },
    /// They are a member already.
    Member { slug: String },
    /// Their request is open.
    Requested,
}

/// What the person sends.
pub struct JoinInput {
    pub company_name: String,
    /// Whether the link counted them when they opened it.
    pub counted: bool,
}

pub fn join(
    conn: &mut Conn,
    person: &CurrentUser,
    token: &Token,
    input: &JoinInput,
) -> Result<(JoinOutcome, Events), JoinError> {
    let cx = &person.cx;
    onboarding_link::lock_row(conn, token)?;
    let visit = LinkVisit::find(conn, cx, token, Some(person))?.ok_or(AppError::NotFound)?;
    let slug = visit.resolved.organization.slug.clone();
    let asks = match visit.situation {
        JoinSituation::Ready => false,
        JoinSituation::Ask => true,
        JoinSituation::Member => return Ok((JoinOutcome::Member { slug }, Events::none("a member already"))),
        JoinSituation::Requested => return Ok((JoinOutcome::Requested, Events::none("a request is open already"))),
        _ => return Err(JoinError::Unavailable),
    };
    let link = &visit.resolved.link;
    policy::require_of_newcomer(conn, person, link.organization_id, link.role)?;
    let company = match link.purpose {
        LinkPurpose::Join => None,
        LinkPurpose::NewCompany => Some(
            NewCompany::named(&input.company_name, visit.resolved.organization.unit)
                .map_err(JoinError::InvalidCompany)?,
        ),
    };
    if let Some(company) = &company
        && join_request::has_created(conn, link, person.id, &company.name, cx.now - Span::minutes(1))?
    {
        return Ok((
            JoinOutcome::Member { slug },
            Events::none("the button was pressed twice"),
        ));
    }
    if join_request::tries(conn, person.id, cx.now - Span::days(1))? >= TRIES_A_DAY {
        return Err(JoinError::TooManyTries);
    }
    let newcomer = Newcomer {
        user: person.id,
        name: person.name.clone(),
        email: person.email.to_string(),
        company,
    };
    link.organization_id.advisory_lock(conn)?;
    let (outcome, events) = if asks {
        (JoinOutcome::Requested, ask(conn, person, &visit.resolved, &newcomer)?)
    } else {
        enter(conn, person, &visit.resolved, &newcomer)?
    };
    // A person who was signed in already did not open the link before.
    if !input.counted {
        onboarding_link::count_opened(conn, link)?;
    }
    Ok((outcome, events))
}

fn enter(
    conn: &mut Conn,
    person: &CurrentUser,
    resolved: &ResolvedLink,
    newcomer: &Newcomer,
) -> Result<(JoinOutcome, Events), JoinError> {
    let (cx, link) = (&person.cx, &resolved.link);
    if !onboarding_link::enter(conn, cx, link)? {
        return Err(JoinError::Unavailable);
    }
    let admission = LinkAdmission {
        link,
        by: link.authorized_by,
        approved: false,
    };
    let (company, events) = admit::admit(conn, cx, admission, newcomer)?;
    let outcome = JoinOutcome::Joined {
        organization: resolved.organization.name.clone(),
        slug: resolved.organization.slug.clone(),
        company,
    };
    Ok((outcome, events.on_behalf_of(Some(resolved.authorized_by.clone()))))
}

fn ask(
    conn: &mut Conn,
    person: &CurrentUser,
    resolved: &ResolvedLink,
    newcomer: &Newcomer,
) -> Result<Events, AppError> {
    let (cx, link): (_, &OnboardingLink) = (&person.cx, &resolved.link);
    let name = newcomer.company.as_ref().map_or("", |company| company.name.as_str());
    let Some(id) = join_request::create(conn, cx, link, person.id, name)? else {
        return Ok(Events::none("a request is open already"));
    };
    email::requested(conn, cx, resolved, newcomer)?;
    let event = Event::new(Action::JoinRequested, "join_request", id, &person.name).after(json!({
        "email": newcomer.email,
        "link": link.name,
        "link_id": link.id.as_str(),
        "company": name,
        "status": JoinStatus::Awaiting.as_str(),
    }));
    Ok(Events::organization(link.organization_id, event))
}
