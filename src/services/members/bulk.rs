//! One change for many people. What will happen is found out by doing it and taking it back: no rule is written twice.
//! Then it is done for all of them or for nobody.

use diesel::Connection;

use crate::audit::Deeds;
use crate::auth::actor::Member;
use crate::authz::permission::{AssignCompanies, ChangeRoles, Permission, RemoveMembers, Right};
use crate::authz::role::Role;
use crate::common::error::AppError;
use crate::common::id::{CompanyId, MembershipId};
use crate::common::time::Time;
use crate::db::Conn;
use crate::db::types::MembershipStatus;
use crate::models::membership;
use crate::models::membership::record::Standing;
use crate::services::Done;
use crate::services::assignments;
use crate::services::groups;
use crate::services::groups::Group;
use crate::services::members::role;
use crate::services::members::role::Title;
use crate::services::members::rules::Refused;
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
    /// The person.
    pub person: Standing,
    /// What becomes of them.
    pub outcome: Outcome,
}

impl Change {
    /// The right that the change asks for.
    pub fn right(&self) -> Right {
        match self {
            Self::Role(_) | Self::AccessEnd(_) | Self::Group(_) => ChangeRoles::RIGHT,
            Self::Assign(..) | Self::TakeOff(..) => AssignCompanies::RIGHT,
            Self::Suspend(_) | Self::Restore | Self::Remove(_) => RemoveMembers::RIGHT,
        }
    }

