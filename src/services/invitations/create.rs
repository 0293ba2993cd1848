//! Invites people.

use std::collections::HashSet;

use serde_json::json;

use crate::app::Ctx;
use crate::audit::{Action, Event, Events};
use crate::auth::actor::Actor;
use crate::authz::role::Role;
use crate::common::email::Email;
use crate::common::error::AppError;
use crate::common::id::InvitationId;
use crate::common::time::Time;
use crate::common::token::Seed;
use crate::db::Conn;
use crate::db::types::org_id::OrgId;
use crate::mail::outbox;
use crate::models::invitation;
use crate::models::invitation::{CompanyGrant, LIFETIME, NewInvitation, PreparedInvitation, pairs, search};
use crate::models::invitation_block;
use crate::models::membership::by_user;
use crate::models::user;
use crate::services::invitations::allowance;
use crate::services::invitations::allowance::InvitationAllowance;
use crate::services::invitations::authority::InviteAuthority;
use crate::services::invitations::email;
use crate::services::invitations::email::InvitationSender;

/// What people are invited to.
#[derive(Debug, Clone)]
pub struct InvitationTerms {
    pub role: Role,
    pub companies: Vec<CompanyGrant>,
    /// A personal message, or nothing.
    pub message: String,
    pub access_until: Option<Time>,
}

/// A person to invite.
#[derive(Debug, Clone)]
pub struct Invitee {
    pub email: Email,
    /// Can be empty, like the last name.
    pub first_name: String,
    pub last_name: String,
    /// Instead of the role of the terms.
    pub role: Option<Role>,
    /// Beside the companies of the terms. In the same company, this role is given.
    pub companies: Vec<CompanyGrant>,
}

impl Invitee {
    fn all_companies(&self, terms: &InvitationTerms) -> Vec<CompanyGrant> {
        let own = |grant: &&CompanyGrant| self.companies.iter().any(|other| other.company == grant.company);
        let shared = terms.companies.iter().filter(|grant| !own(grant));
        shared.chain(&self.companies).cloned().collect()
    }

    pub fn invitation(self, terms: &InvitationTerms, hands_over: bool) -> NewInvitation {
        NewInvitation {
            companies: self.all_companies(terms),
            email: self.email,
            first_name: self.first_name,
            last_name: self.last_name,
            role: self.role.unwrap_or(terms.role),
            message: terms.message.clone(),
            access_until: terms.access_until,
            hands_over,
        }
    }
}

/// Why a person is not invited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InviteError {
    RoleNotAllowed(Role),
    AlreadyMember,
    AlreadyInvited,
    /// The address is in the list more than once.
    Duplicate,
    DailyLimit(InvitationAllowance),
    /// The address accepts no invitations from this organization or this sender.
    Blocked,
}

/// The result for each person, in their order: the role that they are invited with, or why they are not.
pub type InviteResults = Vec<Result<Role, InviteError>>;

/// Invites people. Each can fail; the others are invited all the same.
pub fn invite(
    conn: &mut Conn,
    actor: &Actor,
    authority: &InviteAuthority,
    terms: &InvitationTerms,
    people: Vec<Invitee>,
) -> Result<(InviteResults, Events), AppError> {
    if terms.role == Role::Owner || people.iter().any(|person| person.role == Some(Role::Owner)) {
        actor.confirmed()?;
    }
    let mut checks = InviteChecks::load(conn, actor, &people)?;
    let mut results = Vec::with_capacity(people.len());
    let mut accepted = Vec::new();
    for person in people {
        let role = person.role.unwrap_or(terms.role);
        let companies = pairs(&person.all_companies(terms));
        let result = checks.check(&person.email, role, authority.covers(role, &companies));
        if result.is_ok() {
            accepted.push(person.invitation(terms, false));
        }
        results.push(result.map(|()| role));
    }
    let sender = InvitationSender::from(actor);
    let events = save(conn, &actor.cx, actor.organization, &sender, accepted)?;
    Ok((results, events))
}

