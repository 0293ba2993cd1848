//! One change for many members: what is wanted, then what would become of each, then all of it at once.

pub mod kind;
pub mod page;
pub mod wish;

use actix_web::{HttpRequest, HttpResponse};

use crate::audit::Events;
use crate::auth::Gate;
use crate::auth::actor::Actor;
use crate::authz::permission::ViewMembers;
use crate::common::error::AppError;
use crate::common::fields::Fields;
use crate::common::form::FormErrors;
use crate::common::html::{html, refused, see_other};
use crate::common::id::MembershipId;
use crate::db::Conn;
pub use crate::handlers::members::bulk::kind::BulkAction;
use crate::handlers::members::bulk::page::{BulkPage, people};
use crate::handlers::members::bulk::wish::{BulkForm, Step, meant, present, wanted};
use crate::services::members::bulk;
use crate::services::members::bulk::{Change, Line, Outcome};

/// What was done, for who did it.
fn told(change: &Change, n: usize) -> String {
    let people = people(n);
    match change {
        Change::Role(title) => format!("Gave {people} the role {}", title.label()),
        Change::Assign(_, named) => format!("Assigned {people} to {}", named.join(", ")),
        Change::TakeOff(_, name) => format!("Took {people} off {name}"),
        Change::AccessEnd(Some(end)) => format!("The access of {people} ends on {}", end.date()),
        Change::AccessEnd(None) => format!("The access of {people} has no end"),
        Change::Group(group) => format!("Put {people} into {}", group.name),
        Change::Suspend(_) => format!("Suspended {people}"),
        Change::Restore => format!("Gave {people} access back"),
        Change::Remove(_) => {
            format!("Removed {people}. Under “Recently removed” it can be undone for 24 hours")
        }
    }
}

/// What came of a look or a try.
enum Came {
    Page(Box<BulkPage>),
    Refused(Box<BulkPage>),
    Done(String, String),
    Nothing(String),
}

fn handle(conn: &mut Conn, actor: &Actor, kind: BulkAction, typed: BulkForm) -> Result<(Came, Events), AppError> {
    if !kind.open(actor) {
        return Err(actor.refusal(conn, kind.permission())?);
    }
    let mut errors = FormErrors::none();
    let ids = meant(conn, actor, &typed, &mut errors)?;
    let ids = present(conn, actor, ids, &mut errors)?;
    // A search for companies, or only the people: nothing is wrong yet.
    let asks = kind.asks() && (typed.step == Step::Choose || typed.companies.finds);
    let change = if asks {
        None
    } else {
        wanted(conn, actor, kind, &typed, &mut errors)?
    };
    let Some(change) = change.filter(|_| errors.is_empty()) else {
        let wrong = !errors.is_empty();
        let page = Box::new(BulkPage::load(conn, actor, kind, typed, ids, None, errors)?);
        let came = if wrong { Came::Refused(page) } else { Came::Page(page) };
        return Ok((came, Events::none("something has to be chosen first")));
    };
    if typed.step != Step::Apply {
        let lines = bulk::rehearse(conn, actor, &change, &ids)?;
        let ids = changing(&lines);
        let page = BulkPage::load(conn, actor, kind, typed, ids, Some(lines), errors)?;
        return Ok((Came::Page(Box::new(page)), Events::none("a rehearsal")));
    }
    match bulk::apply(conn, actor, &change, &ids)? {
        Ok((n, events)) => Ok((Came::Done(told(&change, n), actor.path("/members")), events)),
        Err(lines) => {
            for line in &lines {
                if let Outcome::Refused(why) = &line.outcome {
                    errors.add(
                        "people",
                        format!("Nothing was changed, because of {}. {why}", line.person.name),
                    );
                }
            }
            let ids = changing(&lines);
            let page = BulkPage::load(conn, actor, kind, typed, ids, Some(lines), errors)?;
            Ok((Came::Refused(Box::new(page)), Events::none("one was refused")))
        }
    }
}

fn changing(lines: &[Line]) -> Vec<MembershipId> {
    let changed = |line: &&Line| matches!(line.outcome, Outcome::Changed(_));
    lines.iter().filter(changed).map(|line| line.person.id).collect()
}

async fn answer(gate: Gate<ViewMembers>, fields: Fields, only_looks: bool) -> Result<HttpResponse, AppError> {
    let mut typed = BulkForm::of(&fields);
    if only_looks && typed.step == Step::Apply {
        typed.step = Step::Look;
    }
    let came = gate
        .write(move |actor, conn| match typed.kind {
            Some(kind) => handle(conn, actor, kind, typed),
            None => Ok((
                Came::Nothing(actor.path("/members")),
                Events::none("nothing was chosen to be done"),
            )),
        })
        .await?;
    match came {
        Came::Page(page) => html(*page),
        Came::Refused(page) => refused(*page),
        Came::Nothing(path) => Ok(see_other(gate.fragment(), &path)),
        Came::Done(word, path) => {
            gate.tell("success", word);
            Ok(see_other(gate.fragment(), &path))
        }
    }
}

/// `GET /organizations/{slug}/members/bulk`: what would happen; nothing does.
pub async fn look(gate: Gate<ViewMembers>, request: HttpRequest) -> Result<HttpResponse, AppError> {
    let fields = Fields::urlencoded(request.query_string()).unwrap_or_default();
    answer(gate, fields, true).await
}

/// `POST /organizations/{slug}/members/bulk`: what would happen, and with `step=apply` it does.
pub async fn submit(gate: Gate<ViewMembers>, fields: Fields) -> Result<HttpResponse, AppError> {
    answer(gate, fields, false).await
}
