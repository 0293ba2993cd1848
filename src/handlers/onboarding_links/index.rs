//! The list of links.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::auth::Gate;
use crate::auth::actor::Actor;
use crate::authz::decision::Reach;
use crate::authz::permission::{CopyOnboardingLinks, DecideRequests};
use crate::common::error::AppError;
use crate::common::html::on_this_page;
use crate::common::id::{LinkId, UserId};
use crate::common::paging::{Cursor, Page};
use crate::common::time::Time;
use crate::db::Conn;
use crate::db::types::organization::UnitLabel;
use crate::handlers::onboarding_links::wording;
use crate::models::join_request;
use crate::models::onboarding_link;
use crate::models::onboarding_link::OnboardingLink;
use crate::models::user;
use crate::services::invitations::authority::InviteAuthority;
use crate::services::onboarding_links::grant::LinkGrant;
use crate::services::onboarding_links::status::LinkStatus;
use crate::web::layout::{Layout, PageLayout};
use crate::web::nav;
use crate::web::nav::NavTab;

/// Rows of a page.
const PAGE: usize = 25;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct LinksQuery {
    after: String,
}

struct OnboardingLinkRow {
    id: LinkId,
    name: String,
    status: LinkStatus,
    status_label: &'static str,
    tone: &'static str,
    /// For members who can copy it.
    url: Option<String>,
    access: String,
    audience: String,
    uses: String,
    ends: Option<(String, String)>,
    used: Option<(String, String)>,
    authorized_by: String,
    opened: i64,
    signed_up: i64,
    joined: i64,
}

#[derive(Template)]
#[template(path = "onboarding_links/index.html")]
struct LinksPage {
    layout: Layout,
    tabs: Vec<&'static NavTab>,
    tab: &'static str,
    path: String,
    base: String,
    unit: UnitLabel,
    manages: bool,
    /// How many requests are open, for members who can approve them.
    waiting: Option<i64>,
    rows: Vec<OnboardingLinkRow>,
    previous: Option<String>,
    next: Option<String>,
}

crate::page!(LinksPage);

impl LinksPage {
    fn load(conn: &mut Conn, actor: &Actor, cursor: Option<&Cursor>) -> Result<Self, AppError> {
        let base = actor.path("/settings/onboarding");
        let listed = onboarding_link::list(conn, actor.organization, cursor, PAGE)?;
        let page = Page::cut(listed, PAGE, cursor, |link| (Vec::new(), link.id.to_string()));
        let own = InviteAuthority::of(conn, actor)?;
        let authorizers = authorizers(conn, actor, &page.rows)?;
        let page_link = |after: Option<String>| after.map(|after| format!("{base}?after={after}"));
        Ok(Self {
            layout: actor.layout(conn, "settings")?,
            tabs: nav::settings(actor.permissions),
            tab: "onboarding",
            path: actor.path("/settings"),
            unit: actor.unit,
            manages: actor.permissions.manage_onboarding_links(),
            waiting: if actor.reach::<DecideRequests>() == Reach::Everywhere {
                Some(join_request::count_open(conn, actor.organization)?)
            } else {
                None
            },
            rows: page
                .rows
                .iter()
                .map(|link| row(actor, &own, link, &authorizers))
                .collect(),
            previous: page_link(page.previous),
            next: page_link(page.next),
            base,
        })
    }

    fn caption(&self) -> String {
        on_this_page(self.rows.len(), "link", "links")
    }
}

pub async fn index(gate: Gate<CopyOnboardingLinks>, query: web::Query<LinksQuery>) -> Result<HttpResponse, AppError> {
    let cursor = Cursor::parse(&query.after);
    gate.show(move |actor, conn| LinksPage::load(conn, actor, cursor.as_ref()))
        .await
}

/// The members who last saved the links: their name, and what they can give now.
type LinkAuthorizers = HashMap<UserId, (String, Option<InviteAuthority>)>;

fn authorizers(conn: &mut Conn, actor: &Actor, links: &[OnboardingLink]) -> Result<LinkAuthorizers, AppError> {
    let mut authorizers = LinkAuthorizers::new();
    for link in links {
        if let Entry::Vacant(entry) = authorizers.entry(link.authorized_by) {
            let name = user::by_id(conn, link.authorized_by)?.name;
            let found = InviteAuthority::of_user(conn, &actor.cx, actor.organization, link.authorized_by)?;
            entry.insert((name, found.map(|(_, authority)| authority)));
        }
    }
    Ok(authorizers)
}

fn row(
    actor: &Actor,
    own: &InviteAuthority,
    link: &OnboardingLink,
    authorizers: &LinkAuthorizers,
) -> OnboardingLinkRow {
    let (cx, grant) = (&actor.cx, LinkGrant::from(link));
    let (name, authority) = authorizers.get(&link.authorized_by).cloned().unwrap_or_default();
    let status = match LinkStatus::of(link, cx.now) {
        LinkStatus::Open if !authority.is_some_and(|authority| grant.is_authorized_by(&authority)) => {
            LinkStatus::Paused
        }
        status => status,
    };
    let moment = |at: Time, text: String| (at.iso(), text);
    OnboardingLinkRow {
        id: link.id,
        name: link.name.clone(),
        status,
        status_label: wording::label(status),
        tone: wording::tone(status),
        url: grant
            .may_be_copied_by(own, link.approval)
            .then(|| cx.config().link(&format!("/join/{}", cx.token(&link.seed()).as_str()))),
        access: wording::access(link, actor.unit),
        audience: wording::audience(link),
        uses: match link.max_uses {
            Some(most) => format!("{} of {most}", link.uses),
            None => link.uses.to_string(),
        },
        ends: link.expires_at.map(|end| moment(end, end.date(actor.org_zone))),
        used: link.last_used_at.map(|at| moment(at, at.ago(cx.now, actor.zone))),
        authorized_by: name,
        opened: link.opened,
        signed_up: link.signed_up,
        joined: link.joined,
    }
}
