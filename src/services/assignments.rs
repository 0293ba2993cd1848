//! Who gives whom which role in a company: one rule and one pair of verbs, whichever page asks.

use diesel::prelude::*;
use serde_json::json;

use crate::audit::{Action, Event, Events};
use crate::auth::actor::Actor;
use crate::authz::decision::{Authority, Reach};
use crate::authz::permission::{ChangeRoles, Permission, PermissionId};
use crate::authz::role::{CompanyRole, Role};
use crate::common::error::AppError;
use crate::common::id::{CompanyId, MembershipId};
use crate::common::time::Time;
use crate::db::Conn;
use crate::db::schema::{companies, company_assignments};
use crate::db::types::org_id::OrgId;
use crate::db::types::organization::CompanyStatus;
use crate::models::membership;
use crate::models::membership::Origin;
use crate::models::membership::record::Membership;

/// Why somebody's place in a company stays as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AssignmentError {
    /// Their role in the organization, or the company, is out of reach.
    HigherRank,
    /// Their role in the company is.
    HigherRole,
    /// The wanted role is.
    NotGrantable,
    /// Nobody raises themselves.
    Oneself,
    /// An archived company is read-only.
    Archived,
    /// There is nothing to take away.
    NotAssigned,
    /// What a group gives is taken away at the group.
    ByGroup,
}

impl AssignmentError {
    /// The sentence for the person who tried. `one` is the organization's word for a company.
    pub fn sentence(self, one: &str) -> String {
        match self {
            Self::HigherRank => "Their role in the organization is higher than yours allows you to change".into(),
            Self::HigherRole => {
                "They manage this one. Only somebody who manages the whole organization changes that".into()
            }
            Self::NotGrantable => "Choose a role that you may give".into(),
            Self::Oneself => "Ask somebody else: nobody gives themselves a role".into(),
            Self::Archived => format!("This {one} is archived. Restore it first"),
            Self::NotAssigned => "They are not assigned here".into(),
            Self::ByGroup => "They are here through a group. Change the group, or take them out of it".into(),
        }
    }
}

/// The roles that somebody may give, highest first: who manages companies by assignment only gives the lower ones.
pub fn grantable(reach: Reach) -> &'static [CompanyRole] {
    match reach {
        Reach::Everywhere => CompanyRole::ALL,
        Reach::OwnCompanies => &[CompanyRole::Editor, CompanyRole::Viewer],
        Reach::Nowhere => &[],
    }
}

/// Somebody who wants to change somebody's place in companies.
#[derive(Debug, Clone, Copy)]
pub struct AssignmentCheck {
    reach: Reach,
    in_rank: bool,
    oneself: bool,
}

impl AssignmentCheck {
    /// `right` is the right of the page that asks.
    pub fn new(actor: (MembershipId, Authority), permission: PermissionId, target: (MembershipId, Role)) -> Self {
        let (me, authority) = actor;
        let Authority { role, permissions, .. } = authority;
        let in_rank = match permissions.reach(ChangeRoles::ID) {
            Reach::Everywhere => authority.may_grant(target.1),
            Reach::OwnCompanies => target.1 == Role::Member,
            Reach::Nowhere => false,
        };
        Self {
            reach: permissions.reach(permission),
            in_rank,
            // Who manages every company anyway gains nothing by an assignment.
            oneself: me == target.0 && role.inherited() != Some(CompanyRole::Manager),
        }
    }

    /// The attempt of a member on somebody.
    pub fn of(actor: &Actor, permission: PermissionId, id: MembershipId, role: Role) -> Self {
        Self::new((actor.id, actor.authority()), permission, (id, role))
    }

    /// Whether a place may be changed at all. `own`: the company is one where the actor holds the right by assignment;
    /// `present`: the role the person has there.
    pub fn touch(self, own: bool, present: Option<CompanyRole>) -> Result<(), AssignmentError> {
        let in_reach = match self.reach {
            Reach::Everywhere => true,
            Reach::OwnCompanies => own,
            Reach::Nowhere => false,
        };
        if !in_reach || !self.in_rank {
            return Err(AssignmentError::HigherRank);
        }
        match present {
            Some(role) if !grantable(self.reach).contains(&role) => Err(AssignmentError::HigherRole),
            _ => Ok(()),
        }
    }

    /// Whether a role may be given.
    pub fn give(self, own: bool, present: Option<CompanyRole>, role: CompanyRole) -> Result<(), AssignmentError> {
        if self.oneself {
            return Err(AssignmentError::Oneself);
        }
        self.touch(own, present)?;
        if grantable(self.reach).contains(&role) {
            Ok(())
        } else {
            Err(AssignmentError::NotGrantable)
        }
    }
}

