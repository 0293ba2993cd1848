//! One member: who it is, and the forms that change role, end of access and companies.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;
use serde_json::json;

use super::rules::{self, Actor, Refused, Target};
use super::store::{self, Assigned, Choice};
use super::{letter, visible};
use crate::gate::Gate;
use crate::gate::assignment::{self, Attempt};
use crate::gate::db::Conn;
use crate::gate::deed::{Action, Deed, Deeds};
use crate::gate::member::{Member, MembershipStatus, Standing};
use crate::gate::membership::{self, Outcome};
use crate::gate::organization::{CompanyStatus, UnitLabel};
use crate::gate::permission::{AssignCompanies, ChangeRoles, Permission, Reach, RemoveMembers, ViewMembers};
use crate::gate::role::{CompanyRole, Role};
use crate::gate::shell::Shell;
use crate::ground::error::AppError;
use crate::ground::form::FormErrors;
use crate::ground::html::{html, refused, see_other};
use crate::ground::id::CompanyId;
use crate::ground::name;
use crate::ground::time::Time;

/// So many companies are offered at once, and so many of those that a name finds.
const OFFERED: usize = 5;
const FOUND: usize = 20;

/// So many companies are looked through for a name.
const LOOKED_THROUGH: i64 = 5_000;

/// Organization and member of the path.
pub type Place = web::Path<(String, String)>;

/// Organization, member and company of the path.
pub type CompanyPlace = web::Path<(String, String, String)>;

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
    roles: Vec<Role>,
    role: String,
    may_set_end: bool,
    access_until: String,
    may_remove: bool,
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
    role: Option<String>,
    access_until: Option<String>,
    company_q: String,
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
        let mut roles = actor.roles_for(&target);
        if roles == [person.role] {
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
            role: typed.role.unwrap_or_else(|| person.role.as_str().to_owned()),
            roles,
            may_set_end: rules::may_set_access_end(&actor, &target),
            access_until: typed
                .access_until
                .unwrap_or_else(|| person.access_until.map(Time::day).unwrap_or_default()),
            may_remove: member.rights.has(RemoveMembers::RIGHT) && rules::may_remove(&actor, &target),
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
async fn again<P: Permission>(
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

/// The role form.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct RoleForm {
    role: String,
}

/// `POST /organizations/{slug}/members/{id}/role`
///
/// # Errors
/// What the gate or the order of command refuses.
pub async fn set_role(
    gate: Gate<ChangeRoles>,
    place: Place,
    form: web::Form<RoleForm>,
) -> Result<HttpResponse, AppError> {
    let ((_, id), form) = (place.into_inner(), form.into_inner());
    let (chosen, of) = (form.role.clone(), id.clone());
    let done = gate
        .write(move |member, conn| {
            let person = visible(conn, member, &of)?;
            let Some(role) = Role::parse(&chosen) else {
                return Ok((Err("Choose a role"), Deeds::none("no role was chosen")));
            };
            match rules::role_change(&member.into(), &Target::from(&person), role) {
                Err(Refused::Right) => return Err(member.refusal(conn, ChangeRoles::RIGHT)?),
                Err(why) => return Ok((Err(why.sentence()), Deeds::none("a rule refused"))),
                Ok(()) if role == person.role => {
                    return Ok((
                        Ok(format!("{} is {} already", person.name, role.label())),
                        Deeds::none("the same role"),
                    ));
                }
                Ok(()) => {}
            }
            match membership::set_role(conn, member.organization, &person, role)? {
                Outcome::LastOwner => {
                    return Ok((Err(Refused::LastOwner.sentence()), Deeds::none("the last owner stays")));
                }
                Outcome::Changed => {
                    return Ok((Err(Refused::Changed.sentence()), Deeds::none("somebody was faster")));
                }
                Outcome::Done => {}
            }
            if person.id != member.id {
                letter::role_changed(conn, member, &person, role)?;
            }
            let deed = Deed::new(Action::MemberRoleChanged, "member", person.id, &person.name)
                .before(json!({"role": person.role.as_str()}))
                .after(json!({"role": role.as_str()}));
            Ok((Ok(format!("{} is {} now", person.name, role.label())), member.did(deed)))
        })
        .await?;
    match done {
        Ok(word) => Ok(back(&gate, "success", word)),
        Err(sentence) => {
            let typed = Typed {
                role: Some(form.role),
                ..Typed::default()
            };
            again(&gate, id, typed, FormErrors::one("role", sentence)).await
        }
    }
}

/// To the member's page, from one of its forms.
fn back<P: Permission>(gate: &Gate<P>, tone: &str, word: String) -> HttpResponse {
    gate.tell(tone, word);
    see_other(gate.fragment(), &member_path(&gate.request().path))
}

/// The member's page out of the path of one of its forms.
fn member_path(path: &str) -> String {
    path.split('/').take(5).collect::<Vec<_>>().join("/")
}

/// The form of the end of access.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct AccessEndForm {
    access_until: String,
}

