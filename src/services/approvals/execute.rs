//! What happens when something that waited is confirmed. Everything is asked again at that moment: the rights of who
//! asked, the state of whom it concerns.

use serde_json::json;

use crate::audit::{Action, Event, Events};
use crate::auth::actor::Actor;
use crate::authz::permission::{ChangeSlug, Permission, PermissionId, TransferOrDelete};
use crate::authz::role::Role;
use crate::common::error::AppError;
use crate::common::id::MembershipId;
use crate::common::slug::Slug;
use crate::db::Conn;
use crate::models::approval::{Approval, ApprovalAction};
use crate::models::membership::record::Membership;
use crate::models::organization;
use crate::models::organization::{Moved, deletion};
use crate::services::Done;
use crate::services::approvals::dual_control;
use crate::services::approvals::email;
use crate::services::members::errors::{RemovalError, RoleChangeError, SuspensionError};
use crate::services::members::role::Title;
use crate::services::members::rules;
use crate::services::members::rules::{ActorRank, Target};
use crate::services::members::{removal, role, suspension};

/// Why it does not happen. With any of them everything is undone.
pub enum ExecuteError {
    /// It never will: the request is over.
    Lapsed(String),
    /// Not now; the request stays.
    NotNow(String),
    /// A defect or a refusal of the gate.
    Failed(AppError),
}

impl From<AppError> for ExecuteError {
    fn from(error: AppError) -> Self {
        Self::Failed(error)
    }
}

macro_rules! not_now {
    ($($error:ident),+) => {$(
        impl From<$error> for ExecuteError {
            fn from(error: $error) -> Self {
                match error {
                    $error::Failed(error) => Self::Failed(error),
                    error => Self::NotNow(error.message().to_owned()),
                }
            }
        }
    )+};
}

not_now!(RoleChangeError, RemovalError, SuspensionError);

fn lapsed<T>(sentence: impl Into<String>) -> Result<T, ExecuteError> {
    Err(ExecuteError::Lapsed(sentence.into()))
}

/// Who asked, with what they may do now.
struct Asker {
    standing: Membership,
    rank: ActorRank,
}

impl Asker {
    fn holds(&self, permission: PermissionId) -> Result<(), ExecuteError> {
        if self.rank.authority.permissions.has(permission) {
            Ok(())
        } else {
            lapsed(format!("{} may no longer do this", self.standing.name))
        }
    }
}

/// Carries out what `member` confirms.
pub fn confirmed(conn: &mut Conn, actor: &Actor, approval: &Approval) -> Result<Done, ExecuteError> {
    let Some((standing, rank)) = dual_control::requester(conn, actor, approval)? else {
        return lapsed("Who asked for this has no access any more");
    };
    let asker = Asker { standing, rank };
    match approval.matter {
        ApprovalAction::Transfer => transfer(conn, actor, approval, &asker),
        ApprovalAction::Deletion => {
            asker.holds(TransferOrDelete::ID)?;
            delete(conn, actor)?.ok_or_else(|| ExecuteError::Lapsed("It waits for its deletion already".into()))
        }
        ApprovalAction::ControlOff => {
            asker.holds(TransferOrDelete::ID)?;
            switch(conn, actor, false)?.ok_or_else(|| ExecuteError::Lapsed("Dual control is off already".into()))
        }
        ApprovalAction::Slug => {
            asker.holds(ChangeSlug::ID)?;
            let to = Slug::parse(&approval.text("to")).map_err(ExecuteError::Lapsed)?;
            if approval.text("from") != actor.slug {
                return lapsed("The address was changed in the meantime");
            }
            match rename(conn, actor, &to)? {
                Ok(done) => Ok(done),
                Err(sentence) => lapsed(sentence),
            }
        }
        ApprovalAction::Role | ApprovalAction::Removal | ApprovalAction::Suspension | ApprovalAction::Restoration => {
            person(conn, actor, approval, &asker)
        }
    }
}

/// Hands the organization over. Two changes and one count of owners, together or not at all.
fn transfer(conn: &mut Conn, actor: &Actor, approval: &Approval, asker: &Asker) -> Result<Done, ExecuteError> {
    let organization = actor.organization;
    if asker.standing.access.direct_role != Role::Owner {
        return lapsed(format!("{} is no owner any more", asker.standing.name));
    }
    if organization::control(conn, organization)
        .map_err(AppError::from)?
        .holds()
    {
        return lapsed("Dual control was switched on: a second owner confirms who becomes an owner");
    }
    let person = Membership::find(conn, organization, actor.id)?;
    if person.access_until.is_some() {
        return Err(ExecuteError::NotNow(
            "Your access has an end, and an owner’s has none. Ask for the end date to be taken away".into(),
        ));
    }
    let mut events = role::accept_ownership(conn, actor, &person)?;
    if approval.text("stays") != "yes" {
        events = events.and(role::step_down(conn, &actor.cx, organization, &asker.standing)?);
    }
    Ok(Done {
        word: format!("You are the owner of {} now", actor.organization_name),
        events,
    })
}

