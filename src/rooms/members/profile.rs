//! One member: who it is, and what the reader may change. The forms themselves stand beside this file.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::store::{self, Assigned, Choice};
use super::visible;
use crate::gate::Gate;
use crate::gate::assignment::{self, Attempt};
use crate::gate::db::Conn;
use crate::gate::member::{Member, MembershipStatus, Standing};
use crate::gate::organization::{CompanyStatus, UnitLabel};
use crate::gate::permission::{AssignCompanies, Permission, RemoveMembers, ViewMembers};
use crate::gate::rights::Reach;
use crate::gate::role::CompanyRole;
use crate::gate::shell::Shell;
use crate::ground::error::AppError;
use crate::ground::form::FormErrors;
use crate::ground::html::{html, refused, see_other};
use crate::ground::name;
use crate::ground::time::Time;
use crate::people::role::{self, Title};
use crate::people::rules::{self, Actor, Target};

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
}

impl Holding {
    fn archived(&self) -> bool {
        self.company.status == CompanyStatus::Archived
    }
}

#[expect(clippy::struct_excessive_bools, reason = "each is one thing the reader may do")]
#[derive(Template)]
#[template(path = "members/profile.html", blocks = ["companies"])]
struct ProfilePage {
    shell: Shell,
    path: String,
    members: String,
    organization: String,
    unit: UnitLabel,
    person: Standing,
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
    holdings: Vec<Holding>,
    company_roles: &'static [CompanyRole],
    may_assign: bool,
    company_q: String,
    offered: Vec<Choice>,
    more_offered: bool,
}

/// What was typed, to be shown again.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    pub(super) role: Option<String>,
    pub(super) access_until: Option<String>,
    pub(super) company_q: String,
}

impl ProfilePage {
    fn load(conn: &mut Conn, member: &Member, id: &str, typed: Typed, errors: FormErrors) -> Result<Self, AppError> {
        let organization = member.organization;
        let person = visible(conn, member, id)?;
        let (actor, target) = (Actor::from(member), Target::from(&person));
        let invited_by = match person.invited_by.clone() {
            Some(by) => store::names(conn, &[by])?.into_values().next(),
            None => None,
        };
        let own = match member.reach::<AssignCompanies>() {
            Reach::OwnCompanies => member.own_companies(conn, AssignCompanies::RIGHT)?,
            _ => Vec::new(),
        };
        let seen = match member.reach::<ViewMembers>() {
            Reach::Everywhere => None,
            _ => Some(member.own_companies(conn, ViewMembers::RIGHT)?),
        };
        let assigned = store::assigned(conn, organization, person.id)?;
        let attempt = Attempt::of(member, AssignCompanies::RIGHT, person.id, person.role);
        let given = |company| attempt.give(own.contains(&company), None, CompanyRole::Viewer).is_ok();
        let everywhere = member.reach::<AssignCompanies>() == Reach::Everywhere;
        let open = if everywhere {
            store::active_companies(conn, organization, LOOKED_THROUGH)?
        } else {
            store::assigned(conn, organization, member.id)?
                .into_iter()
                .filter(|company| company.status == CompanyStatus::Active)
                .map(|company| Choice {
                    id: company.id,
                    name: company.name,
                    slug: company.slug,
                })
                .collect()
        };
        let words = name::query(&typed.company_q);
        let most = if words.is_empty() { OFFERED } else { FOUND };
        let mut offered: Vec<Choice> = open
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
        let holdings = assigned
            .into_iter()
            // Who sees only some companies learns of no others.
            .filter(|company| person.id == member.id || seen.as_ref().is_none_or(|seen| seen.contains(&company.id)))
            .map(|company| Holding {
                may_change: company.status == CompanyStatus::Active
                    && attempt.touch(own.contains(&company.id), Some(company.role)).is_ok(),
                company,
            })
            .collect();
        let present = Title::of(conn, organization, &person)?;
        let mut roles = role::offered(conn, member, &target)?;
        if roles == [present.clone()] {
            roles.clear();
        }
        Ok(Self {
            shell: member.shell(conn, "members")?,
            path: member.path(&format!("/members/{}", person.id)),
            members: member.path("/members"),
            organization: member.organization_name.clone(),
            unit: member.unit,
            you: person.id == member.id,
            invited_by,
            now: member.cx.now,
            errors,
            role: typed.role.unwrap_or_else(|| present.value()),
            roles,
            title: present,
            may_set_end: rules::may_set_access_end(&actor, &target),
            access_until: typed
                .access_until
                .unwrap_or_else(|| person.access_until.map(Time::day).unwrap_or_default()),
            may_remove: member.rights.has(RemoveMembers::RIGHT) && rules::may_remove(&actor, &target),
            may_override: rules::may_override(&actor, &target),
            holdings,
            company_roles: assignment::grantable(member.reach::<AssignCompanies>()),
            may_assign: !offered.is_empty() || !typed.company_q.is_empty(),
            company_q: typed.company_q,
            offered,
            more_offered,
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
}

/// `GET /organizations/{slug}/members/{id}`
///
/// # Errors
/// What the gate refuses; a member who is not here, or not the reader's to see.
pub async fn page(
    gate: Gate<ViewMembers>,
    place: Place,
    typed: web::Query<SearchForm>,
) -> Result<HttpResponse, AppError> {
    let (id, company_q) = (place.into_inner().1, typed.into_inner().company_q);
    let typed = Typed {
        company_q,
        ..Typed::default()
    };
    let page = gate
        .read(move |member, conn| ProfilePage::load(conn, member, &id, typed, FormErrors::none()))
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
pub(super) async fn again<P: Permission>(
    gate: &Gate<P>,
    id: String,
    typed: Typed,
    errors: FormErrors,
) -> Result<HttpResponse, AppError> {
    let page = gate
        .read(move |member, conn| ProfilePage::load(conn, member, &id, typed, errors))
        .await?;
    refused(page)
}

/// To the member's page, from one of its forms.
pub(super) fn back<P: Permission>(gate: &Gate<P>, tone: &str, word: String) -> HttpResponse {
    gate.tell(tone, word);
    see_other(gate.fragment(), &member_path(&gate.request().path))
}

/// The member's page out of the path of one of its forms.
fn member_path(path: &str) -> String {
    path.split('/').take(5).collect::<Vec<_>>().join("/")
}
