//! What the page of a link shows in each situation.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use crate::auth::Visit;
use crate::auth::current_user::CurrentUser;
use crate::common::error::AppError;
use crate::common::form::FormErrors;
use crate::common::html::{Page, html_with};
use crate::common::token::Token;
use crate::db::Conn;
use crate::db::types::organization::UnitLabel;
use crate::handlers::onboarding_links::join::JoinForm;
use crate::models::onboarding_link::LinkPurpose;
use crate::services::onboarding_links::situation::JoinSituation;
use crate::services::onboarding_links::status::LinkStatus;
use crate::services::onboarding_links::visit::LinkVisit;
use crate::web::layout::{Layout, PageLayout, PublicLayout};

pub enum JoinLinkPage {
    Known(Box<JoinPage>),
    Unknown(Box<UnknownLinkPage>),
}

impl Page for JoinLinkPage {
    fn respond(self, status: StatusCode, _fragment: bool) -> Result<HttpResponse, AppError> {
        match self {
            Self::Unknown(page) => html_with(StatusCode::NOT_FOUND, *page),
            Self::Known(page) if status.is_client_error() && page.is_forbidden() => {
                html_with(StatusCode::FORBIDDEN, *page)
            }
            Self::Known(page) => html_with(status, *page),
        }
    }
}

impl JoinLinkPage {
    pub fn for_visit(conn: &mut Conn, visit: &Visit, token: &Token, typed: JoinForm) -> Result<Self, AppError> {
        let link = LinkVisit::find(conn, &visit.cx, token, visit.person.as_ref())?;
        Ok(Self::new(link, visit.layout(), token, typed, FormErrors::none()))
    }

    pub fn for_person(
        conn: &mut Conn,
        person: &CurrentUser,
        token: &Token,
        typed: JoinForm,
        errors: FormErrors,
    ) -> Result<Self, AppError> {
        let link = LinkVisit::find(conn, &person.cx, token, Some(person))?;
        Ok(Self::new(link, person.layout(conn, "")?, token, typed, errors))
    }

    fn new(link: Option<LinkVisit>, layout: Layout, token: &Token, typed: JoinForm, errors: FormErrors) -> Self {
        match link {
            Some(visit) => Self::Known(Box::new(JoinPage::new(visit, layout, token, typed, errors))),
            None => Self::Unknown(Box::new(UnknownLinkPage { layout })),
        }
    }
}

#[derive(Template)]
#[template(path = "onboarding_links/unknown.html")]
pub struct UnknownLinkPage {
    layout: Layout,
}

#[derive(Template)]
#[template(path = "onboarding_links/join.html")]
pub struct JoinPage {
    layout: Layout,
    situation: JoinSituation,
    path: String,
    home: String,
    text: String,
    organization: String,
    unit: UnitLabel,
    authorized_by: String,
    makes: bool,
    role: &'static str,
    can: String,
    company_role: &'static str,
    company_can: &'static str,
    companies: String,
    approval: bool,
    domains: String,
    expires: Option<String>,
    request: Option<(String, String)>,
    typed: JoinForm,
    errors: FormErrors,
}

impl JoinPage {
    fn is_forbidden(&self) -> bool {
        matches!(self.situation, JoinSituation::Domain | JoinSituation::Suspended)
    }

    fn new(visit: LinkVisit, layout: Layout, token: &Token, typed: JoinForm, errors: FormErrors) -> Self {
        let email = layout.person.as_ref().map_or("", |person| person.email.as_str());
        let text = describe(&visit, email);
        let names: Vec<String> = visit.companies.into_iter().map(|company| company.name).collect();
        let (link, organization) = (visit.resolved.link, visit.resolved.organization);
        Self {
            path: format!("/join/{}", token.as_str()),
            home: format!("/organizations/{}", organization.slug),
            text,
            makes: link.purpose == LinkPurpose::NewCompany,
            role: link.role.label(),
            can: link.role.you_can(organization.unit.many()),
            company_role: link.company_role.label(),
            company_can: link.company_role.can(),
            companies: listed(&names),
            approval: link.approval,
            domains: link.domains().join(", "),
            expires: link.expires_at.map(|end| end.full(organization.zone)),
            authorized_by: visit.resolved.authorized_by,
            request: visit
                .request
                .map(|request| (request.id.to_string(), request.company_name)),
            organization: organization.name,
            unit: organization.unit,
            situation: visit.situation,
            typed,
            errors,
            layout,
        }
    }
}

fn describe(visit: &LinkVisit, email: &str) -> String {
    let organization = &visit.resolved.organization.name;
    match visit.situation {
        JoinSituation::Welcome | JoinSituation::Ready | JoinSituation::Ask => String::new(),
        JoinSituation::Unverified => {
            format!("Verify your email address {email} first. Then you return here to continue.")
        }
        JoinSituation::Requested => {
            format!("{organization} has your request. You get an email when it is approved or declined.")
        }
        JoinSituation::Declined => {
            format!("{organization} declined your request. Ask the people you know there.")
        }
        JoinSituation::Member => format!("You are a member of {organization} already."),
        JoinSituation::Suspended => {
            format!("Your access to {organization} is suspended. Ask an owner or admin there.")
        }
        JoinSituation::Domain => format!(
            "This link is for addresses at {}. You are signed in as {email}.",
            visit.resolved.link.domains().join(", ")
        ),
        JoinSituation::Closed(status) => closed(status, organization),
    }
}

fn closed(status: LinkStatus, organization: &str) -> String {
    match status {
        LinkStatus::Expired => format!("This link to {organization} has expired. Ask for a new one."),
        LinkStatus::UsedUp => format!("This link to {organization} reached its maximum uses. Ask for a new one."),
        LinkStatus::Replaced => format!("A newer link to {organization} replaced this one. Ask for the new link."),
        LinkStatus::Paused => {
            format!(
                "This link to {organization} is paused until a member takes it over. Ask the person who sent it to you."
            )
        }
        LinkStatus::Disabled => format!("{organization} disabled this link. Ask for a new one."),
        LinkStatus::Closed | LinkStatus::Open => format!("{organization} doesn’t accept new members right now."),
    }
}

/// "Harbor, Atlas, Pinecrest and 4 more".
fn listed(names: &[String]) -> String {
    match names.len() {
        0..=4 => names.join(", "),
        many => format!("{} and {} more", names[..3].join(", "), many - 3),
    }
}
