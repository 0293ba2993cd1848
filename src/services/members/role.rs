//! Roles in the organization: which can be given, and giving them.

use serde_json::{Value, json};

use crate::app::Ctx;
use crate::audit::{Action, Event, Events};
use crate::auth::actor::Actor;
use crate::authz::decision::RoleGrant;
use crate::authz::role::Role;
use crate::common::error::AppError;
use crate::common::id::CustomRoleId;
use crate::db::Conn;
use crate::db::types::org_id::OrgId;
use crate::mail::name::MailName;
use crate::models::approval::ApprovalAction;
use crate::models::custom_role;
use crate::models::custom_role::CustomRole;
use crate::models::membership;
use crate::models::membership::record::Membership;
use crate::services::members::ceiling::PermissionCeiling;
use crate::services::members::email;
use crate::services::members::errors::RoleChangeError;
use crate::services::members::rules;
use crate::services::members::rules::MemberTarget;
use crate::services::members::{MemberOutcome, request_approval};

/// A role that can be given: a built-in role or a custom role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Title {
    Plain(Role),
    Custom(CustomRole),
}

impl Title {
    /// The role of a form's value: the name of a built-in role, or the id of a custom role.
    pub fn parse(conn: &mut Conn, organization: OrgId, text: &str) -> Result<Option<Self>, AppError> {
        if let Some(role) = Role::parse(text) {
            return Ok(Some(Self::Plain(role)));
        }
        match CustomRoleId::parse(text) {
            Some(id) => Ok(custom_role::find(conn, organization, id)?.map(Self::Custom)),
            None => Ok(None),
        }
    }

    /// The role that a member has directly, not through a group.
    pub fn of(conn: &mut Conn, organization: OrgId, member: &Membership) -> Result<Self, AppError> {
        let custom = match member.access.custom_role {
            Some(id) => custom_role::find(conn, organization, id)?,
            None => None,
        };
        Ok(custom.map_or(Self::Plain(member.access.direct_role), Self::Custom))
    }

    pub fn label(&self) -> &str {
        match self {
            Self::Plain(role) => role.label(),
            Self::Custom(custom) => &custom.name,
        }
    }

    /// The label as an email shows it: a custom role has a name that someone typed.
    pub fn in_email(&self) -> MailName {
        match self {
            Self::Plain(role) => MailName::words(role.label()),
            Self::Custom(custom) => MailName::of(&custom.name),
        }
    }

    /// What the role can do, without a full stop. `many` is the organization's word for companies.
    pub fn can(&self, many: &str) -> String {
        match self {
            Self::Plain(role) => role.can(many),
            Self::Custom(custom) if custom.description.is_empty() => {
                format!("Custom role based on {}", custom.base.label())
            }
            Self::Custom(custom) => custom.description.clone(),
        }
    }

    /// The form's value.
    pub fn value(&self) -> String {
        match self {
            Self::Plain(role) => role.to_string(),
            Self::Custom(custom) => custom.id.to_string(),
        }
    }

    pub fn grant(&self) -> RoleGrant {
        match self {
            Self::Plain(role) => (*role).into(),
            Self::Custom(custom) => custom.grant(),
        }
    }

    fn json(&self) -> Value {
        match self {
            Self::Plain(role) => json!({ "role": role.as_str() }),
            Self::Custom(custom) => json!({ "role": custom.base.as_str(), "custom_role": custom.name }),
        }
    }
}

/// All roles, highest first, custom roles last.
fn titles(conn: &mut Conn, organization: OrgId) -> Result<impl Iterator<Item = Title>, AppError> {
    let plain = Role::ALL.iter().map(|role| Title::Plain(*role));
    let custom = custom_role::all(conn, organization)?.into_iter().map(Title::Custom);
    Ok(plain.chain(custom))
}

/// The roles that the actor may give to a member, including the current one.
pub fn offered(conn: &mut Conn, actor: &Actor, target: &MemberTarget) -> Result<Vec<Title>, AppError> {
    let rank = actor.into();
    Ok(titles(conn, actor.organization)?
        .filter(|title| rules::may_give(&rank, target, title.grant()))
        .collect())
}

/// The roles that the actor may give to anyone.
pub fn grantable(conn: &mut Conn, actor: &Actor) -> Result<Vec<Title>, AppError> {
    let authority = actor.authority();
    Ok(titles(conn, actor.organization)?
        .filter(|title| authority.may_grant(title.grant()))
        .collect())
}

/// A role change that the rules allow: what a page shows, and what is applied.
#[derive(Debug, Clone)]
pub struct RoleChange {
    pub member: Membership,
    pub from: Title,
    pub to: Title,
}

