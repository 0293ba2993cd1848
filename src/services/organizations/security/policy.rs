//! The security policy of an organization: first what it would do, then the change.

use serde_json::{Value, json};

use crate::audit::{Action, Event, Events};
use crate::auth::actor::Actor;
use crate::auth::current_user::CurrentUser;
use crate::authz::role::Role;
use crate::authz::session_rules::TwoFactorRule;
use crate::change_error;
use crate::common::error::AppError;
use crate::common::time::Time;
use crate::db::Conn;
use crate::db::types::org_id::OrgId;
use crate::models::approval::{Approval, ApprovalAction};
use crate::models::second_factor;
use crate::models::security_policy;
use crate::models::security_policy::SecurityPolicy;
use crate::models::security_policy::concerned;
use crate::models::security_policy::concerned::ConcernedMember;
use crate::models::user;
use crate::services::approvals;
use crate::services::approvals::Outcome;

/// How many members without a second factor a preview lists.
pub const LISTED: i64 = 50;

/// What a policy would do to the members.
#[derive(Debug)]
pub struct PolicyImpact {
    /// Members with a second factor, whom the rule concerns.
    pub with: i64,
    pub without: i64,
    /// The first of those without, owners first.
    pub members: Vec<ConcernedMember>,
    /// When those without are kept out, until they set up a second factor.
    pub from: Option<Time>,
    /// Whether no owner has a second factor.
    pub no_owner: bool,
    /// How many owners there are.
    pub owners: usize,
}

/// What a policy would do if it was set now.
pub fn impact(conn: &mut Conn, actor: &Actor, policy: &SecurityPolicy) -> Result<PolicyImpact, AppError> {
    let (with, without) = concerned::counts(conn, actor.organization, policy.two_factor)?;
    let owners = concerned::owners(conn, actor.organization)?;
    let present = security_policy::load(conn, actor.organization)?;
    Ok(PolicyImpact {
        with,
        without,
        members: concerned::without_second_factor(conn, actor.organization, policy.two_factor, LISTED)?,
        from: enforced_from(&present, policy, actor.cx.now),
        no_owner: !owners.iter().any(|has| *has),
        owners: owners.len(),
    })
}

/// A rule that stays as it is keeps its day, and one that is enforced is not suspended by other days or by covering fewer people.
fn enforced_from((present, from): &(SecurityPolicy, Option<Time>), policy: &SecurityPolicy, now: Time) -> Option<Time> {
    let same = present.two_factor == policy.two_factor;
    let narrower = policy.two_factor == TwoFactorRule::OwnersAdmins && present.two_factor == TwoFactorRule::Everyone;
    let is_enforced = from.is_some_and(|from| from <= now);
    let unchanged = same && present.grace_days == policy.grace_days;
    if unchanged || (is_enforced && (same || narrower)) {
        *from
    } else {
        policy.enforced_from(now)
    }
}

#[derive(Debug)]
pub enum PolicyError {
    /// Who sets a rule has to meet it.
    NotMet,
    /// Nothing would change.
    Same,
    Failed(AppError),
}
change_error!(PolicyError);

/// Sets a policy, or requests the approval of a second owner.
pub fn change(conn: &mut Conn, actor: &Actor, policy: &SecurityPolicy) -> Result<(Outcome, Events), PolicyError> {
    actor.confirmed()?;
    check_met(conn, actor, policy)?;
    let (present, _) = security_policy::load(conn, actor.organization)?;
    if present == *policy {
        return Err(PolicyError::Same);
    }
    let label = format!("change the security policy of {}", actor.organization_name);
    let action = ApprovalAction::SecurityPolicy;
    if let Some((approval, events)) =
        approvals::dual_control::require_approval(conn, actor, action, as_json(policy), label)?
    {
        return Ok((approval.into(), events));
    }
    Ok((Outcome::Done(()), apply(conn, actor, policy)?))
}

fn check_met(conn: &mut Conn, actor: &Actor, policy: &SecurityPolicy) -> Result<(), PolicyError> {
    if !policy.two_factor.covers(actor.role.is_owner_or_admin()) {
        return Ok(());
    }
    // A removal of the factor waits for this, or this for the removal.
    second_factor::lock(conn, actor.person.id)?;
    let has = second_factor::of(conn, actor.person.id)?;
    if has && actor.person.facts.proofs.has_two_factors() {
        Ok(())
    } else {
        Err(PolicyError::NotMet)
    }
}

/// Sets a policy without asking for approval.
pub fn apply(conn: &mut Conn, actor: &Actor, policy: &SecurityPolicy) -> Result<Events, PolicyError> {
    check_met(conn, actor, policy)?;
    let present = security_policy::load(conn, actor.organization)?;
    let from = enforced_from(&present, policy, actor.cx.now);
    security_policy::set(conn, actor.organization, policy)?;
    if from != present.1 {
        security_policy::enforce_from(conn, actor.organization, from)?;
    }
    let event = Event::new(
        Action::SecurityPolicyChanged,
        "organization",
        actor.organization,
        &actor.organization_name,
    )
    .before(as_json(&present.0))
    .after(as_json(policy));
    Ok(actor.event(event))
}

fn as_json(policy: &SecurityPolicy) -> Value {
    json!({
        "two_factor": policy.two_factor.as_str(),
        "two_factor_grace_days": policy.grace_days.to_string(),
        "idle_minutes": policy.idle_minutes.map(|n| n.to_string()).unwrap_or_default(),
        "absolute_hours": policy.absolute_hours.map(|n| n.to_string()).unwrap_or_default(),
        "step_up_minutes": policy.step_up_minutes.to_string(),
    })
}

/// The policy that an approval is about.
pub fn of_approval(approval: &Approval) -> Option<SecurityPolicy> {
    let number = |name: &str| approval.text(name).parse::<i32>().ok();
    Some(SecurityPolicy {
        two_factor: TwoFactorRule::parse(&approval.text("two_factor"))?,
        grace_days: number("two_factor_grace_days")?,
        idle_minutes: number("idle_minutes"),
        absolute_hours: number("absolute_hours"),
        step_up_minutes: number("step_up_minutes")?,
    })
}

/// Refuses someone who is about to join with a role that the rule covers, until they have a second factor.
pub fn require_of_newcomer(
    conn: &mut Conn,
    person: &CurrentUser,
    organization: OrgId,
    role: Role,
) -> Result<(), AppError> {
    let (policy, _) = security_policy::load(conn, organization)?;
    if !policy.two_factor.covers(role.is_owner_or_admin()) || person.facts.proofs.has_two_factors() {
        return Ok(());
    }
    let name = user::organization_name(conn, organization)?;
    Err(AppError::SecondFactor(name, person.second_factor))
}
