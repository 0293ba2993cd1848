//! Changing somebody's role in the organization.

use serde_json::{Value, json};

use crate::audit::{Action, Event, Events};
use crate::auth::actor::Actor;
use crate::authz::decision::RoleGrant;
use crate::authz::role::Role;
use crate::common::error::AppError;
use crate::common::id::CustomRoleId;
use crate::db::Conn;
use crate::db::types::org_id::OrgId;
use crate::models::approval::ApprovalAction;
use crate::models::custom_role;
use crate::models::custom_role::CustomRole;
use crate::models::membership;
use crate::models::membership::Outcome;
use crate::models::membership::record::Membership;
use crate::services::Done;
use crate::services::approvals::dual_control;
use crate::services::members::ceiling::PermissionCeiling;
use crate::services::members::email;
use crate::services::members::rules;
use crate::services::members::rules::{MemberChangeError, Target};

/// A role that can be given: a built-in one, or one that the organization made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Title {
    /// A built-in role.
    Plain(Role),
    /// One of the organization's own.
    Custom(CustomRole),
}

impl Title {
    /// The role that a form's value means: a role's name, or a custom role's id.
    pub fn parse(conn: &mut Conn, organization: OrgId, text: &str) -> Result<Option<Self>, AppError> {
        if let Some(role) = Role::parse(text) {
            return Ok(Some(Self::Plain(role)));
        }
        match CustomRoleId::parse(text) {
            Some(id) => Ok(custom_role::find(conn, organization, id)?.map(Self::Custom)),
            None => Ok(None),
        }
    }

    /// The role that somebody has of their own.
    pub fn of(conn: &mut Conn, organization: OrgId, person: &Membership) -> Result<Self, AppError> {
        let custom = match person.access.custom_role {
            Some(id) => custom_role::find(conn, organization, id)?,
            None => None,
        };
        Ok(custom.map_or(Self::Plain(person.access.direct_role), Self::Custom))
    }

    /// The word for people.
    pub fn label(&self) -> &str {
        match self {
            Self::Plain(role) => role.label(),
            Self::Custom(custom) => &custom.name,
        }
    }

    /// What it can do, in one sentence without a full stop. `many` is the organization's word for companies.
    pub fn can(&self, many: &str) -> String {
        match self {
            Self::Plain(role) => role.can(many),
            Self::Custom(custom) if custom.description.is_empty() => {
                format!("One of your own roles, at the height of {}", custom.base.label())
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

    /// What it is made of.
    pub fn held(&self) -> RoleGrant {
        match self {
            Self::Plain(role) => (*role).into(),
            Self::Custom(custom) => custom.held(),
        }
    }

    fn json(&self) -> Value {
        match self {
            Self::Plain(role) => json!({ "role": role.as_str() }),
            Self::Custom(custom) => json!({ "role": custom.base.as_str(), "custom_role": custom.name }),
        }
    }
}

/// The roles that a member may give somebody, the present one included, highest first, the organization's own last.
pub fn offered(conn: &mut Conn, actor: &Actor, target: &Target) -> Result<Vec<Title>, AppError> {
    let rank = actor.into();
    let plain = Role::ALL.iter().map(|role| Title::Plain(*role));
    let custom = custom_role::all(conn, actor.organization)?
        .into_iter()
        .map(Title::Custom);
    Ok(plain
        .chain(custom)
        .filter(|title| rules::may_give(&rank, target, title.held()))
        .collect())
}

/// The roles that a member may give at all, highest first, the organization's own last.
pub fn grantable(conn: &mut Conn, actor: &Actor) -> Result<Vec<Title>, AppError> {
    let authority = actor.authority();
    let plain = Role::ALL.iter().map(|role| Title::Plain(*role));
    let custom = custom_role::all(conn, actor.organization)?
        .into_iter()
        .map(Title::Custom);
    Ok(plain
        .chain(custom)
        .filter(|title| authority.may_grant(title.held()))
        .collect())
}

/// Gives somebody a role, tells them, and says what was done. Everything that follows from it holds at once; who becomes
/// or was an owner may have to wait for a second one.
pub fn change(
    conn: &mut Conn,
    actor: &Actor,
    person: &Membership,
    title: &Title,
) -> Result<Result<Done, MemberChangeError>, AppError> {
    let organization = actor.organization;
    if let Err(why) = rules::role_change(&actor.into(), &Target::from(person), title.held()) {
        return Ok(Err(why));
    }
    let present = Title::of(conn, organization, person)?;
    if present == *title {
        return Ok(Ok(Done {
            word: format!("{} is {} already", person.name, title.label()),
            events: Events::none("the same role"),
        }));
    }
    if title.held().role == Role::Owner || person.access.direct_role == Role::Owner {
        let label = match title {
            Title::Plain(Role::Owner) => format!("make {} an owner", person.name),
            _ => format!("make {} {} instead of owner", person.name, title.label()),
        };
        let role = title.value();
        if let Some(waits) =
            dual_control::hold_person(conn, actor, ApprovalAction::Role, person, &[("role", &role)], label)?
        {
            return Ok(Ok(waits));
        }
    }
    carry_out(conn, actor, person, title)
}

/// Gives somebody a role; the rules were asked.
pub fn carry_out(
    conn: &mut Conn,
    actor: &Actor,
    person: &Membership,
    title: &Title,
) -> Result<Result<Done, MemberChangeError>, AppError> {
    let organization = actor.organization;
    let present = Title::of(conn, organization, person)?;
    let before = PermissionCeiling::of(conn, actor, person.id)?;
    let outcome = match title {
        Title::Plain(role) => membership::set_role(conn, &actor.cx, organization, person, *role)?,
        Title::Custom(custom) => {
            membership::set_custom_role(conn, &actor.cx, organization, person, custom.id, custom.base)?
        }
    };
    match outcome {
        Outcome::LastOwner => return Ok(Err(MemberChangeError::LastOwner)),
        Outcome::Changed => return Ok(Err(MemberChangeError::Changed)),
        Outcome::Done => {}
    }
    before.check(conn, actor, person.id)?;
    if person.id != actor.id {
        email::role_changed(conn, actor, person, present.label(), title.label())?;
    }
    let event = Event::new(Action::MemberRoleChanged, "member", person.id, &person.name)
        .before(present.json())
        .after(title.json());
    Ok(Ok(Done {
        word: format!("{} is {} now", person.name, title.label()),
        events: actor.event(event),
    }))
}
