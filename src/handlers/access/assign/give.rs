//! Giving what was chosen, by the verbs of members and of invitations.

use crate::audit::Deeds;
use crate::auth::actor::Member;
use crate::authz::decision::Reach;
use crate::authz::permission::{
    AssignCompanies, ChangeRoles, GrantAdmin, GrantOwner, InviteMembers, Permission, Right,
};
use crate::authz::role::{CompanyRole, Role};
use crate::common::email::Email;
use crate::common::error::AppError;
use crate::common::form::FormErrors;
use crate::common::id::{CustomRoleId, MembershipId};
use crate::common::name;
use crate::db::Conn;
use crate::db::types::organization::CompanyStatus;
use crate::handlers::access::assign::Typed;
use crate::handlers::access::assign::offer::chosen;
use crate::models::access_matrix;
use crate::models::company_choice::Choice;
use crate::models::membership::record::Standing;
use crate::services::assignments;
use crate::services::assignments::Refused as NotPlaced;
use crate::services::invitations::authority;
use crate::services::invitations::batch::{Guest, Round, Terms};
use crate::services::members::role;
use crate::services::members::role::Title;
use crate::services::members::rules::Refused;
use crate::services::members::visible::Sight;

const CHOOSE: &str = "Choose one of the roles in the list";

/// What was given.
pub struct Given {
    /// The word for who gave it.
    pub word: String,
    /// Where to go on.
    pub path: String,
}

type Outcome = Result<Option<(Given, Deeds)>, AppError>;

/// Gives it; `None` when `errors` say why not.
///
/// # Errors
/// The refusal that names the missing right; `NotFound` for people and companies that are not here.
pub fn give(conn: &mut Conn, member: &Member, typed: &Typed, errors: &mut FormErrors) -> Outcome {
    let sight = Sight::of(conn, member)?;
    let company = chosen(conn, member, &sight, &typed.company_id)?;
    if typed.invites() {
        return invite(conn, member, typed, company.as_ref(), errors);
    }
    if typed.member_id.is_empty() {
        errors.add("member_id", "Choose a member");
        return Ok(None);
    }
    let id = MembershipId::parse(&typed.member_id).ok_or(AppError::NotFound)?;
    let person = Standing::find(conn, member.organization, id)?;
    match company {
        Some(company) => place(conn, member, &person, &company, typed, errors),
        None => entitle(conn, member, &person, typed, errors),
    }
}

fn entitle(conn: &mut Conn, member: &Member, person: &Standing, typed: &Typed, errors: &mut FormErrors) -> Outcome {
    if member.reach::<ChangeRoles>() != Reach::Everywhere {
        return Err(member.refusal(conn, ChangeRoles::RIGHT)?);
    }
    let Some(title) = Title::parse(conn, member.organization, &typed.role)? else {
        errors.add("role", CHOOSE);
        return Ok(None);
    };
    match role::change(conn, member, person, &title)? {
        Ok(done) => {
            // Who stepped down may not see this page any more.
            let path = member.path(if person.id == member.id { "" } else { "/access" });
            Ok(Some((Given { word: done.word, path }, done.deeds)))
        }
        Err(Refused::Right) => Err(member.refusal(conn, missing(member, title.held().role, ChangeRoles::RIGHT))?),
        Err(why) => {
            errors.add("role", why.sentence());
            Ok(None)
        }
    }
}

fn place(
    conn: &mut Conn,
    member: &Member,
    person: &Standing,
    company: &Choice,
    typed: &Typed,
    errors: &mut FormErrors,
) -> Outcome {
    if !member.rights.has(AssignCompanies::RIGHT) {
        return Err(member.refusal(conn, AssignCompanies::RIGHT)?);
    }
    let Some(role) = CompanyRole::parse(&typed.role) else {
        errors.add("role", CHOOSE);
        return Ok(None);
    };
    match assignments::give(conn, member, AssignCompanies::RIGHT, person, company.id, role)? {
        Ok(placed) => {
            let word = format!("{} is {} of {} now", person.name, role.label(), placed.company);
            let path = member.path(&format!("/access?tab=company&company={}", company.slug));
            Ok(Some((Given { word, path }, placed.deeds)))
        }
        Err(refused @ NotPlaced::Archived) => {
            errors.add("company_id", refused.sentence(member.unit.one()));
            Ok(None)
        }
        Err(_) => Err(member.refusal(conn, AssignCompanies::RIGHT)?),
    }
}

fn invite(
    conn: &mut Conn,
    member: &Member,
    typed: &Typed,
    company: Option<&Choice>,
    errors: &mut FormErrors,
) -> Outcome {
    if !member.rights.has(InviteMembers::RIGHT) {
        return Err(member.refusal(conn, InviteMembers::RIGHT)?);
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
    let terms = terms(conn, member, typed, company, errors)?;
    let (Some(email), Some(first_name), Some(last_name), Some(terms)) = (email, first_name, last_name, terms) else {
        return Ok(None);
    };
    let voucher = authority::voucher(conn, member)?;
    if !voucher.vouches(terms.role, &terms.companies) {
        return Err(member.refusal(conn, missing(member, terms.role, InviteMembers::RIGHT))?);
    }
    let mut round = Round::begin(conn, member, &voucher, vec![email.as_str().to_owned()])?;
    let guest = Guest {
        email: email.clone(),
        first_name,
        last_name,
    };
    if let Err(sentence) = round.invite(conn, guest, &terms)? {
        errors.add("email", sentence);
        return Ok(None);
    }
    let word = if member.cx.config().sends_mail() {
        format!("Invitation sent to {email}")
    } else {
        format!("{email} is invited. Copy the accept link from the list and pass it on")
    };
    let path = member.path("/invitations");
    Ok(Some((Given { word, path }, round.deeds())))
}

fn terms(
    conn: &mut Conn,
    member: &Member,
    typed: &Typed,
    company: Option<&Choice>,
    errors: &mut FormErrors,
) -> Result<Option<Terms>, AppError> {
    let mut terms = Terms {
        role: Role::Member,
        companies: Vec::new(),
        named: Vec::new(),
        message: String::new(),
        access_until: None,
    };
    if let Some(company) = company {
        if access_matrix::company(conn, member.organization, company.id)?.status == CompanyStatus::Archived {
            errors.add("company_id", NotPlaced::Archived.sentence(member.unit.one()));
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
fn missing(member: &Member, role: Role, otherwise: Right) -> Right {
    match role {
        Role::Owner if !member.rights.has(GrantOwner::RIGHT) => GrantOwner::RIGHT,
        Role::Admin if !member.rights.has(GrantAdmin::RIGHT) => GrantAdmin::RIGHT,
        _ => otherwise,
    }
}
