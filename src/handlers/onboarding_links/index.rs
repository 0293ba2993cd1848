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
use crate::common::html::html;
use crate::common::id::{LinkId, UserId};
use crate::common::paging::{Cursor, Page};
use crate::common::time::Time;
use crate::db::Conn;
use crate::db::types::organization::UnitLabel;
use crate::models::join_request;
use crate::models::onboarding_link;
use crate::models::onboarding_link::{Link, Purpose};
use crate::services::invitations::authority;
use crate::services::invitations::authority::InviteAuthority;
use crate::services::onboarding_links::resolve;
use crate::services::onboarding_links::resolve::{LinkGrant, LinkStatus};
use crate::services::onboarding_links::rules;
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;
use crate::web::nav;
use crate::web::nav::Tab;

/// Links of a page.
const PAGE: usize = 25;

/// Which page.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Query {
    after: String,
}

struct OnboardingLinkRow {
    id: LinkId,
    name: String,
    state: LinkStatus,
    /// The address, for who may pass it on.
    url: Option<String>,
    gives: String,
    who: String,
    uses: String,
    ends: Option<(String, String)>,
    used: Option<(String, String)>,
    voucher: String,
    opened: i64,
    signed_up: i64,
    joined: i64,
}

#[derive(Template)]
#[template(path = "onboarding_links/index.html")]
struct Index {
    layout: Layout,
    tabs: Vec<&'static Tab>,
    tab: &'static str,
    path: String,
    base: String,
    unit: UnitLabel,
    manages: bool,
    /// How many wait, for who decides.
    waiting: Option<i64>,
    rows: Vec<OnboardingLinkRow>,
    previous: Option<String>,
    next: Option<String>,
}

impl Index {
    fn caption(&self) -> String {
        match self.rows.len() {
            1 => "1 link on this page".into(),
            n => format!("{n} links on this page"),
        }
    }
}

/// The list.
pub async fn index(gate: Gate<CopyOnboardingLinks>, query: web::Query<Query>) -> Result<HttpResponse, AppError> {
    let place = Cursor::parse(&query.after);
    let page = gate.read(move |actor, conn| page(conn, actor, place.as_ref())).await?;
    html(page)
}

fn page(conn: &mut Conn, actor: &Actor, place: Option<&Cursor>) -> Result<Index, AppError> {
    let base = actor.path("/settings/onboarding");
    let listed = onboarding_link::list(conn, actor.organization, place, PAGE)?;
    let Page { rows, previous, next } = Page::cut(listed, PAGE, place, |link| (Vec::new(), link.id.to_string()));
    let me = authority::voucher(conn, actor)?;
    let mut vouchers: HashMap<UserId, (String, Option<InviteAuthority>)> = HashMap::new();
    for link in &rows {
        if let Entry::Vacant(place) = vouchers.entry(link.authorized_by) {
            let name = resolve::name_of(conn, link.authorized_by)?;
            let found = authority::inviter(conn, actor.organization, &actor.cx, link.authorized_by)?;
            place.insert((name, found.map(|(_, voucher)| voucher)));
        }
    }
    let rows = rows
        .into_iter()
        .map(|link| {
            let (name, voucher) = vouchers.get(&link.authorized_by).cloned().unwrap_or_default();
            row(actor, &me, &link, name, voucher.as_ref())
        })
        .collect();
    let page_of = |after: Option<String>| after.map(|after| format!("{base}?after={after}"));
    Ok(Index {
        layout: actor.layout(conn, "settings")?,
        tabs: nav::settings(actor.permissions),
        tab: "onboarding",
        path: actor.path("/settings"),
        unit: actor.unit,
        manages: actor.permissions.manage_onboarding_links(),
        waiting: if actor.reach::<DecideRequests>() == Reach::Everywhere {
            Some(join_request::waiting(conn, actor.organization)?)
        } else {
            None
        },
        rows,
        previous: page_of(previous),
        next: page_of(next),
        base,
    })
}

fn row(
    actor: &Actor,
    me: &InviteAuthority,
    link: &Link,
    name: String,
    voucher: Option<&InviteAuthority>,
) -> OnboardingLinkRow {
    let (cx, gift) = (&actor.cx, LinkGrant::from(link));
    let state = match LinkStatus::of(link, cx.now) {
        LinkStatus::Open if !voucher.is_some_and(|voucher| gift.is_vouched_by(voucher)) => LinkStatus::Paused,
        state => state,
    };
    let moment = |at: Time, text: String| (at.iso(), text);
    OnboardingLinkRow {
        id: link.id,
        name: link.name.clone(),
        state,
        url: rules::may_copy(me, &gift, link.approval)
            .then(|| cx.config().link(&format!("/join/{}", cx.token(&link.seed()).as_str()))),
        gives: gives(link, actor.unit),
        who: who(link),
        uses: match link.max_uses {
            Some(most) => format!("{} of {most}", link.uses),
            None => link.uses.to_string(),
        },
        ends: link.expires_at.map(|end| moment(end, end.date())),
        used: link.last_used_at.map(|at| moment(at, at.ago(cx.now))),
        voucher: name,
        opened: link.opened,
        signed_up: link.signed_up,
        joined: link.joined,
    }
}

/// "Member, Manager of a new client", "Viewer", "Member, Editor in 3 clients".
pub fn gives(link: &Link, unit: UnitLabel) -> String {
    let (role, company) = (link.role.label(), link.company_role.label());
    let count = i64::try_from(link.companies().len()).unwrap_or_default();
    match link.purpose {
        Purpose::NewCompany => format!("{role}, {company} of the new {}", unit.one()),
        Purpose::Join if count == 0 => role.to_owned(),
        Purpose::Join => format!("{role}, {company} in {}", unit.count(&count)),
    }
}

fn who(link: &Link) -> String {
    let how = if link.approval { "After approval" } else { "At once" };
    match link.domains().as_slice() {
        [] => how.to_owned(),
        [only] => format!("{how}, for addresses at {only}"),
        [first, more @ ..] => format!("{how}, for addresses at {first} and {} more", more.len()),
    }
}
