//! Roles that an organization makes of permissions.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde_json::{Value, json};

use crate::audit::{Action, Event, Events};
use crate::auth::Gate;
use crate::auth::actor::Actor;
use crate::authz::area::Area;
use crate::authz::decision::DELEGABLE;
use crate::authz::permission::{ManageRoles, Permission, PermissionId, PermissionSet, ViewCompany, ViewOrganization};
use crate::authz::role::Role;
use crate::common::error::AppError;
use crate::common::fields::Fields;
use crate::common::form::FormErrors;
use crate::common::html::{html, refused, see_other};
use crate::common::id::{CustomRoleId, MembershipId};
use crate::common::name;
use crate::db::Conn;
use crate::db::types::organization::UnitLabel;
use crate::handlers::permissions::policies::everywhere;
use crate::handlers::permissions::rules;
use crate::handlers::permissions::rules::Beyond;
use crate::handlers::permissions::sheet::heading;
use crate::handlers::permissions::{queries, words};
use crate::models::custom_role;
use crate::models::custom_role::{CustomRole, Draft, Outcome};
use crate::models::membership::record::Membership;
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;
use crate::web::nav;
use crate::web::nav::Tab;

/// A permission to pick.
struct Pick {
    key: &'static str,
    label: String,
    picked: bool,
    /// Whether every such role has it.
    fixed: bool,
}

/// An area with its permissions.
struct Section {
    label: String,
    picks: Vec<Pick>,
}

/// What was typed.
#[derive(Debug, Clone, Default)]
struct CustomRoleForm {
    name: String,
    description: String,
    base: String,
    permissions: PermissionSet,
    /// Whether something is among them that no role can be made of.
    foreign: bool,
}

impl CustomRoleForm {
    fn of(form: &Fields) -> Self {
        let delegable = |key: &str| PermissionId::parse(key).is_some_and(|permission| DELEGABLE.has(permission));
        Self {
            foreign: !form.all("permission").all(delegable),
            name: form.get("name").to_owned(),
            description: form.get("description").to_owned(),
            base: form.get("base").to_owned(),
            permissions: PermissionSet::of(form.all("permission").filter_map(PermissionId::parse)),
        }
    }

    fn from_role(role: &CustomRole) -> Self {
        Self {
            name: role.name.clone(),
            description: role.description.clone(),
            base: role.base.to_string(),
            permissions: role.permissions,
            foreign: false,
        }
    }

    fn parse(&self) -> Result<Draft, FormErrors> {
        let mut errors = FormErrors::none();
        let name = errors.take("name", name::parse(&self.name, "a name", 60));
        if let Some(name) = &name
            && Role::ALL
                .iter()
                .any(|role| name::fold(role.label()) == name::fold(name))
        {
            errors.add("name", "A built-in role has this name. Choose another one");
        }
        let description = if self.description.trim().is_empty() {
            Some(String::new())
        } else {
            errors.take("description", name::parse(&self.description, "a description", 200))
        };
        let base = Role::parse(&self.base).filter(|base| *base != Role::Owner);
        if base.is_none() {
            errors.add("base", "Choose the role it stands at");
        }
        if self.foreign {
            errors.add(
                "permissions",
                "Choose permissions of the list. Some only owners can have",
            );
        }
        match (name, description, base) {
            (Some(name), Some(description), Some(base)) if errors.is_empty() => Ok(Draft {
                name,
                description,
                base,
                permissions: self.permissions,
            }
            .complete()),
            _ => Err(errors),
        }
    }
}

#[derive(Template)]
#[template(path = "permissions/role.html")]
struct RolePage {
    layout: Layout,
    tabs: Vec<&'static Tab>,
    tab: &'static str,
    path: String,
    members: String,
    unit: UnitLabel,
    /// The role as it is; nothing for a new one.
    role: Option<CustomRole>,
    typed: CustomRoleForm,
    bases: Vec<Role>,
    sections: Vec<Section>,
    people: i64,
    holders: Vec<(MembershipId, String)>,
    /// Why it is not the reader's to change.
    closed: Option<String>,
    errors: FormErrors,
}