fn person(conn: &mut Conn, actor: &Actor, approval: &Approval, asker: &Asker) -> Result<Done, ExecuteError> {
    let organization = actor.organization;
    let id = MembershipId::parse(&approval.text("member")).ok_or(AppError::NotFound)?;
    let person = match Membership::find(conn, organization, id) {
        Ok(person) => person,
        Err(AppError::NotFound) => return lapsed("The person it concerns is no member any more"),
        Err(error) => return Err(error.into()),
    };
    let target = Target::from(&person);
    if approval.matter != ApprovalAction::Role && !rules::may_remove(&asker.rank, &target) {
        return lapsed(format!("{} may no longer do this", asker.standing.name));
    }
    let done = match approval.matter {
        ApprovalAction::Role => {
            let Some(title) = Title::parse(conn, organization, &approval.text("role"))? else {
                return lapsed("There is no such role any more");
            };
            if let Err(error) = rules::role_change(&asker.rank, &target, title.held()) {
                return lapsed(error.message());
            }
            if Title::of(conn, organization, &person)? == title {
                return lapsed(format!("{} is {} already", person.name, title.label()));
            }
            Done {
                events: role::carry_out(conn, actor, &person, &title)?,
                word: format!("{} is {} now", person.name, title.label()),
            }
        }
        ApprovalAction::Removal => {
            let cancel = approval.text("cancel_invitations") == "yes";
            Done {
                events: removal::carry_out(conn, actor, &person, cancel)?,
                word: format!(
                    "{} is no longer a member of {}. You can undo this for 24 hours under “Recently removed”",
                    person.name, actor.organization_name
                ),
            }
        }
        ApprovalAction::Suspension => Done {
            events: suspension::suspend_now(conn, actor, &person, &approval.text("reason"))?,
            word: format!("{} is suspended. Role, companies and groups are kept", person.name),
        },
        _ => Done {
            events: suspension::reinstate_now(conn, actor, &person)?,
            word: format!("{} has access again", person.name),
        },
    };
    Ok(done)
}

/// Lets the organization wait for its deletion and tells its owners and admins; `None` when it waits already.
pub fn delete(conn: &mut Conn, actor: &Actor) -> Result<Option<Done>, AppError> {
    let Some(day) = deletion::schedule(conn, &actor.cx, actor.organization)? else {
        return Ok(None);
    };
    email::scheduled(conn, actor, day)?;
    let event = Event::new(
        Action::DeletionScheduled,
        "organization",
        actor.organization,
        &actor.organization_name,
    )
    .after(json!({ "delete_after": day.iso() }));
    Ok(Some(Done {
        word: format!("{} will be deleted on {}", actor.organization_name, day.date()),
        events: actor.event(event),
    }))
}

/// Switches dual control; `None` when it is so already or cannot be.
pub fn switch(conn: &mut Conn, actor: &Actor, on: bool) -> Result<Option<Done>, AppError> {
    if !organization::set_control(conn, actor.organization, on)? {
        return Ok(None);
    }
    let event = Event::new(
        Action::DualControlChanged,
        "organization",
        actor.organization,
        &actor.organization_name,
    )
    .before(json!({ "dual_control": !on }))
    .after(json!({ "dual_control": on }));
    let word = if on {
        "Dual control is on"
    } else {
        "Dual control is off"
    };
    Ok(Some(Done {
        word: word.into(),
        events: actor.event(event),
    }))
}

/// Gives the organization another address. The inner error is a sentence; the caller must undo the transaction with it.
pub fn rename(conn: &mut Conn, actor: &Actor, to: &Slug) -> Result<Result<Done, String>, AppError> {
    let organization = actor.organization;
    let refused = match organization::change_slug(conn, &actor.cx, organization, &actor.slug, to)? {
        Moved::Done => None,
        Moved::Taken => Some(format!("“{to}” is taken, choose another")),
        Moved::TooOften => Some(format!(
            "{} addresses were taken within {} days. Go back to one of them, or wait",
            organization::CHANGES,
            organization::CHANGES_IN.as_seconds() / 86_400
        )),
        Moved::Changed => Some("The address was changed in the meantime. Look at the new one and try again".into()),
    };
    if let Some(sentence) = refused {
        return Ok(Err(sentence));
    }
    let event = Event::new(
        Action::SlugChanged,
        "organization",
        organization,
        &actor.organization_name,
    )
    .before(json!({ "slug": actor.slug }))
    .after(json!({ "slug": to.as_str() }));
    Ok(Ok(Done {
        word: format!("The address is /organizations/{to} now. The old one leads here"),
        events: actor.event(event),
    }))
}

/// What stands in the log when something was confirmed, refused, withdrawn, or cannot be done any more.
pub fn event(actor: &Actor, approval: &Approval, action: Action) -> Events {
    actor.event(
        Event::new(action, "approval", approval.id, &approval.label)
            .after(json!({ "action": approval.matter.as_str() })),
    )
}
