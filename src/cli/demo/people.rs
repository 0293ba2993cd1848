//! Members whose access is not the usual one: in a group, suspended, with an end, removed.

use diesel::prelude::*;
use serde_json::json;

use crate::app::Ctx;
use crate::audit::{Action, ActorRef, Event, Events};
use crate::authz::role::{CompanyRole, Role};
use crate::cli::demo::fixtures::PASSWORD;
use crate::cli::demo::timeline::{DAY, Timeline, account, end_of_day};
use crate::common::email::Email;
use crate::common::error::AppError;
use crate::common::id::{CompanyId, MembershipId};
use crate::common::password;
use crate::common::time::Time;
use crate::db::Conn;
use crate::db::schema::{companies, memberships, organization_slugs};
use crate::db::types::org_id::OrgId;
use crate::models::company_pin;
use crate::models::membership;
use crate::models::membership::add::NewMembership;
use crate::models::membership::record::Membership;
use crate::models::membership::{MembershipOutcome, Origin, group};
use crate::models::user;
use crate::services::members::{access_end, suspension};

/// Name, address, and a company of the first role with it.
const NEWCOMERS: &[(&str, &str, &str, CompanyRole)] = &[
    (
        "Felix Amsel",
        "felix@ridgeline.example",
        "ridgeline-services",
        CompanyRole::Editor,
    ),
    (
        "Grace Oduya",
        "grace@summit.example",
        "summit-accounts",
        CompanyRole::Viewer,
    ),
    (
        "Marta Nowak",
        "marta@pinecrest.example",
        "pinecrest-credit",
        CompanyRole::Manager,
    ),
];

struct DemoTenant {
    organization: OrgId,
    owner: ActorRef,
}

impl DemoTenant {
    fn of(_cx: &Ctx, conn: &mut Conn) -> Result<Self, AppError> {
        let organization = organization_slugs::table
            .find("meridian")
            .select(organization_slugs::organization_id)
            .first(conn)?;
        let owner = account(conn, "maya@meridian.example")?;
        Ok(Self {
            organization,
            owner: user::by_id(conn, owner)?.actor(),
        })
    }

    fn company(&self, conn: &mut Conn, slug: &str) -> Result<CompanyId, AppError> {
        Ok(companies::table
            .filter(companies::organization_id.eq(self.organization))
            .filter(companies::slug.eq(slug))
            .select(companies::id)
            .first(conn)?)
    }

    fn person(&self, conn: &mut Conn, email: &str) -> Result<Membership, AppError> {
        let user = account(conn, email)?;
        let id: MembershipId = memberships::table
            .filter(memberships::organization_id.eq(self.organization))
            .filter(memberships::user_id.eq(user))
            .select(memberships::id)
            .first(conn)?;
        Membership::find(conn, self.organization, id)
    }

    fn event(self, event: Event) -> (Option<ActorRef>, Events) {
        (Some(self.owner), Events::organization(self.organization, event))
    }
}

pub fn seed(timeline: &Timeline) -> Result<(), AppError> {
    join(timeline)?;
    gather(timeline)?;
    limit(timeline)?;
    suspend(timeline)?;
    remove(timeline)?;
    pin(timeline)
}

/// The companies in the owner's sidebar.
fn pin(timeline: &Timeline) -> Result<(), AppError> {
    timeline.ago(20 * DAY, |cx, conn| {
        let scene = DemoTenant::of(cx, conn)?;
        let owner = scene.person(conn, "maya@meridian.example")?;
        for slug in ["harbor-recovery", "atlas-receivables", "pinecrest-credit"] {
            let company = scene.company(conn, slug)?;
            company_pin::pin(conn, cx.now, scene.organization, owner.id, company)?;
        }
        Ok(((), Some(scene.owner), Events::none("a pin is personal")))
    })
}

/// New members, each with one company.
fn join(timeline: &Timeline) -> Result<(), AppError> {
    let hash = password::hash_now(PASSWORD)?;
    for (at, (name, email, company, role)) in NEWCOMERS.iter().enumerate() {
        timeline.ago(24 * DAY - crate::cli::demo::timeline::minutes(at), |cx, conn| {
            let scene = DemoTenant::of(cx, conn)?;
            let address = Email::parse(email).map_err(AppError::internal)?;
            let added = crate::models::user::add(conn, cx, name, &address, &hash)?;
            let person = added.ok_or_else(|| AppError::internal(format!("{email} is twice in the cast")))?;
            let events = person
                .event(Action::SignedUp)
                .and(crate::services::accounts::verification::mark_verified(
                    conn, cx, &person,
                )?);
            let new = NewMembership {
                role: Role::Member,
                access_until: None,
                invited_by: Some(scene.owner.id),
                origin: Origin::Invite,
                companies: vec![(scene.company(conn, company)?, *role)],
            };
            let id = membership::add(conn, cx, scene.organization, person.id, &new)?.ok_or(AppError::NotFound)?;
            let event = Event::new(Action::InvitationAccepted, "member", id, *name)
                .after(json!({ "role": Role::Member.as_str() }));
            let events = events.and(Events::organization(scene.organization, event));
            Ok(((), Some(person.actor()), events))
        })?;
    }
    Ok(())
}

