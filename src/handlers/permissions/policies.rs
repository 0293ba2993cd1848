//! Roles and policies: what each role can do, and what the organization switched for whole roles.

use actix_web::HttpResponse;
use askama::Template;
use serde_json::{Value, json};

use crate::audit::{Action, Event, Events};
use crate::auth::Gate;
use crate::auth::actor::Actor;
use crate::authz::area::Area;
use crate::authz::decision::{Reach, RolePolicies, columns};
use crate::authz::permission::{Column, ManageRoles, Permission, PermissionId, PermissionSet};
use crate::authz::role::Role;
use crate::common::error::AppError;
use crate::common::fields::Fields;
use crate::common::form::FormErrors;
use crate::common::html::{html, refused, see_other};
use crate::db::Conn;
use crate::db::types::organization::UnitLabel;
use crate::handlers::permissions::rules;
use crate::handlers::permissions::rules::Cell;
use crate::handlers::permissions::sheet::heading;
use crate::handlers::permissions::words;
use crate::models::custom_role;
use crate::models::custom_role::CustomRole;
use crate::models::membership::access;
use crate::models::organization;
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;
use crate::web::nav;
use crate::web::nav::Tab;

/// One cell as it is shown.
struct Shown {
    /// The value of its box; nothing when it cannot be switched.
    value: String,
    /// What the box says to who does not see the table.
    label: String,
    /// Whether the role has it; `None`: in assigned companies.
    on: Option<bool>,
    /// Whether it differs from the table.
    switched: bool,
}

/// A permission with its cells.
struct Line {
    label: String,
    cells: Vec<Shown>,
}

/// An area with its permissions.
struct Section {
    label: String,
    lines: Vec<Line>,
}

/// A role of the organization's own in the list.
struct Own {
    role: CustomRole,
    people: i64,
}

#[derive(Template)]
#[template(path = "permissions/policies.html")]
struct PoliciesPage {
    layout: Layout,
    tabs: Vec<&'static Tab>,
    tab: &'static str,
    path: String,
    organization: String,
    heads: Vec<String>,
    sections: Vec<Section>,
    seen: String,
    roles: Vec<Own>,
    may_make: bool,
    errors: FormErrors,
}

/// The permissions in the organization's settings reach the whole organization or nobody.
pub fn everywhere(conn: &mut Conn, actor: &Actor) -> Result<(), AppError> {
    if actor.reach::<ManageRoles>() == Reach::Everywhere {
        Ok(())
    } else {
        Err(actor.refusal(conn, ManageRoles::ID)?)
    }
}

fn value((column, permission): Cell) -> String {
    format!("{} {}", column.key(), permission.key())
}

fn parse(text: &str) -> Option<Cell> {
    let (column, permission) = text.split_once(' ')?;
    let (column, permission) = (Column::parse(column)?, PermissionId::parse(permission)?);
    rules::switchable(column)
        .has(permission)
        .then_some((column, permission))
}

impl PoliciesPage {
    fn of(conn: &mut Conn, actor: &Actor, typed: Option<RolePolicies>, errors: FormErrors) -> Result<Self, AppError> {
        everywhere(conn, actor)?;
        let stored = access::policies(conn, actor.organization)?;
        let shown = typed.unwrap_or(stored);
        let unit = actor.unit;
        let authority = actor.authority();
        let cell = |column: Column, permission: PermissionId| {
            let marks = column.marks();
            let label = format!("{}: {}", column.label(), words::label(permission, unit));
            if rules::switchable(column).has(permission) {
                let on = rules::is_on(&shown, column, permission);
                let may = rules::may_switch_column(&authority, column)
                    && (rules::is_on(&stored, column, permission) || rules::may_switch_on(&authority, permission));
                return Shown {
                    value: if may {
                        value((column, permission))
                    } else {
                        String::new()
                    },
                    label,
                    on: Some(on),
                    switched: on != marks.on.has(permission),
                };
            }
            // In its own company a company role simply has it.
            let in_company = matches!(column, Column::Company(_));
            Shown {
                value: String::new(),
                label,
                on: match (marks.always.has(permission), marks.own.has(permission)) {
                    (true, _) => Some(true),
                    (_, true) => in_company.then_some(true),
                    _ => Some(false),
                },
                switched: false,
            }
        };
        let line = |permission| Line {
            label: words::label(permission, unit),
            cells: columns().map(|column| cell(column, permission)).collect(),
        };
        let sections = Area::split(PermissionSet::ALL)
            .into_iter()
            .map(|(area, permissions)| Section {
                label: heading(area, unit),
                lines: permissions.into_iter().map(line).collect(),
            });
        let mut holders = custom_role::all_holders(conn, actor.organization)?;
        let roles = custom_role::all(conn, actor.organization)?;
        Ok(Self {
            sections: sections.collect(),
            layout: actor.layout(conn, "settings")?,
            tabs: nav::settings(actor.permissions),
            tab: "roles",
            path: actor.path("/settings"),
            organization: actor.organization_name.clone(),
            heads: columns().map(|column| head(column, unit)).collect(),
            seen: stored.text(),
            roles: roles
                .into_iter()
                .map(|role| Own {
                    people: holders.remove(&role.id).unwrap_or_default(),
                    role,
                })
                .collect(),
            may_make: !rules::bases(&authority).is_empty(),
            errors,
        })
    }

