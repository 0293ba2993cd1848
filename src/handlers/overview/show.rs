//! The page itself.

use actix_web::HttpResponse;
use askama::Template;

use crate::audit::query;
use crate::audit::query::{Place, Wanted};
use crate::audit::visibility::Sight;
use crate::audit::{Action, Kind};
use crate::auth::Gate;
use crate::auth::actor::Member;
use crate::authz::decision::{Reach, Rights};
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
use crate::models::membership::record::Standing;
use crate::models::organization::contact;
use crate::models::organization::contact::ContactKind;
use crate::services::approvals::dual_control;
use crate::web::layout::Shell;

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
    shell: Shell,
    name: String,
    path: String,
    unit: UnitLabel,
    may: Rights,
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
///
/// # Errors
/// What the gate refuses.
pub async fn show(gate: Gate<ViewOverview>) -> Result<HttpResponse, AppError> {
    html(gate.read(page).await?)
}

fn page(member: &Member, conn: &mut Conn) -> Result<OverviewPage, AppError> {
    let org = member.organization;
    let everywhere = |reach: Reach| reach == Reach::Everywhere;
    let own = if everywhere(member.reach::<ViewOverview>()) {
        None
    } else {
        Some(member.own_companies(conn, ViewOverview::RIGHT)?)
    };
    let (active, archived) = match own.as_deref() {
        None => (member.active_companies, member.archived_companies),
        Some(own) => queries::companies_by_status(conn, org, own)?,
    };
    let first = queries::first_companies(conn, org, own.as_deref(), CARDS)?;
    let ids: Vec<_> = first.iter().map(|(id, ..)| *id).collect();
    let staff = Staff::count(conn, org, &ids)?;
    let cards = first
        .into_iter()
        .map(|(id, name, slug)| Card {
            name,
            href: member.path(&format!("/companies/{slug}")),
            people: staff.total(id),
            direct: staff.direct(id),
        })
        .collect();
    let total = queries::members(conn, org)?;
    let members = everywhere(member.reach::<ViewMembers>()).then_some(total);
    let pending = if everywhere(member.reach::<InviteMembers>()) {
        Some(queries::pending(conn, org, member.cx.now)?)
    } else {
        None
    };
    let activity = if everywhere(member.reach::<ViewAudit>()) {
        let now = member.cx.now;
        // Who came and went is in the log; here it would push out what was done.
        let done = Action::ALL.iter().filter(|action| action.kind() != Kind::Login);
        let wanted = Wanted {
            actions: Some(done.copied().collect()),
            ..Wanted::default()
        };
        let sight = Sight::of(conn, member)?;
        let found = query::page(conn, org, &wanted, &sight, Place::Top, LINES)?;
        Some(
            found
                .lines
                .into_iter()
                .map(|line| Line {
                    iso: line.at.iso(),
                    ago: line.at.ago(now),
                    actor: line.actor_name.clone(),
                    on_behalf_of: line.on_behalf_of.clone(),
                    sentence: line.sentence(),
                })
                .collect(),
        )
    } else {
        None
    };
    let starting = total == 1 && pending.is_some_and(|pending| pending.open == 0) && member.rights.create_companies();
    // Who looks in by a support session never joined.
    let joined = match member.support {
        Some(_) => None,
        None => Some(Standing::find(conn, org, member.id)?.joined_at),
    };
    let fresh = joined.is_some_and(|joined| member.cx.now - joined < NEWCOMER);
    let welcome = fresh.then(|| {
        let first_name = member.person.name.split_whitespace().next().unwrap_or_default();
        (
            first_name.to_owned(),
            member.role.label(),
            member.role.can(member.unit.many()),
        )
    });
    Ok(OverviewPage {
        shell: member.shell(conn, "overview")?,
        name: member.organization_name.clone(),
        path: member.path(""),
        unit: member.unit,
        may: member.rights,
        own: own.is_some(),
        attention: attention(member, conn, pending, total)?,
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
    member: &Member,
    conn: &mut Conn,
    pending: Option<Pending>,
    members: i64,
) -> Result<Vec<Attention>, AppError> {
    let mut found = Vec::new();
    for approval in approval::open(conn, member.cx.now, member.organization)? {
        if dual_control::may_decide(&approval, member) {
            found.push(Attention {
                icon: "clock",
                title: format!("Asked of you: {}", approval.label),
                text: "Nothing happens until you confirm",
                href: member.path(&format!("/settings/approvals/{}", approval.id)),
            });
        }
    }
    let say = |n: i64, one: &str, many: &str| format!("{} {}", number(&n), if n == 1 { one } else { many });
    if let Some(pending) = pending {
        let href = member.path("/invitations");
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
    if member.rights.grant_owner() && members >= SEVERAL && queries::owners(conn, member.organization)? == 1 {
        found.push(Attention {
            icon: "crown",
            title: "One owner only".into(),
            text: "Make somebody else an owner too",
            href: member.path("/members"),
        });
    }
    Ok(found)
}
