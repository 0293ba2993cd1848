//! The form of a group: for a new one, and for one that is changed.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use crate::audit::Events;
use crate::auth::Gate;
use crate::auth::actor::Actor;
use crate::authz::permission::ChangeRoles;
use crate::authz::role::Role;
use crate::common::error::AppError;
use crate::common::fields::Fields;
use crate::common::form::FormErrors;
use crate::common::html::{html, refused, see_other};
use crate::db::Conn;
use crate::db::types::organization::UnitLabel;
use crate::handlers::groups::{changing, rules};
use crate::models::membership::group::GroupTerms;
use crate::services::groups;
use crate::services::groups::{Group, GroupError};
use crate::web::company_picker;
use crate::web::company_picker::{Picker, Scope};
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;

/// Organization and group of the path.
pub type Place = web::Path<(String, String)>;

/// The form as it was typed.
#[derive(Debug, Clone, Default)]
struct GroupForm {
    name: String,
    description: String,
    role: String,
    companies: company_picker::PickerForm,
}

impl GroupForm {
    fn of(fields: &Fields) -> Self {
        Self {
            name: fields.get("name").to_owned(),
            description: fields.get("description").to_owned(),
            role: fields.get("role").to_owned(),
            companies: company_picker::PickerForm::of(fields),
        }
    }

    fn stored(terms: &GroupTerms) -> Self {
        Self {
            name: terms.name.clone(),
            description: terms.description.clone(),
            role: terms.role.to_string(),
            companies: company_picker::PickerForm::stored(&terms.companies),
        }
    }

    /// The terms with their companies in words; what is wrong is noted at its field.
    fn read(
        &self,
        conn: &mut Conn,
        actor: &Actor,
        errors: &mut FormErrors,
    ) -> Result<Option<(GroupTerms, Vec<String>)>, AppError> {
        let name = errors.take("name", rules::name(&self.name));
        let description = errors.take("description", rules::description(&self.description));
        let role = Role::parse(&self.role).filter(|role| groups::roles(actor).contains(role));
        if role.is_none() {
            errors.add("role", "Choose one of the roles in the list");
        }
        let scope = Scope::to_assign(conn, actor)?;
        let (companies, named) = self.companies.read(conn, actor, &scope, errors)?;
        Ok(match (name, description, role) {
            (Some(name), Some(description), Some(role)) if errors.is_empty() => Some((
                GroupTerms {
                    name,
                    description,
                    role,
                    companies,
                },
                named,
            )),
            _ => None,
        })
    }
}

#[derive(Template)]
#[template(path = "groups/form.html")]
struct FormPage {
    layout: Layout,
    organization: String,
    unit: UnitLabel,
    heading: String,
    /// Where the form goes.
    action: String,
    back: String,
    /// Whether its members feel the change at once.
    people: Option<i64>,
    typed: GroupForm,
    roles: Vec<GroupOption>,
    picker: Picker,
    errors: FormErrors,
}

impl FormPage {
    fn load(
        conn: &mut Conn,
        actor: &Actor,
        of: Option<&Group>,
        mut typed: GroupForm,
        errors: FormErrors,
    ) -> Result<Self, AppError> {
        let scope = Scope::to_assign(conn, actor)?;
        let groups = actor.path("/access/groups");
        let (heading, action, back) = match of {
            None => ("New group".into(), groups.clone(), groups.clone()),
            Some(group) => (
                format!("Change {}", group.name),
                format!("{groups}/{}/settings", group.id),
                format!("{groups}/{}", group.id),
            ),
        };
        let search = match of {
            None => format!("{groups}/new"),
            Some(_) => action.clone(),
        };
        if typed.role.is_empty() {
            typed.role = Role::Member.to_string();
        }
        Ok(Self {
            layout: actor.layout(conn, "access")?,
            organization: actor.organization_name.clone(),
            unit: actor.unit,
            heading,
            action,
            back,
            people: of.map(|group| group.people),
            picker: Picker::of(conn, actor.organization, &scope, &typed.companies, search, false)?,
            roles: groups::roles(actor)
                .into_iter()
                .map(|role| GroupOption::of(role, &typed.role, actor.unit.many()))
                .collect(),
            typed,
            errors,
        })
    }
}

/// A role that a group can give.
struct GroupOption {
    value: &'static str,
    label: &'static str,
    can: String,
    chosen: bool,
}

impl GroupOption {
    fn of(role: Role, typed: &str, many: &str) -> Self {
        let (label, can) = match role {
            Role::Member => ("No role", format!("Only the {many} below")),
            role => (role.label(), role.can(many)),
        };
        Self {
            value: role.as_str(),
            label,
            can,
            chosen: role.as_str() == typed,
        }
    }
}

