//! What the page tells about a member besides their access.

use crate::auth::actor::Actor;
use crate::authz::decision::Overrides;
use crate::common::error::AppError;
use crate::db::Conn;
use crate::handlers::members::queries;
use crate::models::member_names;
use crate::models::membership::record::Membership;
use crate::models::second_factor;
use crate::web::history;
use crate::web::history::ObjectHistory;

/// The events on the page.
const RECENT: usize = 3;

/// Why a member has no access, for an actor who can restore it.
pub struct SuspensionNote {
    pub title: String,
    pub text: String,
}

impl SuspensionNote {
    pub fn load(conn: &mut Conn, actor: &Actor, member: &Membership) -> Result<Self, AppError> {
        let known = queries::suspension(conn, actor.organization, member.id)?;
        let when = known.at.map(|at| at.full(actor.zone)).unwrap_or_default();
        let Some(by) = known.by else {
            return Ok(Self {
                title: "Access has ended".into(),
                text: format!("Since {when}. Change or remove the end date to restore access."),
            });
        };
        let by = member_names::user_names(conn, std::slice::from_ref(&by))?.remove(&by);
        Ok(Self {
            title: by.map_or_else(|| "Suspended".into(), |by| format!("Suspended by {by}")),
            text: if known.reason.is_empty() {
                format!("On {when}, without a reason.")
            } else {
                format!("On {when}: {}", known.reason)
            },
        })
    }
}

/// The name of who invited a member.
pub fn inviter(conn: &mut Conn, member: &Membership) -> Result<Option<String>, AppError> {
    Ok(match &member.invited_by {
        Some(by) => member_names::user_names(conn, std::slice::from_ref(by))?.remove(by),
        None => None,
    })
}

/// "None", "1 permission", "3 permissions".
pub fn overridden(member: &Membership) -> String {
    let overrides = Overrides::read(&member.access.overrides);
    match overrides.allow.iter().count() + overrides.deny.iter().count() {
        0 => "None".into(),
        1 => "1 permission".into(),
        many => format!("{many} permissions"),
    }
}

/// The latest events, few enough for one screen.
pub fn recent(conn: &mut Conn, actor: &Actor, member: &Membership) -> Result<Option<ObjectHistory>, AppError> {
    let mut history = history::history(conn, actor, "member", member.id)?;
    if let Some(history) = &mut history {
        history.lines.truncate(RECENT);
    }
    Ok(history)
}

/// What concerns how a member signs in.
pub struct MemberSecurity {
    /// Whether the actor may end the member's sessions in the organization.
    pub may_end_sessions: bool,
    /// Whether the member has a second factor, for readers who manage security.
    pub two_factor: Option<bool>,
}

impl MemberSecurity {
    pub fn load(conn: &mut Conn, actor: &Actor, member: &Membership) -> Result<Self, AppError> {
        let has = second_factor::of(conn, member.user)?;
        Ok(Self {
            may_end_sessions: actor.permissions.log_out_everybody() && member.role.rank() <= actor.role.rank(),
            two_factor: actor.permissions.manage_security().then_some(has),
        })
    }
}
