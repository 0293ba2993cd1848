//! A company moves to another organization of the same person: the one change that happens in two organizations at once.
//!
//! Whoever moves it may end it here (`company.delete`) and begin one there (`company.create`, and assign people to it).
//! People who are in force in both organizations keep their place in it, where the mover could give it to them there;
//! everybody else loses it. What else names the
//! company here (invitations, links, groups, requests, a review) stands in the way until it is settled: nothing of it is
//! dropped in silence. The logs stay where they are, and each of them tells where the company went or came from.

use diesel::prelude::*;
use serde_json::json;

use crate::audit::{Action, Event, Events};
use crate::auth::actor::Actor;
use crate::auth::company::Company;
use crate::authz::decision::{Authority, Reach};
use crate::authz::permission::{AssignCompanies, CreateCompanies, Permission};
use crate::authz::role::{CompanyRole, Role};
use crate::common::error::AppError;
use crate::common::id::{CompanyId, MembershipId, UserId};
use crate::common::name;
use crate::common::slug::Slug;
use crate::common::time::Time;
use crate::db::Conn;
use crate::db::schema::{
    access_requests, access_review_companies, access_reviews, companies, company_assignments, group_grants, groups,
    invitation_grants, invitations, memberships, onboarding_links, organization_slugs, organizations, users,
};
use crate::db::types::MembershipStatus;
use crate::db::types::org_id::OrgId;
use crate::db::types::organization::{CompanyStatus, InvitationStatus, OrganizationStatus, UnitLabel};
use crate::models::membership;
use crate::models::membership::Origin;
use crate::models::membership::access;
use crate::models::new_company;
use crate::models::organization;
use crate::services::assignments::AssignmentCheck;

/// So many of somebody's organizations are looked through.
const LOOKED_THROUGH: i64 = 200;

/// Another organization of the same person, in which they may begin companies.
#[derive(Debug, Clone)]
pub struct Destination {
    organization: OrgId,
    // Who moves, as they stand there: they place nobody whom they could not assign, and not themselves.
    me: MembershipId,
    authority: Authority,
    pub name: String,
    pub slug: String,
    /// Its word for companies.
    pub unit: UnitLabel,
}

/// Where a member may move companies to, by name.
pub fn destinations(conn: &mut Conn, actor: &Actor) -> QueryResult<Vec<Destination>> {
    let mine: Vec<(OrgId, MembershipId, String, String, UnitLabel)> = memberships::table
        .inner_join(organizations::table)
        .inner_join(organization_slugs::table.on(organization_slugs::organization_id.eq(organizations::id)))
        .filter(memberships::user_id.eq(actor.person.id))
        .filter(memberships::status.eq(MembershipStatus::Active))
        .filter(memberships::organization_id.ne(actor.organization))
        .filter(organizations::status.eq(OrganizationStatus::Active))
        .filter(organizations::delete_after.is_null())
        .filter(organization_slugs::is_current.eq(true))
        .order((organizations::name, organizations::id))
        .limit(LOOKED_THROUGH)
        .select((
            organizations::id,
            memberships::id,
            organizations::name,
            organization_slugs::slug,
            organizations::unit_label,
        ))
        .load(conn)?;
    let mut found = Vec::new();
    for (organization, id, name, slug, unit) in mine {
        let authority = access::access_inputs(conn, actor.cx.now, organization, id)?.authority();
        let may = [CreateCompanies::ID, AssignCompanies::ID];
        if may
            .into_iter()
            .all(|permission| authority.permissions.reach(permission) == Reach::Everywhere)
        {
            found.push(Destination {
                organization,
                me: id,
                authority,
                name,
                slug,
                unit,
            });
        }
    }
    Ok(found)
}

/// What stands in the way of a move: all of it is named, so that it can be settled.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Obstacles {
    /// Addresses of pending invitations that give a place in the company.
    pub invitations: Vec<String>,
    /// Names of onboarding links that do.
    pub links: Vec<String>,
    /// Names of groups that do.
    pub groups: Vec<String>,
    /// How many open requests ask for something in it.
    pub requests: i64,
    /// The access review that runs and looks at it.
    pub review: Option<String>,
    /// Whether two owners must agree on what is final: one alone carries nothing out of the organization then.
    pub dual: bool,
}

