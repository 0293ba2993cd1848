//! Requests for rights: asking, the list, one of them, taking it back.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;
use serde_json::json;

use crate::audit::{Action, Event, Events};
use crate::auth::Gate;
use crate::auth::actor::Actor;
use crate::authz::decision::Reach;
use crate::authz::permission::{
    DecideRequests, Permission, PermissionId, ViewAccess, ViewCompany, ViewMembers, ViewOrganization,
};
use crate::common::error::AppError;
use crate::common::form::FormErrors;
use crate::common::html::{html, refused, see_other};
use crate::common::id::{CompanyId, RequestId};
use crate::common::paging::{Cursor, Page};
use crate::common::time::Time;
use crate::db::Conn;
use crate::db::types::organization::UnitLabel;
use crate::handlers::permissions::decision;
use crate::handlers::permissions::decision::GrantOption;
use crate::handlers::permissions::explain::{Choices, choices};
use crate::handlers::permissions::person::Subject;
use crate::handlers::permissions::{queries, rules, words};
use crate::models::access_request as store_requests;
use crate::models::access_request::{NewAccessRequest, Request, RequestStatus, RequestedAccess};
use crate::models::membership::record::Membership;
use crate::services::access_requests::email;
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;
use crate::web::nav;
use crate::web::nav::Tab;

/// Organization and request of the path.
pub type RequestPlace = web::Path<(String, String)>;

/// So many companies are offered to choose from, and so many decided requests stand below the open ones.
const OFFERED: i64 = 100;
const LATELY: usize = 10;

/// What is asked for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct AskForm {
    permission: String,
    company: String,
    note: String,
}

#[derive(Template)]
#[template(path = "permissions/request_new.html")]
struct NewPage {
    layout: Layout,
    base: String,
    organization: String,
    unit: UnitLabel,
    form: AskForm,
    choices: Choices,
    companies: Vec<queries::Company>,
    errors: FormErrors,
}

impl NewPage {
    fn of(conn: &mut Conn, actor: &Actor, form: AskForm, errors: FormErrors) -> Result<Self, AppError> {
        // Whoever sees some companies only is offered those; the others are known by their address.
        let companies = match actor.reach::<ViewCompany>() {
            Reach::Everywhere => queries::companies(conn, actor.organization, None, OFFERED)?,
            Reach::OwnCompanies => {
                let own = actor.own_companies(conn, ViewCompany::ID)?;
                queries::companies(conn, actor.organization, Some(&own), OFFERED)?
            }
            Reach::Nowhere => Vec::new(),
        };
        Ok(Self {
            layout: actor.layout(conn, "mine")?,
            base: actor.path("/access"),
            organization: actor.organization_name.clone(),
            unit: actor.unit,
            choices: choices(actor.unit),
            companies,
            form,
            errors,
        })
    }
}

/// `GET /organizations/{slug}/access/requests/new`
pub async fn new(gate: Gate<ViewOrganization>, form: web::Query<AskForm>) -> Result<HttpResponse, AppError> {
    let form = form.into_inner();
    let page = gate
        .read(move |actor, conn| NewPage::of(conn, actor, form, FormErrors::none()))
        .await?;
    html(page)
}

/// What is wished, if it can be asked for.
fn wish(conn: &mut Conn, actor: &Actor, form: &AskForm) -> Result<Result<NewAccessRequest, FormErrors>, AppError> {
    let mut errors = FormErrors::none();
    let permission = PermissionId::parse(&form.permission);
    if permission.is_none() {
        errors.add("permission", "Choose what you need");
    }
    let note = errors.take("note", rules::words(&form.note));
    let text = form.company.trim();
    let company = match CompanyId::parse(text) {
        _ if text.is_empty() => None,
        Some(id) => queries::company(conn, actor.organization, id)?,
        None => queries::company_by_slug(conn, actor.organization, text)?,
    };
    if company.is_none() && !text.is_empty() {
        let sentence = format!(
            "No {} has this address. Take it out of the link that you followed",
            actor.unit.one()
        );
        errors.add("company", sentence);
    }
    let (Some(permission), Some(note), true) = (permission, note, errors.is_empty()) else {
        return Ok(Err(errors));
    };
    let held = match &company {
        None => actor.permissions.reach(permission) == Reach::Everywhere,
        Some(company) => {
            let place = queries::place(conn, actor.cx.now, actor.organization, actor.id, company.id)?;
            actor.in_company(place.map(|place| place.role)).has(permission)
        }
    };
    if held {
        return Ok(Err(FormErrors::one("permission", "You can do this already")));
    }
    Ok(Ok(NewAccessRequest {
        permission,
        company: company.map(|company| company.id),
        note,
    }))
}

