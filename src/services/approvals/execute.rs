//! What happens when something that waited is confirmed. Everything is asked again at that moment: the rights of who
//! asked, the state of whom it concerns.

use serde_json::json;

use crate::audit::{Action, Deed, Deeds};
use crate::auth::actor::Member;
use crate::authz::permission::{ChangeSlug, Permission, Right, TransferOrDelete};
use crate::authz::role::Role;
use crate::common::error::AppError;
use crate::common::id::MembershipId;
use crate::common::slug::Slug;
use crate::db::Conn;
use crate::models::approval::{Approval, Matter};
use crate::models::membership;
use crate::models::membership::Outcome;
use crate::models::membership::record::Standing;
use crate::models::organization;
use crate::models::organization::{Moved, deletion};
use crate::services::Done;
use crate::services::approvals::dual_control;
use crate::services::approvals::email;
use crate::services::members::role::Title;
use crate::services::members::rules;
use crate::services::members::rules::{Actor, Target};
use crate::services::members::{removal, role, suspension};

/// Why it does not happen. With any of them everything is undone.
pub enum Halt {
    /// It never will: the request is over.
    Lapsed(String),
    /// Not now; the request stays.
    NotNow(String),
    /// A defect or a refusal of the gate.
    Failed(AppError),
}

impl From<AppError> for Halt {
    fn from(error: AppError) -> Self {
        Self::Failed(error)
    }
}

fn lapsed<T>(sentence: impl Into<String>) -> Result<T, Halt> {
    Err(Halt::Lapsed(sentence.into()))
}

/// Who asked, with what they may do now.
struct Asker {
    standing: Standing,
    actor: Actor,
}

impl Asker {
    fn holds(&self, right: Right) -> Result<(), Halt> {
        if self.actor.authority.rights.has(right) {
            Ok(())
        } else {
            lapsed(format!("{} may no longer do this", self.standing.name))
        }
    }
}

/// Carries out what `member` confirms.
pub fn confirmed(conn: &mut Conn, member: &Member, approval: &Approval) -> Result<Done, Halt> {
    let Some((standing, actor)) = dual_control::requester(conn, member, approval)? else {
        return lapsed("Who asked for this has no access any more");
    };
    let asker = Asker { standing, actor };
    match approval.matter {
        Matter::Transfer => transfer(conn, member, approval, &asker),
        Matter::Deletion => {
            asker.holds(TransferOrDelete::RIGHT)?;
            delete(conn, member)?.ok_or_else(|| Halt::Lapsed("It waits for its deletion already".into()))
        }
        Matter::ControlOff => {
            asker.holds(TransferOrDelete::RIGHT)?;
            switch(conn, member, false)?.ok_or_else(|| Halt::Lapsed("Dual control is off already".into()))
        }
        Matter::Slug => {
            asker.holds(ChangeSlug::RIGHT)?;
            let to = Slug::parse(&approval.text("to")).map_err(Halt::Lapsed)?;
            if approval.text("from") != member.slug {
                return lapsed("The address was changed in the meantime");
            }
            match rename(conn, member, &to)? {
                Ok(done) => Ok(done),
                Err(sentence) => lapsed(sentence),
            }
        }
        Matter::Role | Matter::Removal | Matter::Suspension | Matter::Restoration => {
            person(conn, member, approval, &asker)
        }
    }
}

/// Hands the organization over. Two changes and one count of owners, together or not at all.
fn transfer(conn: &mut Conn, member: &Member, approval: &Approval, asker: &Asker) -> Result<Done, Halt> {
    let organization = member.organization;
    if asker.standing.facts.own_role != Role::Owner {
        return lapsed(format!("{} is no owner any more", asker.standing.name));
    }
    if organization::control(conn, organization)
        .map_err(AppError::from)?
        .holds()
    {
        return lapsed("Dual control was switched on: a second owner confirms who becomes an owner");
    }
    let person = Standing::find(conn, organization, member.id)?;
    if person.access_until.is_some() {
        return Err(Halt::NotNow(
            "Your access has an end, and an owner’s has none. Ask for the end date to be taken away".into(),
        ));
    }
    let again = || Halt::NotNow("Somebody changed a role in this moment. Look again and decide".into());
    let given = membership::set_role(conn, &member.cx, organization, &person, Role::Owner);
    if given.map_err(AppError::from)? != Outcome::Done {
        return Err(again());
    }
    let deed = Deed::new(Action::MemberRoleChanged, "member", person.id, &person.name)
        .before(json!({ "role": person.facts.own_role.as_str() }))
        .after(json!({ "role": Role::Owner.as_str() }));
    let mut deeds = member.did(deed);
    if approval.text("stays") != "yes" {
        let old = &asker.standing;
        let given = membership::set_role(conn, &member.cx, organization, old, Role::Admin);
        if given.map_err(AppError::from)? != Outcome::Done {
            return Err(again());
        }
        let deed = Deed::new(Action::OwnershipHandedOver, "member", old.id, &old.name)
            .before(json!({ "role": Role::Owner.as_str() }))
            .after(json!({ "role": Role::Admin.as_str() }));
        deeds = deeds.and(member.did(deed));
    }
    Ok(Done {
        word: format!("You are the owner of {} now", member.organization_name),
        deeds,
    })
}

