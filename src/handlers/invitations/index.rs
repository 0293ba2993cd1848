//! The list of invitations.

use std::collections::HashMap;

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::app::Ctx;
use crate::auth::Gate;
use crate::auth::actor::Actor;
use crate::authz::permission::InviteMembers;
use crate::common::error::AppError;
use crate::common::html::{html, query_value};
use crate::common::id::InvitationId;
use crate::common::paging::{Cursor, Page};
use crate::common::time::{Span, Time};
use crate::common::token::Seed;
use crate::db::Conn;
use crate::db::types::organization::{InvitationStatus, UnitLabel};
use crate::mail::outbox::MailState;
use crate::services::invitations::authority;
use crate::services::invitations::authority::InviteAuthority;
use crate::services::invitations::queries;
use crate::services::invitations::queries::{Grant, Listed};
use crate::services::invitations::rules;
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;

/// What is listed.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Filter {
    #[serde(default)]
    q: String,
    #[serde(default)]
    status: String,
    #[serde(default)]
    after: String,
}

impl Filter {
    /// The state asked for; `None` is all of them, an unknown word the open ones.
    fn state(&self) -> Option<InvitationStatus> {
        match self.status.as_str() {
            "all" => None,
            status => Some(InvitationStatus::parse(status).unwrap_or(InvitationStatus::Pending)),
        }
    }

    fn is_plain(&self) -> bool {
        self.q.trim().is_empty() && self.state() == Some(InvitationStatus::Pending)
    }

    fn link(&self, after: &str) -> String {
        format!(
            "?status={}&q={}&after={after}",
            self.state().map_or("all", InvitationStatus::as_str),
            query_value(&self.q)
        )
    }
}

const STATES: &[(&str, &str)] = &[
    ("pending", "Pending"),
    ("accepted", "Accepted"),
    ("declined", "Declined"),
    ("cancelled", "Cancelled"),
    ("expired", "Expired"),
    ("all", "All"),
];

/// A moment for the machine and in words.
#[derive(Debug, Clone)]
struct Moment {
    iso: String,
    text: String,
}

/// How a letter fares, in words.
#[derive(Debug, Clone)]
struct Letter {
    state: &'static str,
    tone: &'static str,
    detail: String,
}

/// A row of the list.
#[derive(Debug, Clone)]
struct InvitationRow {
    id: InvitationId,
    name: String,
    email: String,
    role: &'static str,
    companies: Vec<Grant>,
    inviter: String,
    sent_count: i32,
    sent: Moment,
    /// While it is open: when it ends.
    ends: Option<Moment>,
    /// Whether it ends within a day.
    soon: bool,
    /// What became of it, and when.
    state: &'static str,
    tone: &'static str,
    closed: Moment,
    access_until: Option<Time>,
    letter: Option<Letter>,
    link: Option<String>,
    sends: bool,
    changes: bool,
}

impl InvitationRow {
    fn of(cx: &Ctx, voucher: &InviteAuthority, listed: Listed, companies: Vec<Grant>, seed: Option<&Seed>) -> Self {
        let Listed {
            invitation,
            inviter,
            delivery,
        } = listed;
        let status = rules::standing(invitation.status, invitation.expires_at, cx.now);
        let offered: Vec<_> = companies.iter().map(|grant| (grant.company, grant.role)).collect();
        // Whoever could not send this invitation does not get its link, its resending or its change.
        let mine = voucher.vouches(invitation.role, &offered);
        let can = |event| mine && rules::next(status, event).is_some();
        let closed = invitation.closed_at.unwrap_or(invitation.expires_at);
        let letter = delivery
            .filter(|_| status == InvitationStatus::Pending)
            .map(|letter| Letter {
                state: if letter.state == MailState::Sent && !cx.config().sends_mail() {
                    "Lies in the data folder"
                } else {
                    letter.state.label()
                },
                tone: letter.state.tone(),
                detail: detail(letter.state, letter.attempts, letter.next, &letter.error, cx.now),
            });
        Self {
            id: invitation.id,
            name: format!("{} {}", invitation.first_name, invitation.last_name)
                .trim()
                .to_owned(),
            role: invitation.role.label(),
            inviter,
            sent_count: invitation.sent_count,
            sent: Moment {
                iso: invitation.last_sent_at.iso(),
                text: invitation.last_sent_at.ago(cx.now),
            },
            ends: (status == InvitationStatus::Pending).then(|| Moment {
                iso: invitation.expires_at.iso(),
                text: invitation.expires_at.ahead(cx.now),
            }),
            soon: invitation.expires_at - cx.now < Span::days(1),
            state: rules::label(status),
            tone: rules::tone(status),
            closed: Moment {
                iso: closed.iso(),
                text: closed.ago(cx.now),
            },
            access_until: invitation.access_until,
            letter,
            link: seed
                .filter(|_| mine && status == InvitationStatus::Pending)
                .map(|seed| cx.config().link(&format!("/invitations/{}", cx.token(seed).as_str()))),
            sends: can(rules::InvitationEvent::Resend),
            changes: can(rules::InvitationEvent::Edit),
            email: invitation.email,
            companies,
        }
    }

