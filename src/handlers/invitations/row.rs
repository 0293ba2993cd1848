//! A row of the list of invitations.

use crate::app::Ctx;
use crate::common::id::InvitationId;
use crate::common::time::{Span, Time};
use crate::common::token::Seed;
use crate::common::zone::Zone;
use crate::db::types::organization::InvitationStatus;
use crate::handlers::invitations::wording;
use crate::mail::outbox::MailState;
use crate::models::invitation::search::{InvitationDelivery, InvitationListing};
use crate::models::invitation::{CompanyGrant, pairs};
use crate::services::invitations::authority::InviteAuthority;
use crate::services::invitations::transition;
use crate::services::invitations::transition::InvitationEvent;

/// A time for the `datetime` attribute and in words.
#[derive(Debug, Clone)]
pub struct InvitationTime {
    pub iso: String,
    pub text: String,
}

/// The delivery of an email in words.
#[derive(Debug, Clone)]
pub struct DeliveryLine {
    pub state: &'static str,
    pub tone: &'static str,
    pub detail: String,
    /// Whether it changes soon by itself. After a failed attempt the next one is minutes away.
    pub moves: bool,
}

impl DeliveryLine {
    pub fn new(cx: &Ctx, zone: Zone, delivery: &InvitationDelivery) -> Self {
        Self {
            state: if delivery.state == MailState::Sent && !cx.config().sends_mail() {
                "Saved to the data folder"
            } else {
                delivery.state.label()
            },
            tone: delivery.state.tone(),
            detail: detail(delivery, cx.now, zone),
            moves: matches!(delivery.state, MailState::Queued | MailState::Sending) && delivery.attempts == 0,
        }
    }
}

fn detail(delivery: &InvitationDelivery, now: Time, zone: Zone) -> String {
    let tries = match delivery.attempts {
        1 => "1 attempt".to_owned(),
        n => format!("{n} attempts"),
    };
    let error = &delivery.last_error;
    match delivery.state {
        MailState::Queued if delivery.attempts > 0 => {
            let next = delivery.next_attempt_at.ahead(now, zone);
            format!("Failed after {tries}, next {next}: {error}")
        }
        MailState::Failed => format!("Failed after {tries}: {error}"),
        MailState::Bounced => format!("The mail server said: {error}"),
        _ => String::new(),
    }
}

#[derive(Debug, Clone)]
pub struct InvitationRow {
    pub id: InvitationId,
    pub name: String,
    pub email: String,
    pub role: &'static str,
    pub companies: Vec<CompanyGrant>,
    pub inviter: String,
    pub sent_count: i32,
    pub sent: InvitationTime,
    /// When it expires, while it is open.
    pub ends: Option<InvitationTime>,
    /// Whether it expires within a day.
    pub soon: bool,
    pub status: &'static str,
    pub tone: &'static str,
    pub closed: InvitationTime,
    pub access_until: Option<Time>,
    pub delivery: Option<DeliveryLine>,
    pub link: Option<String>,
    pub sends: bool,
    pub changes: bool,
}

impl InvitationRow {
    pub fn new(
        (cx, zone): (&Ctx, Zone),
        authority: &InviteAuthority,
        listing: InvitationListing,
        companies: Vec<CompanyGrant>,
        seed: Option<&Seed>,
    ) -> Self {
        let InvitationListing {
            invitation,
            inviter,
            delivery,
        } = listing;
        let status = invitation.status_at(cx.now);
        let pending = status == InvitationStatus::Pending;
        // Members who cannot give what it offers do not get its link or its actions.
        let covered = authority.covers(invitation.role, &pairs(&companies));
        let can = |event| covered && transition::next(status, event).is_some();
        let closed = invitation.closed_at.unwrap_or(invitation.expires_at);
        Self {
            id: invitation.id,
            name: format!("{} {}", invitation.first_name, invitation.last_name)
                .trim()
                .to_owned(),
            role: invitation.role.label(),
            inviter,
            sent_count: invitation.sent_count,
            sent: InvitationTime {
                iso: invitation.last_sent_at.iso(),
                text: invitation.last_sent_at.ago(cx.now, zone),
            },
            ends: pending.then(|| InvitationTime {
                iso: invitation.expires_at.iso(),
                text: invitation.expires_at.ahead(cx.now, zone),
            }),
            soon: invitation.expires_at - cx.now < Span::days(1),
            status: wording::label(status),
            tone: wording::tone(status),
            closed: InvitationTime {
                iso: closed.iso(),
                text: closed.ago(cx.now, zone),
            },
            access_until: invitation.access_until,
            delivery: delivery
                .filter(|_| pending)
                .map(|delivery| DeliveryLine::new(cx, zone, &delivery)),
            link: seed
                .filter(|_| covered && pending)
                .map(|seed| cx.config().link(&format!("/invitations/{}", cx.token(seed).as_str()))),
            sends: can(InvitationEvent::Resend),
            changes: can(InvitationEvent::Edit),
            email: invitation.email,
            companies,
        }
    }

    pub fn who(&self) -> &str {
        if self.name.is_empty() { &self.email } else { &self.name }
    }
}