    fn can_save(&self) -> bool {
        let mut lines = self.sections.iter().flat_map(|section| section.lines.iter());
        lines.any(|line| line.cells.iter().any(|cell| !cell.value.is_empty()))
    }
}

fn head(column: Column, unit: UnitLabel) -> String {
    match column {
        Column::Company(role) => format!("{} {}", unit.title(), role.label().to_lowercase()),
        column => column.label(),
    }
}

/// `GET /organizations/{slug}/settings/roles`
pub async fn edit(gate: Gate<ManageRoles>) -> Result<HttpResponse, AppError> {
    let page = gate
        .read(|actor, conn| PoliciesPage::of(conn, actor, None, FormErrors::none()))
        .await?;
    html(page)
}

/// The policies as the form has them: of the cells that this person may switch those are on that it names.
fn typed(actor: &Actor, form: &Fields, stored: &RolePolicies) -> Result<RolePolicies, FormErrors> {
    let authority = actor.authority();
    let mut wanted = Vec::new();
    for text in form.all("on") {
        match parse(text) {
            Some(cell) => wanted.push(cell),
            None => return Err(FormErrors::one("policies", "Use the boxes of the table")),
        }
    }
    let mut after = *stored;
    for column in columns() {
        let mine = rules::may_switch_column(&authority, column);
        for permission in rules::switchable(column).iter() {
            let (is, named) = (
                rules::is_on(stored, column, permission),
                wanted.contains(&(column, permission)),
            );
            // What is not this person's to switch stays, unless the form asks for it: then a rule answers.
            if named != is && (mine || named) {
                after = rules::switch(after, column, permission, named);
            }
        }
    }
    Ok(after)
}

/// `POST /organizations/{slug}/settings/roles`
pub async fn save(gate: Gate<ManageRoles>, form: Fields) -> Result<HttpResponse, AppError> {
    let done = gate
        .write(move |actor, conn| {
            everywhere(conn, actor)?;
            let stored = access::policies(conn, actor.organization)?;
            let faster = "Somebody switched something in the meantime. Look at the new state and try again";
            let refused = |policies, why| Ok((Err((policies, why)), Events::none("refused")));
            if form.get("seen") != stored.text() {
                return refused(None, FormErrors::one("policies", faster));
            }
            let after = match typed(actor, &form, &stored) {
                Ok(after) => after,
                Err(errors) => return refused(None, errors),
            };
            if let Err((column, permission)) = rules::policies(&actor.authority(), &stored, &after) {
                let why = format!(
                    "“{}” of {} is not yours to switch. You switch roles below your own, and only what you can do yourself",
                    words::label(permission, actor.unit),
                    head(column, actor.unit)
                );
                return refused(Some(stored), FormErrors::one("policies", why));
            }
            let changes = rules::changes(&stored, &after);
            if changes.is_empty() {
                return Ok((Ok(actor.path("/settings/roles")), Events::none("nothing was switched")));
            }
            if !organization::set_policies(conn, actor.organization, &stored, &after)? {
                return refused(None, FormErrors::one("policies", faster));
            }
            let list = |of: bool| {
                let each = changes.iter().map(|(cell, on)| (value(*cell), json!(if *on == of { "on" } else { "off" })));
                Value::Object(each.collect())
            };
            let event = Event::new(
                Action::PolicyChanged,
                "organization",
                actor.organization,
                &actor.organization_name,
            )
            .before(list(false))
            .after(list(true));
            Ok((Ok(actor.path("/settings/roles")), actor.event(event)))
        })
        .await?;
    match done {
        Ok(path) => {
            gate.tell("success", "Policies saved. They count at once");
            Ok(see_other(gate.fragment(), &path))
        }
        Err((typed, errors)) => {
            let page = gate
                .read(move |actor, conn| PoliciesPage::of(conn, actor, typed, errors))
                .await?;
            refused(page)
        }
    }
}

impl Own {
    fn base(&self) -> Role {
        self.role.base
    }

    fn count(&self) -> usize {
        self.role.permissions.iter().count()
    }
}