/// Access that ends.
fn limit(timeline: &Timeline) -> Result<(), AppError> {
    timeline.ago(2 * DAY, |cx, conn| {
        let scene = DemoTenant::of(cx, conn)?;
        let grace = scene.person(conn, "grace@summit.example")?;
        let until = Some(end_of_day(timeline.today.now, 20)?);
        expect(membership::set_access_until(conn, scene.organization, &grace, until)?)?;
        let company = scene.company(conn, "summit-accounts")?;
        membership::set_assignment_end(
            conn,
            scene.organization,
            grace.id,
            company,
            Some(end_of_day(timeline.today.now, 6)?),
        )?;
        let after = json!({ "access_until": until.map(Time::iso) });
        let events = access_end::changed(scene.organization, (grace.id, &grace.name), None, after);
        Ok(((), Some(scene.owner.clone()), events))
    })
}

/// A suspended member.
fn suspend(timeline: &Timeline) -> Result<(), AppError> {
    timeline.ago(26 * 60, |cx, conn| {
        let scene = DemoTenant::of(cx, conn)?;
        let felix = scene.person(conn, "felix@ridgeline.example")?;
        let reason = "On parental leave until March";
        let (organization, by) = (scene.organization, scene.owner.id);
        let suspended = suspension::suspend_without_email(conn, cx, organization, &felix, by, reason);
        let events = suspended.map_err(|error| AppError::internal(error.message()))?;
        Ok(((), Some(scene.owner.clone()), events))
    })
}

/// A removed member.
fn remove(timeline: &Timeline) -> Result<(), AppError> {
    timeline.ago(3 * 60, |cx, conn| {
        let scene = DemoTenant::of(cx, conn)?;
        let marta = scene.person(conn, "marta@pinecrest.example")?;
        expect(membership::remove(
            conn,
            cx,
            scene.organization,
            &marta,
            scene.owner.id,
        )?)?;
        let event = Event::new(Action::MemberRemoved, "member", marta.id, &marta.name)
            .before(json!({ "role": marta.role.as_str(), "email": marta.email }));
        let (actor, events) = scene.event(event);
        Ok(((), actor, events))
    })
}

/// A group with two members.
fn gather(timeline: &Timeline) -> Result<(), AppError> {
    timeline.ago(12 * DAY, |cx, conn| {
        let scene = DemoTenant::of(cx, conn)?;
        let terms = group::GroupTerms {
            name: "Field auditors".into(),
            description: "Look at the accounts of every client twice a year".into(),
            role: Role::Member,
            companies: vec![
                (scene.company(conn, "summit-accounts")?, CompanyRole::Viewer),
                (scene.company(conn, "ridgeline-services")?, CompanyRole::Viewer),
                (scene.company(conn, "bluewater-financial")?, CompanyRole::Viewer),
            ],
        };
        let id = group::create(conn, cx, scene.organization, scene.owner.id, &terms)?
            .ok_or_else(|| AppError::internal("the demo's group is there already"))?;
        let made = Event::new(Action::GroupCreated, "group", id, &terms.name)
            .after(json!({ "name": terms.name, "role": terms.role.as_str() }));
        let mut events = Events::organization(scene.organization, made);
        for email in ["seun.adeyemi@atlas.example", "noor@pinecrest.example"] {
            let person = scene.person(conn, email)?;
            group::put(conn, cx, scene.organization, id, person.id)?;
            let event = Event::new(Action::GroupMemberAdded, "member", person.id, &person.name)
                .after(json!({ "group": terms.name, "group_id": id.as_str() }));
            events = events.and(Events::organization(scene.organization, event));
        }
        Ok(((), Some(scene.owner), events))
    })
}

fn expect(outcome: MembershipOutcome) -> Result<(), AppError> {
    match outcome {
        MembershipOutcome::Done => Ok(()),
        other => Err(AppError::internal(format!("the demo's own change: {other:?}"))),
    }
}