/// What was changed.
#[derive(Debug)]
pub struct Placed {
    /// The company's name.
    pub company: String,
    /// The deeds; none when everything was so before.
    pub events: Events,
}

/// Gives somebody a role in a company, or changes it.
pub fn give(
    conn: &mut Conn,
    actor: &Actor,
    permission: PermissionId,
    person: &Membership,
    company: CompanyId,
    role: CompanyRole,
) -> Result<Result<Placed, AssignmentError>, AppError> {
    let at = Place::find(conn, actor, permission, person, company)?;
    if let Err(refused) = at.attempt.give(at.own, at.present, role).and_then(|()| at.is_open()) {
        return Ok(Err(refused));
    }
    if at.direct == Some(role) {
        let events = Events::none("it is the role they have");
        return Ok(Ok(Placed {
            company: at.name,
            events,
        }));
    }
    membership::assign(
        conn,
        &actor.cx,
        actor.organization,
        person.id,
        company,
        role,
        Origin::Direct,
    )?;
    let before = at.direct.map_or_else(
        || json!({}),
        |direct| json!({ "company": at.name, "role": direct.as_str() }),
    );
    let event = Event::new(Action::MemberAssigned, "member", person.id, &person.name)
        .before(before)
        .after(json!({ "company": at.name, "company_id": company.as_str(), "role": role.as_str() }));
    Ok(Ok(Placed {
        company: at.name,
        events: actor.event(event),
    }))
}

/// Takes somebody off a company.
pub fn take(
    conn: &mut Conn,
    actor: &Actor,
    permission: PermissionId,
    person: &Membership,
    company: CompanyId,
) -> Result<Result<Placed, AssignmentError>, AppError> {
    let at = Place::find(conn, actor, permission, person, company)?;
    if at.present.is_none() {
        return Ok(Err(AssignmentError::NotAssigned));
    }
    if let Err(refused) = at.attempt.touch(at.own, at.present).and_then(|()| at.is_open()) {
        return Ok(Err(refused));
    }
    let Some(direct) = at.direct else {
        return Ok(Err(AssignmentError::ByGroup));
    };
    membership::unassign(conn, &actor.cx, actor.organization, person.id, company)?;
    let event = Event::new(Action::MemberUnassigned, "member", person.id, &person.name)
        .before(json!({ "company": at.name, "company_id": company.as_str(), "role": direct.as_str() }));
    Ok(Ok(Placed {
        company: at.name,
        events: actor.event(event),
    }))
}

/// Changes when somebody's own place in a company ends; `None` is no end. Who may give the role may say for how long.
pub fn end(
    conn: &mut Conn,
    actor: &Actor,
    permission: PermissionId,
    person: &Membership,
    company: CompanyId,
    until: Option<Time>,
) -> Result<Result<Placed, AssignmentError>, AppError> {
    let at = Place::find(conn, actor, permission, person, company)?;
    let Some(present) = at.present else {
        return Ok(Err(AssignmentError::NotAssigned));
    };
    if let Err(refused) = at.attempt.give(at.own, at.present, present).and_then(|()| at.is_open()) {
        return Ok(Err(refused));
    }
    if at.direct.is_none() {
        return Ok(Err(AssignmentError::ByGroup));
    }
    if at.until == until {
        let events = Events::none("the same day");
        return Ok(Ok(Placed {
            company: at.name,
            events,
        }));
    }
    membership::set_place_until(conn, actor.organization, person.id, company, until)?;
    let day = |time: Option<Time>| json!({ "company": at.name, "company_id": company.as_str(), "access_until": time.map(Time::day) });
    let event = Event::new(Action::MemberAccessEndChanged, "member", person.id, &person.name)
        .before(day(at.until))
        .after(day(until));
    Ok(Ok(Placed {
        events: actor.event(event),
        company: at.name,
    }))
}

/// The role that somebody is assigned in a company.
pub fn role_in(
    conn: &mut Conn,
    organization: OrgId,
    membership: MembershipId,
    company: CompanyId,
) -> QueryResult<Option<CompanyRole>> {
    company_assignments::table
        .find((organization, membership, company))
        .select(company_assignments::role)
        .first(conn)
        .optional()
}

struct Place {
    name: String,
    status: CompanyStatus,
    /// The role that counts.
    present: Option<CompanyRole>,
    /// The person's own, without their groups'.
    direct: Option<CompanyRole>,
    /// When their own ends.
    until: Option<Time>,
    own: bool,
    attempt: AssignmentCheck,
}

