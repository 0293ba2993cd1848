//! Giving what was chosen, by the verbs of members and of invitations.

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
use crate::handlers::access::assign::AssignmentForm;
use crate::handlers::access::assign::offer::chosen;
use crate::models::access_matrix;
use crate::models::company_choice::CompanyChoice;
use crate::models::membership::record::Membership;
use crate::services::assignments;
use crate::services::assignments::AssignmentError as NotPlaced;
use crate::services::invitations::authority;
use crate::services::invitations::batch::{InvitationTerms, InviteBatch, Invitee};
use crate::services::members::errors::RoleChangeError;
use crate::services::members::role;
use crate::services::members::role::Title;
use crate::services::members::visible::CompanyScope;

const CHOOSE: &str = "Choose one of the roles in the list";

/// What was given.
pub struct Given {
    /// The word for who gave it.
    pub word: String,
    /// Where to go on.
    pub path: String,
}

type Outcome = Result<Option<(Given, Events)>, AppError>;

/// Gives it; `None` when `errors` say why not.
pub fn give(conn: &mut Conn, actor: &Actor, typed: &AssignmentForm, errors: &mut FormErrors) -> Outcome {
    let sight = CompanyScope::of(conn, actor)?;
    let company = chosen(conn, actor, &sight, &typed.company_id)?;
    if typed.invites() {
        return invite(conn, actor, typed, company.as_ref(), errors);
    }
    if typed.member_id.is_empty() {
        errors.add("member_id", "Choose a member");
        return Ok(None);
    }
    let id = MembershipId::parse(&typed.member_id).ok_or(AppError::NotFound)?;
    let person = Membership::find(conn, actor.organization, id)?;
    match company {
        Some(company) => place(conn, actor, &person, &company, typed, errors),
        None => entitle(conn, actor, &person, typed, errors),
    }
}

fn entitle(
    conn: &mut Conn,
    actor: &Actor,
    person: &Membership,
    typed: &AssignmentForm,
    errors: &mut FormErrors,
) -> Outcome {
    if actor.reach::<ChangeRoles>() != Reach::Everywhere {
        return Err(actor.refusal(conn, ChangeRoles::ID)?);
    }
    let Some(title) = Title::parse(conn, actor.organization, &typed.role)? else {
        errors.add("role", CHOOSE);
        return Ok(None);
    };
    match role::change(conn, actor, person, &title) {
        Ok((outcome, events)) => {
            // Who stepped down may not see this page any more.
            let path = actor.path(if person.id == actor.id { "" } else { "/access" });
            let word = outcome.message_or(|| format!("{} is {} now", person.name, title.label()));
            Ok(Some((Given { word, path }, events)))
        }
        Err(RoleChangeError::Failed(error)) => Err(error),
        Err(RoleChangeError::NotAllowed) => {
            Err(actor.refusal(conn, missing(actor, title.held().role, ChangeRoles::ID))?)
        }
        Err(why) => {
            errors.add("role", why.message());
            Ok(None)
        }
    }
}

fn place(
    conn: &mut Conn,
    actor: &Actor,
    person: &Membership,
    company: &CompanyChoice,
    typed: &AssignmentForm,
    errors: &mut FormErrors,
) -> Outcome {
    if !actor.permissions.has(AssignCompanies::ID) {
        return Err(actor.refusal(conn, AssignCompanies::ID)?);
    }
    let Some(role) = CompanyRole::parse(&typed.role) else {
        errors.add("role", CHOOSE);
        return Ok(None);
    };
    match assignments::give(conn, actor, AssignCompanies::ID, person, company.id, role) {
        Ok(placed) => {
            let word = format!("{} is {} of {} now", person.name, role.label(), placed.company);
            let path = actor.path(&format!("/access?tab=company&company={}", company.slug));
            Ok(Some((Given { word, path }, placed.events)))
        }
        Err(NotPlaced::Failed(error)) => Err(error),
        Err(refused @ NotPlaced::Archived) => {
            errors.add("company_id", refused.message(actor.unit.one()));
            Ok(None)
        }
        Err(_) => Err(actor.refusal(conn, AssignCompanies::ID)?),
    }
}

fn invite(
    conn: &mut Conn,
    actor: &Actor,
    typed: &AssignmentForm,
    company: Option<&CompanyChoice>,
    errors: &mut FormErrors,
) -> Outcome {
    if !actor.permissions.has(InviteMembers::ID) {
        return Err(actor.refusal(conn, InviteMembers::ID)?);
    }
    let email = errors.take("email", Email::parse(&typed.email));
    let named = |text: &str, what| {
        if text.is_empty() {
            Ok(String::new())
        } else {
            name::person(text, what)
        }
    };
    let first_name = errors.take("first_name", named(&typed.first_name, "a first name"));
    let last_name = errors.take("last_name", named(&typed.last_name, "a last name"));
    let terms = terms(conn, actor, typed, company, errors)?;
    let (Some(email), Some(first_name), Some(last_name), Some(terms)) = (email, first_name, last_name, terms) else {
        return Ok(None);
    };
    let voucher = authority::voucher(conn, actor)?;
    if !voucher.vouches(terms.role, &terms.companies) {
        return Err(actor.refusal(conn, missing(actor, terms.role, InviteMembers::ID))?);
    }
    let mut round = InviteBatch::begin(conn, actor, &voucher, vec![email.as_str().to_owned()])?;
    let guest = Invitee {
        email: email.clone(),
        first_name,
        last_name,
    };
    if let Err(sentence) = round.invite(conn, guest, &terms)? {
        errors.add("email", sentence);
        return Ok(None);
    }
    let word = if actor.cx.config().sends_mail() {
        format!("Invitation sent to {email}")
    } else {
        format!("{email} is invited. Copy the accept link from the list and pass it on")
    };
    let path = actor.path("/invitations");
    Ok(Some((Given { word, path }, round.events())))
}

fn terms(
    conn: &mut Conn,
    actor: &Actor,
    typed: &AssignmentForm,
    company: Option<&CompanyChoice>,
    errors: &mut FormErrors,
) -> Result<Option<InvitationTerms>, AppError> {
    let mut terms = InvitationTerms {
        role: Role::Member,
        companies: Vec::new(),
        named: Vec::new(),
        message: String::new(),
        access_until: None,
    };
    if let Some(company) = company {
        if access_matrix::company(conn, actor.organization, company.id)?.status == CompanyStatus::Archived {
            errors.add("company_id", NotPlaced::Archived.message(actor.unit.one()));
        }
        match CompanyRole::parse(&typed.role) {
            Some(role) => {
                terms.companies.push((company.id, role));
                terms.named.push(format!("{} ({})", company.name, role.label()));
            }
            None => errors.add("role", CHOOSE),
        }
    } else {
        match Role::parse(&typed.role) {
            Some(role) => terms.role = role,
            None if CustomRoleId::parse(&typed.role).is_some() => errors.add(
                "role",
                "An invitation brings a built-in role. Give one of your own roles after they joined",
            ),
            None => errors.add("role", CHOOSE),
        }
    }
    Ok(errors.is_empty().then_some(terms))
}

/// The right that somebody lacks to give a role.
fn missing(actor: &Actor, role: Role, otherwise: PermissionId) -> PermissionId {
    match role {
        Role::Owner if !actor.permissions.has(GrantOwner::ID) => GrantOwner::ID,
        Role::Admin if !actor.permissions.has(GrantAdmin::ID) => GrantAdmin::ID,
        _ => otherwise,
    }
}
