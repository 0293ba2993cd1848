//! Dual control: where an organization switched it on, a second owner confirms what cannot be taken back. Everything that
//! needs one comes by here and waits instead of happening.

use diesel::prelude::*;
use serde_json::{Value, json};

use crate::audit::{Action, Deed, Deeds};
use crate::auth::actor;
use crate::auth::actor::Member;
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
use crate::models::approval::{Approval, Ask, Matter};
use crate::models::membership::access;
use crate::models::membership::record::Standing;
use crate::models::organization;
use crate::services::Done;
use crate::services::members::rules::Actor;

/// So many owners are written to.
const LETTERS: i64 = 50;

/// Lets something wait for a second owner; `None` where it may happen at once.
///
/// # Errors
/// When the database fails.
pub fn hold(
    conn: &mut Conn,
    member: &Member,
    matter: Matter,
    payload: Value,
    label: String,
) -> Result<Option<Done>, AppError> {
    if !organization::control(conn, member.organization)?.holds() {
        return Ok(None);
    }
    let ask = Ask {
        matter,
        payload,
        label,
        by: member.id,
        approver: None,
    };
    let Some(id) = approval::ask(conn, &member.cx, member.organization, &ask)? else {
        return Ok(Some(Done {
            word: "This waits for another owner already".into(),
            deeds: Deeds::none("the same waits"),
        }));
    };
    for (name, email) in others(conn, member)? {
        letter(conn, member, id, name, email, &ask.label)?;
    }
    Ok(Some(Done {
        word: "This waits until another owner confirms it. They were told by email".into(),
        deeds: member.did(asked(id, &ask)),
    }))
}

/// As `hold`, for what happens to an owner, or makes one. What somebody does to themselves is theirs to decide.
///
/// # Errors
/// When the database fails.
pub fn hold_person(
    conn: &mut Conn,
    member: &Member,
    matter: Matter,
    person: &Standing,
    more: &[(&str, &str)],
    label: String,
) -> Result<Option<Done>, AppError> {
    if person.id == member.id {
        return Ok(None);
    }
    let mut payload = json!({ "member": person.id.as_str() });
    for (name, value) in more {
        payload[*name] = json!(value);
    }
    hold(conn, member, matter, payload, label)
}

/// The deed of something that waits.
pub fn asked(id: ApprovalId, ask: &Ask) -> Deed {
    Deed::new(Action::ApprovalAsked, "approval", id, &ask.label).after(json!({ "action": ask.matter.as_str() }))
}

/// Whether a member may decide: the one it waits for, or any owner but the one who asked.
pub fn may_decide(approval: &Approval, member: &Member) -> bool {
    match approval.approver_id {
        Some(approver) => approver == member.id,
        None => member.role == Role::Owner && member.id != approval.requested_by,
    }
}

/// The one who asked, with what they may hand out now; `None` when they are not in force any more.
///
/// # Errors
/// When the database fails.
pub fn requester(conn: &mut Conn, member: &Member, approval: &Approval) -> Result<Option<(Standing, Actor)>, AppError> {
    let (organization, id) = (member.organization, approval.requested_by);
    let grounds = access::grounds(conn, member.cx.now, organization, id)?;
    if !grounds.in_force {
        return Ok(None);
    }
    let authority = grounds.authority();
    Ok(Some((Standing::find(conn, organization, id)?, Actor { id, authority })))
}

/// Somebody whom only two owners together bring back is not brought back by one.
///
/// # Errors
/// None; the refusal is the value.
pub fn refusal(member: &Member, name: &str) -> AppError {
    AppError::Forbidden(Box::new(Refusal {
        slug: member.slug.clone(),
        reason: Some(format!(
            "{name} was an owner. Dual control is on: invite them again, and make them an owner afterwards. Another owner confirms that."
        )),
        ..Refusal::default()
    }))
}

/// The other active owners: name and address.
fn others(conn: &mut Conn, member: &Member) -> QueryResult<Vec<(String, String)>> {
    owners(conn, member.organization, Some(member.id))
}

/// The active owners of an organization, without one of them: name and address.
///
/// # Errors
/// When the database fails.
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
    member: &Member,
    id: ApprovalId,
    name: String,
    email: String,
    label: &str,
) -> Result<(), AppError> {
    let (organization, actor) = (&member.organization_name, &member.person.name);
    let notice = Notice {
        kind: "approval_asked",
        to_name: name,
        to: Email::stored(email),
        sender: organization.clone(),
        subject: format!("{organization}: {actor} needs your confirmation"),
        paragraphs: vec![
            format!("{actor} wants to {label}."),
            format!(
                "In {organization} a second owner confirms this. Nothing happens until then. The request ends after {} days.",
                approval::LIFETIME.as_seconds() / 86_400
            ),
        ],
        button: Some(("Look at the request", member.path(&format!("/settings/approvals/{id}")))),
        foot: format!("You get this because you are an owner of {organization}."),
        seed: None,
    };
    notice.send(conn, &member.cx)?;
    Ok(())
}