impl Obstacles {
    /// Whether the way is free.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// So many names of each kind are told.
const TOLD: i64 = 20;

/// What stands in the way of a company's move.
pub fn obstacles(conn: &mut Conn, member: &Actor, company: CompanyId) -> QueryResult<Obstacles> {
    let (organization, now) = (member.organization, member.cx.now);
    Ok(Obstacles {
        dual: organization::control(conn, organization)?.holds(),
        invitations: invitation_grants::table
            .inner_join(
                invitations::table.on(invitations::organization_id
                    .eq(invitation_grants::organization_id)
                    .and(invitations::id.eq(invitation_grants::invitation_id))),
            )
            .filter(invitation_grants::organization_id.eq(organization))
            .filter(invitation_grants::company_id.eq(company))
            .filter(invitations::status.eq(InvitationStatus::Pending))
            .order(invitations::email)
            .limit(TOLD)
            .select(invitations::email)
            .load(conn)?,
        links: onboarding_links::table
            .filter(onboarding_links::organization_id.eq(organization))
            .filter(onboarding_links::companies.like(format!("%{company}%")))
            .filter(onboarding_links::disabled_at.is_null())
            .filter(
                onboarding_links::expires_at
                    .is_null()
                    .or(onboarding_links::expires_at.ge(now)),
            )
            .order(onboarding_links::name)
            .limit(TOLD)
            .select(onboarding_links::name)
            .load(conn)?,
        groups: group_grants::table
            .inner_join(
                groups::table.on(groups::organization_id
                    .eq(group_grants::organization_id)
                    .and(groups::id.eq(group_grants::group_id))),
            )
            .filter(group_grants::organization_id.eq(organization))
            .filter(group_grants::company_id.eq(company))
            .order(groups::name)
            .limit(TOLD)
            .select(groups::name)
            .load(conn)?,
        requests: access_requests::table
            .filter(access_requests::organization_id.eq(organization))
            .filter(access_requests::company_id.eq(company))
            .filter(access_requests::decided_at.is_null())
            .count()
            .get_result(conn)?,
        review: access_review_companies::table
            .inner_join(
                access_reviews::table.on(access_reviews::organization_id
                    .eq(access_review_companies::organization_id)
                    .and(access_reviews::id.eq(access_review_companies::review_id))),
            )
            .filter(access_review_companies::organization_id.eq(organization))
            .filter(access_review_companies::company_id.eq(company))
            .filter(access_reviews::closed_at.is_null())
            .select(access_reviews::name)
            .first(conn)
            .optional()?,
    })
}

/// Somebody's own place in the company, with their membership in the other organization, where they may be placed.
struct Place {
    member: MembershipId,
    name: String,
    role: CompanyRole,
    until: Option<Time>,
    there: Option<MembershipId>,
}

fn places(conn: &mut Conn, actor: &Actor, company: CompanyId, to: &Destination) -> QueryResult<Vec<Place>> {
    type Row = (
        MembershipId,
        UserId,
        String,
        MembershipStatus,
        Option<CompanyRole>,
        Option<Time>,
    );
    let rows: Vec<Row> = company_assignments::table
        .inner_join(
            memberships::table.on(memberships::organization_id
                .eq(company_assignments::organization_id)
                .and(memberships::id.eq(company_assignments::membership_id))),
        )
        .inner_join(users::table.on(users::id.eq(memberships::user_id)))
        .filter(company_assignments::organization_id.eq(actor.organization))
        .filter(company_assignments::company_id.eq(company))
        .order(memberships::id)
        .select((
            memberships::id,
            users::id,
            users::name,
            memberships::status,
            company_assignments::direct_role,
            company_assignments::access_until,
        ))
        .load(conn)?;
    let accounts: Vec<UserId> = rows.iter().map(|row| row.1).collect();
    let mut there = std::collections::HashMap::new();
    for some in accounts.chunks(500) {
        let found: Vec<(UserId, MembershipId, Role)> = memberships::table
            .filter(memberships::organization_id.eq(to.organization))
            .filter(memberships::user_id.eq_any(some))
            .filter(memberships::status.eq(MembershipStatus::Active))
            .select((memberships::user_id, memberships::id, memberships::role))
            .load(conn)?;
        there.extend(found.into_iter().map(|(user, id, role)| (user, (id, role))));
    }
    Ok(rows
        .into_iter()
        .filter_map(|(id, user, name, status, role, until)| {
            let role = role?;
            let may_be_placed = |there: &(MembershipId, Role)| {
                let attempt = AssignmentCheck::new((to.me, to.authority), AssignCompanies::ID, *there);
                status == MembershipStatus::Active && attempt.give(true, None, role).is_ok()
            };
            Some(Place {
                member: id,
                name,
                role,
                until,
                there: there.get(&user).copied().filter(may_be_placed).map(|(id, _)| id),
            })
        })
        .collect())
}

/// How many people keep their place in the company, and how many lose it.
pub fn people(conn: &mut Conn, actor: &Actor, company: CompanyId, to: &Destination) -> QueryResult<(usize, usize)> {
    let places = places(conn, actor, company, to)?;
    let stay = places.iter().filter(|place| place.there.is_some()).count();
    Ok((stay, places.len() - stay))
}

/// Moves a company. `None` when something stands in the way; else its slug there, which is another one where its own is
/// taken.
pub fn relocate(
    conn: &mut Conn,
    actor: &Actor,
    company: &Company,
    to: &Destination,
) -> Result<Option<(Slug, Events)>, AppError> {
    let (cx, from, id) = (&actor.cx, actor.organization, company.id);
    to.organization.advisory_lock(conn)?;
    if !obstacles(conn, actor, id)?.is_empty() {
        return Ok(None);
    }
    let own = Slug::parse(&company.slug).map_err(AppError::internal)?;
    let slug = new_company::free_slug(conn, to.organization, &own)?.ok_or(AppError::Busy)?;
    let row = (
        companies::organization_id.eq(to.organization),
        companies::id.eq(id),
        companies::name.eq(&company.name),
        companies::slug.eq(slug.as_str()),
        companies::sort_name.eq(name::sort_key(&company.name)),
        companies::status.eq(company.status),
        companies::created_at.eq(company.created_at),
        companies::archived_at.eq(company.archived_at),
    );
    diesel::insert_into(companies::table).values(row).execute(conn)?;
    let (active, archived) = match company.status {
        CompanyStatus::Active => (1, 0),
        CompanyStatus::Archived => (0, 1),
    };
    organization::count_companies(conn, to.organization, active, archived)?;

    let mut events = Events::none("what was moved follows");
    for place in places(conn, actor, id, to)? {
        membership::unassign(conn, cx, from, place.member, id)?;
        let facts = json!({ "company": company.name, "company_id": id.as_str(), "role": place.role.as_str() });
        let event = Event::new(Action::MemberUnassigned, "member", place.member, &place.name).before(facts.clone());
        events = events.and(Events::organization(from, event));
        if let Some(there) = place.there {
            membership::assign(conn, cx, to.organization, there, id, place.role, Origin::Direct)?;
            if place.until.is_some() {
                membership::set_place_until(conn, to.organization, there, id, place.until)?;
            }
            let event = Event::new(Action::MemberAssigned, "member", there, &place.name).after(facts);
            events = events.and(Events::organization(to.organization, event));
        }
    }
    // Of invitations that are answered, the log tells what they gave.
    diesel::delete(
        invitation_grants::table
            .filter(invitation_grants::organization_id.eq(from))
            .filter(invitation_grants::company_id.eq(id)),
    )
    .execute(conn)?;
    diesel::delete(companies::table.find((from, id))).execute(conn)?;
    organization::count_companies(conn, from, -active, -archived)?;

    let away = Event::new(Action::CompanyMovedAway, "company", id, &company.name)
        .before(json!({ "slug": company.slug }))
        .after(json!({ "organization": to.name }));
    let in_ = Event::new(Action::CompanyMovedIn, "company", id, &company.name)
        .before(json!({ "organization": actor.organization_name }))
        .after(json!({ "slug": slug.as_str() }));
    let events = events
        .and(Events::organization(from, away))
        .and(Events::organization(to.organization, in_));
    Ok(Some((slug, events)))
}