/// The role as a form carries it along.
fn seen(role: &CustomRole) -> String {
    format!(
        "{} {} · {} · {}",
        role.base,
        role.permissions.text(),
        role.name,
        role.description
    )
}

fn beyond(actor: &Actor, why: Beyond) -> String {
    match why {
        Beyond::Rank => "It would stand as high as you or higher. Choose a role below your own".into(),
        Beyond::Permission(permission) => format!(
            "You cannot do “{}” yourself, so it is not yours to give",
            words::label(permission, actor.unit)
        ),
    }
}

/// Why a role that exists is not this person's to change.
fn closed(conn: &mut Conn, actor: &Actor, role: &CustomRole) -> Result<Option<String>, AppError> {
    let myself = Membership::find(conn, actor.organization, actor.id)?;
    if myself.access.custom_role == Some(role.id) {
        return Ok(Some(
            "You have this role yourself. Somebody else has to change it".into(),
        ));
    }
    Ok(match rules::role(&actor.authority(), &as_draft(role)) {
        Ok(()) => None,
        Err(Beyond::Rank) => Some("This role stands as high as you or higher".into()),
        Err(why @ Beyond::Permission(_)) => Some(beyond(actor, why)),
    })
}

fn as_draft(role: &CustomRole) -> Draft {
    Draft {
        name: role.name.clone(),
        description: role.description.clone(),
        base: role.base,
        permissions: role.permissions,
    }
}

