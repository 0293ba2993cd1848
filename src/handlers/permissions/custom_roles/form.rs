//! The form of a custom role.

use crate::authz::permission::{DELEGABLE, PermissionId, PermissionSet};
use crate::authz::role::Role;
use crate::common::fields::Fields;
use crate::common::form::FormErrors;
use crate::common::name;
use crate::common::search;
use crate::models::custom_role::{CustomRole, CustomRoleTerms};

#[derive(Debug, Clone, Default)]
pub struct CustomRoleForm {
    pub name: String,
    pub description: String,
    pub base: String,
    pub permissions: PermissionSet,
    /// Whether a permission is among them that no custom role can have.
    foreign: bool,
}

impl CustomRoleForm {
    pub fn read(form: &Fields) -> Self {
        let delegable =
            |key: &str| PermissionId::parse_available(key).is_some_and(|permission| DELEGABLE.has(permission));
        Self {
            foreign: !form.all("permission").all(delegable),
            name: form.get("name").to_owned(),
            description: form.get("description").to_owned(),
            base: form.get("base").to_owned(),
            permissions: PermissionSet::of(form.all("permission").filter_map(PermissionId::parse)),
        }
    }

    pub fn from_role(role: &CustomRole) -> Self {
        Self {
            name: role.name.clone(),
            description: role.description.clone(),
            base: role.base.to_string(),
            permissions: role.permissions,
            foreign: false,
        }
    }

    pub fn parse(&self) -> Result<CustomRoleTerms, FormErrors> {
        let mut errors = FormErrors::none();
        let name = errors.take("name", name::parse(&self.name, "a name", 60));
        if let Some(name) = &name
            && Role::ALL
                .iter()
                .any(|role| search::fold(role.label()) == search::fold(name))
        {
            errors.add("name", "A built-in role has this name. Enter a different name");
        }
        let description = if self.description.trim().is_empty() {
            Some(String::new())
        } else {
            errors.take("description", name::parse(&self.description, "a description", 200))
        };
        let base = Role::parse(&self.base).filter(|base| *base != Role::Owner);
        if base.is_none() {
            errors.add("base", "Choose a role level");
        }
        if self.foreign {
            errors.add(
                "permissions",
                "Choose permissions from the list; only owners can have the others",
            );
        }
        match (name, description, base) {
            (Some(name), Some(description), Some(base)) if errors.is_empty() => Ok(CustomRoleTerms {
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