    fn who(&self) -> &str {
        if self.name.is_empty() { &self.email } else { &self.name }
    }
}

fn detail(state: MailState, attempts: i32, next: Time, error: &str, now: Time) -> String {
    let tries = match attempts {
        1 => "1 try".to_owned(),
        n => format!("{n} tries"),
    };
    match state {
        MailState::Queued if attempts > 0 => format!("Failed after {tries}, next {}: {error}", next.ahead(now)),
        MailState::Failed => format!("Given up after {tries}: {error}"),
        MailState::Bounced => format!("The mail server said: {error}"),
        _ => String::new(),
    }
}

#[derive(Template)]
#[template(path = "invitations/index.html", blocks = ["roster"])]
struct Index {
    layout: Layout,
    base: String,
    members: String,
    organization: String,
    unit: UnitLabel,
    q: String,
    status: &'static str,
    states: &'static [(&'static str, &'static str)],
    plain: bool,
    rows: Vec<InvitationRow>,
    previous: Option<String>,
    next: Option<String>,
    pending: i64,
}

impl Index {
    fn some_send(&self) -> bool {
        self.rows.iter().any(|row| row.sends)
    }

    fn caption(&self) -> String {
        match self.rows.len() {
            1 => "1 invitation on this page".into(),
            n => format!("{n} invitations on this page"),
        }
    }
}

/// The list.
pub async fn index(gate: Gate<InviteMembers>, filter: web::Query<Filter>) -> Result<HttpResponse, AppError> {
    let filter = filter.into_inner();
    let page = gate.read(move |actor, conn| page(conn, actor, &filter)).await?;
    if gate.fragment() {
        html(page.as_roster())
    } else {
        html(page)
    }
}

fn page(conn: &mut Conn, actor: &Actor, filter: &Filter) -> Result<Index, AppError> {
    let (organization, cx) = (actor.organization, &actor.cx);
    let voucher = authority::voucher(conn, actor)?;
    let place = Cursor::parse(&filter.after);
    let listed = queries::list(conn, organization, &voucher, filter.state(), &filter.q, place.as_ref())?;
    let Page { rows, previous, next } = Page::cut(listed, queries::PAGE, place.as_ref(), |row| {
        let at = row.invitation.created_at.0.to_be_bytes().to_vec();
        (at, row.invitation.id.to_string())
    });
    let ids: Vec<InvitationId> = rows.iter().map(|row| row.invitation.id).collect();
    let seeds: HashMap<InvitationId, Seed> = if cx.config().sends_mail() {
        HashMap::new()
    } else {
        let seeds = queries::seeds(conn, organization, ids.clone())?;
        seeds.into_iter().map(|(id, seed)| (id, Seed(seed))).collect()
    };
    let mut grants: HashMap<InvitationId, Vec<Grant>> = HashMap::new();
    for (id, grant) in queries::grants(conn, organization, ids)? {
        grants.entry(id).or_default().push(grant);
    }
    let rows = rows
        .into_iter()
        .map(|row| {
            let id = row.invitation.id;
            InvitationRow::of(
                cx,
                &voucher,
                row,
                grants.remove(&id).unwrap_or_default(),
                seeds.get(&id),
            )
        })
        .collect();
    let link =
        |after: Option<String>| after.map(|after| format!("{}{}", actor.path("/invitations"), filter.link(&after)));
    Ok(Index {
        layout: actor.layout(conn, "members")?,
        base: actor.path("/invitations"),
        members: actor.path("/members"),
        organization: actor.organization_name.clone(),
        unit: actor.unit,
        q: filter.q.clone(),
        status: filter.state().map_or("all", InvitationStatus::as_str),
        states: STATES,
        plain: filter.is_plain(),
        rows,
        previous: link(previous),
        next: link(next),
        // A fragment has no tabs.
        pending: if cx.request.fragment {
            0
        } else {
            queries::pending(conn, organization, &voucher)?
        },
    })
}