    /// From what to what it brings somebody, in words.
    fn words(&self, conn: &mut Conn, member: &Member, person: &Standing) -> Result<String, AppError> {
        let day = |time: Option<Time>| time.map_or_else(|| "no end".to_owned(), Time::date);
        Ok(match self {
            Self::Role(title) => {
                let present = Title::of(conn, member.organization, person)?;
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

    fn apply(&self, conn: &mut Conn, member: &Member, person: &Standing) -> Result<Result<Deeds, String>, AppError> {
        let done = match self {
            Self::Role(title) => told(role::change(conn, member, person, title)?),
            Self::AccessEnd(_) if person.role == Role::Owner => Err("An owner’s access has no end".into()),
            Self::AccessEnd(until) => told(access_end::set(conn, member, person, *until)?),
            Self::Suspend(_) if person.status == MembershipStatus::Suspended => Ok(Deeds::none("suspended already")),
            Self::Suspend(reason) => told(suspension::suspend(conn, member, person, reason)?),
            Self::Restore if person.status == MembershipStatus::Active => Ok(Deeds::none("in already")),
            Self::Restore => told(suspension::restore(conn, member, person)?),
            Self::Remove(cancel) => told(removal::remove(conn, member, person, *cancel)?),
            Self::Group(group) => groups::put(conn, member, group, person)?
                .map(|done| done.deeds)
                .map_err(|why| why.sentence().to_owned()),
            Self::TakeOff(company, _) => {
                match assignments::take(conn, member, AssignCompanies::RIGHT, person, *company)? {
                    Ok(placed) => Ok(placed.deeds),
                    Err(assignments::Refused::NotAssigned) => Ok(Deeds::none("not assigned anyway")),
                    Err(why) => Err(why.sentence(member.unit.one())),
                }
            }
            Self::Assign(companies, _) => {
                let mut deeds = Deeds::none("as many as are new");
                for (company, role) in companies {
                    match assignments::give(conn, member, AssignCompanies::RIGHT, person, *company, *role)? {
                        Ok(placed) => deeds = deeds.and(placed.deeds),
                        Err(why) => return Ok(Err(why.sentence(member.unit.one()))),
                    }
                }
                Ok(deeds)
            }
        };
        Ok(done)
    }
}

fn told(done: Result<Done, Refused>) -> Result<Deeds, String> {
    done.map(|done| done.deeds).map_err(|why| why.sentence().to_owned())
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
fn one(conn: &mut Conn, member: &Member, change: &Change, person: &Standing) -> Result<(Outcome, Deeds), AppError> {
    let words = change.words(conn, member, person)?;
    let done = conn.transaction(|conn| match change.apply(conn, member, person) {
        Ok(Ok(deeds)) => Ok(deeds),
        Ok(Err(sentence)) => Err(Stop::Refused(sentence)),
        // Somebody would get more than the actor may hand out: it concerns this person alone.
        Err(AppError::Forbidden(refusal)) => {
            Err(Stop::Refused(refusal.reason.clone().unwrap_or_else(|| {
                format!("It would give them “{}”, which is not yours to give", refusal.right)
            })))
        }
        Err(error) => Err(Stop::Failed(error)),
    });
    match done {
        Ok(deeds) if deeds.is_empty() => Ok((Outcome::Same, deeds)),
        Ok(deeds) => Ok((Outcome::Changed(words), deeds)),
        Err(Stop::Refused(sentence)) => Ok((Outcome::Refused(sentence), Deeds::none("refused"))),
        Err(Stop::Failed(error)) => Err(error),
        Err(Stop::Rehearsed) => Err(AppError::internal("nobody rehearses one person")),
    }
}

fn all(
    conn: &mut Conn,
    member: &Member,
    change: &Change,
    ids: &[MembershipId],
) -> Result<(Vec<Line>, Deeds), AppError> {
    let mut ids = ids.to_vec();
    ids.sort();
    ids.dedup();
    membership::hold_all(conn, member.organization, &ids)?;
    let mut lines = Vec::new();
    let mut deeds = Deeds::none("as many as there were");
    for id in ids {
        let person = Standing::find(conn, member.organization, id)?;
        let (outcome, done) = one(conn, member, change, &person)?;
        deeds = deeds.and(done);
        lines.push(Line { person, outcome });
    }
    lines.sort_by_cached_key(|line| crate::common::name::sort_key(&line.person.name));
    Ok((lines, deeds))
}

/// What would become of each, by name; nothing is changed.
///
/// # Errors
/// `NotFound` also for another organization's member and one who was removed.
pub fn rehearse(
    conn: &mut Conn,
    member: &Member,
    change: &Change,
    ids: &[MembershipId],
) -> Result<Vec<Line>, AppError> {
    let mut lines = Vec::new();
    let stopped: Result<(), Stop> = conn.transaction(|conn| {
        lines = all(conn, member, change, ids).map_err(Stop::Failed)?.0;
        Err(Stop::Rehearsed)
    });
    match stopped {
        Err(Stop::Failed(error)) => Err(error),
        _ => Ok(lines),
    }
}

/// Changes all of them, each with its own deeds; or nobody, when one is refused: then the lines say who and why.
///
/// # Errors
/// `NotFound` also for another organization's member and one who was removed.
pub fn apply(
    conn: &mut Conn,
    member: &Member,
    change: &Change,
    ids: &[MembershipId],
) -> Result<Result<(usize, Deeds), Vec<Line>>, AppError> {
    let mut lines = Vec::new();
    let done = conn.transaction(|conn| {
        let deeds;
        (lines, deeds) = all(conn, member, change, ids).map_err(Stop::Failed)?;
        if lines.iter().any(|line| matches!(line.outcome, Outcome::Refused(_))) {
            return Err(Stop::Rehearsed);
        }
        Ok(deeds)
    });
    match done {
        Ok(deeds) => {
            let changed = |line: &&Line| matches!(line.outcome, Outcome::Changed(_));
            Ok(Ok((lines.iter().filter(changed).count(), deeds)))
        }
        Err(Stop::Failed(error)) => Err(error),
        Err(_) => Ok(Err(lines)),
    }
}

/// Whether a list offers somebody for a change of many: never oneself, nobody out of reach.
pub fn offers(member: &Member, id: MembershipId, role: Role) -> bool {
    id != member.id && member.may_grant(role)
}
