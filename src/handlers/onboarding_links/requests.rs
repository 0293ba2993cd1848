//! The queue of people who ask to come in, and what is decided about each.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;
use serde_json::json;

use crate::audit::{Action, Event, Events};
use crate::auth::Gate;
use crate::auth::actor::Actor;
use crate::authz::decision::Reach;
use crate::authz::permission::{DecideRequests, Permission};
use crate::common::error::AppError;
use crate::common::html::{html, refused, see_other};
use crate::common::id::JoinId;
use crate::common::paging::{Cursor, Page};
use crate::db::Conn;
use crate::handlers::onboarding_links::index::gives;
use crate::models::join_request;
use crate::models::join_request::{Request, Status};
use crate::models::onboarding_link;
use crate::models::onboarding_link::{Link, Purpose};
use crate::services::invitations::authority;
use crate::services::onboarding_links::admit;
use crate::services::onboarding_links::admit::Newcomer;
use crate::services::onboarding_links::resolve;
use crate::services::onboarding_links::resolve::LinkGrant;
use crate::services::onboarding_links::rules::LinkState;
use crate::services::onboarding_links::{email, queries};
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;
use crate::web::nav;
use crate::web::nav::Tab;

/// Which page.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Query {
    after: String,
}

struct JoinRequestRow {
    id: JoinId,
    name: String,
    email: String,
    link: String,
    gives: String,
    company: String,
    asked: (String, String),
    /// Why this person cannot let them in.
    beyond: bool,
}

#[derive(Template)]
#[template(path = "onboarding_links/requests.html")]
struct Queue {
    layout: Layout,
    tabs: Vec<&'static Tab>,
    tab: &'static str,
    path: String,
    base: String,
    copies: bool,
    waiting: i64,
    rows: Vec<JoinRequestRow>,
    /// Why the last decision could not be carried out.
    refusal: Option<String>,
    previous: Option<String>,
    next: Option<String>,
}

impl Queue {
    fn caption(&self) -> String {
        match self.rows.len() {
            1 => "1 request on this page".into(),
            n => format!("{n} requests on this page"),
        }
    }

    fn of(conn: &mut Conn, actor: &Actor, place: Option<&Cursor>, refusal: Option<String>) -> Result<Self, AppError> {
        everywhere(conn, actor)?;
        let base = actor.path("/settings/onboarding");
        let listed = join_request::queue(conn, actor.organization, place)?;
        let page = Page::cut(listed, join_request::PAGE, place, |row| {
            (Vec::new(), row.request.id.to_string())
        });
        let me = authority::voucher(conn, actor)?;
        let page_of = |after: Option<String>| after.map(|after| format!("{base}/requests?after={after}"));
        Ok(Self {
            layout: actor.layout(conn, "settings")?,
            tabs: nav::settings(actor.permissions),
            tab: "onboarding",
            path: actor.path("/settings"),
            copies: actor.permissions.copy_onboarding_links(),
            waiting: join_request::waiting(conn, actor.organization)?,
            previous: page_of(page.previous),
            next: page_of(page.next),
            rows: page
                .rows
                .into_iter()
                .map(|row| JoinRequestRow {
                    id: row.request.id,
                    beyond: !LinkGrant::from(&row.link).is_granted_by(&me),
                    gives: gives(&row.link, actor.unit),
                    link: row.link.name,
                    company: row.request.company_name,
                    asked: (row.request.created_at.iso(), row.request.created_at.ago(actor.cx.now)),
                    name: row.name,
                    email: row.email,
                })
                .collect(),
            refusal,
            base,
        })
    }
}

/// Who decides about some companies only does not decide about who comes into the organization.
fn everywhere(conn: &mut Conn, actor: &Actor) -> Result<(), AppError> {
    if actor.reach::<DecideRequests>() == Reach::Everywhere {
        Ok(())
    } else {
        Err(actor.refusal(conn, DecideRequests::ID)?)
    }
}

/// The queue.
pub async fn index(gate: Gate<DecideRequests>, query: web::Query<Query>) -> Result<HttpResponse, AppError> {
    let place = Cursor::parse(&query.after);
    let page = gate
        .read(move |actor, conn| Queue::of(conn, actor, place.as_ref(), None))
        .await?;
    html(page)
}

/// What was decided.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Decision {
    decision: String,
}

enum Answer {
    Done(String, String),
    Refused(Box<Queue>),
}

