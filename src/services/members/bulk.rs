//! One change for many people. What will happen is found out by doing it and taking it back: no rule is written twice.
//! Then it is done for all of them or for nobody.

use diesel::Connection;

use crate::audit::Events;
use crate::auth::actor::Actor;
use crate::authz::permission::{AssignCompanies, ChangeRoles, Permission, PermissionId, RemoveMembers};
use crate::authz::role::Role;
use crate::common::error::AppError;
use crate::common::id::{CompanyId, MembershipId};
use crate::common::time::Time;
use crate::db::Conn;
use crate::db::types::MembershipStatus;
use crate::models::membership;
use crate::models::membership::record::Membership;
use crate::services::Done;
use crate::services::assignments;
use crate::services::groups;
use crate::services::groups::Group;
use crate::services::members::role;
use crate::services::members::role::Title;
use crate::services::members::rules::MemberChangeError;
use crate::services::members::{access_end, removal, suspension};
use crate::web::company_picker::Chosen;

/// So many people at once.
pub const MOST: usize = 500;

/// What is to be changed.
#[derive(Debug, Clone)]
pub enum Change {
    /// The role in the organization.
    Role(Title),
    /// Companies with a role each, and the same in words.
    Assign(Chosen, Vec<String>),
    /// A company is taken off, by its id and name.
    TakeOff(CompanyId, String),
    /// The last moment of access.
    AccessEnd(Option<Time>),
    /// They come into a group.
    Group(Group),
    /// They are shut out, for this reason.
    Suspend(String),
    /// They are let in again.
    Restore,
    /// They are removed; whether what they sent is cancelled.
    Remove(bool),
}

/// What becomes of one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It is changed, in words: from what to what.
    Changed(String),
    /// It is so already.
    Same,
    /// It is refused, with the reason.
    Refused(String),
}

/// One person and what becomes of them.
#[derive(Debug, Clone)]
pub struct Line {
    pub person: Membership,
    /// What becomes of them.
    pub outcome: Outcome,
}

impl Change {
    /// The right that the change asks for.
    pub fn permission(&self) -> PermissionId {
        match self {
            Self::Role(_) | Self::AccessEnd(_) | Self::Group(_) => ChangeRoles::ID,
            Self::Assign(..) | Self::TakeOff(..) => AssignCompanies::ID,
            Self::Suspend(_) | Self::Restore | Self::Remove(_) => RemoveMembers::ID,
        }
    }

    /// From what to what it brings somebody, in words.
    fn words(&self, conn: &mut Conn, actor: &Actor, person: &Membership) -> Result<String, AppError> {
        let day = |time: Option<Time>| time.map_or_else(|| "no end".to_owned(), Time::date);
        Ok(match self {
            Self::Role(title) => {
                let present = Title::of(conn, actor.organization, person)?;
                format!("{} → {}", present.label(), title.label())
            }
            Self::Assign(_, named) => named.join(", "),
            Self::TakeOff(_, name) => format!("No longer assigned to {name}"),
            Self::AccessEnd(until) => format!("{} → {}", day(person.access_until), day(*until)),
            Self::Group(group) => format!("Comes into {}", group.name),
            Self::Suspend(_) => "Loses all access at once, keeps everything for later".into(),
            Self::Restore => "Has access again, with everything kept".into(),
            Self::Remove(_) => format!(
                "Loses the role {} and everything assigned, at once",
                person.role.label()
            ),
        })
    }

    fn apply(&self, conn: &mut Conn, actor: &Actor, person: &Membership) -> Result<Result<Events, String>, AppError> {
        let done = match self {
            Self::Role(title) => told(role::change(conn, actor, person, title)?),
            Self::AccessEnd(_) if person.role == Role::Owner => Err("An owner’s access has no end".into()),
            Self::AccessEnd(until) => told(access_end::set(conn, actor, person, *until)?),
            Self::Suspend(_) if person.status == MembershipStatus::Suspended => Ok(Events::none("suspended already")),
            Self::Suspend(reason) => told(suspension::suspend(conn, actor, person, reason)?),
            Self::Restore if person.status == MembershipStatus::Active => Ok(Events::none("in already")),
            Self::Restore => told(suspension::reinstate(conn, actor, person)?),
            Self::Remove(cancel) => told(removal::remove(conn, actor, person, *cancel)?),
            Self::Group(group) => groups::put(conn, actor, group, person)?
                .map(|done| done.events)
                .map_err(|why| why.sentence().to_owned()),
            Self::TakeOff(company, _) => match assignments::take(conn, actor, AssignCompanies::ID, person, *company)? {
                Ok(placed) => Ok(placed.events),
                Err(assignments::AssignmentError::NotAssigned) => Ok(Events::none("not assigned anyway")),
                Err(why) => Err(why.sentence(actor.unit.one())),
            },
            Self::Assign(companies, _) => {
                let mut events = Events::none("as many as are new");
                for (company, role) in companies {
                    match assignments::give(conn, actor, AssignCompanies::ID, person, *company, *role)? {
                        Ok(placed) => events = events.and(placed.events),
                        Err(why) => return Ok(Err(why.sentence(actor.unit.one()))),
                    }
                }
                Ok(events)
            }
        };
        Ok(done)
    }
}

