//! Roles and policies: what each role can do, and what the organization changed for whole roles.

use actix_web::HttpResponse;
use askama::Template;

use crate::auth::Gate;
use crate::auth::actor::Actor;
use crate::authz::decision::{Authority, Reach, RolePolicies};
use crate::authz::permission::{ManageRoles, Permission, PermissionId, PermissionSet, RoleColumn};
use crate::authz::role::Role;
use crate::common::error::AppError;
use crate::common::fields::Fields;
use crate::common::form::FormErrors;
use crate::db::Conn;
use crate::db::types::organization::UnitLabel;
use crate::handlers::permissions::labels;
use crate::models::custom_role;
use crate::models::custom_role::CustomRole;
use crate::models::membership::access;
use crate::services::custom_roles;
use crate::services::policies;
use crate::services::policies::PolicyError;
use crate::services::policies::rules;
use crate::services::policies::rules::PolicyCell;
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;
use crate::web::nav;
use crate::web::nav::NavTab;

struct PolicyBox {
    /// Empty when the actor can't change it.
    value: String,
    /// For screen readers.
    label: String,
    /// `None`: in assigned companies.
    on: Option<bool>,
    /// Whether a policy changes it.
    switched: bool,
}

struct PolicyLine {
    label: String,
    cells: Vec<PolicyBox>,
}

struct PolicySection {
    label: String,
    lines: Vec<PolicyLine>,
}

struct CustomRoleLine {
    role: CustomRole,
    people: i64,
}

#[derive(Template)]
#[template(path = "permissions/policies.html")]
struct PoliciesPage {
    layout: Layout,
    tabs: Vec<&'static NavTab>,
    tab: &'static str,
    base: String,
    organization: String,
    heads: Vec<String>,
    sections: Vec<PolicySection>,
    seen: String,
    roles: Vec<CustomRoleLine>,
    may_make: bool,
    errors: FormErrors,
}

impl PolicyBox {
    fn of(authority: &Authority, stored: &RolePolicies, cell: PolicyCell, unit: UnitLabel) -> Self {
        let (column, permission) = cell;
        let marks = column.marks();
        let label = format!("{}: {}", column.label(), labels::label(permission, unit));
        if rules::changeable(column).has(permission) {
            let on = rules::is_on(stored, column, permission);
            let may = rules::may_change_column(authority, column) && (on || rules::may_turn_on(authority, permission));
            return Self {
                value: if may { value(cell) } else { String::new() },
                label,
                on: Some(on),
                switched: on != marks.on.has(permission),
            };
        }
        // In its own company a company role simply has it.
        let in_company = matches!(column, RoleColumn::Company(_));
        Self {
            value: String::new(),
            label,
            on: match (marks.always.has(permission), marks.own.has(permission)) {
                (true, _) => Some(true),
                (_, true) => in_company.then_some(true),
                _ => Some(false),
            },
            switched: false,
        }
    }
}

/// Settings require the permission in the whole organization.
pub fn everywhere(conn: &mut Conn, actor: &Actor) -> Result<(), AppError> {
    if actor.reach::<ManageRoles>() == Reach::Everywhere {
        Ok(())
    } else {
        Err(actor.refusal(conn, ManageRoles::ID)?)
    }
}

fn value((column, permission): PolicyCell) -> String {
    format!("{} {}", column.key(), permission.key())
}

fn parse(text: &str) -> Option<PolicyCell> {
    let (column, permission) = text.split_once(' ')?;
    let (column, permission) = (RoleColumn::parse(column)?, PermissionId::parse_available(permission)?);
    rules::changeable(column)
        .has(permission)
        .then_some((column, permission))
}

crate::page!(PoliciesPage);

