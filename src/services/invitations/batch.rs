//! Inviting, one person after the other: what every page that invites does.

use std::collections::HashSet;

use diesel::prelude::*;
use serde_json::json;

use crate::audit::{Action, Event, Events};
use crate::auth::actor::Actor;
use crate::authz::role::{CompanyRole, Role};
use crate::common::email::Email;
use crate::common::error::AppError;
use crate::common::id::CompanyId;
use crate::common::time::Time;
use crate::db::Conn;
use crate::db::schema::{memberships, users};
use crate::db::types::MembershipStatus;
use crate::db::types::org_id::OrgId;
use crate::models::invitation;
use crate::models::invitation::NewInvitation;
use crate::services::invitations::allowance;
use crate::services::invitations::allowance::Allowance;
use crate::services::invitations::authority::InviteAuthority;

/// What somebody is invited to, checked.
#[derive(Debug, Clone)]
pub struct InvitationTerms {
    /// The role in the organization.
    pub role: Role,
    /// Companies with a role each.
    pub companies: Vec<(CompanyId, CompanyRole)>,
    /// The same in words, for the deeds.
    pub named: Vec<String>,
    /// A personal message, or nothing.
    pub message: String,
    /// The last moment of access.
    pub access_until: Option<Time>,
}

/// Whom, checked.
#[derive(Debug, Clone)]
pub struct Invitee {
    pub email: Email,
    /// The first name, or nothing.
    pub first_name: String,
    /// The last name, or nothing.
    pub last_name: String,
}

/// A run of invitations. What it counts holds until the transaction ends.
pub struct InviteBatch<'a> {
    member: &'a Actor,
    voucher: &'a InviteAuthority,
    members: HashSet<String>,
    allowance: Allowance,
    events: Events,
}

impl<'a> InviteBatch<'a> {
    /// Begins; `emails` are all addresses that will be asked for.
    pub fn begin(
        conn: &mut Conn,
        member: &'a Actor,
        voucher: &'a InviteAuthority,
        emails: Vec<String>,
    ) -> Result<Self, AppError> {
        Ok(Self {
            member,
            voucher,
            members: members_among(conn, member.organization, emails)?.into_iter().collect(),
            allowance: allowance::allowance(conn, member.organization, member.cx.now)?,
            events: Events::none("nobody was invited"),
        })
    }

    /// Invites one. The inner error is a sentence that says why not.
    pub fn invite(
        &mut self,
        conn: &mut Conn,
        guest: Invitee,
        terms: &InvitationTerms,
    ) -> Result<Result<String, String>, AppError> {
        let member = self.member;
        let role = terms.role;
        if !self.voucher.vouches(role, &terms.companies) {
            return Ok(Err(format!("You cannot give the role {}", role.label())));
        }
        if self.members.contains(guest.email.as_str()) {
            return Ok(Err(format!("Already a member of {}", member.organization_name)));
        }
        if self.allowance.left == 0 {
            return Ok(Err(format!(
                "{} sends at most {} invitations a day. The next one can go out on {}",
                member.organization_name,
                self.allowance.a_day,
                self.allowance.from.full()
            )));
        }
        let offer = NewInvitation {
            email: guest.email,
            first_name: guest.first_name,
            last_name: guest.last_name,
            role,
            companies: terms.companies.clone(),
            message: terms.message.clone(),
            access_until: terms.access_until,
            hands_over: false,
        };
        let made = invitation::create(conn, &member.cx, member.organization, member.person.id, &offer)?;
        let Some((id, seed)) = made else {
            return Ok(Err(
                "Already invited. Send that invitation again, or change it, from the list".into(),
            ));
        };
        let row = invitation::find(conn, member.organization, id)?
            .ok_or_else(|| AppError::internal("an invitation that was just made"))?;
        crate::services::invitations::email::invite(conn, &member.cx, &row, seed)?;
        self.allowance.left -= 1;
        let event = Event::new(Action::MemberInvited, "invitation", id, offer.email.as_str()).after(json!({
            "role": role.as_str(),
            "companies": terms.named,
            "access_until": terms.access_until.map(Time::iso),
        }));
        self.events = std::mem::take(&mut self.events).and(member.event(event));
        Ok(Ok(format!("Invited as {}", role.label())))
    }

    /// What was done.
    pub fn events(self) -> Events {
        self.events
    }
}

/// Which of these addresses belong to members.
pub fn members_among(conn: &mut Conn, organization: OrgId, emails: Vec<String>) -> QueryResult<Vec<String>> {
    memberships::table
        .inner_join(users::table)
        .filter(memberships::organization_id.eq(organization))
        .filter(memberships::status.ne(MembershipStatus::Removed))
        .filter(users::email.eq_any(emails))
        .select(users::email)
        .load(conn)
}