impl RoleChange {
    pub fn plan(conn: &mut Conn, actor: &Actor, member: &Membership, to: &Title) -> Result<Self, RoleChangeError> {
        rules::role_change(&actor.into(), &MemberTarget::from(member), to.grant())?;
        Self::approved(conn, actor, member, to)
    }

    /// A change whose rules were checked for the member who requested it.
    fn approved(conn: &mut Conn, actor: &Actor, member: &Membership, to: &Title) -> Result<Self, RoleChangeError> {
        Ok(Self {
            from: Title::of(conn, actor.organization, member)?,
            member: member.clone(),
            to: to.clone(),
        })
    }

    pub fn is_change(&self) -> bool {
        self.from != self.to
    }

    /// Whether the member is an owner before or after it, so that another owner may have to approve.
    pub fn concerns_owner(&self) -> bool {
        self.to.grant().role == Role::Owner || self.member.access.direct_role == Role::Owner
    }

    /// Applies the change, or requests the approval of another owner.
    pub fn apply(&self, conn: &mut Conn, actor: &Actor) -> Result<(MemberOutcome, Events), RoleChangeError> {
        if !self.is_change() {
            return Ok((MemberOutcome::Unchanged, Events::none("the same role")));
        }
        if self.concerns_owner() {
            actor.confirmed()?;
            let (name, role) = (&self.member.name, self.to.value());
            let label = match &self.to {
                Title::Plain(Role::Owner) => format!("make {name} an owner"),
                title => format!("make {name} {} instead of owner", title.label()),
            };
            let details = [("role", role.as_str())];
            let pending = request_approval(conn, actor, ApprovalAction::Role, &self.member, &details, label)?;
            if let Some(pending) = pending {
                return Ok(pending);
            }
        }
        Ok((MemberOutcome::Done, self.write(conn, actor)?))
    }

    fn write(&self, conn: &mut Conn, actor: &Actor) -> Result<Events, RoleChangeError> {
        let (organization, member) = (actor.organization, &self.member);
        let before = PermissionCeiling::of(conn, actor, member.id)?;
        RoleChangeError::check(match &self.to {
            Title::Plain(role) => membership::set_role(conn, &actor.cx, organization, member, *role)?,
            Title::Custom(custom) => {
                membership::set_custom_role(conn, &actor.cx, organization, member, custom.id, custom.base)?
            }
        })?;
        before.check(conn, actor, member.id)?;
        if member.id != actor.id {
            email::role_changed(conn, actor, member, self.from.in_email(), self.to.in_email())?;
        }
        Ok(changed(organization, member, self.from.json(), self.to.json()))
    }
}

/// The event `member.role_changed`.
pub fn changed(organization: OrgId, member: &Membership, before: Value, after: Value) -> Events {
    let event = Event::new(Action::MemberRoleChanged, "member", member.id, &member.name)
        .before(before)
        .after(after);
    Events::organization(organization, event)
}

/// Changes a member's role.
pub fn change(
    conn: &mut Conn,
    actor: &Actor,
    member: &Membership,
    title: &Title,
) -> Result<(MemberOutcome, Events), RoleChangeError> {
    RoleChange::plan(conn, actor, member, title)?.apply(conn, actor)
}

/// Changes a member's role after an approval. The caller has checked the rules for the member who requested it.
pub fn change_now(
    conn: &mut Conn,
    actor: &Actor,
    member: &Membership,
    title: &Title,
) -> Result<Events, RoleChangeError> {
    RoleChange::approved(conn, actor, member, title)?.write(conn, actor)
}

/// Makes the actor an owner, when they accept ownership of the organization.
pub fn accept_ownership(conn: &mut Conn, actor: &Actor, member: &Membership) -> Result<Events, RoleChangeError> {
    if member.access_until.is_some() {
        return Err(RoleChangeError::OwnerWithEndDate);
    }
    let given = membership::set_role(conn, &actor.cx, actor.organization, member, Role::Owner)?;
    RoleChangeError::check(given)?;
    let before = json!({ "role": member.access.direct_role.as_str() });
    let after = json!({ "role": Role::Owner.as_str() });
    Ok(changed(actor.organization, member, before, after))
}

/// Makes an owner an admin after they transferred ownership.
pub fn step_down(
    conn: &mut Conn,
    cx: &Ctx,
    organization: OrgId,
    owner: &Membership,
) -> Result<Events, RoleChangeError> {
    RoleChangeError::check(membership::set_role(conn, cx, organization, owner, Role::Admin)?)?;
    let event = Event::new(Action::OwnershipHandedOver, "member", owner.id, &owner.name)
        .before(json!({ "role": Role::Owner.as_str() }))
        .after(json!({ "role": Role::Admin.as_str() }));
    Ok(Events::organization(organization, event))
}
