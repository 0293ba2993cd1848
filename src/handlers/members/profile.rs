//! One member: who it is, and what the reader may change. The forms themselves stand beside this file.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::auth::Gate;
use crate::auth::actor::Actor;
use crate::authz::decision::Reach;
use crate::authz::permission::{AssignCompanies, Permission, RemoveMembers, ViewAccess, ViewMembers};
use crate::authz::role::{CompanyRole, Role};
use crate::common::error::AppError;
use crate::common::form::FormErrors;
use crate::common::html::{html, refused, see_other};
use crate::common::id::CompanyId;
use crate::common::name;
use crate::common::time::Time;
use crate::db::Conn;
use crate::db::types::MembershipStatus;
use crate::db::types::organization::{CompanyStatus, UnitLabel};
use crate::handlers::members::queries;
use crate::handlers::members::queries::Assigned;
use crate::handlers::members::visible;
use crate::models::company_choice;
use crate::models::company_choice::CompanyChoice;
use crate::models::membership::record::Membership;
use crate::services::assignments;
use crate::services::assignments::AssignmentCheck;
use crate::services::groups;
use crate::services::groups::{Grant, Group};
use crate::services::members::role;
use crate::services::members::role::Title;
use crate::services::members::rules;
use crate::services::members::rules::{ActorRank, Target};
use crate::web::history;
use crate::web::history::History;
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;

/// So many companies are offered at once, and so many of those that a name finds.
const OFFERED: usize = 5;
const FOUND: usize = 20;

/// So many companies are looked through for a name.
const LOOKED_THROUGH: i64 = 5_000;

/// Organization and member of the path.
pub type Place = web::Path<(String, String)>;

/// A company that the person is assigned to.
struct Holding {
    company: Assigned,
    /// Whether the reader may change it.
    may_change: bool,
    /// The groups that give it, by name.
    groups: Vec<String>,
}

/// A group that the person is in, and what comes from it.
struct Inherited {
    name: String,
    /// Where the group is shown, for who may see it.
    href: Option<String>,
    gives: String,
}

/// Why somebody is shut out, for who may let them in.
struct Out {
    title: String,
    text: String,
}

impl Holding {
    fn archived(&self) -> bool {
        self.company.status == CompanyStatus::Archived
    }

    /// "By invitation, until January 31, 2027", "By group Support".
    fn origin(&self) -> String {
        let Assigned {
            direct,
            origin,
            access_until,
            ..
        } = &self.company;
        let mut words = Vec::new();
        if direct.is_some() {
            words.push(origin.label().to_owned());
        }
        if !self.groups.is_empty() {
            let by = if words.is_empty() { "By" } else { "by" };
            words.push(format!("{by} group {}", self.groups.join(", ")));
        }
        if words.is_empty() {
            words.push(origin.label().to_owned());
        }
        let mut text = words.join(" and ");
        if let Some(end) = access_until {
            text = format!("{text}, until {}", end.date());
        }
        text
    }
}

#[expect(clippy::struct_excessive_bools, reason = "each is one thing the reader may do")]
#[derive(Template)]
#[template(path = "members/show.html", blocks = ["companies"])]
struct ProfilePage {
    layout: Layout,
    path: String,
    members: String,
    organization: String,
    unit: UnitLabel,
    person: Membership,
    you: bool,
    invited_by: Option<String>,
    now: Time,
    errors: FormErrors,
    title: Title,
    roles: Vec<Title>,
    role: String,
    may_set_end: bool,
    access_until: String,
    may_remove: bool,
    may_override: bool,
    out: Option<Out>,
    /// The role that counts, when a group gives it: "Editor by group Support".
    counts: Option<String>,
    groups: Vec<Inherited>,
    today: String,
    holdings: Vec<Holding>,
    company_roles: &'static [CompanyRole],
    may_assign: bool,
    company_q: String,
    offered: Vec<CompanyChoice>,
    more_offered: bool,
    history: Option<History>,
}

/// What was typed, to be shown again.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct MemberProfileForm {
    pub role: Option<String>,
    pub access_until: Option<String>,
    pub company_q: String,
}