impl PoliciesPage {
    fn load(conn: &mut Conn, actor: &Actor, errors: FormErrors) -> Result<Self, AppError> {
        everywhere(conn, actor)?;
        let stored = access::policies(conn, actor.organization)?;
        let unit = actor.unit;
        let authority = actor.authority();
        let cell = |column, permission| PolicyBox::of(&authority, &stored, (column, permission), unit);
        let line = |permission| PolicyLine {
            label: labels::label(permission, unit),
            cells: RoleColumn::of_members()
                .map(|column| cell(column, permission))
                .collect(),
        };
        let sections = PermissionSet::AVAILABLE
            .by_area()
            .into_iter()
            .map(|(area, permissions)| PolicySection {
                label: labels::heading(area, unit),
                lines: permissions.into_iter().map(line).collect(),
            });
        let mut holders = custom_role::all_holders(conn, actor.organization)?;
        let roles = custom_role::all(conn, actor.organization)?;
        Ok(Self {
            sections: sections.collect(),
            layout: actor.layout(conn, "access")?,
            tabs: nav::access(actor.permissions),
            tab: "/roles",
            base: actor.path("/access"),
            organization: actor.organization_name.clone(),
            heads: RoleColumn::of_members().map(|column| head(column, unit)).collect(),
            seen: stored.text(),
            roles: roles
                .into_iter()
                .map(|role| CustomRoleLine {
                    people: holders.remove(&role.id).unwrap_or_default(),
                    role,
                })
                .collect(),
            may_make: !custom_roles::rules::levels(&authority).is_empty(),
            errors,
        })
    }

    fn can_save(&self) -> bool {
        let mut lines = self.sections.iter().flat_map(|section| section.lines.iter());
        lines.any(|line| line.cells.iter().any(|cell| !cell.value.is_empty()))
    }
}

fn head(column: RoleColumn, unit: UnitLabel) -> String {
    match column {
        RoleColumn::Company(role) => format!("{} {}", unit.title(), role.label().to_lowercase()),
        column => column.label(),
    }
}

impl CustomRoleLine {
    fn base(&self) -> Role {
        self.role.base
    }

    fn count(&self) -> usize {
        self.role.permissions.iter().count()
    }
}

/// `GET /organizations/{slug}/access/roles`
pub async fn edit(gate: Gate<ManageRoles>) -> Result<HttpResponse, AppError> {
    gate.show(|actor, conn| PoliciesPage::load(conn, actor, FormErrors::none()))
        .await
}

/// `POST /organizations/{slug}/access/roles`
pub async fn update(gate: Gate<ManageRoles>, form: Fields) -> Result<HttpResponse, AppError> {
    let on: Option<Vec<PolicyCell>> = form.all("on").map(parse).collect();
    let Some(on) = on else {
        return refused(&gate, |_| "Use the checkboxes of the table".into()).await;
    };
    let saved = gate
        .try_write(move |actor, conn| {
            everywhere(conn, actor)?;
            let events = policies::save(conn, actor, form.get("seen"), &on)?;
            Ok((actor.path("/access/roles"), events))
        })
        .await;
    match saved {
        Ok(path) => Ok(gate.done("Policies saved. Changes take effect immediately", &path)),
        Err(PolicyError::Failed(error)) => Err(error),
        Err(PolicyError::Changed) => {
            refused(&gate, |_| {
                "Someone changed the policies in the meantime. Review the current state and try again".into()
            })
            .await
        }
        Err(PolicyError::NotAllowed((column, permission))) => {
            refused(&gate, move |unit| {
                let (permission, role) = (labels::label(permission, unit), head(column, unit));
                format!(
                    "You can’t change “{permission}” of {role}. You can change roles below your own, and only \
                     permissions that you have"
                )
            })
            .await
        }
    }
}

async fn refused(
    gate: &Gate<ManageRoles>,
    message: impl FnOnce(UnitLabel) -> String + Send + 'static,
) -> Result<HttpResponse, AppError> {
    gate.refused(move |actor, conn| PoliciesPage::load(conn, actor, FormErrors::one("policies", message(actor.unit))))
        .await
}
