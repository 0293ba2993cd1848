//! Giving the role that was chosen: to a member, or by an invitation.

use crate::audit::Events;
use crate::auth::actor::Actor;
use crate::authz::decision::Reach;
use crate::authz::permission::{
    AssignCompanies, ChangeRoles, GrantAdmin, GrantOwner, InviteMembers, Permission, PermissionId,
};
use crate::authz::role::{CompanyRole, Role};
use crate::common::email::Email;
use crate::common::error::AppError;
use crate::common::form::FormErrors;
use crate::common::id::{CustomRoleId, MembershipId};
use crate::common::name;
use crate::db::Conn;
use crate::db::types::organization::CompanyStatus;
use crate::handlers::access::assignments::AssignmentForm;
use crate::handlers::access::assignments::offer::chosen;
use crate::handlers::invitations::wording;
use crate::models::access_matrix;
use crate::models::company_choice::CompanyChoice;
use crate::models::invitation::{CompanyGrant, pairs};
use crate::models::membership::record::Membership;
use crate::services::assignments;
use crate::services::assignments::AssignmentError;
use crate::services::invitations::authority::InviteAuthority;
use crate::services::invitations::create;
use crate::services::invitations::create::{InvitationTerms, Invitee};
use crate::services::members::errors::RoleChangeError;
use crate::services::members::role;
use crate::services::members::role::Title;
use crate::services::members::visible::CompanyScope;

const CHOOSE: &str = "Choose one of the roles in the list";

/// What was given.
pub struct GrantedAccess {
    pub message: String,
    pub path: String,
}

/// Why nothing was given.
pub enum GrantError {
    /// A button without JavaScript searched.
    Search,
    Form(FormErrors),
    Failed(AppError),
}

crate::change_error!(GrantError);

impl GrantError {
    fn at(field: &'static str, message: impl Into<String>) -> Self {
        Self::Form(FormErrors::one(field, message))
    }
}

pub fn grant(conn: &mut Conn, actor: &Actor, form: &AssignmentForm) -> Result<(GrantedAccess, Events), GrantError> {
    if form.finds {
        return Err(GrantError::Search);
    }
    let scope = CompanyScope::of(conn, actor)?;
    let company = chosen(conn, actor, &scope, &form.company_id)?;
    if form.invites() {
        return invite(conn, actor, form, company.as_ref());
    }
    if form.member_id.is_empty() {
        return Err(GrantError::at("member_id", "Choose a member"));
    }
    let id = MembershipId::parse(&form.member_id).ok_or(AppError::NotFound)?;
    let member = Membership::find(conn, actor.organization, id)?;
    match company {
        Some(company) => assign(conn, actor, &member, &company, form),
        None => change_role(conn, actor, &member, form),
    }
}

fn change_role(
    conn: &mut Conn,
    actor: &Actor,
    member: &Membership,
    form: &AssignmentForm,
) -> Result<(GrantedAccess, Events), GrantError> {
    if actor.reach::<ChangeRoles>() != Reach::Everywhere {
        return Err(actor.refusal(conn, ChangeRoles::ID)?.into());
    }
    let title = Title::parse(conn, actor.organization, &form.role)?.ok_or_else(|| GrantError::at("role", CHOOSE))?;
    let (outcome, events) = match role::change(conn, actor, member, &title) {
        Ok(changed) => changed,
        Err(RoleChangeError::Failed(error)) => return Err(error.into()),
        Err(RoleChangeError::NotAllowed) => {
            return Err(actor
                .refusal(conn, missing(actor, title.grant().role, ChangeRoles::ID))?
                .into());
        }
        Err(error) => return Err(GrantError::at("role", error.message())),
    };
    let granted = GrantedAccess {
        message: outcome.message_or(|| format!("{} is {} now", member.name, title.label())),
        // Members who changed their own role may not view this page any more.
        path: actor.path(if member.id == actor.id { "" } else { "/access" }),
    };
    Ok((granted, events))
}

