//! The tabs above the pages of members: the list, pending invitations, recently removed.

use crate::auth::actor::Actor;
use crate::authz::decision::Reach;
use crate::authz::permission::{ChangeRoles, InviteMembers, Permission, RemoveMembers, ViewMembers};
use crate::common::error::AppError;
use crate::common::html::number;
use crate::db::Conn;
use crate::handlers::members::queries::removed;
use crate::models::invitation::search;
use crate::models::invitation::search::InvitationScope;
use crate::models::membership::role_counts::RoleCounts;
use crate::services::invitations::authority::InviteAuthority;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MembersTab {
    List,
    Invitations,
    Removed,
}

/// A tab as the page shows it.
#[derive(Debug, Clone)]
pub struct MembersTabLink {
    pub label: &'static str,
    pub href: String,
    /// How many there are, when the reader may know.
    pub count: Option<String>,
    pub current: bool,
}

/// How many invitations are pending, and how many members were removed and can be restored.
#[derive(Debug, Clone, Copy)]
pub struct TabCounts {
    /// In the whole organization.
    pub pending: i64,
    pub removed: i64,
}

/// The tabs that the actor may open, with the open one marked. None for a fragment, and none where there is only one.
pub fn links(conn: &mut Conn, actor: &Actor, open: MembersTab) -> Result<Vec<MembersTabLink>, AppError> {
    links_with(conn, actor, open, None)
}

/// As `links`, for a caller who has read the numbers.
pub fn links_with(
    conn: &mut Conn,
    actor: &Actor,
    open: MembersTab,
    known: Option<TabCounts>,
) -> Result<Vec<MembersTabLink>, AppError> {
    let mut links = Vec::new();
    if actor.cx.request.fragment {
        return Ok(links);
    }
    let mut add = |tab, label, path: &str, count: Option<i64>| {
        links.push(MembersTabLink {
            label,
            href: actor.path(path),
            count: count.map(|count| number(&count)),
            current: tab == open,
        });
    };
    if actor.reach::<ViewMembers>() != Reach::Nowhere {
        let all = actor.reach::<ViewMembers>() == Reach::Everywhere;
        let members = all.then(|| actor.role_counts(conn)).transpose()?;
        let members = members.map(RoleCounts::active);
        add(MembersTab::List, "Members", "/members", members);
    }
    if actor.reach::<InviteMembers>() != Reach::Nowhere {
        let pending = match (InviteAuthority::scope_of(conn, actor)?, known) {
            (InvitationScope::All, Some(known)) => known.pending,
            (scope, _) => search::count_pending(conn, actor.organization, &scope)?,
        };
        add(
            MembersTab::Invitations,
            "Pending invitations",
            "/invitations",
            Some(pending),
        );
    }
    if may_restore(actor) {
        let removed = match known {
            Some(known) => known.removed,
            None => {
                let removed = removed::count(conn, actor.organization, actor.cx.now)?;
                i64::try_from(removed).unwrap_or(i64::MAX)
            }
        };
        add(
            MembersTab::Removed,
            "Recently removed",
            "/members/removed",
            Some(removed),
        );
    }
    if links.len() == 1 {
        links.clear();
    }
    Ok(links)
}

/// Managers of single companies neither remove nor restore members.
fn may_restore(actor: &Actor) -> bool {
    [RemoveMembers::ID, ChangeRoles::ID]
        .into_iter()
        .all(|permission| actor.permissions.reach(permission) == Reach::Everywhere)
}