/// `POST /organizations/{slug}/access/requests`
pub async fn create(gate: Gate<ViewOrganization>, form: web::Form<AskForm>) -> Result<HttpResponse, AppError> {
    let form = form.into_inner();
    let typed = form.clone();
    let done = gate
        .write(move |actor, conn| {
            // An operator who looks in is nobody's member and asks for nothing; what waits for its deletion gives nothing.
            let person = Membership::find(conn, actor.organization, actor.id)?;
            if actor.delete_after.is_some() {
                return Err(actor.refusal(conn, DecideRequests::ID)?);
            }
            let wish = match wish(conn, actor, &form)? {
                Ok(wish) => wish,
                Err(errors) => return Ok((Err(errors), Events::none("it cannot be asked for"))),
            };
            let path = |id: RequestId| actor.path(&format!("/access/requests/{id}"));
            match store_requests::ask(conn, &actor.cx, actor.organization, actor.id, &wish)? {
                RequestedAccess::Before(id) => {
                    let word = "You asked for this already. It waits for an answer".to_owned();
                    Ok((Ok((path(id), "info", word)), Events::none("it is open already")))
                }
                RequestedAccess::TooMany => {
                    let sentence =
                        "You have asked for a lot today. Wait for the answers, or write to somebody who can help";
                    let errors = FormErrors::one("permission", sentence);
                    Ok((Err(errors), Events::none("too many")))
                }
                RequestedAccess::New(id) => {
                    let request = store_requests::find(conn, actor.organization, id)?;
                    let told = email::asked(conn, actor, &request)?;
                    let word = match told {
                        1 => "Your request is on its way to 1 person".to_owned(),
                        n => format!("Your request is on its way to {n} people"),
                    };
                    let event = Event::new(Action::AccessRequested, "request", id, &person.name).after(json!({
                        "permission": request.permission,
                        "company": request.company_name,
                        "note": request.note,
                    }));
                    Ok((Ok((path(id), "success", word)), actor.event(event)))
                }
            }
        })
        .await?;
    match done {
        Ok((path, tone, word)) => {
            gate.tell(tone, word);
            Ok(see_other(gate.fragment(), &path))
        }
        Err(errors) => {
            let page = gate
                .read(move |actor, conn| NewPage::of(conn, actor, typed, errors))
                .await?;
            refused(page)
        }
    }
}

/// What is listed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Filter {
    status: String,
    after: String,
}

#[derive(Template)]
#[template(path = "permissions/requests.html")]
struct ListPage {
    layout: Layout,
    tabs: Vec<&'static Tab>,
    tab: &'static str,
    base: String,
    unit: UnitLabel,
    now: Time,
    open: bool,
    rows: Vec<Request>,
    lately: Vec<Request>,
    previous: Option<String>,
    next: Option<String>,
}

impl ListPage {
    fn caption(&self) -> String {
        match self.rows.len() {
            1 => "1 request on this page".into(),
            n => format!("{n} requests on this page"),
        }
    }
}

/// `GET /organizations/{slug}/access/requests`
pub async fn index(gate: Gate<DecideRequests>, filter: web::Query<Filter>) -> Result<HttpResponse, AppError> {
    let filter = filter.into_inner();
    let page = gate
        .read(move |actor, conn| {
            let own = own(conn, actor)?;
            let (open, place) = (filter.status != "closed", Cursor::parse(&filter.after));
            let organization = actor.organization;
            let size = store_requests::PAGE;
            let rows = store_requests::list(conn, organization, own.as_deref(), open, place.as_ref(), size)?;
            let Page { rows, previous, next } = Page::cut(rows, size, place.as_ref(), |row| {
                (row.created_at.0.to_be_bytes().to_vec(), row.id.to_string())
            });
            let mut lately = Vec::new();
            if open && previous.is_none() {
                lately = store_requests::list(conn, organization, own.as_deref(), false, None, LATELY)?;
                lately.truncate(LATELY);
            }
            let base = actor.path("/access");
            let status = if open { "open" } else { "closed" };
            let link =
                |after: Option<String>| after.map(|after| format!("{base}/requests?status={status}&after={after}"));
            Ok(ListPage {
                layout: actor.layout(conn, "access")?,
                tabs: nav::access(actor.permissions),
                tab: "/requests",
                unit: actor.unit,
                now: actor.cx.now,
                open,
                rows,
                lately,
                previous: link(previous),
                next: link(next),
                base,
            })
        })
        .await?;
    html(page)
}

/// The companies whose requests this member decides, when the right reaches no further.
fn own(conn: &mut Conn, actor: &Actor) -> Result<Option<Vec<CompanyId>>, AppError> {
    Ok(match actor.reach::<DecideRequests>() {
        Reach::OwnCompanies => Some(actor.own_companies(conn, DecideRequests::ID)?),
        Reach::Everywhere | Reach::Nowhere => None,
    })
}

