//! What an invitation offers, as typed and as checked; the same for a new one and for one that is changed.

use crate::auth::actor::Actor;
use crate::authz::decision::Reach;
use crate::authz::permission::{GrantAdmin, GrantOwner, InviteMembers, ManageBilling, Permission};
use crate::authz::role::Role;
use crate::common::error::AppError;
use crate::common::fields::Fields;
use crate::common::form::FormErrors;
use crate::common::time::Time;
use crate::db::Conn;
use crate::db::types::organization::UnitLabel;
use crate::services::invitations::authority::InviteAuthority;
use crate::services::invitations::batch::InvitationTerms;
use crate::services::invitations::rules;
use crate::web::company_picker;
use crate::web::company_picker::{Chosen, Picker};

/// The form as it was typed.
#[derive(Debug, Clone, Default)]
pub struct InvitationTermsForm {
    /// Addresses, names with addresses, or CSV.
    pub emails: String,
    /// A file of the same.
    pub csv: String,
    /// The first name of the one person.
    pub first_name: String,
    /// The last name of the one person.
    pub last_name: String,
    pub role: String,
    pub message: String,
    /// The last day of access.
    pub access_until: String,
    /// The companies with a role each.
    pub companies: company_picker::PickerForm,
}

impl InvitationTermsForm {
    /// Takes what came.
    pub fn of(fields: &Fields) -> Self {
        let text = |name: &str| fields.get(name).to_owned();
        Self {
            emails: text("emails"),
            csv: text("csv"),
            first_name: text("first_name"),
            last_name: text("last_name"),
            role: text("role"),
            message: text("message"),
            access_until: text("access_until"),
            companies: company_picker::PickerForm::of(fields),
        }
    }
}

/// A role to choose.
#[derive(Debug, Clone)]
pub struct RoleChoice {
    pub role: Role,
    /// What it can do, as a sentence.
    pub can: String,
    /// Whether it is chosen.
    pub chosen: bool,
}

/// The roles to choose from: the usual ones, and the ones that few need.
#[derive(Debug, Clone)]
pub struct Roles {
    pub usual: Vec<RoleChoice>,
    pub more: Vec<RoleChoice>,
}

impl Roles {
    /// The roles out of `granted`, with the typed one chosen, or the least one.
    pub fn of(granted: &[Role], typed: &str, unit: UnitLabel) -> Self {
        let chosen = Role::parse(typed).or_else(|| granted.last().copied());
        let choices = |roles: &[Role]| {
            roles
                .iter()
                .filter(|role| granted.contains(role))
                .map(|role| RoleChoice {
                    role: *role,
                    can: role.can(unit.many()),
                    chosen: chosen == Some(*role),
                })
                .collect::<Vec<_>>()
        };
        let usual = choices(&[Role::Member, Role::Viewer, Role::Editor, Role::Admin]);
        let more = choices(&[Role::UserAdmin, Role::BillingAdmin, Role::Owner]);
        if usual.is_empty() {
            Self {
                usual: more,
                more: usual,
            }
        } else {
            Self { usual, more }
        }
    }

    /// Whether one of the others is chosen.
    pub fn beyond(&self) -> bool {
        self.more.iter().any(|choice| choice.chosen)
    }
}

/// The companies to choose from in the form of an invitation; `path` is where their search asks.
pub fn picker(
    conn: &mut Conn,
    actor: &Actor,
    voucher: &InviteAuthority,
    typed: &InvitationTermsForm,
    path: String,
) -> Result<Picker, AppError> {
    let required = voucher.reach() == Reach::OwnCompanies;
    Ok(Picker::of(
        conn,
        actor.organization,
        &voucher.into(),
        &typed.companies,
        path,
        required,
    )?)
}

/// Checks the form; what is wrong is noted at its field.
pub fn read(
    conn: &mut Conn,
    actor: &Actor,
    voucher: &InviteAuthority,
    typed: &InvitationTermsForm,
    errors: &mut FormErrors,
) -> Result<Option<InvitationTerms>, AppError> {
    let role = Role::parse(&typed.role).filter(|role| voucher.gives(*role));
    if role.is_none() {
        errors.add("role", "Choose one of the roles in the list");
    }
    let (companies, named) = companies(conn, actor, voucher, typed, errors)?;
    let message = errors.take("message", rules::message(&typed.message));
    let access_until = match typed.access_until.trim() {
        "" => None,
        day => match Time::end_of_day(day) {
            None => {
                errors.add("access_until", "Enter a date, like 2027-01-31");
                None
            }
            Some(end) if end <= actor.cx.now => {
                errors.add("access_until", "Choose a day in the future");
                None
            }
            end => end,
        },
    };
    Ok(match (role, message) {
        (Some(role), Some(message)) if errors.is_empty() => Some(InvitationTerms {
            role,
            companies,
            named,
            message,
            access_until,
        }),
        _ => None,
    })
}

fn companies(
    conn: &mut Conn,
    actor: &Actor,
    voucher: &InviteAuthority,
    typed: &InvitationTermsForm,
    errors: &mut FormErrors,
) -> Result<(Chosen, Vec<String>), AppError> {
    let chosen = typed.companies.read(conn, actor, &voucher.into(), errors)?;
    if chosen.0.is_empty() && voucher.reach() == Reach::OwnCompanies {
        errors.add(
            "company_id",
            format!("Choose a role in at least one {}", actor.unit.one()),
        );
    }
    Ok(chosen)
}

/// The refusal of somebody who may not give what an invitation offers; it names the right that they lack.
pub fn above(conn: &mut Conn, actor: &Actor, role: Role) -> Result<AppError, AppError> {
    let permission = match role {
        Role::Owner => GrantOwner::ID,
        Role::Admin => GrantAdmin::ID,
        Role::BillingAdmin => ManageBilling::ID,
        _ => InviteMembers::ID,
    };
    actor.refusal(conn, permission)
}