fn assign(
    conn: &mut Conn,
    actor: &Actor,
    member: &Membership,
    company: &CompanyChoice,
    form: &AssignmentForm,
) -> Result<(GrantedAccess, Events), GrantError> {
    if !actor.permissions.has(AssignCompanies::ID) {
        return Err(actor.refusal(conn, AssignCompanies::ID)?.into());
    }
    let role = CompanyRole::parse(&form.role).ok_or_else(|| GrantError::at("role", CHOOSE))?;
    match assignments::give(conn, actor, AssignCompanies::ID, member, company.id, role) {
        Ok(assigned) => {
            let granted = GrantedAccess {
                message: format!("{} is {} of {} now", member.name, role.label(), assigned.company),
                path: actor.path(&format!("/access?tab=company&company={}", company.slug)),
            };
            Ok((granted, assigned.events))
        }
        Err(AssignmentError::Failed(error)) => Err(error.into()),
        Err(error @ AssignmentError::Archived) => Err(GrantError::at("company_id", error.message(actor.unit.one()))),
        Err(_) => Err(actor.refusal(conn, AssignCompanies::ID)?.into()),
    }
}

fn invite(
    conn: &mut Conn,
    actor: &Actor,
    form: &AssignmentForm,
    company: Option<&CompanyChoice>,
) -> Result<(GrantedAccess, Events), GrantError> {
    if !actor.permissions.has(InviteMembers::ID) {
        return Err(actor.refusal(conn, InviteMembers::ID)?.into());
    }
    let mut errors = FormErrors::none();
    let email = errors.take("email", Email::parse(&form.email));
    let named = |text: &str, what| {
        if text.is_empty() {
            Ok(String::new())
        } else {
            name::person(text, what)
        }
    };
    let first_name = errors.take("first_name", named(&form.first_name, "a first name"));
    let last_name = errors.take("last_name", named(&form.last_name, "a last name"));
    let terms = terms(conn, actor, form, company, &mut errors)?;
    let (Some(email), Some(first_name), Some(last_name), Some(terms)) = (email, first_name, last_name, terms) else {
        return Err(GrantError::Form(errors));
    };
    let authority = InviteAuthority::of(conn, actor)?;
    if !authority.covers(terms.role, &pairs(&terms.companies)) {
        return Err(actor
            .refusal(conn, missing(actor, terms.role, InviteMembers::ID))?
            .into());
    }
    let invitee = Invitee {
        email: email.clone(),
        first_name,
        last_name,
        role: None,
        companies: Vec::new(),
    };
    let (results, events) = create::invite(conn, actor, &authority, &terms, vec![invitee])?;
    if let Some(Err(error)) = results.first() {
        return Err(GrantError::at("email", wording::invite_error(error, actor)));
    }
    let granted = GrantedAccess {
        message: if actor.cx.config().sends_mail() {
            format!("Invitation sent to {email}")
        } else {
            format!("{email} is invited. Copy the accept link from the list and share it")
        },
        path: actor.path("/invitations"),
    };
    Ok((granted, events))
}

fn terms(
    conn: &mut Conn,
    actor: &Actor,
    form: &AssignmentForm,
    company: Option<&CompanyChoice>,
    errors: &mut FormErrors,
) -> Result<Option<InvitationTerms>, AppError> {
    let mut terms = InvitationTerms {
        role: Role::Member,
        companies: Vec::new(),
        message: String::new(),
        access_until: None,
    };
    if let Some(company) = company {
        if access_matrix::company(conn, actor.organization, company.id)?.status == CompanyStatus::Archived {
            errors.add("company_id", AssignmentError::Archived.message(actor.unit.one()));
        }
        match CompanyRole::parse(&form.role) {
            Some(role) => {
                terms.companies.push(CompanyGrant {
                    company: company.id,
                    name: company.name.clone(),
                    status: CompanyStatus::Active,
                    role,
                });
            }
            None => errors.add("role", CHOOSE),
        }
    } else {
        match Role::parse(&form.role) {
            Some(role) => terms.role = role,
            None if CustomRoleId::parse(&form.role).is_some() => errors.add(
                "role",
                "Invite them with a built-in role. You can assign a custom role after they join",
            ),
            None => errors.add("role", CHOOSE),
        }
    }
    Ok(errors.is_empty().then_some(terms))
}

/// The permission that the actor lacks to give a role.
fn missing(actor: &Actor, role: Role, otherwise: PermissionId) -> PermissionId {
    match role {
        Role::Owner if !actor.permissions.has(GrantOwner::ID) => GrantOwner::ID,
        Role::Admin if !actor.permissions.has(GrantAdmin::ID) => GrantAdmin::ID,
        _ => otherwise,
    }
}
