//! What an invitation offers: the fields of the form, and what they mean.

use crate::auth::actor::Actor;
use crate::authz::decision::Reach;
use crate::authz::role::Role;
use crate::common::error::AppError;
use crate::common::fields::Fields;
use crate::common::form::FormErrors;
use crate::common::time::Time;
use crate::common::zone::Zone;
use crate::db::Conn;
use crate::db::types::organization::UnitLabel;
use crate::models::invitation::{CompanyGrant, pairs};
use crate::services::invitations::authority::InviteAuthority;
use crate::services::invitations::create::InvitationTerms;
use crate::services::invitations::personal_message;
use crate::services::invitations::visible::VisibleInvitation;
use crate::web::company_picker::{CompanyPicker, PickerForm};

/// The fields as they were sent.
#[derive(Debug, Clone)]
pub struct InvitationTermsForm {
    /// Addresses, names with addresses, or CSV.
    pub emails: String,
    /// The field of each of its columns, if they were confirmed.
    pub emails_columns: Vec<String>,
    /// A CSV file.
    pub csv: String,
    pub csv_columns: Vec<String>,
    pub csv_is_text: Result<(), &'static str>,
    /// Whether another file or text is to be chosen, instead of confirming the columns.
    pub goes_back: bool,
    /// Only for one person, like the last name.
    pub first_name: String,
    pub last_name: String,
    pub role: String,
    pub message: String,
    pub access_until: String,
    pub companies: PickerForm,
}

impl InvitationTermsForm {
    pub fn of(fields: &Fields) -> Self {
        let text = |name: &str| fields.get(name).to_owned();
        let all = |name| fields.all(name).map(str::to_owned).collect();
        let back = fields.get("back");
        Self {
            emails: text("emails"),
            emails_columns: if back == "emails" {
                Vec::new()
            } else {
                all("emails_column")
            },
            csv: if back == "csv" { String::new() } else { text("csv") },
            csv_columns: all("csv_column"),
            csv_is_text: fields.check_text("csv"),
            goes_back: !back.is_empty(),
            first_name: text("first_name"),
            last_name: text("last_name"),
            role: text("role"),
            message: text("message"),
            access_until: text("access_until"),
            companies: PickerForm::of(fields),
        }
    }

    /// The fields of a saved invitation.
    pub fn saved(visible: &VisibleInvitation, zone: Zone) -> Self {
        let was = &visible.invitation;
        let active: Vec<CompanyGrant> = visible
            .grants
            .iter()
            .filter(|grant| grant.is_active())
            .cloned()
            .collect();
        Self {
            first_name: was.first_name.clone(),
            last_name: was.last_name.clone(),
            role: was.role.as_str().to_owned(),
            message: was.message.clone(),
            access_until: was.access_until.map(|end| end.day(zone)).unwrap_or_default(),
            companies: PickerForm::stored(&pairs(&active)),
            ..Self::default()
        }
    }
}

impl Default for InvitationTermsForm {
    fn default() -> Self {
        Self::of(&Fields::default())
    }
}

#[derive(Debug, Clone)]
pub struct RoleChoice {
    pub role: Role,
    pub can: String,
    pub chosen: bool,
}

/// The usual roles, and the ones that few people need.
#[derive(Debug, Clone)]
pub struct RoleChoices {
    pub usual: Vec<RoleChoice>,
    pub more: Vec<RoleChoice>,
}

impl RoleChoices {
    /// The roles in `granted`. The typed one is selected, or the lowest one.
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

    /// Whether one of the others is selected.
    pub fn beyond(&self) -> bool {
        self.more.iter().any(|choice| choice.chosen)
    }
}

/// The companies of the form; `path` is the path of their search.
pub fn picker(
    conn: &mut Conn,
    actor: &Actor,
    authority: &InviteAuthority,
    typed: &InvitationTermsForm,
    path: String,
) -> Result<CompanyPicker, AppError> {
    let required = authority.reach() == Reach::OwnCompanies;
    Ok(CompanyPicker::of(
        conn,
        actor.organization,
        &authority.into(),
        &typed.companies,
        path,
        required,
    )?)
}

/// Reads the form. `None` when there are errors. `rows_name_companies`: whether a file names companies for each
/// person. `present`: the saved end of the access, which keeps its moment while its day stays.
pub fn read(
    conn: &mut Conn,
    actor: &Actor,
    authority: &InviteAuthority,
    typed: &InvitationTermsForm,
    rows_name_companies: bool,
    present: Option<Time>,
    errors: &mut FormErrors,
) -> Result<Option<InvitationTerms>, AppError> {
    let role = Role::parse(&typed.role).filter(|role| authority.may_grant(*role));
    if role.is_none() {
        errors.add("role", "Choose one of the roles in the list");
    }
    let companies = typed.companies.grants(conn, actor, &authority.into(), errors)?;
    if companies.is_empty() && !rows_name_companies && authority.reach() == Reach::OwnCompanies {
        errors.add(
            "company_id",
            format!("Choose a role in at least one {}", actor.unit.one()),
        );
    }
    let message = errors.take("message", personal_message::parse(&typed.message));
    let access_until = errors.take("access_until", access_until(&typed.access_until, actor, present));
    Ok(match (role, message, access_until) {
        (Some(role), Some(message), Some(access_until)) if errors.is_empty() => Some(InvitationTerms {
            role,
            companies,
            message,
            access_until,
        }),
        _ => None,
    })
}

fn access_until(day: &str, actor: &Actor, present: Option<Time>) -> Result<Option<Time>, &'static str> {
    match day.trim() {
        "" => Ok(None),
        day => match Time::end_of_day_or(day, actor.org_zone, present) {
            None => Err("Enter a date, like 2027-01-31"),
            Some(end) if end <= actor.cx.now => Err("Choose a date in the future"),
            end => Ok(end),
        },
    }
}
