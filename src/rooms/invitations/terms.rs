//! What an invitation offers, as typed and as checked; the same for a new one and for one that is changed.

use super::rules;
use super::store::offered::{self, Company};
use crate::gate::db::Conn;
use crate::gate::member::Member;
use crate::gate::organization::UnitLabel;
use crate::gate::permission::{GrantAdmin, GrantOwner, InviteMembers, ManageBilling, Permission};
use crate::gate::rights::Reach;
use crate::gate::role::{CompanyRole, Role};
use crate::ground::error::AppError;
use crate::ground::fields::Fields;
use crate::ground::form::FormErrors;
use crate::ground::id::CompanyId;
use crate::ground::time::Time;
use crate::people::invite::Terms;
use crate::people::voucher::Voucher;

/// So many companies are listed at once; the others are found by their name.
const LISTED: usize = 20;

/// The form as it was typed.
#[derive(Debug, Clone, Default)]
pub struct Typed {
    /// Addresses, names with addresses, or CSV.
    pub emails: String,
    /// A file of the same.
    pub csv: String,
    /// The first name of the one person.
    pub first_name: String,
    /// The last name of the one person.
    pub last_name: String,
    /// The role.
    pub role: String,
    /// The personal message.
    pub message: String,
    /// The last day of access.
    pub access_until: String,
    /// What companies are searched for.
    pub company_q: String,
    /// Company ids with a role each; no role is no access.
    pub companies: Vec<(String, String)>,
    /// Whether the companies were searched, by the button that needs no JavaScript.
    pub finds: bool,
}

impl Typed {
    /// Takes what came.
    pub fn of(fields: &Fields) -> Self {
        let text = |name: &str| fields.get(name).to_owned();
        let mut roles = fields.all("company_role");
        Self {
            emails: text("emails"),
            csv: text("csv"),
            first_name: text("first_name"),
            last_name: text("last_name"),
            role: text("role"),
            message: text("message"),
            access_until: text("access_until"),
            company_q: text("company_q"),
            companies: fields
                .all("company_id")
                .map(|id| (id.to_owned(), roles.next().unwrap_or_default().to_owned()))
                .collect(),
            finds: !fields.get("find").is_empty(),
        }
    }

    fn chosen(&self) -> impl Iterator<Item = &(String, String)> {
        self.companies.iter().filter(|(_, role)| !role.is_empty())
    }
}

/// A role to choose.
#[derive(Debug, Clone)]
pub struct RoleChoice {
    /// The role.
    pub role: Role,
    /// What it can do, as a sentence.
    pub can: String,
    /// Whether it is chosen.
    pub chosen: bool,
}