/// Decides about one.
pub async fn decide(
    gate: Gate<DecideRequests>,
    path: web::Path<(String, String)>,
    form: web::Form<Decision>,
) -> Result<HttpResponse, AppError> {
    let (_, id) = path.into_inner();
    let lets_in = match form.decision.as_str() {
        "approve" => true,
        "deny" => false,
        _ => return Err(AppError::Unreadable("Choose to let them in or to decline.".into())),
    };
    let answer = gate
        .write(move |actor, conn| {
            everywhere(conn, actor)?;
            let request = join_request::find(conn, actor.organization, &id)?;
            let link = onboarding_link::find(conn, actor.organization, request.link.as_str())?;
            onboarding_link::lock_row(conn, &actor.cx.token(&link.seed()))?;
            let decided = if lets_in {
                approve(conn, actor, &request, &link)?
            } else {
                deny(conn, actor, &request)?
            };
            Ok(match decided {
                Ok((word, events)) => (Answer::Done(word, actor.path("/settings/onboarding/requests")), events),
                Err(sentence) => {
                    let page = Queue::of(conn, actor, None, Some(sentence))?;
                    (Answer::Refused(Box::new(page)), Events::none("it cannot be done"))
                }
            })
        })
        .await?;
    match answer {
        Answer::Done(word, list) => {
            gate.tell("success", word);
            Ok(see_other(gate.fragment(), &list))
        }
        Answer::Refused(page) => refused(*page),
    }
}

type Decided = Result<(String, Events), String>;

const ANSWERED: &str = "This request was answered or withdrawn already";

/// Lets somebody in on the decider's own rights. Everything that the door asked is asked again, but for the time: who
/// asked while the link was open waited, and may come in after it closed.
fn approve(conn: &mut Conn, actor: &Actor, request: &Request, link: &Link) -> Result<Decided, AppError> {
    let (cx, organization) = (&actor.cx, actor.organization);
    let link = onboarding_link::find(conn, organization, link.id.as_str())?;
    let voucher = authority::voucher(conn, actor)?;
    let gift = LinkGrant::from(&link);
    if request.status != Status::Awaiting {
        return Ok(Err(ANSWERED.into()));
    }
    if !gift.is_granted_by(&voucher) {
        return Ok(Err(format!(
            "You may not let people in as {}. Ask somebody who can",
            link.role.label()
        )));
    }
    // That the company is made at all stands behind the link, or behind the decider.
    if !gift.is_created_by(&voucher) && !resolve::vouched(conn, cx, &link)? {
        return Ok(Err(format!(
            "You may not create {}, and nobody stands behind this link any more. Ask somebody who may",
            actor.unit.many()
        )));
    }
    let (name, email, proven) = queries::account(conn, request.user)?;
    if !proven || !link.admits(&email) {
        return Ok(Err(format!(
            "The link is not for {email}. Decline the request, or change the link"
        )));
    }
    match queries::standing(conn, organization, request.user, cx.now)?.1 {
        LinkState::Suspended => return Ok(Err(format!("{name} is suspended here. Restore their access instead"))),
        LinkState::Member if link.purpose == Purpose::Join => {
            return Ok(Err(format!("{name} is a member already. Decline the request")));
        }
        _ => {}
    }
    if link.is_used_up() {
        return Ok(Err(
            "The link was used as often as it may be. Raise its limit first".into()
        ));
    }
    let wish = match link.purpose {
        Purpose::Join => None,
        Purpose::NewCompany => match admit::wish(&request.company_name, actor.unit) {
            Ok(wish) => Some(wish),
            Err(_) => {
                return Ok(Err(format!(
                    "{name} named no {}. Decline the request",
                    actor.unit.one()
                )));
            }
        },
    };
    if !join_request::close(
        conn,
        cx,
        organization,
        request.id,
        Status::Approved,
        Some(actor.person.id),
    )? {
        return Ok(Err(ANSWERED.into()));
    }
    if !onboarding_link::take(conn, cx, &link)? {
        return Err(AppError::Busy);
    }
    let newcomer = Newcomer {
        user: request.user,
        name,
        email,
        wish,
    };
    let admitted = admit::admit(conn, cx, &link, &newcomer, actor.person.id, true)?;
    email::approved(conn, actor, &newcomer, admitted.company.as_deref())?;
    Ok(Ok((format!("{} is let in", newcomer.name), admitted.events)))
}

fn deny(conn: &mut Conn, actor: &Actor, request: &Request) -> Result<Decided, AppError> {
    let by = Some(actor.person.id);
    if !join_request::close(conn, &actor.cx, actor.organization, request.id, Status::Denied, by)? {
        return Ok(Err(ANSWERED.into()));
    }
    let (name, email, _) = queries::account(conn, request.user)?;
    email::denied(conn, actor, &name, &email)?;
    let event = Event::new(Action::JoinDenied, "join_request", request.id, &name)
        .before(json!({ "status": Status::Awaiting.as_str() }))
        .after(json!({ "status": Status::Denied.as_str(), "email": email }));
    Ok(Ok((format!("The request of {name} is declined"), actor.event(event))))
}