impl ProfilePage {
    fn load(
        conn: &mut Conn,
        actor: &Actor,
        id: &str,
        typed: MemberProfileForm,
        errors: FormErrors,
    ) -> Result<Self, AppError> {
        let organization = actor.organization;
        let person = visible(conn, actor, id)?;
        let (rank, target) = (ActorRank::from(actor), Target::from(&person));
        let invited_by = match person.invited_by.clone() {
            Some(by) => queries::names(conn, &[by])?.into_values().next(),
            None => None,
        };
        let own = match actor.reach::<AssignCompanies>() {
            Reach::OwnCompanies => actor.own_companies(conn, AssignCompanies::ID)?,
            _ => Vec::new(),
        };
        let seen = match actor.reach::<ViewMembers>() {
            Reach::Everywhere => None,
            _ => Some(actor.own_companies(conn, ViewMembers::ID)?),
        };
        let assigned = queries::assigned(conn, organization, person.id)?;
        let attempt = AssignmentCheck::of(actor, AssignCompanies::ID, person.id, person.role);
        let given = |company| attempt.give(own.contains(&company), None, CompanyRole::Viewer).is_ok();
        let everywhere = actor.reach::<AssignCompanies>() == Reach::Everywhere;
        let open = if everywhere {
            company_choice::active_companies(conn, organization, LOOKED_THROUGH)?
        } else {
            queries::assigned(conn, organization, actor.id)?
                .into_iter()
                .filter(|company| company.status == CompanyStatus::Active)
                .map(|company| CompanyChoice {
                    id: company.id,
                    name: company.name,
                    slug: company.slug,
                })
                .collect()
        };
        let words = name::query(&typed.company_q);
        let most = if words.is_empty() { OFFERED } else { FOUND };
        let mut offered: Vec<CompanyChoice> = open
            .into_iter()
            .filter(|company| given(company.id) && assigned.iter().all(|held| held.id != company.id))
            .filter(|company| {
                let folded = name::fold(&company.name);
                words
                    .iter()
                    .all(|word| std::str::from_utf8(word).is_ok_and(|word| folded.contains(word)))
            })
            .take(most + 1)
            .collect();
        let more_offered = offered.len() > most;
        offered.truncate(most);
        let shown = Groups::of(conn, actor, &person)?;
        let holdings = assigned
            .into_iter()
            // Who sees only some companies learns of no others.
            .filter(|company| person.id == actor.id || seen.as_ref().is_none_or(|seen| seen.contains(&company.id)))
            .map(|company| Holding {
                may_change: company.status == CompanyStatus::Active
                    && attempt.touch(own.contains(&company.id), Some(company.role)).is_ok(),
                groups: shown.giving(company.id),
                company,
            })
            .collect();
        let present = Title::of(conn, organization, &person)?;
        let may_remove = actor.permissions.has(RemoveMembers::ID) && rules::may_remove(&rank, &target);
        let mut roles = role::offered(conn, actor, &target)?;
        if roles == [present.clone()] {
            roles.clear();
        }
        Ok(Self {
            layout: actor.layout(conn, "members")?,
            path: actor.path(&format!("/members/{}", person.id)),
            members: actor.path("/members"),
            organization: actor.organization_name.clone(),
            unit: actor.unit,
            you: person.id == actor.id,
            invited_by,
            now: actor.cx.now,
            errors,
            role: typed.role.unwrap_or_else(|| present.value()),
            roles,
            title: present,
            may_set_end: rules::may_set_access_end(&rank, &target),
            access_until: typed
                .access_until
                .unwrap_or_else(|| person.access_until.map(Time::day).unwrap_or_default()),
            may_override: rules::may_override(&rank, &target),
            out: if may_remove && person.status == MembershipStatus::Suspended {
                Some(out(conn, actor, &person)?)
            } else {
                None
            },
            may_remove,
            counts: shown.counts(&person),
            groups: shown.listed(actor),
            today: actor.cx.now.day(),
            holdings,
            company_roles: assignments::grantable(actor.reach::<AssignCompanies>()),
            may_assign: !offered.is_empty() || !typed.company_q.is_empty(),
            company_q: typed.company_q,
            offered,
            more_offered,
            history: history::history(conn, actor, "member", person.id)?,
            person,
        })
    }

    fn ended(&self) -> bool {
        self.person.access_until.is_some_and(|end| end < self.now)
    }

    fn suspended(&self) -> bool {
        self.person.status == MembershipStatus::Suspended
    }

    fn removal(&self) -> String {
        format!("{}/removal", self.path)
    }

    fn suspension(&self) -> String {
        format!("{}/suspension", self.path)
    }
}

/// The groups of somebody with the companies they give.
struct Groups(Vec<(Group, Vec<Grant>)>);