impl Place {
    fn find(
        conn: &mut Conn,
        actor: &Actor,
        permission: PermissionId,
        person: &Membership,
        company: CompanyId,
    ) -> Result<Self, AppError> {
        let (name, status) = companies::table
            .find((actor.organization, company))
            .select((companies::name, companies::status))
            .first(conn)?;
        let place: Option<(CompanyRole, Option<CompanyRole>, Option<Time>)> = company_assignments::table
            .find((actor.organization, person.id, company))
            .select((
                company_assignments::role,
                company_assignments::direct_role,
                company_assignments::access_until,
            ))
            .first(conn)
            .optional()?;
        Ok(Self {
            name,
            status,
            present: place.map(|(role, ..)| role),
            direct: place.and_then(|(_, direct, _)| direct),
            until: place.and_then(|(.., until)| until),
            own: actor.permissions.reach(permission) == Reach::OwnCompanies
                && actor.own_companies(conn, permission)?.contains(&company),
            attempt: AssignmentCheck::of(actor, permission, person.id, person.role),
        })
    }

    fn is_open(&self) -> Result<(), AssignmentError> {
        if self.status == CompanyStatus::Archived {
            Err(AssignmentError::Archived)
        } else {
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::authz::decision::AccessInputs;
    use crate::authz::permission::AssignCompanies;
    use proptest::prelude::*;

    fn role() -> impl Strategy<Value = Role> {
        prop::sample::select(Role::ALL)
    }

    fn company_role() -> impl Strategy<Value = Option<CompanyRole>> {
        prop::option::of(prop::sample::select(CompanyRole::ALL))
    }

    fn attempt(mine: Role, company: Option<CompanyRole>, theirs: Option<Role>) -> AssignmentCheck {
        let me = MembershipId::fresh();
        let target = theirs.map_or((me, mine), |role| (MembershipId::fresh(), role));
        AssignmentCheck::new(
            (me, Authority::of(mine, company.as_slice())),
            AssignCompanies::ID,
            target,
        )
    }

    fn allowed(attempt: AssignmentCheck, own: bool, present: Option<CompanyRole>, wanted: Option<CompanyRole>) -> bool {
        match wanted {
            Some(role) => attempt.give(own, present, role).is_ok(),
            None => attempt.touch(own, present).is_ok(),
        }
    }

    proptest! {
        #[test]
        fn nobody_raises_themselves(mine in role(), company in company_role(), given in company_role()) {
            if allowed(attempt(mine, company, None), true, company, given) {
                prop_assert!(AccessInputs::of(mine, &[]).in_company(given).within(AccessInputs::of(mine, &[]).in_company(company)));
            }
        }

        #[test]
        fn who_only_manages_companies_brings_members_into_these_companies_below_themselves(
            company in company_role(), old in role(), present in company_role(), given in company_role(),
        ) {
            let attempt = attempt(Role::Member, company, Some(old));
            prop_assert!(!allowed(attempt, false, present, given));
            if allowed(attempt, true, present, given) {
                prop_assert_eq!(company, Some(CompanyRole::Manager));
                prop_assert!(present != Some(CompanyRole::Manager) && given != Some(CompanyRole::Manager));
                prop_assert_eq!(old, Role::Member);
            }
        }

        #[test]
        fn nobody_touches_a_higher_rank(mine in role(), old in role(), present in company_role(), given in company_role()) {
            if allowed(attempt(mine, None, Some(old)), true, present, given) {
                prop_assert!(old.rank() <= mine.rank());
            }
        }
    }

    #[test]
    fn who_manages_one_company_gives_and_takes_the_lower_roles_only() {
        use CompanyRole::{Editor, Manager, Viewer};
        let narrow = attempt(Role::Member, Some(Manager), Some(Role::Member));
        for role in [Editor, Viewer] {
            assert_eq!(narrow.give(true, None, role), Ok(()));
            assert_eq!(narrow.give(true, Some(role), Viewer), Ok(()));
        }
        assert_eq!(narrow.give(true, None, Manager), Err(AssignmentError::NotGrantable));
        assert_eq!(
            narrow.give(true, Some(Manager), Viewer),
            Err(AssignmentError::HigherRole)
        );
        assert_eq!(narrow.touch(true, Some(Manager)), Err(AssignmentError::HigherRole));
        let wide = attempt(Role::Admin, None, Some(Role::Member));
        assert_eq!(wide.give(true, Some(Manager), Viewer), Ok(()));
        for attempt in [narrow, attempt(Role::UserAdmin, None, Some(Role::Admin))] {
            let refused = if attempt.reach == Reach::Everywhere {
                Err(AssignmentError::HigherRank)
            } else {
                Ok(())
            };
            assert_eq!(attempt.give(true, None, Viewer), refused);
        }
    }
}
