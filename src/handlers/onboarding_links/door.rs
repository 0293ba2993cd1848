//! The page that a link opens, and the first step from it.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::app::Ctx;
use crate::audit::Events;
use crate::auth::Visitor;
use crate::auth::current_user::CurrentUser;
use crate::common::error::AppError;
use crate::common::form::FormErrors;
use crate::common::html::{html, html_with, query_value, see_other};
use crate::common::time::Time;
use crate::common::token::Token;
use crate::db::Conn;
use crate::db::types::organization::UnitLabel;
use crate::models::join_request;
use crate::models::onboarding_link;
use crate::models::onboarding_link::Purpose;
use crate::services::onboarding_links::queries;
use crate::services::onboarding_links::resolve::{LinkStatus, ResolvedLink};
use crate::services::onboarding_links::rules::{JoinViewer, Situation};
use crate::web::layout::Layout;
use crate::web::layout::PublicLayout;

/// A link as one guest finds it.
pub struct Scene {
    pub door: ResolvedLink,
    pub situation: Situation,
    request: Option<join_request::Request>,
    companies: Vec<String>,
}

impl Scene {
    pub fn find(
        conn: &mut Conn,
        cx: &Ctx,
        token: &Token,
        person: Option<&CurrentUser>,
    ) -> Result<Option<Self>, AppError> {
        let Some(door) = ResolvedLink::find(conn, cx, token)? else {
            return Ok(None);
        };
        let link = &door.link;
        let organization = link.organization_id;
        let mut request = None;
        let guest = match person {
            None => JoinViewer::Nobody,
            Some(person) if !person.verified => JoinViewer::Unproven,
            Some(person) => {
                request = join_request::latest(
                    conn,
                    organization,
                    person.id,
                    cx.now - crate::models::join_request::WAIT,
                )?;
                let is = |status| request.as_ref().is_some_and(|request| request.status == status);
                JoinViewer::Proven {
                    standing: queries::standing(conn, organization, person.id, cx.now)?.1,
                    waits: is(join_request::Status::Awaiting),
                    declined: is(join_request::Status::Denied),
                    admitted: link.admits(person.email.as_str()),
                }
            }
        };
        let companies = queries::companies(conn, organization, link.companies(), None)?;
        Ok(Some(Self {
            situation: Situation::of(door.state, link.purpose, link.approval, guest),
            companies: companies.into_iter().map(|company| company.name).collect(),
            door,
            request,
        }))
    }

    pub fn page(self, layout: Layout, token: &Token, typed: JoinForm, errors: FormErrors) -> Show {
        let link = &self.door.link;
        let unit = self.door.host.unit;
        Show {
            path: format!("/join/{}", token.as_str()),
            home: format!("/organizations/{}", self.door.host.slug),
            text: self.text(layout.person.as_ref().map_or("", |person| person.email.as_str())),
            makes: link.purpose == Purpose::NewCompany,
            role: link.role.label(),
            can: link.role.can(unit.many()),
            company_role: link.company_role.label(),
            company_can: link.company_role.can(),
            companies: listed(&self.companies),
            approval: link.approval,
            domains: link.domains().join(", "),
            expires: link.expires_at.map(Time::date),
            voucher: self.door.voucher.clone(),
            request: self
                .request
                .map(|request| (request.id.to_string(), request.company_name)),
            organization: self.door.host.name,
            situation: self.situation,
            unit,
            typed,
            errors,
            layout,
        }
    }