fn person(conn: &mut Conn, member: &Member, approval: &Approval, asker: &Asker) -> Result<Done, Halt> {
    let organization = member.organization;
    let id = MembershipId::parse(&approval.text("member")).ok_or(AppError::NotFound)?;
    let person = match Standing::find(conn, organization, id) {
        Ok(person) => person,
        Err(AppError::NotFound) => return lapsed("The person it concerns is no member any more"),
        Err(error) => return Err(error.into()),
    };
    let target = Target::from(&person);
    if approval.matter != Matter::Role && !rules::may_remove(&asker.actor, &target) {
        return lapsed(format!("{} may no longer do this", asker.standing.name));
    }
    let done = match approval.matter {
        Matter::Role => {
            let Some(title) = Title::parse(conn, organization, &approval.text("role"))? else {
                return lapsed("There is no such role any more");
            };
            if let Err(why) = rules::role_change(&asker.actor, &target, title.held()) {
                return lapsed(why.sentence());
            }
            if Title::of(conn, organization, &person)? == title {
                return lapsed(format!("{} is {} already", person.name, title.label()));
            }
            role::carry_out(conn, member, &person, &title)?
        }
        Matter::Removal => removal::carry_out(conn, member, &person, approval.text("cancel_invitations") == "yes")?,
        Matter::Suspension => suspension::shut_out(conn, member, &person, &approval.text("reason"))?,
        _ => suspension::let_in(conn, member, &person)?,
    };
    done.map_err(|why| Halt::NotNow(why.sentence().to_owned()))
}

/// Lets the organization wait for its deletion and tells its owners and admins; `None` when it waits already.
pub fn delete(conn: &mut Conn, member: &Member) -> Result<Option<Done>, AppError> {
    let Some(day) = deletion::schedule(conn, &member.cx, member.organization)? else {
        return Ok(None);
    };
    email::scheduled(conn, member, day)?;
    let deed = Deed::new(
        Action::DeletionScheduled,
        "organization",
        member.organization,
        &member.organization_name,
    )
    .after(json!({ "delete_after": day.iso() }));
    Ok(Some(Done {
        word: format!("{} will be deleted on {}", member.organization_name, day.date()),
        deeds: member.did(deed),
    }))
}

/// Switches dual control; `None` when it is so already or cannot be.
pub fn switch(conn: &mut Conn, member: &Member, on: bool) -> Result<Option<Done>, AppError> {
    if !organization::set_control(conn, member.organization, on)? {
        return Ok(None);
    }
    let deed = Deed::new(
        Action::DualControlChanged,
        "organization",
        member.organization,
        &member.organization_name,
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
        deeds: member.did(deed),
    }))
}

/// Gives the organization another address. The inner error is a sentence; the caller must undo the transaction with it.
pub fn rename(conn: &mut Conn, member: &Member, to: &Slug) -> Result<Result<Done, String>, AppError> {
    let organization = member.organization;
    let refused = match organization::change_slug(conn, &member.cx, organization, &member.slug, to)? {
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
    let deed = Deed::new(
        Action::SlugChanged,
        "organization",
        organization,
        &member.organization_name,
    )
    .before(json!({ "slug": member.slug }))
    .after(json!({ "slug": to.as_str() }));
    Ok(Ok(Done {
        word: format!("The address is /organizations/{to} now. The old one leads here"),
        deeds: member.did(deed),
    }))
}

/// What stands in the log when something was confirmed, refused, withdrawn, or cannot be done any more.
pub fn deed(member: &Member, approval: &Approval, action: Action) -> Deeds {
    member.did(
        Deed::new(action, "approval", approval.id, &approval.label)
            .after(json!({ "action": approval.matter.as_str() })),
    )
}
