//! What the dialog offers: people, companies, and the roles that may be given to this person there.

use crate::auth::actor::Actor;
use crate::authz::decision::Reach;
use crate::authz::permission::{AssignCompanies, ChangeRoles, InviteMembers, Permission};
use crate::authz::role::{CompanyRole, Role};
use crate::common::error::AppError;
use crate::common::id::{CompanyId, MembershipId};
use crate::common::name;
use crate::db::Conn;
use crate::handlers::access::assign::AssignmentForm;
use crate::handlers::access::queries;
use crate::models::access_matrix;
use crate::models::company_choice;
use crate::models::company_choice::CompanyChoice;
use crate::models::custom_role;
use crate::models::member_search;
use crate::models::member_search::{MemberFilter, Sort};
use crate::models::membership::record::Membership;
use crate::services::assignments;
use crate::services::assignments::AssignmentCheck;
use crate::services::invitations::authority::InviteAuthority;
use crate::services::members::role;
use crate::services::members::role::Title;
use crate::services::members::rules::Target;
use crate::services::members::visible::CompanyScope;

/// So many people are listed at once.
const FOUND: usize = 8;

/// So many companies are found by a name.
const LISTED: usize = 8;

/// Somebody to choose.
#[derive(Debug)]
pub struct Candidate {
    pub id: MembershipId,
    pub name: String,
    pub email: String,
    pub role: &'static str,
}

/// A role to choose.
#[derive(Debug)]
pub struct RoleChoice {
    pub value: String,
    pub label: String,
    pub can: String,
}

/// What can be chosen.
#[derive(Debug)]
pub struct Offer {
    pub people: Vec<Candidate>,
    /// Whether the organization itself can be chosen.
    pub organization: bool,
    pub companies: Vec<CompanyChoice>,
    /// Whether there are more companies than a select holds.
    pub searches: bool,
    pub company: Option<CompanyChoice>,
    pub roles: Vec<RoleChoice>,
    /// The value of the chosen role.
    pub role: String,
    pub person: Option<String>,
}

