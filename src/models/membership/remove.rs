//! Removing somebody, and taking that back for a day.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use crate::app::Ctx;
use crate::authz::role::{CompanyRole, Role};
use crate::common::error::AppError;
use crate::common::id::{CompanyId, CustomRoleId, GroupId, MembershipId, UserId};
use crate::common::name;
use crate::common::time::{Span, Time};
use crate::db::Conn;
use crate::db::schema::{companies, company_assignments, groups, memberships, users};
use crate::db::types::MembershipStatus;
use crate::db::types::org_id::OrgId;
use crate::models::custom_role;
use crate::models::membership::counters::{CountedAs, add_owner, drop_words, put_words, recount, release_owner};
use crate::models::membership::effective::recompute_effective;
use crate::models::membership::record::Membership;
use crate::models::membership::{Origin, Outcome, OwnPlace, current, group, owns};

/// So long a removal can be undone.
pub const UNDO: Span = Span::hours(24);

/// What a removal took away, as it is kept until it can no longer be undone.
#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    role: String,
    custom_role: Option<String>,
    overrides: String,
    suspended: bool,
    groups: Vec<String>,
    companies: Vec<KeptPlace>,
}

#[derive(Debug, Serialize, Deserialize)]
struct KeptPlace {
    company: String,
    role: String,
    origin: String,
    /// The place's own end, in microseconds.
    until: Option<i64>,
}

impl Kept {
    fn of(conn: &mut Conn, organization: OrgId, standing: &Membership) -> QueryResult<Self> {
        let groups = group::of(conn, organization, standing.id)?;
        let places: Vec<(CompanyId, Option<CompanyRole>, Origin, Option<Time>)> = company_assignments::table
            .filter(company_assignments::organization_id.eq(organization))
            .filter(company_assignments::membership_id.eq(standing.id))
            .filter(company_assignments::direct_role.is_not_null())
            .order(company_assignments::company_id)
            .select((
                company_assignments::company_id,
                company_assignments::direct_role,
                company_assignments::origin,
                company_assignments::access_until,
            ))
            .load(conn)?;
        Ok(Self {
            role: standing.access.direct_role.as_str().to_owned(),
            custom_role: standing.access.custom_role.map(|id| id.to_string()),
            overrides: standing.access.overrides.clone(),
            suspended: standing.status == MembershipStatus::Suspended,
            groups: groups.iter().map(ToString::to_string).collect(),
            companies: places
                .into_iter()
                .filter_map(|(company, role, origin, until)| {
                    Some(KeptPlace {
                        company: company.to_string(),
                        role: role?.as_str().to_owned(),
                        origin: origin.as_str().to_owned(),
                        until: until.map(|end| end.0),
                    })
                })
                .collect(),
        })
    }
}

/// Removes somebody, or lets them leave: no rights from the next request on, the row stays for authorship. What they had
/// is kept for `UNDO`.
pub fn remove(
    conn: &mut Conn,
    cx: &Ctx,
    organization: OrgId,
    standing: &Membership,
    by: UserId,
) -> Result<Outcome, AppError> {
    if owns(standing) && !release_owner(conn, organization)? {
        return Ok(Outcome::LastOwner);
    }
    for id in group::of(conn, organization, standing.id)? {
        group::lock_row(conn, organization, id)?;
    }
    let kept = Kept::of(conn, organization, standing)?;
    let changed = diesel::update(current!(organization, standing))
        .set((
            memberships::status.eq(MembershipStatus::Removed),
            memberships::removed_at.eq(Some(cx.now)),
            memberships::removed_by.eq(Some(by.to_string())),
            memberships::sort_name.eq(None::<Vec<u8>>),
            memberships::group_count.eq(0),
            memberships::overrides.eq(""),
            memberships::custom_role_id.eq(None::<CustomRoleId>),
            memberships::restorable_until.eq(Some(cx.now + UNDO)),
            memberships::removal_snapshot.eq(serde_json::to_string(&kept).map_err(AppError::internal)?),
        ))
        .execute(conn)?;
    if changed == 0 {
        if owns(standing) {
            add_owner(conn, organization)?;
        }
        return Ok(Outcome::Changed);
    }
    let was = CountedAs {
        role: standing.role,
        status: standing.status,
    };
    recount(conn, organization, standing.id, Some(was), None)?;
    group::forget(conn, organization, standing.id)?;
    diesel::delete(
        company_assignments::table
            .filter(company_assignments::organization_id.eq(organization))
            .filter(company_assignments::membership_id.eq(standing.id)),
    )
    .execute(conn)?;
    drop_words(conn, organization, standing.id)?;
    Ok(Outcome::Done)
}