/// The roles to choose from: the usual ones, and the ones that few need.
#[derive(Debug, Clone)]
pub struct Roles {
    /// The usual ones.
    pub usual: Vec<RoleChoice>,
    /// The others.
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

/// A company to choose a role in.
#[derive(Debug, Clone)]
pub struct Pick {
    /// Its id.
    pub id: CompanyId,
    /// Its name.
    pub name: String,
    /// The chosen role, or nothing.
    pub role: String,
}

/// The companies to choose from: the chosen ones, then the first that match.
#[derive(Debug, Clone)]
pub struct Picker {
    /// The rows.
    pub picks: Vec<Pick>,
    /// Value and word of each role.
    pub roles: Vec<(&'static str, &'static str)>,
    /// What is searched for.
    pub q: String,
    /// Whether there is a search.
    pub searches: bool,
    /// How many match that are not listed.
    pub hidden: usize,
    /// Whether nothing matches.
    pub no_match: bool,
    /// Where the search asks.
    pub path: String,
    /// Whether at least one must be chosen.
    pub required: bool,
}

impl Picker {
    /// The picker of a form.
    ///
    /// # Errors
    /// When the database fails.
    pub fn of(
        conn: &mut Conn,
        member: &Member,
        voucher: &Voucher,
        typed: &Typed,
        path: String,
    ) -> Result<Self, AppError> {
        let ids: Vec<CompanyId> = typed.chosen().filter_map(|(id, _)| CompanyId::parse(id)).collect();
        let chosen = if ids.is_empty() {
            Vec::new()
        } else {
            offered::offerable(conn, member.organization, voucher, ids)?
        };
        let most = LISTED + chosen.len();
        let (found, count) = offered::matching(conn, member.organization, voucher, &typed.company_q, most)?;
        let among = found.iter().filter(|company| chosen.contains(company)).count();
        let role_of = |company: &Company| {
            typed
                .chosen()
                .find(|(id, _)| id == company.id.as_str())
                .map(|(_, role)| role.clone())
                .unwrap_or_default()
        };
        let shown = found.len();
        let picks = chosen
            .iter()
            .chain(
                found
                    .iter()
                    .filter(|company| !chosen.contains(company))
                    .take(LISTED + chosen.len() - among),
            )
            .map(|company| Pick {
                id: company.id,
                role: role_of(company),
                name: company.name.clone(),
            })
            .collect();
        Ok(Self {
            picks,
            roles: voucher
                .company_roles()
                .iter()
                .map(|role| (role.as_str(), role.label()))
                .collect(),
            searches: count > shown || !typed.company_q.trim().is_empty(),
            hidden: count - shown,
            no_match: count == 0 && !typed.company_q.trim().is_empty(),
            q: typed.company_q.clone(),
            path,
            required: voucher.reach() == Reach::OwnCompanies,
        })
    }
}

/// Companies with a role each.
pub type Offered = Vec<(CompanyId, CompanyRole)>;

/// Checks the form; what is wrong is noted at its field.
///
/// # Errors
/// When the database fails.
pub fn read(
    conn: &mut Conn,
    member: &Member,
    voucher: &Voucher,
    typed: &Typed,
    errors: &mut FormErrors,
) -> Result<Option<Terms>, AppError> {
    let role = Role::parse(&typed.role).filter(|role| voucher.gives(*role));
    if role.is_none() {
        errors.add("role", "Choose one of the roles in the list");
    }
    let (companies, named) = companies(conn, member, voucher, typed, errors)?;
    let message = errors.take("message", rules::message(&typed.message));
    let access_until = match typed.access_until.trim() {
        "" => None,
        day => match Time::end_of_day(day) {
            None => {
                errors.add("access_until", "Enter a date, like 2027-01-31");
                None
            }
            Some(end) if end <= member.cx.now => {
                errors.add("access_until", "Choose a day in the future");
                None
            }
            end => end,
        },
    };
    Ok(match (role, message) {
        (Some(role), Some(message)) if errors.is_empty() => Some(Terms {
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
    member: &Member,
    voucher: &Voucher,
    typed: &Typed,
    errors: &mut FormErrors,
) -> Result<(Offered, Vec<String>), AppError> {
    let unit = member.unit;
    let mut wanted: Offered = Vec::new();
    for (id, role) in typed.chosen() {
        let role = CompanyRole::parse(role).filter(|role| voucher.company_roles().contains(role));
        match (CompanyId::parse(id), role) {
            (Some(id), Some(role)) => {
                wanted.retain(|(other, _)| *other != id);
                wanted.push((id, role));
            }
            (None, _) => errors.add("company_id", format!("Choose {} out of the list", unit.many())),
            (_, None) => errors.add("company_id", "Choose one of the roles in the list"),
        }
    }
    if wanted.is_empty() {
        if voucher.reach() == Reach::OwnCompanies {
            errors.add("company_id", format!("Choose a role in at least one {}", unit.one()));
        }
        return Ok((wanted, Vec::new()));
    }
    let ids = wanted.iter().map(|(id, _)| *id).collect();
    let found = offered::offerable(conn, member.organization, voucher, ids)?;
    if found.len() < wanted.len() {
        errors.add("company_id", format!("Choose {} out of the list", unit.many()));
    }
    let named = found
        .iter()
        .filter_map(|company| {
            let (_, role) = wanted.iter().find(|(id, _)| *id == company.id)?;
            Some(format!("{} ({})", company.name, role.label()))
        })
        .collect();
    Ok((wanted, named))
}

/// The refusal of somebody who may not give what an invitation offers; it names the right that they lack.
///
/// # Errors
/// When the database fails.
pub fn above(conn: &mut Conn, member: &Member, role: Role) -> Result<AppError, AppError> {
    let right = match role {
        Role::Owner => GrantOwner::RIGHT,
        Role::Admin => GrantAdmin::RIGHT,
        Role::BillingAdmin => ManageBilling::RIGHT,
        _ => InviteMembers::RIGHT,
    };
    member.refusal(conn, right)
}
