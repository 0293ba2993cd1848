//! The page itself.

use actix_web::HttpResponse;
use askama::Template;

use crate::audit::query::Filter;
use crate::audit::walk;
use crate::audit::walk::SeqCursor;
use crate::audit::{Action, Category};
use crate::auth::Gate;
use crate::auth::actor::Actor;
use crate::authz::decision::{Permissions, Reach};
use crate::authz::permission::{InviteMembers, Permission, ViewAudit, ViewMembers, ViewOverview};
use crate::common::error::AppError;
use crate::common::html::{html, number};
use crate::common::time::Span;
use crate::db::Conn;
use crate::db::types::organization::UnitLabel;
use crate::handlers::overview::queries;
use crate::handlers::overview::queries::Pending;
use crate::models::approval;
use crate::models::company_staff::Staff;
use crate::models::membership::record::Membership;
use crate::models::organization::contact;
use crate::models::organization::contact::ContactKind;
use crate::services::approvals::dual_control;
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;

const CARDS: i64 = 12;
const LINES: usize = 8;
const NEWCOMER: Span = Span::hours(24);
/// From this size on one owner is a risk and no matter of course.
const SEVERAL: i64 = 3;

struct Card {
    name: String,
    href: String,
    people: i64,
    direct: i64,
}

struct Attention {
    icon: &'static str,
    title: String,
    text: &'static str,
    href: String,
}

struct Line {
    actor: String,
    /// Who allowed it, when an operator did it in a support session.
    on_behalf_of: Option<String>,
    sentence: String,
    iso: String,
    ago: String,
}

#[derive(Template)]
#[template(path = "overview/show.html")]
struct OverviewPage {
    layout: Layout,
    name: String,
    path: String,
    unit: UnitLabel,
    may: Permissions,
    // Only the companies assigned to the reader are counted and shown.
    own: bool,
    active: i64,
    archived: i64,
    members: Option<i64>,
    pending: Option<Pending>,
    cards: Vec<Card>,
    inherited: i64,
    welcome: Option<(String, &'static str, String)>,
    starting: bool,
    attention: Vec<Attention>,
    activity: Option<Vec<Line>>,
    /// Whom members ask, where the organization named somebody.
    support: Option<String>,
}

/// `GET /organizations/{slug}`
pub async fn show(gate: Gate<ViewOverview>) -> Result<HttpResponse, AppError> {
    html(gate.read(page).await?)
}

fn page(actor: &Actor, conn: &mut Conn) -> Result<OverviewPage, AppError> {
    let org = actor.organization;
    let everywhere = |reach: Reach| reach == Reach::Everywhere;
    let own = if everywhere(actor.reach::<ViewOverview>()) {
        None
    } else {
        Some(actor.own_companies(conn, ViewOverview::ID)?)
    };
    let (active, archived) = match own.as_deref() {
        None => (actor.active_companies, actor.archived_companies),
        Some(own) => queries::companies_by_status(conn, org, own)?,
    };
    let first = queries::first_companies(conn, org, own.as_deref(), CARDS)?;
    let ids: Vec<_> = first.iter().map(|(id, ..)| *id).collect();
    let counts = actor.role_counts(conn)?;
    let staff = Staff::count(conn, org, counts, &ids)?;
    let cards = first
        .into_iter()
        .map(|(id, name, slug)| Card {
            name,
            href: actor.path(&format!("/companies/{slug}")),
            people: staff.total(id),
            direct: staff.direct(id),
        })
        .collect();
    let total = queries::members(conn, org)?;
    let members = everywhere(actor.reach::<ViewMembers>()).then_some(total);
    let pending = if everywhere(actor.reach::<InviteMembers>()) {
        Some(queries::pending(conn, org, actor.cx.now)?)
    } else {
        None
    };
    let activity = if everywhere(actor.reach::<ViewAudit>()) {
        let now = actor.cx.now;
        // Who came and went is in the log; here it would push out what was done.
        let done = Action::ALL.iter().filter(|action| action.category() != Category::Login);
        let wanted = Filter {
            actions: Some(done.copied().collect()),
            ..Filter::default()
        };
        let sight = actor.visibility(conn)?;
        let found = walk::page(conn, org, &wanted, &sight, SeqCursor::Top, LINES)?;
        Some(
            found
                .lines
                .into_iter()
                .map(|line| Line {
                    iso: line.at.iso(),
                    ago: line.at.ago(now),
                    actor: line.actor_name.clone(),
                    on_behalf_of: line.on_behalf_of.clone(),
                    sentence: line.description(),
                })
                .collect(),
        )
    } else {
        None
    };
    let starting =
        total == 1 && pending.is_some_and(|pending| pending.open == 0) && actor.permissions.create_companies();
    // Who looks in by a support session never joined.
    let joined = match actor.support {
        Some(_) => None,
        None => Some(Membership::find(conn, org, actor.id)?.joined_at),
    };
    let fresh = joined.is_some_and(|joined| actor.cx.now - joined < NEWCOMER);
    let welcome = fresh.then(|| {
        let first_name = actor.person.name.split_whitespace().next().unwrap_or_default();
        (
            first_name.to_owned(),
            actor.role.label(),
            actor.role.can(actor.unit.many()),
        )
    });
    Ok(OverviewPage {
        layout: actor.layout(conn, "overview")?,
        name: actor.organization_name.clone(),
        path: actor.path(""),
        unit: actor.unit,
        may: actor.permissions,
        own: own.is_some(),
        attention: attention(actor, conn, pending, total)?,
        inherited: staff.inherited,
        active,
        archived,
        members,
        pending,
        cards,
        welcome,
        starting,
        activity,
        support: contact::proven(conn, org, ContactKind::Support)?,
    })
}

/// Only what was measured, and only for who can do something about it.
fn attention(
    actor: &Actor,
    conn: &mut Conn,
    pending: Option<Pending>,
    members: i64,
) -> Result<Vec<Attention>, AppError> {
    let mut found = Vec::new();
    for approval in approval::open(conn, actor.cx.now, actor.organization)? {
        if dual_control::may_decide(&approval, actor) {
            found.push(Attention {
                icon: "clock",
                title: format!("Asked of you: {}", approval.label),
                text: "Nothing happens until you confirm",
                href: actor.path(&format!("/settings/approvals/{}", approval.id)),
            });
        }
    }
    let say = |n: i64, one: &str, many: &str| format!("{} {}", number(&n), if n == 1 { one } else { many });
    if let Some(pending) = pending {
        let href = actor.path("/invitations");
        if pending.undelivered > 0 {
            found.push(Attention {
                icon: "mail",
                title: say(
                    pending.undelivered,
                    "invitation did not arrive",
                    "invitations did not arrive",
                ),
                text: "Check the address or send it again",
                href: href.clone(),
            });
        }
        if pending.ending > 0 {
            found.push(Attention {
                icon: "clock",
                title: say(pending.ending, "invitation expires soon", "invitations expire soon"),
                text: "Within two days",
                href,
            });
        }
    }
    if actor.permissions.grant_owner() && members >= SEVERAL && queries::owners(conn, actor.organization)? == 1 {
        found.push(Attention {
            icon: "crown",
            title: "One owner only".into(),
            text: "Make somebody else an owner too",
            href: actor.path("/members"),
        });
    }
    Ok(found)
}