/// Takes a removal back: role, custom role, overrides, groups and companies are as they were, except what the
/// organization no longer has. `None` when it is too late or somebody came back in another way. Who calls this must see
/// that the one who undoes may vouch for what comes back.
pub fn restore(
    conn: &mut Conn,
    cx: &Ctx,
    organization: OrgId,
    id: MembershipId,
) -> Result<Option<Membership>, AppError> {
    let removed = memberships::table
        .filter(memberships::organization_id.eq(organization))
        .filter(memberships::id.eq(id))
        .filter(memberships::status.eq(MembershipStatus::Removed))
        .filter(memberships::restorable_until.ge(cx.now));
    let found: Option<(String, UserId)> = removed
        .select((memberships::removal_snapshot, memberships::user_id))
        .first(conn)
        .optional()?;
    let Some((kept, user)) = found else {
        return Ok(None);
    };
    let kept: Kept = serde_json::from_str(&kept).map_err(AppError::internal)?;
    let own = Role::parse(&kept.role).ok_or_else(|| AppError::internal("a kept role is one"))?;
    let custom = kept_role(conn, organization, kept.custom_role.as_deref())?;
    // A custom role that was deleted meanwhile falls back to nothing, not to the role it stood at. One that stands at
    // another role meanwhile has that one's rank.
    let own = match custom {
        Some((_, base)) => base,
        None if kept.custom_role.is_some() => Role::Member,
        None => own,
    };
    let custom = custom.map(|(id, _)| id);
    let (full_name, email): (String, String) = users::table
        .find(user)
        .select((users::name, users::email))
        .first(conn)?;
    let sort_name = name::sort_key(&full_name);
    let status = if kept.suspended {
        MembershipStatus::Suspended
    } else {
        MembershipStatus::Active
    };
    for group in kept.groups.iter().filter_map(|text| GroupId::parse(text)) {
        group::lock_row(conn, organization, group)?;
    }
    let back = diesel::update(removed)
        .set((
            memberships::status.eq(status),
            memberships::role.eq(own),
            memberships::direct_role.eq(own),
            memberships::custom_role_id.eq(custom),
            memberships::overrides.eq(&kept.overrides),
            memberships::sort_name.eq(Some(&sort_name)),
            memberships::removed_at.eq(None::<Time>),
            memberships::removed_by.eq(None::<String>),
            memberships::restorable_until.eq(None::<Time>),
            memberships::removal_snapshot.eq(""),
        ))
        .execute(conn)?;
    if back == 0 {
        return Ok(None);
    }
    let counted = CountedAs { role: own, status };
    recount(conn, organization, id, None, Some(counted))?;
    if own == Role::Owner && status == MembershipStatus::Active {
        add_owner(conn, organization)?;
    }
    put_words(conn, organization, id, &full_name, &email)?;
    for place in &kept.companies {
        put_back(conn, cx, organization, id, place)?;
    }
    for text in &kept.groups {
        let Some(group) = GroupId::parse(text) else { continue };
        let there: Option<GroupId> = groups::table
            .find((organization, group))
            .select(groups::id)
            .first(conn)
            .optional()?;
        if there.is_some() {
            group::put(conn, cx, organization, group, id)?;
        }
    }
    recompute_effective(conn, cx, organization, id)?;
    Ok(Some(Membership::find(conn, organization, id)?))
}

fn kept_role(conn: &mut Conn, organization: OrgId, id: Option<&str>) -> QueryResult<Option<(CustomRoleId, Role)>> {
    let Some(id) = id.and_then(CustomRoleId::parse) else {
        return Ok(None);
    };
    let base = custom_role::lock_row(conn, organization, id)?;
    Ok(base.map(|base| (id, base)))
}

fn put_back(conn: &mut Conn, cx: &Ctx, organization: OrgId, id: MembershipId, place: &KeptPlace) -> QueryResult<()> {
    let (Some(company), Some(role)) = (CompanyId::parse(&place.company), CompanyRole::parse(&place.role)) else {
        return Ok(());
    };
    let there: Option<CompanyId> = companies::table
        .find((organization, company))
        .select(companies::id)
        .first(conn)
        .optional()?;
    if there.is_none() {
        return Ok(());
    }
    let place = OwnPlace {
        role,
        origin: Origin::parse(&place.origin).unwrap_or(Origin::Direct),
        until: place.until.map(Time),
    };
    crate::models::membership::put_back(conn, cx, organization, id, company, place)
}

/// Forgets what can no longer be undone, for the clock.
pub fn forget_removals(conn: &mut Conn, now: Time) -> QueryResult<usize> {
    diesel::update(memberships::table.filter(memberships::restorable_until.lt(now)))
        .set((
            memberships::restorable_until.eq(None::<Time>),
            memberships::removal_snapshot.eq(""),
        ))
        .execute(conn)
}