impl Groups {
    fn of(conn: &mut Conn, actor: &Actor, person: &Membership) -> Result<Self, AppError> {
        if person.access.groups == 0 {
            return Ok(Self(Vec::new()));
        }
        let mut groups = Vec::new();
        for group in groups::of(conn, actor.organization, person.id)? {
            let grants = groups::grants(conn, actor.organization, group.id)?;
            groups.push((group, grants));
        }
        Ok(Self(groups))
    }

    fn giving(&self, company: CompanyId) -> Vec<String> {
        let gives = |grants: &[Grant]| grants.iter().any(|grant| grant.company == company);
        let giving = self.0.iter().filter(|(_, grants)| gives(grants));
        giving.map(|(group, _)| group.name.clone()).collect()
    }

    fn counts(&self, person: &Membership) -> Option<String> {
        if person.role == person.access.direct_role {
            return None;
        }
        let (group, _) = self.0.iter().find(|(group, _)| group.role == person.role)?;
        Some(format!("{} by group {}", person.role.label(), group.name))
    }

    /// For who sees the whole organization, and for oneself.
    fn listed(&self, actor: &Actor) -> Vec<Inherited> {
        let links = actor.reach::<ViewAccess>() == Reach::Everywhere;
        if !links && actor.reach::<ViewMembers>() != Reach::Everywhere {
            return Vec::new();
        }
        let inherited = |(group, grants): &(Group, Vec<Grant>)| {
            let mut gives: Vec<String> = grants
                .iter()
                .take(4)
                .map(|grant| format!("{} of {}", grant.role.label(), grant.name))
                .collect();
            if grants.len() > 4 {
                gives.push(format!("{} more {}", grants.len() - 4, actor.unit.many()));
            }
            if group.role != Role::Member {
                gives.insert(0, group.role.label().to_owned());
            }
            Inherited {
                name: group.name.clone(),
                href: links.then(|| actor.path(&format!("/access/groups/{}", group.id))),
                gives: if gives.is_empty() {
                    "Gives nothing yet".into()
                } else {
                    gives.join(", ")
                },
            }
        };
        self.0.iter().map(inherited).collect()
    }
}

fn out(conn: &mut Conn, actor: &Actor, person: &Membership) -> Result<Out, AppError> {
    let known = queries::suspension(conn, actor.organization, person.id)?;
    let by = match &known.by {
        Some(by) => queries::names(conn, std::slice::from_ref(by))?.remove(by),
        None => None,
    };
    let when = known.at.map(Time::full).unwrap_or_default();
    Ok(Out {
        title: match (&known.by, by) {
            (None, _) => "Access has ended".into(),
            (Some(_), Some(by)) => format!("Suspended by {by}"),
            (Some(_), None) => "Suspended".into(),
        },
        text: if known.by.is_none() {
            format!("Since {when}. A later last day, or none, gives the access back.")
        } else if known.reason.is_empty() {
            format!("On {when}, without a reason.")
        } else {
            format!("On {when}: {}", known.reason)
        },
    })
}

/// `GET /organizations/{slug}/members/{id}`
pub async fn page(
    gate: Gate<ViewMembers>,
    place: Place,
    typed: web::Query<SearchForm>,
) -> Result<HttpResponse, AppError> {
    let (id, company_q) = (place.into_inner().1, typed.into_inner().company_q);
    let typed = MemberProfileForm {
        company_q,
        ..MemberProfileForm::default()
    };
    let page = gate
        .read(move |actor, conn| ProfilePage::load(conn, actor, &id, typed, FormErrors::none()))
        .await?;
    if gate.fragment() {
        html(page.as_companies())
    } else {
        html(page)
    }
}

/// Which companies are to be offered.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct SearchForm {
    company_q: String,
}

/// The form again, with what is wrong.
pub async fn again<P: Permission>(
    gate: &Gate<P>,
    id: String,
    typed: MemberProfileForm,
    errors: FormErrors,
) -> Result<HttpResponse, AppError> {
    let page = gate
        .read(move |actor, conn| ProfilePage::load(conn, actor, &id, typed, errors))
        .await?;
    refused(page)
}

/// To the member's page, from one of its forms.
pub fn back<P: Permission>(gate: &Gate<P>, tone: &str, word: String) -> HttpResponse {
    gate.tell(tone, word);
    see_other(gate.fragment(), &member_path(&gate.request().path))
}

/// The member's page out of the path of one of its forms.
fn member_path(path: &str) -> String {
    path.split('/').take(5).collect::<Vec<_>>().join("/")
}