/// A request that the member may see: their own, or one that they decide.
pub fn visible(conn: &mut Conn, actor: &Actor, id: &str) -> Result<Request, AppError> {
    let id = RequestId::parse(id).ok_or(AppError::NotFound)?;
    let request = store_requests::find(conn, actor.organization, id)?;
    if request.member == actor.id {
        return Ok(request);
    }
    if !actor.permissions.has(DecideRequests::ID) {
        return Err(actor.refusal(conn, DecideRequests::ID)?);
    }
    match own(conn, actor)? {
        Some(own) if !request.company.is_some_and(|company| own.contains(&company)) => Err(AppError::NotFound),
        _ => Ok(request),
    }
}

#[derive(Template)]
#[template(path = "permissions/request.html")]
struct RequestPage {
    layout: Layout,
    base: String,
    members: String,
    unit: UnitLabel,
    now: Time,
    request: Request,
    mine: bool,
    decides: bool,
    /// Whether the reader may look at everybody.
    everywhere: bool,
    /// The role of who asks, while they are a member.
    role: Option<String>,
    ways: Vec<GrantOption>,
    chosen: String,
    answer: String,
    decided_by: Option<String>,
    errors: FormErrors,
}

impl RequestPage {
    fn title(&self) -> String {
        words::asked(&self.request, &self.unit)
    }

    fn is_open(&self) -> bool {
        self.request.status == RequestStatus::Open
    }
}

/// What was typed, to be shown again.
#[derive(Debug, Clone, Default)]
pub struct AccessRequestForm {
    /// The way that was chosen.
    pub chosen: String,
    pub answer: String,
}

fn load(
    conn: &mut Conn,
    actor: &Actor,
    id: &str,
    typed: AccessRequestForm,
    errors: FormErrors,
) -> Result<RequestPage, AppError> {
    let request = visible(conn, actor, id)?;
    let mine = request.member == actor.id;
    let decides = !mine && request.status == RequestStatus::Open;
    let person = match Membership::find(conn, actor.organization, request.member) {
        Ok(person) => Some(person),
        Err(AppError::NotFound) => None,
        Err(error) => return Err(error),
    };
    let (mut role, mut ways) = (None, Vec::new());
    if let Some(person) = person {
        let subject = Subject::of(conn, actor, person)?;
        if decides {
            ways = decision::ways(conn, actor, &subject, &request)?;
        }
        role = Some(subject.about.title);
    }
    let decided_by = match &request.decided_by {
        Some(by) => store_requests::name_of(conn, by)?,
        None => None,
    };
    Ok(RequestPage {
        layout: actor.layout(conn, if mine { "mine" } else { "access" })?,
        base: actor.path("/access"),
        members: actor.path("/members"),
        unit: actor.unit,
        now: actor.cx.now,
        request,
        mine,
        decides,
        everywhere: [ViewMembers::ID, ViewAccess::ID]
            .into_iter()
            .all(|permission| actor.permissions.reach(permission) == Reach::Everywhere),
        role,
        chosen: if typed.chosen.is_empty() {
            ways.first().map_or_else(String::new, |way| way.value.clone())
        } else {
            typed.chosen
        },
        ways,
        answer: typed.answer,
        decided_by,
        errors,
    })
}

/// `GET /organizations/{slug}/access/requests/{id}`
pub async fn show(gate: Gate<ViewOrganization>, place: RequestPlace) -> Result<HttpResponse, AppError> {
    let id = place.into_inner().1;
    let page = gate
        .read(move |actor, conn| load(conn, actor, &id, AccessRequestForm::default(), FormErrors::none()))
        .await?;
    html(page)
}

/// The page again, with what is wrong.
pub async fn again(
    gate: &Gate<DecideRequests>,
    id: String,
    typed: AccessRequestForm,
    errors: FormErrors,
) -> Result<HttpResponse, AppError> {
    let page = gate
        .read(move |actor, conn| load(conn, actor, &id, typed, errors))
        .await?;
    refused(page)
}

/// `POST /organizations/{slug}/access/requests/{id}/withdrawal`
pub async fn withdraw(gate: Gate<ViewOrganization>, place: RequestPlace) -> Result<HttpResponse, AppError> {
    let id = place.into_inner().1;
    let (path, done) = gate
        .write(move |actor, conn| {
            let request = visible(conn, actor, &id)?;
            if request.member != actor.id {
                return Err(AppError::NotFound);
            }
            let by = actor.person.id;
            let status = RequestStatus::Withdrawn;
            let done = store_requests::close(conn, &actor.cx, actor.organization, request.id, status, by, "")?;
            let events = if done {
                let event = Event::new(Action::AccessWithdrawn, "request", request.id, &request.name)
                    .before(json!({ "permission": request.permission, "company": request.company_name }));
                actor.event(event)
            } else {
                Events::none("it was decided before")
            };
            Ok(((actor.path("/access/mine"), done), events))
        })
        .await?;
    if done {
        gate.tell("success", "Your request is withdrawn");
    } else {
        gate.tell("info", "This request was decided before");
    }
    Ok(see_other(gate.fragment(), &path))
}