fn told(done: Result<Done, MemberChangeError>) -> Result<Events, String> {
    done.map(|done| done.events).map_err(|why| why.sentence().to_owned())
}

/// What ends a transaction within the transaction.
enum Stop {
    Refused(String),
    Failed(AppError),
    Rehearsed,
}

impl From<diesel::result::Error> for Stop {
    fn from(error: diesel::result::Error) -> Self {
        Self::Failed(error.into())
    }
}

/// Changes one person, or leaves them as they were.
fn one(conn: &mut Conn, actor: &Actor, change: &Change, person: &Membership) -> Result<(Outcome, Events), AppError> {
    let words = change.words(conn, actor, person)?;
    let done = conn.transaction(|conn| match change.apply(conn, actor, person) {
        Ok(Ok(events)) => Ok(events),
        Ok(Err(sentence)) => Err(Stop::Refused(sentence)),
        // Somebody would get more than the actor may hand out: it concerns this person alone.
        Err(AppError::Forbidden(refusal)) => Err(Stop::Refused(refusal.reason.clone().unwrap_or_else(|| {
            format!(
                "It would give them “{}”, which is not yours to give",
                refusal.permission
            )
        }))),
        Err(error) => Err(Stop::Failed(error)),
    });
    match done {
        Ok(events) if events.is_empty() => Ok((Outcome::Same, events)),
        Ok(events) => Ok((Outcome::Changed(words), events)),
        Err(Stop::Refused(sentence)) => Ok((Outcome::Refused(sentence), Events::none("refused"))),
        Err(Stop::Failed(error)) => Err(error),
        Err(Stop::Rehearsed) => Err(AppError::internal("nobody rehearses one person")),
    }
}

fn all(conn: &mut Conn, actor: &Actor, change: &Change, ids: &[MembershipId]) -> Result<(Vec<Line>, Events), AppError> {
    let mut ids = ids.to_vec();
    ids.sort();
    ids.dedup();
    membership::lock_members(conn, actor.organization, &ids)?;
    let mut lines = Vec::new();
    let mut events = Events::none("as many as there were");
    for id in ids {
        let person = Membership::find(conn, actor.organization, id)?;
        let (outcome, done) = one(conn, actor, change, &person)?;
        events = events.and(done);
        lines.push(Line { person, outcome });
    }
    lines.sort_by_cached_key(|line| crate::common::name::sort_key(&line.person.name));
    Ok((lines, events))
}

/// What would become of each, by name; nothing is changed.
pub fn rehearse(conn: &mut Conn, actor: &Actor, change: &Change, ids: &[MembershipId]) -> Result<Vec<Line>, AppError> {
    let mut lines = Vec::new();
    let stopped: Result<(), Stop> = conn.transaction(|conn| {
        lines = all(conn, actor, change, ids).map_err(Stop::Failed)?.0;
        Err(Stop::Rehearsed)
    });
    match stopped {
        Err(Stop::Failed(error)) => Err(error),
        _ => Ok(lines),
    }
}

/// Changes all of them, each with its own deeds; or nobody, when one is refused: then the lines say who and why.
pub fn apply(
    conn: &mut Conn,
    actor: &Actor,
    change: &Change,
    ids: &[MembershipId],
) -> Result<Result<(usize, Events), Vec<Line>>, AppError> {
    let mut lines = Vec::new();
    let done = conn.transaction(|conn| {
        let events;
        (lines, events) = all(conn, actor, change, ids).map_err(Stop::Failed)?;
        if lines.iter().any(|line| matches!(line.outcome, Outcome::Refused(_))) {
            return Err(Stop::Rehearsed);
        }
        Ok(events)
    });
    match done {
        Ok(events) => {
            let changed = |line: &&Line| matches!(line.outcome, Outcome::Changed(_));
            Ok(Ok((lines.iter().filter(changed).count(), events)))
        }
        Err(Stop::Failed(error)) => Err(error),
        Err(_) => Ok(Err(lines)),
    }
}

/// Whether a list offers somebody for a change of many: never oneself, nobody out of reach.
pub fn offers(actor: &Actor, id: MembershipId, role: Role) -> bool {
    id != actor.id && actor.may_grant(role)
}
