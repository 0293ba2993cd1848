//! The page of a custom role.

use askama::Template;

use crate::auth::actor::Actor;
use crate::authz::decision::Authority;
use crate::authz::permission::{CONSOLE, DELEGABLE, Permission, PermissionId, PermissionSet, ViewCompany};
use crate::authz::role::Role;
use crate::common::error::AppError;
use crate::common::form::FormErrors;
use crate::common::id::MembershipId;
use crate::db::Conn;
use crate::db::types::organization::UnitLabel;
use crate::handlers::permissions::custom_roles::form::CustomRoleForm;
use crate::handlers::permissions::{labels, queries};
use crate::models::custom_role;
use crate::models::custom_role::CustomRole;
use crate::services::custom_roles::changes::may_change;
use crate::services::custom_roles::{CustomRoleError, rules};
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;
use crate::web::nav;
use crate::web::nav::NavTab;

pub struct PermissionPick {
    key: &'static str,
    label: String,
    picked: bool,
    /// Whether every role has it.
    fixed: bool,
}

pub struct PickSection {
    label: String,
    picks: Vec<PermissionPick>,
}

#[derive(Template)]
#[template(path = "permissions/role.html")]
pub struct RolePage {
    layout: Layout,
    tabs: Vec<&'static NavTab>,
    tab: &'static str,
    base: String,
    members: String,
    unit: UnitLabel,
    /// `None` for a new role.
    role: Option<CustomRole>,
    typed: CustomRoleForm,
    bases: Vec<Role>,
    sections: Vec<PickSection>,
    people: i64,
    holders: Vec<(MembershipId, String, String)>,
    /// Why the actor can't change it.
    closed: Option<String>,
    errors: FormErrors,
}

crate::page!(RolePage);

/// The role as the form carries it along, so that a change by someone else is noticed.
pub fn seen(role: &CustomRole) -> String {
    format!(
        "{} {} · {} · {}",
        role.base,
        role.permissions.text(),
        role.name,
        role.description
    )
}

/// Why the actor can't change a role.
fn closed(conn: &mut Conn, actor: &Actor, role: &CustomRole) -> Result<Option<String>, AppError> {
    match may_change(conn, actor, role) {
        Ok(()) => Ok(None),
        Err(CustomRoleError::Failed(error)) => Err(error),
        Err(CustomRoleError::NotAllowed) => Ok(Some(
            "You have this role yourself. Someone else has to change it".into(),
        )),
        Err(CustomRoleError::AboveYourRank) => Ok(Some("This role is at your level or above".into())),
        Err(error) => Ok(Some(message(&error, actor.unit))),
    }
}

/// Why a role was not changed, in words.
pub fn message(error: &CustomRoleError, unit: UnitLabel) -> String {
    match error {
        CustomRoleError::NotAllowed => "You can’t change this role".into(),
        CustomRoleError::AboveYourRank => "Choose a role level below your own".into(),
        CustomRoleError::NotHeld(permission) => format!(
            "You don’t have the permission “{}”, so you can’t grant it",
            labels::label(*permission, unit)
        ),
        CustomRoleError::NameTaken => "Another role has this name".into(),
        CustomRoleError::InUse => "You can’t change the level of a role in use".into(),
        CustomRoleError::TooMany => format!("There are {} roles. Delete one first", custom_role::MOST),
        CustomRoleError::Changed | CustomRoleError::Failed(_) => {
            "Someone changed this role in the meantime. Review the current state and try again".into()
        }
    }
}

pub fn errors(error: &CustomRoleError, unit: UnitLabel) -> FormErrors {
    let field = match error {
        CustomRoleError::AboveYourRank | CustomRoleError::InUse => "base",
        CustomRoleError::NotHeld(_) => "permissions",
        _ => "name",
    };
    FormErrors::one(field, message(error, unit))
}

impl RolePage {
    pub fn load(
        conn: &mut Conn,
        actor: &Actor,
        role: Option<CustomRole>,
        typed: Option<CustomRoleForm>,
        errors: FormErrors,
    ) -> Result<Self, AppError> {
        let authority = actor.authority();
        let typed = typed.unwrap_or_else(|| {
            role.as_ref()
                .map_or_else(CustomRoleForm::default, CustomRoleForm::from_role)
        });
        let (mut people, mut holders, mut shut) = (0, Vec::new(), None);
        if let Some(role) = &role {
            people = custom_role::holders(conn, actor.organization, role.id)?;
            holders = queries::holders(conn, actor.organization, role.id)?;
            shut = closed(conn, actor, role)?;
        }
        Ok(Self {
            sections: sections(&authority, &typed, shut.is_some(), actor.unit),
            layout: actor.layout(conn, "access")?,
            tabs: nav::access(actor.permissions),
            tab: "/roles",
            base: actor.path("/access"),
            members: actor.path("/members"),
            unit: actor.unit,
            bases: rules::levels(&authority),
            people,
            holders,
            closed: shut,
            typed,
            role,
            errors,
        })
    }

    fn heading(&self) -> String {
        self.role
            .as_ref()
            .map_or_else(|| "New role".into(), |role| role.name.clone())
    }

    fn action(&self) -> String {
        match &self.role {
            Some(role) => format!("{}/roles/{}", self.base, role.id),
            None => format!("{}/roles/new", self.base),
        }
    }

    fn seen(&self) -> String {
        self.role.as_ref().map(seen).unwrap_or_default()
    }

    fn deletion(&self) -> String {
        format!("{}/deletion", self.action())
    }

    fn more(&self) -> i64 {
        self.people - i64::try_from(self.holders.len()).unwrap_or_default()
    }

    fn base(&self) -> &'static str {
        Role::parse(&self.typed.base).map_or("", Role::label)
    }
}

/// The permissions to choose from; of a role that the actor can't change, those that it has.
fn sections(authority: &Authority, typed: &CustomRoleForm, closed: bool, unit: UnitLabel) -> Vec<PickSection> {
    let offered = if closed {
        typed.permissions
    } else {
        DELEGABLE
            .and(PermissionSet::AVAILABLE)
            .and(authority.permissions.everywhere())
    };
    let mut picked = typed.permissions.or(CONSOLE.implied());
    if Role::parse(&typed.base).is_some_and(|base| base.inherited().is_some()) {
        picked = picked.with(ViewCompany::ID);
    }
    let pick = |permission: PermissionId| PermissionPick {
        key: permission.key(),
        label: labels::label(permission, unit),
        picked: picked.has(permission),
        fixed: CONSOLE.implied().has(permission),
    };
    offered
        .by_area()
        .into_iter()
        .map(|(area, permissions)| PickSection {
            label: labels::heading(area, unit),
            picks: permissions.into_iter().map(pick).collect(),
        })
        .collect()
}