impl Offer {
    /// Reads what can be chosen after what was typed.
    pub fn of(conn: &mut Conn, actor: &Actor, sight: &CompanyScope, typed: &AssignmentForm) -> Result<Self, AppError> {
        let person = match typed.member_id.as_str() {
            "" => None,
            id => {
                let id = MembershipId::parse(id).ok_or(AppError::NotFound)?;
                Some(Membership::find(conn, actor.organization, id)?)
            }
        };
        let organization =
            actor.reach::<ChangeRoles>() == Reach::Everywhere || actor.reach::<InviteMembers>() == Reach::Everywhere;
        let (mut companies, searches);
        let mut company = chosen(conn, actor, sight, &typed.company_id)?;
        if let Some(own) = sight.own() {
            (companies, searches) = (company_choice::among(conn, actor.organization, own)?, false);
            // Who reaches companies only begins with the first.
            if company.is_none() && !organization {
                company = companies.first().cloned();
            }
        } else {
            let choices = sight.choices(conn, actor)?;
            (companies, searches) = (choices.companies, choices.typed);
        }
        if searches {
            companies = queries::matrix::named(conn, actor.organization, &typed.company_q, LISTED)?;
            if let Some(company) = &company
                && companies.iter().all(|one| one.id != company.id)
            {
                companies.insert(0, company.clone());
            }
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
        offer.people(conn, actor, sight, typed, person.as_ref())?;
        let present = if invites {
            offer.for_guest(conn, actor)?;
            None
        } else {
            offer.for_member(conn, actor, person.as_ref())?
        };
        let among = |value: &String| offer.roles.iter().any(|role| role.value == *value);
        offer.role = Some(typed.role.clone())
            .filter(among)
            .or_else(|| present.filter(among))
            // Nobody is given more than they need by overlooking the field.
            .or_else(|| Some(Role::Member.to_string()).filter(among))
            .or_else(|| offer.roles.last().map(|role| role.value.clone()))
            .unwrap_or_default();
        Ok(offer)
    }

    fn people(
        &mut self,
        conn: &mut Conn,
        actor: &Actor,
        sight: &CompanyScope,
        typed: &AssignmentForm,
        person: Option<&Membership>,
    ) -> Result<(), AppError> {
        self.people.extend(person.map(|person| Candidate {
            id: person.id,
            name: person.name.clone(),
            email: person.email.clone(),
            role: person.role.label(),
        }));
        let wanted = MemberFilter {
            words: name::query(&typed.q),
            role: None,
            company: None,
            given: None,
            standing: None,
            within: sight.own().map(<[_]>::to_vec),
            sort: Sort::Name,
            now: actor.cx.now,
        };
        for row in member_search::page(conn, actor.organization, &wanted, None, FOUND)?
            .page
            .rows
        {
            self.add(row.id, row.name, row.email, row.role);
        }
        // Who sees the people of their companies only finds everybody else by the whole address.
        if sight.own().is_some() && typed.q.contains('@') {
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
            self.people.push(Candidate { id, name, email, role });
        }
    }

    /// The roles for a member, or for whoever may be chosen yet; what the member has now.
    fn for_member(
        &mut self,
        conn: &mut Conn,
        actor: &Actor,
        person: Option<&Membership>,
    ) -> Result<Option<String>, AppError> {
        if let Some(company) = &self.company {
            let reach = actor.reach::<AssignCompanies>();
            let Some(person) = person else {
                self.company_roles(assignments::grantable(reach));
                return Ok(None);
            };
            let own = actor.own_companies(conn, AssignCompanies::ID)?.contains(&company.id);
            let now = assignments::role_in(conn, actor.organization, person.id, company.id)?;
            let attempt = AssignmentCheck::of(actor, AssignCompanies::ID, person.id, person.role);
            let roles: Vec<CompanyRole> = CompanyRole::ALL
                .iter()
                .copied()
                .filter(|role| attempt.give(own, now, *role).is_ok())
                .collect();
            self.company_roles(&roles);
            return Ok(now.map(|role| role.to_string()));
        }
        let (titles, present) = match person {
            Some(person) => (
                role::offered(conn, actor, &Target::from(person))?,
                Some(Title::of(conn, actor.organization, person)?.value()),
            ),
            None if actor.reach::<ChangeRoles>() == Reach::Everywhere => {
                let authority = actor.authority();
                let plain = Role::ALL.iter().map(|role| Title::Plain(*role));
                let custom = custom_role::all(conn, actor.organization)?;
                let titles = plain.chain(custom.into_iter().map(Title::Custom));
                (titles.filter(|title| authority.may_grant(title.held())).collect(), None)
            }
            None => (Vec::new(), None),
        };
        self.roles = titles
            .iter()
            .map(|title| RoleChoice {
                value: title.value(),
                label: title.label().to_owned(),
                can: title.can(actor.unit.many()),
            })
            .collect();
        Ok(present)
    }

    /// The roles for somebody new.
    fn for_guest(&mut self, conn: &mut Conn, actor: &Actor) -> Result<(), AppError> {
        let authority = InviteAuthority::of(conn, actor)?;
        if let Some(company) = &self.company {
            let may = |role: &&CompanyRole| authority.covers(Role::Member, &[(company.id, **role)]);
            let roles: Vec<CompanyRole> = authority.company_roles().iter().filter(may).copied().collect();
            self.company_roles(&roles);
            return Ok(());
        }
        let roles = Role::ALL.iter().filter(|role| authority.covers(**role, &[]));
        self.roles = roles
            .map(|role| RoleChoice {
                value: role.to_string(),
                label: role.label().to_owned(),
                can: role.can(actor.unit.many()),
            })
            .collect();
        Ok(())
    }

    fn company_roles(&mut self, roles: &[CompanyRole]) {
        self.roles = roles
            .iter()
            .map(|role| RoleChoice {
                value: role.to_string(),
                label: role.label().to_owned(),
                can: role.can().to_owned(),
            })
            .collect();
    }
}

/// The company that was chosen; whether it is archived is seen when something is given there.
pub fn chosen(
    conn: &mut Conn,
    actor: &Actor,
    sight: &CompanyScope,
    id: &str,
) -> Result<Option<CompanyChoice>, AppError> {
    if id.is_empty() {
        return Ok(None);
    }
    let id = CompanyId::parse(id).ok_or(AppError::NotFound)?;
    let company = access_matrix::company(conn, actor.organization, id)?;
    if !sight.sees(id) {
        return Err(AppError::NotFound);
    }
    Ok(Some(CompanyChoice {
        id,
        name: company.name,
        slug: company.slug,
    }))
}
