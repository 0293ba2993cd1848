//! Many changes at once: each by the verb that every page uses, all of them or none.

use std::collections::{HashMap, HashSet};

use crate::audit::Events;
use crate::auth::actor::Actor;
use crate::authz::decision::Reach;
use crate::authz::permission::{AssignCompanies, ChangeRoles, Permission};
use crate::authz::role::CompanyRole;
use crate::common::error::AppError;
use crate::common::id::{CompanyId, MembershipId};
use crate::db::Conn;
use crate::models::access_matrix;
use crate::models::membership;
use crate::models::membership::record::Membership;
use crate::services::assignments;
use crate::services::assignments::AssignmentError;
use crate::services::members::errors::RoleChangeError;
use crate::services::members::role;
use crate::services::members::role::Title;
use crate::services::members::visible::CompanyScope;

/// One place of one person: in a company, or in the organization.
pub type CellKey = (MembershipId, Option<CompanyId>);

/// What is to stand at a spot.
#[derive(Debug, Clone)]
pub enum Change {
    /// A role in the organization.
    Title(Title),
    /// A role of their own in a company, or none.
    Place(CompanyId, Option<CompanyRole>),
}

/// A change that somebody wants.
#[derive(Debug, Clone)]
pub struct CellChange {
    /// The line of the sheet, or nothing of the kind.
    pub line: u64,
    pub person: MembershipId,
    /// What it shall be.
    pub wish: Change,
    /// What stood there when it was wished, as a form's value; empty for nothing.
    pub was: String,
}

impl CellChange {
    /// Where.
    pub fn spot(&self) -> CellKey {
        match self.wish {
            Change::Title(_) => (self.person, None),
            Change::Place(company, _) => (self.person, Some(company)),
        }
    }
}

/// Why a change was refused, and with it all others.
#[derive(Debug, Clone)]
pub struct Fault {
    pub spot: CellKey,
    /// The line of the sheet.
    pub line: u64,
    /// Whose, by name.
    pub name: String,
    /// The sentence, without a full stop.
    pub sentence: String,
}

/// Makes all changes, or none of them.
pub fn apply(conn: &mut Conn, actor: &Actor, changes: &[CellChange]) -> Result<Result<Events, Vec<Fault>>, AppError> {
    allowed(conn, actor, changes)?;
    access_matrix::all_or_nothing(conn, |conn| {
        let ids: Vec<MembershipId> = changes.iter().map(|change| change.person).collect();
        membership::lock_members(conn, actor.organization, &ids)?;
        let now = Now::of(conn, actor, &ids)?;
        now.in_sight(conn, actor, changes)?;
        let mut events = Events::none("nothing was wished");
        let mut faults = Vec::new();
        for change in changes {
            let done = if now.at(change.spot()) == change.was {
                one(conn, actor, change)?
            } else {
                Err("Somebody changed this in the meantime. Look at the new state and try again".into())
            };
            match done {
                Ok(done) => events = events.and(done),
                Err(sentence) => faults.push(Fault {
                    spot: change.spot(),
                    line: change.line,
                    name: now.name(change.person),
                    sentence,
                }),
            }
        }
        Ok(if faults.is_empty() { Ok(events) } else { Err(faults) })
    })
}

/// The rights without which none of this can be asked.
fn allowed(conn: &mut Conn, actor: &Actor, changes: &[CellChange]) -> Result<(), AppError> {
    let (mut titles, mut places) = (false, false);
    for change in changes {
        match change.wish {
            Change::Title(_) => titles = true,
            Change::Place(..) => places = true,
        }
    }
    if titles && actor.reach::<ChangeRoles>() != Reach::Everywhere {
        return Err(actor.refusal(conn, ChangeRoles::ID)?);
    }
    if places && !actor.permissions.has(AssignCompanies::ID) {
        return Err(actor.refusal(conn, AssignCompanies::ID)?);
    }
    Ok(())
}

/// What stands at the spots of some people.
pub struct Now {
    people: HashMap<MembershipId, access_matrix::Person>,
    held: HashMap<(MembershipId, CompanyId), access_matrix::Held>,
}

impl Now {
    /// Reads it.
    pub fn of(conn: &mut Conn, actor: &Actor, people: &[MembershipId]) -> Result<Self, AppError> {
        let mut ids = people.to_vec();
        ids.sort_unstable();
        ids.dedup();
        Ok(Self {
            people: access_matrix::by_ids(conn, actor.organization, &ids)?,
            held: access_matrix::held(conn, actor.organization, &ids)?,
        })
    }

    /// What stands at a spot, as a form's value.
    pub fn at(&self, (person, company): CellKey) -> String {
        match company {
            None => self
                .people
                .get(&person)
                .map(access_matrix::Person::title)
                .unwrap_or_default(),
            Some(company) => {
                let held = self.held.get(&(person, company));
                held.and_then(|(_, own)| *own)
                    .map(|role| role.to_string())
                    .unwrap_or_default()
            }
        }
    }

    /// The role that counts for somebody in a company.
    pub fn present(&self, person: MembershipId, company: CompanyId) -> Option<CompanyRole> {
        self.held.get(&(person, company)).map(|(role, _)| *role)
    }

    /// Whether somebody is in one of these companies.
    pub fn within(&self, person: MembershipId, companies: &[CompanyId]) -> bool {
        companies
            .iter()
            .any(|company| self.held.contains_key(&(person, *company)))
    }

    fn name(&self, person: MembershipId) -> String {
        self.people
            .get(&person)
            .map(|person| person.name.clone())
            .unwrap_or_default()
    }

    /// Nobody learns of people and companies by changing them.
    fn in_sight(&self, conn: &mut Conn, actor: &Actor, changes: &[CellChange]) -> Result<(), AppError> {
        let sight = CompanyScope::of(conn, actor)?;
        let mut known = HashSet::new();
        for change in changes {
            let (person, company) = change.spot();
            let seen = self.people.contains_key(&person) && sight.own().is_none_or(|own| self.within(person, own));
            if !seen || company.is_some_and(|company| !sight.sees(company)) {
                return Err(AppError::NotFound);
            }
            if let Some(company) = company
                && known.insert(company)
            {
                access_matrix::company(conn, actor.organization, company)?;
            }
        }
        Ok(())
    }
}

/// One change. The inner error is a sentence.
fn one(conn: &mut Conn, actor: &Actor, change: &CellChange) -> Result<Result<Events, String>, AppError> {
    let person = Membership::find(conn, actor.organization, change.person)?;
    let permission = AssignCompanies::ID;
    let unit = actor.unit.one();
    Ok(match &change.wish {
        Change::Title(title) => match role::change(conn, actor, &person, title) {
            Ok((_, events)) => Ok(events),
            Err(RoleChangeError::Failed(AppError::Forbidden(refusal))) => {
                Err(format!("You can’t grant the permission “{}”", refusal.permission))
            }
            Err(RoleChangeError::Failed(error)) => return Err(error),
            Err(error) => Err(error.message().to_owned()),
        },
        Change::Place(company, role) => {
            let placed = match role {
                Some(role) => assignments::give(conn, actor, permission, &person, *company, *role),
                None => assignments::take(conn, actor, permission, &person, *company),
            };
            match placed {
                Ok(placed) => Ok(placed.events),
                Err(AssignmentError::Failed(error)) => return Err(error),
                Err(error) => Err(error.message(unit)),
            }
        }
    })
}
