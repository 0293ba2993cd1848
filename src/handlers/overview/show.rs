use actix_web::{HttpResponse, web};
use askama::Template;

use crate::audit::query::{EventFilter, SeqCursor};
use crate::audit::walk;
use crate::auth::Gate;
use crate::auth::actor::Actor;
use crate::authz::decision::{Permissions, Reach};
use crate::authz::permission::{Permission, ViewAudit, ViewOverview};
use crate::common::error::AppError;
use crate::common::time::Span;
use crate::db::Conn;
use crate::db::types::organization::UnitLabel;
use crate::handlers::overview::attention;
use crate::handlers::overview::attention::{Attention, AttentionItem};
use crate::handlers::overview::queries;
use crate::handlers::overview::queries::{OverviewFacts, PendingInvitations};
use crate::handlers::overview::rollup::{OverviewQuery, Rollup};
use crate::models::member_names;
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;

const LINES: usize = 4;
const NEWCOMER: Span = Span::hours(24);

struct ActivityRow {
    actor: String,
    /// The actor's address, which gives their color.
    email: String,
    /// The member who allowed support access, when an operator did it.
    on_behalf_of: Option<String>,
    description: String,
    iso: String,
    ago: String,
}

#[derive(Template)]
#[template(path = "overview/show.html", blocks = ["results"])]
struct OverviewPage {
    layout: Layout,
    name: String,
    path: String,
    unit: UnitLabel,
    may: Permissions,
    /// Whether only the companies assigned to the reader are counted and shown.
    own: bool,
    active: i64,
    pending: Option<PendingInvitations>,
    q: String,
    shows_archived: bool,
    rollup: Rollup,
    welcome: Option<(String, &'static str, String)>,
    starting: bool,
    attention: Vec<AttentionItem>,
    activity: Option<Vec<ActivityRow>>,
    /// The support contact of the organization.
    support: Option<String>,
}

crate::page!(OverviewPage => as_results);

/// `GET /organizations/{slug}`
pub async fn show(gate: Gate<ViewOverview>, query: web::Query<OverviewQuery>) -> Result<HttpResponse, AppError> {
    let query = query.into_inner();
    gate.show(move |actor, conn| load(actor, conn, &query)).await
}

fn load(actor: &Actor, conn: &mut Conn, query: &OverviewQuery) -> Result<OverviewPage, AppError> {
    let org = actor.organization;
    let everywhere = |reach: Reach| reach == Reach::Everywhere;
    let own = if everywhere(actor.reach::<ViewOverview>()) {
        None
    } else {
        Some(actor.own_companies(conn, ViewOverview::ID)?)
    };
    let (active, _) = match own.as_deref() {
        None => (actor.active_companies, actor.archived_companies),
        Some(own) => queries::companies_by_status(conn, org, own)?,
    };
    // First, because it brings the role counts along.
    let layout = actor.layout(conn, "overview")?;
    let counts = actor.role_counts(conn)?;
    let members = counts.active();
    let alone = counts.members(None) == 1;
    let pending = if attention::invites(actor) {
        Some(queries::pending_invitations(conn, org, actor.cx.now)?)
    } else {
        None
    };
    let facts = queries::facts(conn, org, actor.id)?;
    let attention = match &layout.org {
        Some(nav) => Attention {
            waiting: &nav.waiting,
            pending,
            members,
            owners: facts.owners,
        }
        .items(conn, actor)?,
        None => Vec::new(),
    };
    Ok(OverviewPage {
        layout,
        name: actor.organization_name.clone(),
        path: actor.path(""),
        unit: actor.unit,
        may: actor.permissions,
        own: own.is_some(),
        attention,
        active,
        pending,
        q: query.q.clone(),
        shows_archived: query.wants_archived(),
        rollup: Rollup::load(conn, actor, query)?,
        welcome: welcome(actor, &facts),
        starting: alone && pending.is_some_and(|pending| pending.open == 0) && actor.permissions.create_companies(),
        activity: activity(conn, actor)?,
        support: facts.support,
    })
}

/// A greeting for new members.
fn welcome(actor: &Actor, facts: &OverviewFacts) -> Option<(String, &'static str, String)> {
    let joined_at = facts.joined_at.filter(|_| actor.support.is_none())?;
    (actor.cx.now - joined_at < NEWCOMER).then(|| {
        let first_name = actor.person.name.split_whitespace().next().unwrap_or_default();
        (
            first_name.to_owned(),
            actor.role.label(),
            actor.role.you_can(actor.unit.many()),
        )
    })
}

fn activity(conn: &mut Conn, actor: &Actor) -> Result<Option<Vec<ActivityRow>>, AppError> {
    if actor.reach::<ViewAudit>() != Reach::Everywhere {
        return Ok(None);
    }
    // Sign-ins would displace the changes.
    let filter = EventFilter {
        hide_logins: true,
        ..EventFilter::default()
    };
    let visibility = actor.visibility(conn)?;
    let found = walk::page(conn, actor.organization, &filter, &visibility, SeqCursor::Top, LINES)?;
    let ids = found.lines.iter().filter_map(|line| line.actor_id.clone());
    let emails = member_names::user_emails(conn, ids.collect())?;
    let email = |id: &Option<String>| id.as_ref().and_then(|id| emails.get(id)).cloned();
    let rows = found.lines.into_iter().map(|line| ActivityRow {
        email: email(&line.actor_id).unwrap_or_default(),
        iso: line.at.iso(),
        ago: line.at.ago(actor.cx.now, actor.zone),
        actor: line.actor_name.clone(),
        on_behalf_of: line.on_behalf_of.clone(),
        description: line.description(),
    });
    Ok(Some(rows.collect()))
}

impl OverviewPage {
    fn view(&self) -> &'static str {
        if self.rollup.cards.table { "table" } else { "cards" }
    }

    fn archived(&self) -> &'static str {
        if self.shows_archived { "on" } else { "" }
    }
}
