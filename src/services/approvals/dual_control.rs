//! Dual control: where an organization switched it on, a second owner confirms what cannot be taken back. Everything that
//! needs one comes by here and waits instead of happening.

use diesel::prelude::*;
use serde_json::{Value, json};

use crate::audit::{Action, Event, Events};
use crate::auth::actor::Actor;
use crate::authz::role::Role;
use crate::common::email::Email;
use crate::common::error::{AppError, Refusal};
use crate::common::id::{ApprovalId, MembershipId};
use crate::db::Conn;
use crate::db::schema::{memberships, users};
use crate::db::types::MembershipStatus;
use crate::db::types::org_id::OrgId;
use crate::mail::notice::Notice;
use crate::models::approval;
use crate::models::approval::{Approval, ApprovalAction, Ask};
use crate::models::membership::access;
use crate::models::membership::record::Membership;
use crate::models::organization;
use crate::services::Done;
use crate::services::members::rules::ActorRank;

/// So many owners are written to.
const LETTERS: i64 = 50;

/// Lets something wait for a second owner; `None` where it may happen at once.
pub fn require_approval(
    conn: &mut Conn,
    actor: &Actor,
    matter: ApprovalAction,
    payload: Value,
    label: String,
) -> Result<Option<Done>, AppError> {
    if !organization::control(conn, actor.organization)?.holds() {
        return Ok(None);
    }
    let ask = Ask {
        matter,
        payload,
        label,
        by: actor.id,
        approver: None,
    };
    let Some(id) = approval::ask(conn, &actor.cx, actor.organization, &ask)? else {
        return Ok(Some(Done {
            word: "This waits for another owner already".into(),
            events: Events::none("the same waits"),
        }));
    };
    for (name, email) in others(conn, actor)? {
        letter(conn, actor, id, name, email, &ask.label)?;
    }
    Ok(Some(Done {
        word: "This waits until another owner confirms it. They were told by email".into(),
        events: actor.event(asked(id, &ask)),
    }))
}

/// As `require_approval`, for what happens to an owner, or makes one. What somebody does to themselves is theirs to decide.
pub fn hold_person(
    conn: &mut Conn,
    actor: &Actor,
    matter: ApprovalAction,
    person: &Membership,
    more: &[(&str, &str)],
    label: String,
) -> Result<Option<Done>, AppError> {
    if person.id == actor.id {
        return Ok(None);
    }
    let mut payload = json!({ "member": person.id.as_str() });
    for (name, value) in more {
        payload[*name] = json!(value);
    }
    require_approval(conn, actor, matter, payload, label)
}

/// The deed of something that waits.
pub fn asked(id: ApprovalId, ask: &Ask) -> Event {
    Event::new(Action::ApprovalAsked, "approval", id, &ask.label).after(json!({ "action": ask.matter.as_str() }))
}

/// Whether a member may decide: the one it waits for, or any owner but the one who asked.
pub fn may_decide(approval: &Approval, actor: &Actor) -> bool {
    match approval.approver_id {
        Some(approver) => approver == actor.id,
        None => actor.role == Role::Owner && actor.id != approval.requested_by,
    }
}

/// The one who asked, with what they may hand out now; `None` when they are not in force any more.
pub fn requester(
    conn: &mut Conn,
    actor: &Actor,
    approval: &Approval,
) -> Result<Option<(Membership, ActorRank)>, AppError> {
    let (organization, id) = (actor.organization, approval.requested_by);
    let inputs = access::access_inputs(conn, actor.cx.now, organization, id)?;
    if !inputs.in_force {
        return Ok(None);
    }
    let authority = inputs.authority();
    Ok(Some((
        Membership::find(conn, organization, id)?,
        ActorRank { id, authority },
    )))
}

/// Somebody whom only two owners together bring back is not brought back by one.
pub fn refusal(actor: &Actor, name: &str) -> AppError {
    AppError::Forbidden(Box::new(Refusal {
        slug: actor.slug.clone(),
        reason: Some(format!(
            "{name} was an owner. Dual control is on: invite them again, and make them an owner afterwards. Another owner confirms that."
        )),
        ..Refusal::default()
    }))
}

/// The other active owners: name and address.
fn others(conn: &mut Conn, actor: &Actor) -> QueryResult<Vec<(String, String)>> {
    owners(conn, actor.organization, Some(actor.id))
}

/// The active owners of an organization, without one of them: name and address.
pub fn owners(
    conn: &mut Conn,
    organization: OrgId,
    without: Option<MembershipId>,
) -> QueryResult<Vec<(String, String)>> {
    let rows: Vec<(MembershipId, String, String)> = memberships::table
        .inner_join(users::table)
        .filter(memberships::organization_id.eq(organization))
        .filter(memberships::role.eq(Role::Owner))
        .filter(memberships::status.eq(MembershipStatus::Active))
        .filter(memberships::sort_name.is_not_null())
        .order((memberships::sort_name, memberships::id))
        .limit(LETTERS)
        .select((memberships::id, users::name, users::email))
        .load(conn)?;
    let others = rows.into_iter().filter(|(id, ..)| Some(*id) != without);
    Ok(others.map(|(_, name, email)| (name, email)).collect())
}

fn letter(
    conn: &mut Conn,
    actor: &Actor,
    id: ApprovalId,
    name: String,
    email: String,
    label: &str,
) -> Result<(), AppError> {
    let (organization, who) = (&actor.organization_name, &actor.person.name);
    let notice = Notice {
        kind: "approval_asked",
        to_name: name,
        to: Email::stored(email),
        sender: organization.clone(),
        subject: format!("{organization}: {who} needs your confirmation"),
        paragraphs: vec![
            format!("{who} wants to {label}."),
            format!(
                "In {organization} a second owner confirms this. Nothing happens until then. The request ends after {} days.",
                approval::LIFETIME.as_seconds() / 86_400
            ),
        ],
        button: Some(("Look at the request", actor.path(&format!("/settings/approvals/{id}")))),
        foot: format!("You get this because you are an owner of {organization}."),
        seed: None,
    };
    notice.send(conn, &actor.cx)?;
    Ok(())
}
