//! Requests for rights: asking, the list, one of them, taking it back.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;
use serde_json::json;

use crate::audit::{Action, Deed, Deeds};
use crate::auth::Gate;
use crate::auth::actor::Member;
use crate::authz::decision::Reach;
use crate::authz::permission::{
    DecideRequests, Permission, Right, ViewAccess, ViewCompany, ViewMembers, ViewOrganization,
};
use crate::common::error::AppError;
use crate::common::form::FormErrors;
use crate::common::html::{html, refused, see_other};
use crate::common::id::{CompanyId, RequestId};
use crate::common::paging::{Page, Place};
use crate::common::time::Time;
use crate::db::Conn;
use crate::db::types::organization::UnitLabel;
use crate::handlers::permissions::decision;
use crate::handlers::permissions::decision::Way;
use crate::handlers::permissions::explain::{Choices, choices};
use crate::handlers::permissions::person::Subject;
use crate::handlers::permissions::{queries, rules, words};
use crate::models::access_request as store_requests;
use crate::models::access_request::{Asked, Request, RequestStatus, Wish};
use crate::models::membership::record::Standing;
use crate::services::access_requests::email;
use crate::web::layout::Shell;
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
#[template(path = "rights/request_new.html")]
struct NewPage {
    shell: Shell,
    base: String,
    organization: String,
    unit: UnitLabel,
    form: AskForm,
    choices: Choices,
    companies: Vec<queries::Company>,
    errors: FormErrors,
}

impl NewPage {
    fn of(conn: &mut Conn, member: &Member, form: AskForm, errors: FormErrors) -> Result<Self, AppError> {
        // Whoever sees some companies only is offered those; the others are known by their address.
        let companies = match member.reach::<ViewCompany>() {
            Reach::Everywhere => queries::companies(conn, member.organization, None, OFFERED)?,
            Reach::OwnCompanies => {
                let own = member.own_companies(conn, ViewCompany::RIGHT)?;
                queries::companies(conn, member.organization, Some(&own), OFFERED)?
            }
            Reach::Nowhere => Vec::new(),
        };
        Ok(Self {
            shell: member.shell(conn, "mine")?,
            base: member.path("/access"),
            organization: member.organization_name.clone(),
            unit: member.unit,
            choices: choices(member.unit),
            companies,
            form,
            errors,
        })
    }
}

/// `GET /organizations/{slug}/access/requests/new`
///
/// # Errors
/// What the gate refuses.
pub async fn new(gate: Gate<ViewOrganization>, form: web::Query<AskForm>) -> Result<HttpResponse, AppError> {
    let form = form.into_inner();
    let page = gate
        .read(move |member, conn| NewPage::of(conn, member, form, FormErrors::none()))
        .await?;
    html(page)
}

/// What is wished, if it can be asked for.
fn wish(conn: &mut Conn, member: &Member, form: &AskForm) -> Result<Result<Wish, FormErrors>, AppError> {
    let mut errors = FormErrors::none();
    let right = Right::parse(&form.permission);
    if right.is_none() {
        errors.add("permission", "Choose what you need");
    }
    let note = errors.take("note", rules::words(&form.note));
    let text = form.company.trim();
    let company = match CompanyId::parse(text) {
        _ if text.is_empty() => None,
        Some(id) => queries::company(conn, member.organization, id)?,
        None => queries::company_by_slug(conn, member.organization, text)?,
    };
    if company.is_none() && !text.is_empty() {
        let sentence = format!(
            "No {} has this address. Take it out of the link that you followed",
            member.unit.one()
        );
        errors.add("company", sentence);
    }
    let (Some(right), Some(note), true) = (right, note, errors.is_empty()) else {
        return Ok(Err(errors));
    };
    let held = match &company {
        None => member.rights.reach(right) == Reach::Everywhere,
        Some(company) => {
            let place = queries::place(conn, member.cx.now, member.organization, member.id, company.id)?;
            member.in_company(place.map(|place| place.role)).has(right)
        }
    };
    if held {
        return Ok(Err(FormErrors::one("permission", "You can do this already")));
    }
    Ok(Ok(Wish {
        right,
        company: company.map(|company| company.id),
        note,
    }))
}