impl RolePage {
    fn of(
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
        let offered = if shut.is_some() {
            typed.permissions
        } else {
            DELEGABLE.and(authority.permissions.everywhere())
        };
        let unit = actor.unit;
        let inherits = Role::parse(&typed.base).is_some_and(|base| base.inherited().is_some());
        let sections = Area::split(offered).into_iter().map(|(area, permissions)| Section {
            label: heading(area, unit),
            picks: permissions
                .into_iter()
                .map(|permission| {
                    let fixed = permission == ViewOrganization::ID;
                    Pick {
                        key: permission.key(),
                        label: words::label(permission, unit),
                        picked: fixed
                            || typed.permissions.has(permission)
                            || (inherits && permission == ViewCompany::ID),
                        fixed,
                    }
                })
                .collect(),
        });
        Ok(Self {
            sections: sections.collect(),
            layout: actor.layout(conn, "settings")?,
            tabs: nav::settings(actor.permissions),
            tab: "roles",
            path: actor.path("/settings"),
            members: actor.path("/members"),
            unit,
            bases: rules::bases(&authority),
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
            Some(role) => format!("{}/roles/{}", self.path, role.id),
            None => format!("{}/roles/new", self.path),
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

fn found(conn: &mut Conn, actor: &Actor, id: &str) -> Result<CustomRole, AppError> {
    everywhere(conn, actor)?;
    let id = CustomRoleId::parse(id).ok_or(AppError::NotFound)?;
    custom_role::find(conn, actor.organization, id)?.ok_or(AppError::NotFound)
}

/// `GET /organizations/{slug}/settings/roles/new`
pub async fn new(gate: Gate<ManageRoles>) -> Result<HttpResponse, AppError> {
    let page = gate
        .read(|actor, conn| {
            everywhere(conn, actor)?;
            RolePage::of(conn, actor, None, None, FormErrors::none())
        })
        .await?;
    html(page)
}

/// `GET /organizations/{slug}/settings/roles/{id}`
pub async fn edit(gate: Gate<ManageRoles>, place: web::Path<(String, String)>) -> Result<HttpResponse, AppError> {
    let id = place.into_inner().1;
    let page = gate
        .read(move |actor, conn| {
            let role = found(conn, actor, &id)?;
            RolePage::of(conn, actor, Some(role), None, FormErrors::none())
        })
        .await?;
    html(page)
}

fn json(draft: &Draft) -> Value {
    json!({
        "name": draft.name,
        "description": draft.description,
        "base": draft.base.as_str(),
        "permissions": draft.permissions.text(),
    })
}

/// Why a change was not made, for the form.
fn why(outcome: Outcome) -> FormErrors {
    match outcome {
        Outcome::NameTaken => FormErrors::one("name", "Another role has this name"),
        Outcome::Held(_) => FormErrors::one("base", "While people have this role, it stays where it stands"),
        Outcome::TooMany => FormErrors::one(
            "name",
            format!("There are {} roles. Delete one first", custom_role::MOST),
        ),
        Outcome::Changed | Outcome::Done(_) => FormErrors::one(
            "name",
            "Somebody changed this role in the meantime. Look at the new state and try again",
        ),
    }
}

/// `POST /organizations/{slug}/settings/roles/new`
pub async fn create(gate: Gate<ManageRoles>, form: Fields) -> Result<HttpResponse, AppError> {
    let typed = CustomRoleForm::of(&form);
    let draft = typed.parse();
    let done = gate
        .write(move |actor, conn| {
            everywhere(conn, actor)?;
            let refused = |errors| Ok((Err(errors), Events::none("refused")));
            let draft = match draft {
                Ok(draft) => draft,
                Err(errors) => return refused(errors),
            };
            if let Err(too_far) = rules::role(&actor.authority(), &draft) {
                return refused(at_field(actor, too_far));
            }
            match custom_role::create(conn, &actor.cx, actor.organization, actor.person.id, &draft)? {
                Outcome::Done(id) => {
                    let event = Event::new(Action::CustomRoleCreated, "role", id, &draft.name).after(json(&draft));
                    Ok((Ok((actor.path("/settings/roles"), draft.name)), actor.event(event)))
                }
                outcome => refused(why(outcome)),
            }
        })
        .await?;
    match done {
        Ok((path, name)) => {
            gate.tell("success", format!("The role {name} can be given now"));
            Ok(see_other(gate.fragment(), &path))
        }
        Err(errors) => {
            let page = gate
                .read(move |actor, conn| RolePage::of(conn, actor, None, Some(typed), errors))
                .await?;
            refused(page)
        }
    }
}

fn at_field(actor: &Actor, why: Beyond) -> FormErrors {
    let field = match why {
        Beyond::Rank => "base",
        Beyond::Permission(_) => "permissions",
    };
    FormErrors::one(field, beyond(actor, why))
}

/// `POST /organizations/{slug}/settings/roles/{id}`
pub async fn update(
    gate: Gate<ManageRoles>,
    place: web::Path<(String, String)>,
    form: Fields,
) -> Result<HttpResponse, AppError> {
    let id = place.into_inner().1;
    let typed = CustomRoleForm::of(&form);
    let (draft, carried, of) = (typed.parse(), form.get("seen").to_owned(), id.clone());
    let done = gate
        .write(move |actor, conn| {
            let role = found(conn, actor, &of)?;
            let refused = |errors| Ok((Err(errors), Events::none("refused")));
            if closed(conn, actor, &role)?.is_some() {
                return Err(actor.refusal(conn, ManageRoles::ID)?);
            }
            if !carried.is_empty() && carried != seen(&role) {
                return refused(why(Outcome::Changed));
            }
            let draft = match draft {
                Ok(draft) => draft,
                Err(errors) => return refused(errors),
            };
            // What people get by it at once is checked like what is given to them.
            if let Err(too_far) = rules::role(&actor.authority(), &draft) {
                return refused(at_field(actor, too_far));
            }
            let before = as_draft(&role);
            if draft == before {
                return Ok((Ok(draft.name), Events::none("nothing was changed")));
            }
            match custom_role::edit(conn, actor.organization, &role, &draft)? {
                Outcome::Done(id) => {
                    let event = Event::new(Action::CustomRoleEdited, "role", id, &draft.name)
                        .before(json(&before))
                        .after(json(&draft));
                    Ok((Ok(draft.name), actor.event(event)))
                }
                outcome => refused(why(outcome)),
            }
        })
        .await?;
    match done {
        Ok(name) => {
            gate.tell("success", format!("The role {name} is saved. It counts at once"));
            Ok(see_other(gate.fragment(), &gate.request().path))
        }
        Err(errors) => {
            let page = gate
                .read(move |actor, conn| {
                    let role = found(conn, actor, &id)?;
                    RolePage::of(conn, actor, Some(role), Some(typed), errors)
                })
                .await?;
            refused(page)
        }
    }
}

#[derive(Template)]
#[template(path = "permissions/role_deletion.html", blocks = ["dialog"])]
struct DeletionPage {
    layout: Layout,
    path: String,
    back: String,
    name: String,
    people: i64,
    errors: FormErrors,
}

impl DeletionPage {
    fn of(conn: &mut Conn, actor: &Actor, id: &str, errors: FormErrors) -> Result<Self, AppError> {
        let role = found(conn, actor, id)?;
        if closed(conn, actor, &role)?.is_some() {
            return Err(actor.refusal(conn, ManageRoles::ID)?);
        }
        let back = actor.path(&format!("/settings/roles/{}", role.id));
        Ok(Self {
            layout: actor.layout(conn, "settings")?,
            path: format!("{back}/deletion"),
            back,
            people: custom_role::holders(conn, actor.organization, role.id)?,
            name: role.name,
            errors,
        })
    }

    fn question(&self) -> String {
        format!("Delete the role {}?", self.name)
    }

    fn verb(&self) -> String {
        format!("Delete {}", self.name)
    }
}

/// `GET /organizations/{slug}/settings/roles/{id}/deletion`
pub async fn confirm(gate: Gate<ManageRoles>, place: web::Path<(String, String)>) -> Result<HttpResponse, AppError> {
    let id = place.into_inner().1;
    let page = gate
        .read(move |actor, conn| DeletionPage::of(conn, actor, &id, FormErrors::none()))
        .await?;
    if gate.fragment() {
        html(page.as_dialog())
    } else {
        html(page)
    }
}

/// `POST /organizations/{slug}/settings/roles/{id}/deletion`
pub async fn delete(gate: Gate<ManageRoles>, place: web::Path<(String, String)>) -> Result<HttpResponse, AppError> {
    let id = place.into_inner().1;
    let of = id.clone();
    let done = gate
        .write(move |actor, conn| {
            let role = found(conn, actor, &of)?;
            if closed(conn, actor, &role)?.is_some() {
                return Err(actor.refusal(conn, ManageRoles::ID)?);
            }
            match custom_role::delete(conn, actor.organization, role.id)? {
                Outcome::Done(id) => {
                    let event =
                        Event::new(Action::CustomRoleDeleted, "role", id, &role.name).before(json(&as_draft(&role)));
                    Ok((Ok((actor.path("/settings/roles"), role.name)), actor.event(event)))
                }
                Outcome::Held(_) => {
                    let sentence = "People have this role. Give them another one first";
                    Ok((Err(FormErrors::one("deletion", sentence)), Events::none("it is held")))
                }
                _ => Err(AppError::NotFound),
            }
        })
        .await?;
    match done {
        Ok((path, name)) => {
            gate.tell("success", format!("The role {name} is deleted"));
            Ok(see_other(gate.fragment(), &path))
        }
        Err(errors) => {
            let page = gate
                .read(move |actor, conn| DeletionPage::of(conn, actor, &id, errors))
                .await?;
            if gate.fragment() {
                refused(page.as_dialog())
            } else {
                refused(page)
            }
        }
    }
}
