//! The delivery of invitation emails that are on their way, which the list asks for until they have arrived.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::auth::Gate;
use crate::auth::actor::Actor;
use crate::authz::permission::InviteMembers;
use crate::common::error::AppError;
use crate::common::html::{html, see_other};
use crate::common::id::InvitationId;
use crate::db::Conn;
use crate::db::types::organization::InvitationStatus;
use crate::handlers::invitations::row::{DeliveryLine, InvitationRow};
use crate::models::invitation::search::InvitationListing;
use crate::models::invitation::{list, search};
use crate::services::invitations::authority::InviteAuthority;

/// How often a page asks, every three seconds: for two minutes.
const CHECKS: u8 = 40;

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct DeliveriesQuery {
    /// Ids, separated by commas.
    ids: String,
    /// How often the page asked before.
    checks: u8,
}

/// What a page asks for next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeliveryPoll {
    /// Every email has arrived or failed.
    Over,
    /// The page asked often enough.
    Stopped,
    Again(String),
}

impl DeliveryPoll {
    /// The first question of a page with these rows.
    pub fn of(base: &str, rows: &[InvitationRow]) -> Self {
        let moving = rows
            .iter()
            .filter(|row| row.delivery.as_ref().is_some_and(|line| line.moves));
        Self::next(base, &moving.map(|row| row.id).collect::<Vec<_>>(), 0)
    }

    fn next(base: &str, ids: &[InvitationId], checks: u8) -> Self {
        match ids {
            [] => Self::Over,
            _ if checks >= CHECKS => Self::Stopped,
            ids => {
                let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
                Self::Again(format!("{base}/deliveries?checks={checks}&ids={}", ids.join(",")))
            }
        }
    }
}

struct DeliveryRow {
    id: InvitationId,
    delivery: Option<DeliveryLine>,
}

#[derive(Template)]
#[template(path = "invitations/deliveries.html")]
struct DeliveriesPart {
    rows: Vec<DeliveryRow>,
    poll: DeliveryPoll,
}

impl DeliveriesPart {
    fn load(conn: &mut Conn, actor: &Actor, query: &DeliveriesQuery) -> Result<Self, AppError> {
        let scope = InviteAuthority::of(conn, actor)?.scope();
        let ids: Vec<InvitationId> = query.ids.split(',').filter_map(InvitationId::parse).collect();
        let ids = &ids[..ids.len().min(list::PAGE)];
        let row = |listing: InvitationListing| DeliveryRow {
            id: listing.invitation.id,
            delivery: listing
                .delivery
                .filter(|_| listing.invitation.status_at(actor.cx.now) == InvitationStatus::Pending)
                .map(|delivery| DeliveryLine::new(&actor.cx, actor.zone, &delivery)),
        };
        let found = search::with_ids(conn, actor.organization, &scope, ids)?;
        let rows: Vec<DeliveryRow> = found.into_iter().map(row).collect();
        let moving = rows
            .iter()
            .filter(|row| row.delivery.as_ref().is_some_and(|line| line.moves));
        let moving: Vec<InvitationId> = moving.map(|row| row.id).collect();
        let poll = DeliveryPoll::next(&actor.path("/invitations"), &moving, query.checks.saturating_add(1));
        Ok(Self { rows, poll })
    }
}

/// `GET /organizations/{slug}/invitations/deliveries`
pub async fn show(
    gate: Gate<InviteMembers>,
    path: web::Path<String>,
    query: web::Query<DeliveriesQuery>,
) -> Result<HttpResponse, AppError> {
    let query = query.into_inner();
    let part = gate
        .read(move |actor, conn| DeliveriesPart::load(conn, actor, &query))
        .await?;
    // A part of the list is no page of its own.
    if gate.fragment() {
        html(part)
    } else {
        Ok(see_other(false, &format!("/organizations/{path}/invitations")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_asks_until_nothing_moves_and_not_forever() {
        let ids = [InvitationId::fresh(), InvitationId::fresh()];
        assert_eq!(DeliveryPoll::next("/i", &[], 1), DeliveryPoll::Over);
        let again = format!("/i/deliveries?checks=1&ids={},{}", ids[0], ids[1]);
        assert_eq!(DeliveryPoll::next("/i", &ids, 1), DeliveryPoll::Again(again));
        assert_eq!(DeliveryPoll::next("/i", &ids, CHECKS), DeliveryPoll::Stopped);
    }
}