/// `POST /organizations/{slug}/access/requests`
///
/// # Errors
/// What the gate refuses.
pub async fn create(gate: Gate<ViewOrganization>, form: web::Form<AskForm>) -> Result<HttpResponse, AppError> {
    let form = form.into_inner();
    let typed = form.clone();
    let done = gate
        .write(move |member, conn| {
            // An operator who looks in is nobody's member and asks for nothing; what waits for its deletion gives nothing.
            let person = Standing::find(conn, member.organization, member.id)?;
            if member.delete_after.is_some() {
                return Err(member.refusal(conn, DecideRequests::RIGHT)?);
            }
            let wish = match wish(conn, member, &form)? {
                Ok(wish) => wish,
                Err(errors) => return Ok((Err(errors), Deeds::none("it cannot be asked for"))),
            };
            let path = |id: RequestId| member.path(&format!("/access/requests/{id}"));
            match store_requests::ask(conn, &member.cx, member.organization, member.id, &wish)? {
                Asked::Before(id) => {
                    let word = "You asked for this already. It waits for an answer".to_owned();
                    Ok((Ok((path(id), "info", word)), Deeds::none("it is open already")))
                }
                Asked::TooMany => {
                    let sentence =
                        "You have asked for a lot today. Wait for the answers, or write to somebody who can help";
                    let errors = FormErrors::one("permission", sentence);
                    Ok((Err(errors), Deeds::none("too many")))
                }
                Asked::New(id) => {
                    let request = store_requests::find(conn, member.organization, id)?;
                    let told = email::asked(conn, member, &request)?;
                    let word = match told {
                        1 => "Your request is on its way to 1 person".to_owned(),
                        n => format!("Your request is on its way to {n} people"),
                    };
                    let deed = Deed::new(Action::AccessRequested, "request", id, &person.name).after(json!({
                        "permission": request.permission,
                        "company": request.company_name,
                        "note": request.note,
                    }));
                    Ok((Ok((path(id), "success", word)), member.did(deed)))
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
                .read(move |member, conn| NewPage::of(conn, member, typed, errors))
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
#[template(path = "rights/requests.html")]
struct ListPage {
    shell: Shell,
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
///
/// # Errors
/// What the gate refuses.
pub async fn index(gate: Gate<DecideRequests>, filter: web::Query<Filter>) -> Result<HttpResponse, AppError> {
    let filter = filter.into_inner();
    let page = gate
        .read(move |member, conn| {
            let own = own(conn, member)?;
            let (open, place) = (filter.status != "closed", Place::parse(&filter.after));
            let organization = member.organization;
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
            let base = member.path("/access");
            let status = if open { "open" } else { "closed" };
            let link =
                |after: Option<String>| after.map(|after| format!("{base}/requests?status={status}&after={after}"));
            Ok(ListPage {
                shell: member.shell(conn, "access")?,
                tabs: nav::access(member.rights),
                tab: "/requests",
                unit: member.unit,
                now: member.cx.now,
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
fn own(conn: &mut Conn, member: &Member) -> Result<Option<Vec<CompanyId>>, AppError> {
    Ok(match member.reach::<DecideRequests>() {
        Reach::OwnCompanies => Some(member.own_companies(conn, DecideRequests::RIGHT)?),
        Reach::Everywhere | Reach::Nowhere => None,
    })
}

/// A request that the member may see: their own, or one that they decide.
///
/// # Errors
/// `NotFound` for every other; the refusal of who decides nothing.
pub fn visible(conn: &mut Conn, member: &Member, id: &str) -> Result<Request, AppError> {
    let id = RequestId::parse(id).ok_or(AppError::NotFound)?;
    let request = store_requests::find(conn, member.organization, id)?;
    if request.member == member.id {
        return Ok(request);
    }
    if !member.rights.has(DecideRequests::RIGHT) {
        return Err(member.refusal(conn, DecideRequests::RIGHT)?);
    }
    match own(conn, member)? {
        Some(own) if !request.company.is_some_and(|company| own.contains(&company)) => Err(AppError::NotFound),
        _ => Ok(request),
    }
}

#[derive(Template)]
#[template(path = "rights/request.html")]
struct RequestPage {
    shell: Shell,
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
    ways: Vec<Way>,
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
pub struct Typed {
    /// The way that was chosen.
    pub chosen: String,
    /// The answer.
    pub answer: String,
}

fn load(conn: &mut Conn, member: &Member, id: &str, typed: Typed, errors: FormErrors) -> Result<RequestPage, AppError> {
    let request = visible(conn, member, id)?;
    let mine = request.member == member.id;
    let decides = !mine && request.status == RequestStatus::Open;
    let person = match Standing::find(conn, member.organization, request.member) {
        Ok(person) => Some(person),
        Err(AppError::NotFound) => None,
        Err(error) => return Err(error),
    };
    let (mut role, mut ways) = (None, Vec::new());
    if let Some(person) = person {
        let subject = Subject::of(conn, member, person)?;
        if decides {
            ways = decision::ways(conn, member, &subject, &request)?;
        }
        role = Some(subject.about.title);
    }
    let decided_by = match &request.decided_by {
        Some(by) => store_requests::name_of(conn, by)?,
        None => None,
    };
    Ok(RequestPage {
        shell: member.shell(conn, if mine { "mine" } else { "access" })?,
        base: member.path("/access"),
        members: member.path("/members"),
        unit: member.unit,
        now: member.cx.now,
        request,
        mine,
        decides,
        everywhere: [ViewMembers::RIGHT, ViewAccess::RIGHT]
            .into_iter()
            .all(|right| member.rights.reach(right) == Reach::Everywhere),
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
///
/// # Errors
/// What the gate refuses; a request that is not this person's to see.
pub async fn show(gate: Gate<ViewOrganization>, place: RequestPlace) -> Result<HttpResponse, AppError> {
    let id = place.into_inner().1;
    let page = gate
        .read(move |member, conn| load(conn, member, &id, Typed::default(), FormErrors::none()))
        .await?;
    html(page)
}

/// The page again, with what is wrong.
pub async fn again(
    gate: &Gate<DecideRequests>,
    id: String,
    typed: Typed,
    errors: FormErrors,
) -> Result<HttpResponse, AppError> {
    let page = gate
        .read(move |member, conn| load(conn, member, &id, typed, errors))
        .await?;
    refused(page)
}

/// `POST /organizations/{slug}/access/requests/{id}/withdrawal`
///
/// # Errors
/// What the gate refuses; a request that is not one's own.
pub async fn withdraw(gate: Gate<ViewOrganization>, place: RequestPlace) -> Result<HttpResponse, AppError> {
    let id = place.into_inner().1;
    let (path, done) = gate
        .write(move |member, conn| {
            let request = visible(conn, member, &id)?;
            if request.member != member.id {
                return Err(AppError::NotFound);
            }
            let by = member.person.id;
            let status = RequestStatus::Withdrawn;
            let done = store_requests::close(conn, &member.cx, member.organization, request.id, status, by, "")?;
            let deeds = if done {
                let deed = Deed::new(Action::AccessWithdrawn, "request", request.id, &request.name)
                    .before(json!({ "permission": request.permission, "company": request.company_name }));
                member.did(deed)
            } else {
                Deeds::none("it was decided before")
            };
            Ok(((member.path("/access/mine"), done), deeds))
        })
        .await?;
    if done {
        gate.tell("success", "Your request is withdrawn");
    } else {
        gate.tell("info", "This request was decided before");
    }
    Ok(see_other(gate.fragment(), &path))
}