/// What the database says about a batch, read once.
struct InviteChecks {
    members: HashSet<String>,
    open: HashSet<String>,
    seen: HashSet<String>,
    blocked: HashSet<String>,
    /// The tightest limit.
    allowance: InvitationAllowance,
}

impl InviteChecks {
    fn load(conn: &mut Conn, actor: &Actor, people: &[Invitee]) -> Result<Self, AppError> {
        let emails: Vec<&str> = people.iter().map(|person| person.email.as_str()).collect();
        let [allowance, ..] = allowance::all(conn, &actor.cx, actor.organization, actor.person.id)?;
        Ok(Self {
            members: by_user::members_among(conn, actor.organization, &emails)?
                .into_iter()
                .collect(),
            open: search::open_among(conn, actor.organization, &emails)?
                .into_iter()
                .collect(),
            seen: HashSet::new(),
            blocked: invitation_block::blocked_among(conn, actor.organization, actor.person.id, &emails)?
                .into_iter()
                .collect(),
            allowance,
        })
    }

    fn check(&mut self, email: &Email, role: Role, covered: bool) -> Result<(), InviteError> {
        let email = email.as_str();
        if !self.seen.insert(email.to_owned()) {
            return Err(InviteError::Duplicate);
        }
        if !covered {
            return Err(InviteError::RoleNotAllowed(role));
        }
        if self.members.contains(email) {
            return Err(InviteError::AlreadyMember);
        }
        if self.allowance.left == 0 {
            return Err(InviteError::DailyLimit(self.allowance));
        }
        if self.open.contains(email) {
            return Err(InviteError::AlreadyInvited);
        }
        if self.blocked.contains(email) {
            return Err(InviteError::Blocked);
        }
        self.allowance.left -= 1;
        Ok(())
    }
}

/// Saves invitations and queues their emails. The addresses have no open invitation.
pub fn save(
    conn: &mut Conn,
    cx: &Ctx,
    organization: OrgId,
    sender: &InvitationSender,
    invitations: Vec<NewInvitation>,
) -> Result<Events, AppError> {
    if invitations.is_empty() {
        return Ok(Events::none("no one was invited"));
    }
    let expires_at = cx.now + LIFETIME;
    let mut messages = Vec::with_capacity(invitations.len());
    let mut seeds = Vec::with_capacity(invitations.len());
    let emails: Vec<&str> = invitations.iter().map(|one| one.email.as_str()).collect();
    let zones = user::zones(conn, &emails)?;
    for invitation in &invitations {
        let zone = zones.get(invitation.email.as_str()).copied();
        let expires = expires_at.full(zone.unwrap_or(sender.zone));
        let seed = Seed::random();
        let mut message = email::invitation(cx, sender, invitation, expires, seed.clone())?;
        message.organization = Some(organization);
        messages.push(message);
        seeds.push(seed);
    }
    let mails = outbox::enqueue_all(conn, cx, messages)?;
    let prepared: Vec<PreparedInvitation> = invitations
        .into_iter()
        .zip(seeds)
        .zip(mails)
        .map(|((invitation, seed), mail)| PreparedInvitation {
            id: InvitationId::fresh(),
            seed,
            mail,
            invitation,
        })
        .collect();
    // The organization is locked, so an address that was free has no open invitation now, unless the caller did not check.
    if !invitation::create_all(conn, cx, organization, sender.user, &prepared)? {
        return Err(AppError::Busy);
    }
    Ok(Events::all(prepared.iter().map(|one| {
        Events::organization(organization, invited_event(one.id, &one.invitation))
    })))
}

fn invited_event(id: InvitationId, invitation: &NewInvitation) -> Event {
    let facts = if invitation.hands_over {
        json!({ "role": invitation.role.as_str(), "hands_over": true })
    } else {
        let companies: Vec<String> = invitation.companies.iter().map(CompanyGrant::label).collect();
        json!({
            "role": invitation.role.as_str(),
            "companies": companies,
            "access_until": invitation.access_until.map(Time::iso),
        })
    };
    Event::new(Action::MemberInvited, "invitation", id, invitation.email.as_str()).after(facts)
}
