//! The form of a group: for a new one, and to edit one.

use askama::Template;

use crate::auth::actor::Actor;
use crate::authz::role::Role;
use crate::common::error::AppError;
use crate::common::fields::Fields;
use crate::common::form::FormErrors;
use crate::db::Conn;
use crate::db::types::organization::UnitLabel;
use crate::handlers::groups::rules;
use crate::models::membership::group::GroupTerms;
use crate::services::groups;
use crate::services::groups::{Group, GroupError, NamedTerms};
use crate::web::company_picker;
use crate::web::company_picker::{CompanyPicker, PickerScope};
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;
use crate::web::nav;
use crate::web::nav::NavTab;

#[derive(Debug, Clone, Default)]
pub struct GroupForm {
    name: String,
    description: String,
    role: String,
    companies: company_picker::PickerForm,
}

/// Why the form was refused.
pub enum GroupFormError {
    /// Fields to correct. There are none while the actor searches for companies.
    Invalid(FormErrors),
    Refused(GroupError),
    Failed(AppError),
}

crate::change_error!(GroupFormError);

impl From<GroupError> for GroupFormError {
    fn from(error: GroupError) -> Self {
        match error {
            GroupError::Failed(error) => Self::Failed(error),
            error => Self::Refused(error),
        }
    }
}

impl GroupFormError {
    /// The errors of the form, or an error that is not about the form.
    pub fn form_errors(self) -> Result<FormErrors, AppError> {
        match self {
            Self::Invalid(errors) => Ok(errors),
            Self::Refused(error) => Ok(refusal(&error)),
            Self::Failed(error) => Err(error),
        }
    }
}

/// A refusal at the field that it is about.
pub fn refusal(error: &GroupError) -> FormErrors {
    let field = match error {
        GroupError::NameTaken => "name",
        _ => "role",
    };
    FormErrors::one(field, error.message())
}

impl GroupForm {
    pub fn of(fields: &Fields) -> Self {
        Self {
            name: fields.get("name").to_owned(),
            description: fields.get("description").to_owned(),
            role: fields.get("role").to_owned(),
            companies: company_picker::PickerForm::of(fields),
        }
    }

    pub fn stored(terms: &GroupTerms) -> Self {
        Self {
            name: terms.name.clone(),
            description: terms.description.clone(),
            role: terms.role.to_string(),
            companies: company_picker::PickerForm::stored(&terms.companies),
        }
    }

    /// The stored terms with the companies that a search has selected.
    pub fn with_companies(mut self, fields: &Fields) -> Self {
        self.companies = company_picker::PickerForm::of(fields);
        self
    }

    pub fn read(&self, conn: &mut Conn, actor: &Actor) -> Result<NamedTerms, GroupFormError> {
        let mut errors = FormErrors::none();
        if self.companies.finds {
            return Err(GroupFormError::Invalid(errors));
        }
        let name = errors.take("name", rules::name(&self.name));
        let description = errors.take("description", rules::description(&self.description));
        let role = Role::parse(&self.role).filter(|role| groups::roles(actor).contains(role));
        if role.is_none() {
            errors.add("role", "Choose one of the roles in the list");
        }
        let scope = PickerScope::to_assign(conn, actor)?;
        let (companies, named) = self.companies.read(conn, actor, &scope, &mut errors)?;
        match (name, description, role) {
            (Some(name), Some(description), Some(role)) if errors.is_empty() => Ok(NamedTerms {
                terms: GroupTerms {
                    name,
                    description,
                    role,
                    companies,
                },
                companies: named,
            }),
            _ => Err(GroupFormError::Invalid(errors)),
        }
    }
}

#[derive(Template)]
#[template(path = "groups/form.html")]
pub struct GroupFormPage {
    layout: Layout,
    tabs: Vec<&'static NavTab>,
    tab: &'static str,
    base: String,
    organization: String,
    unit: UnitLabel,
    heading: String,
    action: String,
    back: String,
    /// The number of members that a change affects.
    people: Option<i64>,
    typed: GroupForm,
    roles: Vec<GroupOption>,
    picker: CompanyPicker,
    errors: FormErrors,
}

crate::page!(GroupFormPage);

impl GroupFormPage {
    pub fn load(
        conn: &mut Conn,
        actor: &Actor,
        group: Option<&Group>,
        mut form: GroupForm,
        errors: FormErrors,
    ) -> Result<Self, AppError> {
        let scope = PickerScope::to_assign(conn, actor)?;
        let groups = actor.path("/access/groups");
        let (heading, action, back) = match group {
            None => ("New group".into(), groups.clone(), groups.clone()),
            Some(group) => (
                format!("Edit {}", group.name),
                format!("{groups}/{}/settings", group.id),
                format!("{groups}/{}", group.id),
            ),
        };
        let search = match group {
            None => format!("{groups}/new"),
            Some(_) => action.clone(),
        };
        if form.role.is_empty() {
            form.role = Role::Member.to_string();
        }
        Ok(Self {
            layout: actor.layout(conn, "access")?,
            tabs: nav::access(actor.permissions),
            tab: "/groups",
            base: actor.path("/access"),
            organization: actor.organization_name.clone(),
            unit: actor.unit,
            heading,
            action,
            back,
            people: group.map(|group| group.member_count),
            picker: CompanyPicker::of(conn, actor.organization, &scope, &form.companies, search, false)?,
            roles: groups::roles(actor)
                .into_iter()
                .map(|role| GroupOption::of(role, &form.role, actor.unit.many()))
                .collect(),
            typed: form,
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
    fn of(role: Role, chosen: &str, many: &str) -> Self {
        let (label, can) = match role {
            Role::Member => ("No role", format!("Only the {many} below")),
            role => (role.label(), role.can(many)),
        };
        Self {
            value: role.as_str(),
            label,
            can,
            chosen: role.as_str() == chosen,
        }
    }
}
