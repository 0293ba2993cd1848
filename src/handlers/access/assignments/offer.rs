//! What the dialog offers: people, companies, and roles.

use crate::auth::actor::Actor;
use crate::authz::decision::Reach;
use crate::authz::permission::{ChangeRoles, InviteMembers};
use crate::authz::role::Role;
use crate::common::error::AppError;
use crate::common::id::{CompanyId, MembershipId};
use crate::common::search;
use crate::db::Conn;
use crate::handlers::access::assignments::AssignmentForm;
use crate::models::access_matrix;
use crate::models::company_choice;
use crate::models::company_choice::CompanyChoice;
use crate::models::company_found;
use crate::models::member_search;
use crate::models::member_search::MemberFilter;
use crate::models::membership::record::Membership;
use crate::services::members::visible::CompanyScope;

/// The most people in the list.
const FOUND: usize = 8;

/// The most companies found by name.
const LISTED: usize = 8;

#[derive(Debug)]
pub struct AssignmentCandidate {
    pub id: MembershipId,
    pub name: String,
    pub email: String,
    pub role: &'static str,
}

#[derive(Debug)]
pub struct RoleChoice {
    pub value: String,
    pub label: String,
    pub can: String,
}

#[derive(Debug)]
pub struct AssignmentOffer {
    pub people: Vec<AssignmentCandidate>,
    /// Whether the organization itself can be chosen.
    pub organization: bool,
    pub companies: Vec<CompanyChoice>,
    /// Whether there are too many companies for a select.
    pub searches: bool,
    pub company: Option<CompanyChoice>,
    pub roles: Vec<RoleChoice>,
    /// The value of the chosen role.
    pub role: String,
    pub person: Option<String>,
}

impl AssignmentOffer {
    pub fn load(
        conn: &mut Conn,
        actor: &Actor,
        scope: &CompanyScope,
        typed: &AssignmentForm,
    ) -> Result<Self, AppError> {
        let person = match typed.member_id.as_str() {
            "" => None,
            id => {
                let id = MembershipId::parse(id).ok_or(AppError::NotFound)?;
                Some(Membership::find(conn, actor.organization, id)?)
            }
        };
        let organization =
            actor.reach::<ChangeRoles>() == Reach::Everywhere || actor.reach::<InviteMembers>() == Reach::Everywhere;
        let mut company = chosen(conn, actor, scope, &typed.company_id)?;
        let (companies, searches) = companies(conn, actor, scope, typed, company.as_ref())?;
        // Without access to the organization level, start with the first company.
        if scope.own().is_some() && company.is_none() && !organization {
            company = companies.first().cloned();
        }
        let invites = typed.invites();
        let mut offer = Self {
            people: Vec::new(),
            organization,
            companies,
            searches,
            person: person.as_ref().map(|person| person.name.clone()),
            roles: Vec::new(),
            role: String::new(),
            company,
        };
        offer.people(conn, actor, scope, typed, person.as_ref())?;
        let present = if invites {
            offer.for_invitee(conn, actor)?;
            None
        } else {
            offer.for_member(conn, actor, person.as_ref())?
        };
        let among = |value: &String| offer.roles.iter().any(|role| role.value == *value);
        offer.role = Some(typed.role.clone())
            .filter(among)
            .or_else(|| present.filter(among))
            // The default is the lowest role.
            .or_else(|| Some(Role::Member.to_string()).filter(among))
            .or_else(|| offer.roles.last().map(|role| role.value.clone()))
            .unwrap_or_default();
        Ok(offer)
    }

    fn people(
        &mut self,
        conn: &mut Conn,
        actor: &Actor,
        scope: &CompanyScope,
        typed: &AssignmentForm,
        person: Option<&Membership>,
    ) -> Result<(), AppError> {
        self.people.extend(person.map(|person| AssignmentCandidate {
            id: person.id,
            name: person.name.clone(),
            email: person.email.clone(),
            role: person.role.label(),
        }));
        let within = scope.own().map(<[_]>::to_vec);
        let wanted = MemberFilter::by_words(search::query(&typed.q), within, actor.cx.now);
        for row in member_search::page(conn, actor.organization, &wanted, None, FOUND)?
            .page
            .rows
        {
            self.add(row.id, row.name, row.email, row.role);
        }
        // Someone who sees the members of single companies finds others by their whole address.
        if scope.own().is_some() && typed.q.contains('@') {
            let email = typed.q.to_lowercase();
            for person in access_matrix::by_emails(conn, actor.organization, &[email])?.into_values() {
                self.add(person.id, person.name, person.email, person.role);
            }
        }
        Ok(())
    }

    fn add(&mut self, id: MembershipId, name: String, email: String, role: Role) {
        if self.people.iter().all(|one| one.id != id) {
            let role = role.label();
            self.people.push(AssignmentCandidate { id, name, email, role });
        }
    }
}

/// The companies to choose from, and whether there are too many for a select.
fn companies(
    conn: &mut Conn,
    actor: &Actor,
    scope: &CompanyScope,
    typed: &AssignmentForm,
    chosen: Option<&CompanyChoice>,
) -> Result<(Vec<CompanyChoice>, bool), AppError> {
    if let Some(own) = scope.own() {
        return Ok((company_choice::among(conn, actor.organization, own)?, false));
    }
    let choices = scope.choices(conn, actor)?;
    if !choices.typed {
        return Ok((choices.companies, false));
    }
    let mut found = company_found::search(conn, actor.organization, None, &typed.company_q, LISTED)?.companies;
    if let Some(chosen) = chosen
        && found.iter().all(|one| one.id != chosen.id)
    {
        found.insert(0, chosen.clone());
    }
    Ok((found, true))
}

/// The company that was chosen. Whether it is archived is checked later.
pub fn chosen(
    conn: &mut Conn,
    actor: &Actor,
    scope: &CompanyScope,
    id: &str,
) -> Result<Option<CompanyChoice>, AppError> {
    if id.is_empty() {
        return Ok(None);
    }
    let id = CompanyId::parse(id).ok_or(AppError::NotFound)?;
    let company = access_matrix::company(conn, actor.organization, id)?;
    if !scope.sees(id) {
        return Err(AppError::NotFound);
    }
    Ok(Some(CompanyChoice {
        id,
        name: company.name,
        slug: company.slug,
    }))
}