    fn text(&self, email: &str) -> String {
        let (organization, one) = (&self.door.host.name, self.door.host.unit.one());
        match self.situation {
            Situation::Welcome | Situation::Ready | Situation::Ask => String::new(),
            Situation::Unproven => format!("Confirm your address {email} first. Then you come back here and go on."),
            Situation::Waits => {
                format!("{organization} has your request. You get an email as soon as somebody decided.")
            }
            Situation::Declined => {
                format!("{organization} declined your request. Ask the people you know there.")
            }
            Situation::Member => format!("You are a member of {organization} already."),
            Situation::Suspended => {
                format!("Your access to {organization} is suspended. Ask an owner or admin there.")
            }
            Situation::Domain => format!(
                "This link is for addresses at {}. You are signed in as {email}.",
                self.door.link.domains().join(", ")
            ),
            Situation::Closed(state) => match state {
                LinkStatus::Expired => {
                    format!("This link to {organization} has expired. Ask who gave it to you for a new one.")
                }
                LinkStatus::UsedUp => format!(
                    "This link to {organization} was used as often as it may be. Ask who gave it to you for a new one."
                ),
                LinkStatus::Replaced => {
                    format!("A newer link to {organization} replaced this one. Ask who gave it to you for the new one.")
                }
                LinkStatus::Paused => format!(
                    "This link to {organization} is paused. Somebody there must take it over before it opens {} again.",
                    if self.door.link.purpose == Purpose::NewCompany {
                        one
                    } else {
                        "the way in"
                    }
                ),
                LinkStatus::Disabled => {
                    format!("{organization} switched this link off. Ask who gave it to you for a new one.")
                }
                LinkStatus::Shut | LinkStatus::Open => format!("{organization} takes nobody in at the moment."),
            },
        }
    }
}

/// "Harbor, Atlas, Pinecrest and 4 more".
fn listed(names: &[String]) -> String {
    match names.len() {
        0..=4 => names.join(", "),
        many => format!("{} and {} more", names[..3].join(", "), many - 3),
    }
}

/// What came with the page's form.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct JoinForm {
    pub company_name: String,
    /// Set when this way in was counted at its first step.
    pub continued: String,
}

#[derive(Template)]
#[template(path = "onboarding_links/join.html")]
pub struct Show {
    layout: Layout,
    situation: Situation,
    path: String,
    home: String,
    text: String,
    organization: String,
    unit: UnitLabel,
    voucher: String,
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

#[derive(Template)]
#[template(path = "onboarding_links/unknown.html")]
struct Unknown {
    layout: Layout,
}

/// The page of a link. It changes nothing: mail programs and previews open addresses too.
pub async fn show(
    gate: Visitor,
    path: web::Path<String>,
    query: web::Query<JoinForm>,
) -> Result<HttpResponse, AppError> {
    let token = Token::received(&path);
    let typed = JoinForm {
        company_name: String::new(),
        ..query.into_inner()
    };
    let page = gate
        .read(move |visit, conn| {
            let scene = Scene::find(conn, &visit.cx, &token, visit.person.as_ref())?;
            Ok(match scene {
                Some(scene) => Ok(scene.page(visit.layout(), &token, typed, FormErrors::none())),
                None => Err(Unknown { layout: visit.layout() }),
            })
        })
        .await?;
    match page {
        Ok(page) => html(page),
        Err(unknown) => html_with(StatusCode::NOT_FOUND, unknown),
    }
}

/// Which way somebody goes on.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct JoinOption {
    way: String,
}

const OPENED: &str = "opened";

/// The first step: to the sign-up or the sign-in, and back to the link from there. It is counted once in each browser.
pub async fn open(
    gate: Visitor,
    path: web::Path<String>,
    form: web::Form<JoinOption>,
) -> Result<HttpResponse, AppError> {
    let token = Token::received(&path);
    let before: Option<String> = gate.session().get(OPENED).ok().flatten();
    let way = if form.way == "login" { "/login" } else { "/signup" };
    let next = format!("/join/{}?continued=1", token.as_str());
    let opened = gate
        .write(move |visit, conn| {
            let door = ResolvedLink::find(conn, &visit.cx, &token)?.ok_or(AppError::NotFound)?;
            let id = door.link.id.to_string();
            if door.state == LinkStatus::Open && visit.person.is_none() && before.as_deref() != Some(id.as_str()) {
                onboarding_link::count_opened(conn, &door.link)?;
            }
            let quiet = Events::none("a number of the link's own row");
            Ok(((id, door.state, visit.person.is_some()), None, quiet))
        })
        .await?;
    let (id, state, inside) = opened;
    if state != LinkStatus::Open || inside {
        return Ok(see_other(gate.fragment(), next.trim_end_matches("?continued=1")));
    }
    gate.session().insert(OPENED, id).map_err(AppError::internal)?;
    Ok(see_other(
        gate.fragment(),
        &format!("{way}?next={}", query_value(&next)),
    ))
}