/// `POST /organizations/{slug}/members/{id}/access-end`
///
/// # Errors
/// What the gate or the order of command refuses.
pub async fn set_access_end(
    gate: Gate<ChangeRoles>,
    place: Place,
    form: web::Form<AccessEndForm>,
) -> Result<HttpResponse, AppError> {
    let ((_, id), form) = (place.into_inner(), form.into_inner());
    let (typed, of) = (form.access_until.trim().to_owned(), id.clone());
    let done = gate
        .write(move |member, conn| {
            let person = visible(conn, member, &of)?;
            if !rules::may_set_access_end(&member.into(), &Target::from(&person)) {
                return Err(member.refusal(conn, ChangeRoles::RIGHT)?);
            }
            let until = match Time::end_of_day(&typed) {
                None if typed.is_empty() => None,
                None => return Ok((Err("Enter a day, like 2027-01-31"), Deeds::none("no day"))),
                Some(end) if end < member.cx.now => {
                    return Ok((Err("Choose today or a later day"), Deeds::none("a day in the past")));
                }
                Some(end) => Some(end),
            };
            let word = match until {
                Some(end) => format!("The access of {} ends on {}", person.name, end.date()),
                None => format!("The access of {} has no end", person.name),
            };
            if until == person.access_until {
                return Ok((Ok(word), Deeds::none("the same day")));
            }
            if membership::set_access_until(conn, member.organization, &person, until)? != Outcome::Done {
                return Ok((Err(Refused::Changed.sentence()), Deeds::none("somebody was faster")));
            }
            let day = |time: Option<Time>| json!({"access_until": time.map(Time::day)});
            let deed = Deed::new(Action::MemberAccessEndChanged, "member", person.id, &person.name)
                .before(day(person.access_until))
                .after(day(until));
            Ok((Ok(word), member.did(deed)))
        })
        .await?;
    match done {
        Ok(word) => Ok(back(&gate, "success", word)),
        Err(sentence) => {
            let typed = Typed {
                access_until: Some(form.access_until),
                ..Typed::default()
            };
            again(&gate, id, typed, FormErrors::one("access_until", sentence)).await
        }
    }
}

/// The form that assigns a company.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct CompanyForm {
    company_id: String,
    company_role: String,
}

/// `POST /organizations/{slug}/members/{id}/companies`
///
/// # Errors
/// What the gate or the order of command refuses; a company that is not here.
pub async fn assign(
    gate: Gate<AssignCompanies>,
    place: Place,
    form: web::Form<CompanyForm>,
) -> Result<HttpResponse, AppError> {
    let ((_, id), form) = (place.into_inner(), form.into_inner());
    let of = id.clone();
    let done = gate
        .write(move |member, conn| {
            let person = visible(conn, member, &of)?;
            if form.company_id.is_empty() {
                let sentence = format!("Choose {}", member.unit.a());
                return Ok((Err(("companies", sentence)), Deeds::none("no company was chosen")));
            }
            let company = CompanyId::parse(&form.company_id).ok_or(AppError::NotFound)?;
            let Some(role) = CompanyRole::parse(&form.company_role) else {
                let sentence = assignment::Refused::NotGrantable.sentence(member.unit.one());
                return Ok((Err(("companies", sentence)), Deeds::none("no role was chosen")));
            };
            match assignment::give(conn, member, AssignCompanies::RIGHT, &person, company, role)? {
                Ok(placed) => {
                    let word = format!("{} is {} of {} now", person.name, role.label(), placed.company);
                    Ok((Ok(word), placed.deeds))
                }
                Err(refused @ assignment::Refused::Archived) => {
                    let sentence = refused.sentence(member.unit.one());
                    Ok((Err(("companies", sentence)), Deeds::none("archived")))
                }
                Err(_) => Err(member.refusal(conn, AssignCompanies::RIGHT)?),
            }
        })
        .await?;
    match done {
        Ok(word) => Ok(back(&gate, "success", word)),
        Err((field, sentence)) => again(&gate, id, Typed::default(), FormErrors::one(field, sentence)).await,
    }
}

/// `POST /organizations/{slug}/members/{id}/companies/{company_id}/unassigning`
///
/// # Errors
/// What the gate or the order of command refuses; a company that is not here.
pub async fn unassign(gate: Gate<AssignCompanies>, place: CompanyPlace) -> Result<HttpResponse, AppError> {
    let (_, id, company) = place.into_inner();
    let (tone, word, path) = gate
        .write(move |member, conn| {
            let person = visible(conn, member, &id)?;
            let page = member.path(&format!("/members/{}", person.id));
            let company = CompanyId::parse(&company).ok_or(AppError::NotFound)?;
            let placed = match assignment::take(conn, member, AssignCompanies::RIGHT, &person, company)? {
                Ok(placed) => placed,
                Err(refused @ (assignment::Refused::NotAssigned | assignment::Refused::Archived)) => {
                    let word = refused.sentence(member.unit.one());
                    return Ok((("danger", word, page), Deeds::none("nothing to take away")));
                }
                Err(_) => return Err(member.refusal(conn, AssignCompanies::RIGHT)?),
            };
            // Somebody who was taken off the last company they shared with a manager is not the manager's to see any more.
            let path = match visible(conn, member, &id) {
                Ok(_) => page,
                Err(AppError::NotFound) => member.path("/members"),
                Err(error) => return Err(error),
            };
            let word = format!("{} is no longer assigned to {}", person.name, placed.company);
            Ok((("success", word, path), placed.deeds))
        })
        .await?;
    gate.tell(tone, word);
    Ok(see_other(gate.fragment(), &path))
}