fn allowed(conn: &mut Conn, actor: &Actor) -> Result<(), AppError> {
    match groups::lacking(actor) {
        None => Ok(()),
        Some(permission) => Err(actor.refusal(conn, permission)?),
    }
}

/// `GET /organizations/{slug}/access/groups/new`
pub async fn new(gate: Gate<ChangeRoles>, request: HttpRequest) -> Result<HttpResponse, AppError> {
    let fields = Fields::urlencoded(request.query_string()).unwrap_or_default();
    let page = gate
        .read(move |actor, conn| {
            allowed(conn, actor)?;
            FormPage::load(conn, actor, None, GroupForm::of(&fields), FormErrors::none())
        })
        .await?;
    html(page)
}

/// Where a refusal stands in the form.
fn at(why: GroupError) -> &'static str {
    match why {
        GroupError::Taken => "name",
        _ => "role",
    }
}

/// `POST /organizations/{slug}/access/groups`
pub async fn create(gate: Gate<ChangeRoles>, fields: Fields) -> Result<HttpResponse, AppError> {
    let typed = GroupForm::of(&fields);
    let again = typed.clone();
    let done = gate
        .write(move |actor, conn| {
            allowed(conn, actor)?;
            let mut errors = FormErrors::none();
            if typed.companies.finds {
                return Ok((Err(errors), Events::none("a search for companies")));
            }
            let Some((terms, named)) = typed.read(conn, actor, &mut errors)? else {
                return Ok((Err(errors), Events::none("something is wrong with the form")));
            };
            match groups::create(conn, actor, &terms, &named)? {
                Ok((id, done)) => {
                    let path = actor.path(&format!("/access/groups/{id}"));
                    Ok((Ok((done.word, path)), done.events))
                }
                Err(why) => Ok((
                    Err(FormErrors::one(at(why), why.sentence())),
                    Events::none("a rule refused"),
                )),
            }
        })
        .await?;
    settle(&gate, done, None, again).await
}

/// `GET /organizations/{slug}/access/groups/{id}/settings`
pub async fn edit(gate: Gate<ChangeRoles>, place: Place, request: HttpRequest) -> Result<HttpResponse, AppError> {
    let (_, id) = place.into_inner();
    let fields = Fields::urlencoded(request.query_string()).unwrap_or_default();
    let searched = fields.iter().any(|(name, _)| name == "company_q");
    let page = gate
        .read(move |actor, conn| {
            let group = changing(conn, actor, &id)?;
            let (terms, _) = groups::terms(conn, actor.organization, &group)?;
            let mut typed = GroupForm::stored(&terms);
            if searched {
                typed.companies = company_picker::PickerForm::of(&fields);
            }
            let errors = match groups::changeable(conn, actor, &group)? {
                Ok(()) => FormErrors::none(),
                Err(why) => FormErrors::one(at(why), why.sentence()),
            };
            FormPage::load(conn, actor, Some(&group), typed, errors)
        })
        .await?;
    html(page)
}

/// `POST /organizations/{slug}/access/groups/{id}/settings`
pub async fn save(gate: Gate<ChangeRoles>, place: Place, fields: Fields) -> Result<HttpResponse, AppError> {
    let (_, id) = place.into_inner();
    let typed = GroupForm::of(&fields);
    let (again, of) = (typed.clone(), id.clone());
    let done = gate
        .write(move |actor, conn| {
            let group = changing(conn, actor, &of)?;
            let mut errors = FormErrors::none();
            if typed.companies.finds {
                return Ok((Err(errors), Events::none("a search for companies")));
            }
            let Some((terms, named)) = typed.read(conn, actor, &mut errors)? else {
                return Ok((Err(errors), Events::none("something is wrong with the form")));
            };
            match groups::edit(conn, actor, &group, &terms, &named)? {
                Ok(done) => {
                    let path = actor.path(&format!("/access/groups/{}", group.id));
                    Ok((Ok((done.word, path)), done.events))
                }
                Err(why) => Ok((
                    Err(FormErrors::one(at(why), why.sentence())),
                    Events::none("a rule refused"),
                )),
            }
        })
        .await?;
    settle(&gate, done, Some(id), again).await
}

async fn settle(
    gate: &Gate<ChangeRoles>,
    done: Result<(String, String), FormErrors>,
    of: Option<String>,
    typed: GroupForm,
) -> Result<HttpResponse, AppError> {
    let errors = match done {
        Ok((word, path)) => {
            gate.tell("success", word);
            return Ok(see_other(gate.fragment(), &path));
        }
        Err(errors) => errors,
    };
    let wrong = !errors.is_empty();
    let page = gate
        .read(move |actor, conn| {
            let group = match &of {
                Some(id) => Some(changing(conn, actor, id)?),
                None => None,
            };
            FormPage::load(conn, actor, group.as_ref(), typed, errors)
        })
        .await?;
    if wrong { refused(page) } else { html(page) }
}
