//! Roles that an organization makes of permissions.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde_json::{Value, json};

use crate::audit::{Action, Deed, Deeds};
use crate::auth::Gate;
use crate::auth::actor::Member;
use crate::authz::area::Area;
use crate::authz::decision::DELEGABLE;
use crate::authz::permission::{ManageRoles, Permission, Right, RightSet, ViewCompany, ViewOrganization};
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
use crate::models::membership::record::Standing;
use crate::web::layout::Shell;
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
struct Typed {
    name: String,
    description: String,
    base: String,
    permissions: RightSet,
    /// Whether something is among them that no role can be made of.
    foreign: bool,
}

impl Typed {
    fn of(form: &Fields) -> Self {
        let delegable = |key: &str| Right::parse(key).is_some_and(|right| DELEGABLE.has(right));
        Self {
            foreign: !form.all("permission").all(delegable),
            name: form.get("name").to_owned(),
            description: form.get("description").to_owned(),
            base: form.get("base").to_owned(),
            permissions: RightSet::of(form.all("permission").filter_map(Right::parse)),
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
#[template(path = "rights/role.html")]
struct RolePage {
    shell: Shell,
    tabs: Vec<&'static Tab>,
    tab: &'static str,
    path: String,
    members: String,
    unit: UnitLabel,
    /// The role as it is; nothing for a new one.
    role: Option<CustomRole>,
    typed: Typed,
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

fn beyond(member: &Member, why: Beyond) -> String {
    match why {
        Beyond::Rank => "It would stand as high as you or higher. Choose a role below your own".into(),
        Beyond::Permission(right) => format!(
            "You cannot do “{}” yourself, so it is not yours to give",
            words::label(right, member.unit)
        ),
    }
}

/// Why a role that exists is not this person's to change.
fn closed(conn: &mut Conn, member: &Member, role: &CustomRole) -> Result<Option<String>, AppError> {
    let myself = Standing::find(conn, member.organization, member.id)?;
    if myself.facts.custom_role == Some(role.id) {
        return Ok(Some(
            "You have this role yourself. Somebody else has to change it".into(),
        ));
    }
    Ok(match rules::role(&member.authority(), &as_draft(role)) {
        Ok(()) => None,
        Err(Beyond::Rank) => Some("This role stands as high as you or higher".into()),
        Err(why @ Beyond::Permission(_)) => Some(beyond(member, why)),
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
        member: &Member,
        role: Option<CustomRole>,
        typed: Option<Typed>,
        errors: FormErrors,
    ) -> Result<Self, AppError> {
        let authority = member.authority();
        let typed = typed.unwrap_or_else(|| role.as_ref().map_or_else(Typed::default, Typed::from_role));
        let (mut people, mut holders, mut shut) = (0, Vec::new(), None);
        if let Some(role) = &role {
            people = custom_role::holders(conn, member.organization, role.id)?;
            holders = queries::holders(conn, member.organization, role.id)?;
            shut = closed(conn, member, role)?;
        }
        let offered = if shut.is_some() {
            typed.permissions
        } else {
            DELEGABLE.and(authority.rights.everywhere())
        };
        let unit = member.unit;
        let inherits = Role::parse(&typed.base).is_some_and(|base| base.inherited().is_some());
        let sections = Area::split(offered).into_iter().map(|(area, rights)| Section {
            label: heading(area, unit),
            picks: rights
                .into_iter()
                .map(|right| {
                    let fixed = right == ViewOrganization::RIGHT;
                    Pick {
                        key: right.key(),
                        label: words::label(right, unit),
                        picked: fixed || typed.permissions.has(right) || (inherits && right == ViewCompany::RIGHT),
                        fixed,
                    }
                })
                .collect(),
        });
        Ok(Self {
            sections: sections.collect(),
            shell: member.shell(conn, "settings")?,
            tabs: nav::settings(member.rights),
            tab: "roles",
            path: member.path("/settings"),
            members: member.path("/members"),
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

fn found(conn: &mut Conn, member: &Member, id: &str) -> Result<CustomRole, AppError> {
    everywhere(conn, member)?;
    let id = CustomRoleId::parse(id).ok_or(AppError::NotFound)?;
    custom_role::find(conn, member.organization, id)?.ok_or(AppError::NotFound)
}

/// `GET /organizations/{slug}/settings/roles/new`
///
/// # Errors
/// What the gate refuses.
pub async fn new(gate: Gate<ManageRoles>) -> Result<HttpResponse, AppError> {
    let page = gate
        .read(|member, conn| {
            everywhere(conn, member)?;
            RolePage::of(conn, member, None, None, FormErrors::none())
        })
        .await?;
    html(page)
}

/// `GET /organizations/{slug}/settings/roles/{id}`
///
/// # Errors
/// What the gate refuses; a role that is not here.
pub async fn edit(gate: Gate<ManageRoles>, place: web::Path<(String, String)>) -> Result<HttpResponse, AppError> {
    let id = place.into_inner().1;
    let page = gate
        .read(move |member, conn| {
            let role = found(conn, member, &id)?;
            RolePage::of(conn, member, Some(role), None, FormErrors::none())
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
///
/// # Errors
/// What the gate or the order of command refuses.
pub async fn create(gate: Gate<ManageRoles>, form: Fields) -> Result<HttpResponse, AppError> {
    let typed = Typed::of(&form);
    let draft = typed.parse();
    let done = gate
        .write(move |member, conn| {
            everywhere(conn, member)?;
            let refused = |errors| Ok((Err(errors), Deeds::none("refused")));
            let draft = match draft {
                Ok(draft) => draft,
                Err(errors) => return refused(errors),
            };
            if let Err(too_far) = rules::role(&member.authority(), &draft) {
                return refused(at_field(member, too_far));
            }
            match custom_role::create(conn, &member.cx, member.organization, member.person.id, &draft)? {
                Outcome::Done(id) => {
                    let deed = Deed::new(Action::CustomRoleCreated, "role", id, &draft.name).after(json(&draft));
                    Ok((Ok((member.path("/settings/roles"), draft.name)), member.did(deed)))
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
                .read(move |member, conn| RolePage::of(conn, member, None, Some(typed), errors))
                .await?;
            refused(page)
        }
    }
}

fn at_field(member: &Member, why: Beyond) -> FormErrors {
    let field = match why {
        Beyond::Rank => "base",
        Beyond::Permission(_) => "permissions",
    };
    FormErrors::one(field, beyond(member, why))
}

/// `POST /organizations/{slug}/settings/roles/{id}`
///
/// # Errors
/// What the gate or the order of command refuses; a role that is not here.
pub async fn update(
    gate: Gate<ManageRoles>,
    place: web::Path<(String, String)>,
    form: Fields,
) -> Result<HttpResponse, AppError> {
    let id = place.into_inner().1;
    let typed = Typed::of(&form);
    let (draft, carried, of) = (typed.parse(), form.get("seen").to_owned(), id.clone());
    let done = gate
        .write(move |member, conn| {
            let role = found(conn, member, &of)?;
            let refused = |errors| Ok((Err(errors), Deeds::none("refused")));
            if closed(conn, member, &role)?.is_some() {
                return Err(member.refusal(conn, ManageRoles::RIGHT)?);
            }
            if !carried.is_empty() && carried != seen(&role) {
                return refused(why(Outcome::Changed));
            }
            let draft = match draft {
                Ok(draft) => draft,
                Err(errors) => return refused(errors),
            };
            // What people get by it at once is checked like what is given to them.
            if let Err(too_far) = rules::role(&member.authority(), &draft) {
                return refused(at_field(member, too_far));
            }
            let before = as_draft(&role);
            if draft == before {
                return Ok((Ok(draft.name), Deeds::none("nothing was changed")));
            }
            match custom_role::edit(conn, member.organization, &role, &draft)? {
                Outcome::Done(id) => {
                    let deed = Deed::new(Action::CustomRoleEdited, "role", id, &draft.name)
                        .before(json(&before))
                        .after(json(&draft));
                    Ok((Ok(draft.name), member.did(deed)))
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
                .read(move |member, conn| {
                    let role = found(conn, member, &id)?;
                    RolePage::of(conn, member, Some(role), Some(typed), errors)
                })
                .await?;
            refused(page)
        }
    }
}

#[derive(Template)]
#[template(path = "rights/role_deletion.html", blocks = ["dialog"])]
struct DeletionPage {
    shell: Shell,
    path: String,
    back: String,
    name: String,
    people: i64,
    errors: FormErrors,
}

impl DeletionPage {
    fn of(conn: &mut Conn, member: &Member, id: &str, errors: FormErrors) -> Result<Self, AppError> {
        let role = found(conn, member, id)?;
        if closed(conn, member, &role)?.is_some() {
            return Err(member.refusal(conn, ManageRoles::RIGHT)?);
        }
        let back = member.path(&format!("/settings/roles/{}", role.id));
        Ok(Self {
            shell: member.shell(conn, "settings")?,
            path: format!("{back}/deletion"),
            back,
            people: custom_role::holders(conn, member.organization, role.id)?,
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
///
/// # Errors
/// What the gate or the order of command refuses; a role that is not here.
pub async fn confirm(gate: Gate<ManageRoles>, place: web::Path<(String, String)>) -> Result<HttpResponse, AppError> {
    let id = place.into_inner().1;
    let page = gate
        .read(move |member, conn| DeletionPage::of(conn, member, &id, FormErrors::none()))
        .await?;
    if gate.fragment() {
        html(page.as_dialog())
    } else {
        html(page)
    }
}

/// `POST /organizations/{slug}/settings/roles/{id}/deletion`
///
/// # Errors
/// What the gate or the order of command refuses; a role that is not here.
pub async fn delete(gate: Gate<ManageRoles>, place: web::Path<(String, String)>) -> Result<HttpResponse, AppError> {
    let id = place.into_inner().1;
    let of = id.clone();
    let done = gate
        .write(move |member, conn| {
            let role = found(conn, member, &of)?;
            if closed(conn, member, &role)?.is_some() {
                return Err(member.refusal(conn, ManageRoles::RIGHT)?);
            }
            match custom_role::delete(conn, member.organization, role.id)? {
                Outcome::Done(id) => {
                    let deed =
                        Deed::new(Action::CustomRoleDeleted, "role", id, &role.name).before(json(&as_draft(&role)));
                    Ok((Ok((member.path("/settings/roles"), role.name)), member.did(deed)))
                }
                Outcome::Held(_) => {
                    let sentence = "People have this role. Give them another one first";
                    Ok((Err(FormErrors::one("deletion", sentence)), Deeds::none("it is held")))
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
                .read(move |member, conn| DeletionPage::of(conn, member, &id, errors))
                .await?;
            if gate.fragment() {
                refused(page.as_dialog())
            } else {
                refused(page)
            }
        }
    }
}
