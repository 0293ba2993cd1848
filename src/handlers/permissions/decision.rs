//! Deciding a request: by a role in the company, by switching the one right on, or by a role that has it, whatever is in
//! the decider's power.

use actix_web::{HttpResponse, web};
use serde::Deserialize;
use serde_json::json;

use crate::audit::{Action, Deed, Deeds};
use crate::auth::Gate;
use crate::auth::actor::Member;
use crate::authz::decision::{Grounds, Reach};
use crate::authz::permission::{AssignCompanies, DecideRequests, Permission, Right};
use crate::authz::role::CompanyRole;
use crate::common::error::AppError;
use crate::common::form::FormErrors;
use crate::common::html::see_other;
use crate::db::Conn;
use crate::db::types::organization::CompanyStatus;
use crate::handlers::permissions::overrides;
use crate::handlers::permissions::overrides::Stopped;
use crate::handlers::permissions::person::Subject;
use crate::handlers::permissions::requests::{RequestPlace, Typed, again, visible};
use crate::handlers::permissions::{queries, rules, words};
use crate::models::access_request as store_requests;
use crate::models::access_request::{Request, RequestStatus};
use crate::models::membership::record::Standing;
use crate::services::access_requests::email;
use crate::services::assignments;
use crate::services::assignments::Attempt;
use crate::services::members::role;
use crate::services::members::role::Title;
use crate::services::members::rules::{Actor, Refused, Target, may_override};

/// What granting does.
#[derive(Debug, Clone)]
enum Deal {
    Company(CompanyRole),
    Override,
    Role(Title),
}

/// One way of granting.
#[derive(Debug, Clone)]
pub struct Way {
    /// The form's value.
    pub value: String,
    /// The words.
    pub label: String,
    /// What it means.
    pub hint: String,
    deal: Deal,
}

/// The ways that lead to what is asked for and are in this decider's power, the smallest first.
///
/// # Errors
/// When the database fails.
pub fn ways(conn: &mut Conn, member: &Member, subject: &Subject, request: &Request) -> Result<Vec<Way>, AppError> {
    let (Some(right), grounds) = (request.right(), &subject.grounds) else {
        return Ok(Vec::new());
    };
    if !grounds.in_force {
        return Ok(Vec::new());
    }
    let company = match request.company {
        Some(id) => match queries::company(conn, member.organization, id)? {
            Some(company) => Some(company),
            None => return Ok(Vec::new()),
        },
        None => None,
    };
    let mut ways = Vec::new();
    let mut present = None;
    if let Some(company) = &company {
        let person = &subject.person;
        let place = queries::place(conn, member.cx.now, member.organization, person.id, company.id)?;
        present = place.map(|place| place.role);
        if company.status == CompanyStatus::Active {
            let own = member.reach::<AssignCompanies>() == Reach::OwnCompanies
                && member
                    .own_companies(conn, AssignCompanies::RIGHT)?
                    .contains(&company.id);
            let attempt = Attempt::of(member, AssignCompanies::RIGHT, person.id, person.role);
            let roles = assignments::grantable(member.reach::<AssignCompanies>()).iter().rev();
            for role in roles.filter(|role| grounds.in_company(Some(**role)).has(right)) {
                if attempt.give(own, present, *role).is_ok() && present != Some(*role) {
                    ways.push(Way {
                        value: format!("company:{role}"),
                        label: format!("Make {} {} of {}", person.name, role.label(), company.name),
                        hint: format!("{}. Only there", role.can()),
                        deal: Deal::Company(*role),
                    });
                }
            }
        }
    }
    let leads = |grounds: &Grounds| match &company {
        None => grounds.rights().reach(right) == Reach::Everywhere,
        Some(_) => grounds.in_company(present).has(right),
    };
    ways.extend(by_override(member, subject, right, &leads));
    for title in role::offered(conn, member, &Target::from(&subject.person))?
        .into_iter()
        .rev()
    {
        let mut after = grounds.clone();
        if let Some(own) = after.roles.first_mut() {
            *own = title.held();
        }
        if leads(&after) && title.label() != subject.about.title {
            ways.push(Way {
                value: format!("role:{}", title.value()),
                label: format!("Make {} {}", subject.person.name, title.label()),
                hint: format!("{}. Now {}", title.can(member.unit.many()), subject.about.title),
                deal: Deal::Role(title),
            });
        }
    }
    Ok(ways)
}

fn by_override(member: &Member, subject: &Subject, right: Right, leads: &dyn Fn(&Grounds) -> bool) -> Option<Way> {
    let after = Grounds {
        overrides: subject.grounds.overrides.set(right, Some(true)),
        ..subject.grounds.clone()
    };
    let (before, open) = (subject.grounds.overrides, subject.grounds.open());
    let mine = may_override(&Actor::from(member), &Target::from(&subject.person))
        && rules::overrides(&member.authority(), open, before, after.overrides).is_ok();
    (mine && leads(&after)).then(|| Way {
        value: "override".into(),
        label: format!(
            "Switch on “{}” for {}",
            words::label(right, member.unit),
            subject.person.name
        ),
        hint: "This one permission and nothing else. The role stays".into(),
        deal: Deal::Override,
    })
}

/// Why a decision was not taken.
enum Stop {
    /// A sentence at a field.
    Refused(&'static str, String),
    /// Something failed.
    Failed(AppError),
}

impl From<AppError> for Stop {
    fn from(error: AppError) -> Self {
        Self::Failed(error)
    }
}

/// What a grant does, and the words of it.
fn grant(
    conn: &mut Conn,
    member: &Member,
    subject: Subject,
    request: &Request,
    chosen: &str,
) -> Result<(String, Deeds), Stop> {
    let way = ways(conn, member, &subject, request)?
        .into_iter()
        .find(|way| way.value == chosen)
        .ok_or_else(|| Stop::Refused("way", "Choose how to grant it".into()))?;
    let Subject { person, grounds, .. } = subject;
    let changed = || Stop::Refused("way", Refused::Changed.sentence().into());
    let deeds = match (&way.deal, request.company, request.right()) {
        (Deal::Company(role), Some(company), _) => {
            match assignments::give(conn, member, AssignCompanies::RIGHT, &person, company, *role)? {
                Ok(placed) => placed.deeds,
                Err(why) => return Err(Stop::Refused("way", why.sentence(member.unit.one()))),
            }
        }
        (Deal::Override, _, Some(right)) => {
            let after = grounds.overrides.set(right, Some(true));
            match overrides::switch(conn, member, &person, &grounds, after)? {
                Ok(deeds) => deeds,
                Err(Stopped::Cell(_, why)) => return Err(Stop::Refused("way", why.sentence().into())),
                Err(Stopped::Rank | Stopped::Changed) => return Err(changed()),
            }
        }
        (Deal::Role(title), ..) => match role::change(conn, member, &person, title)? {
            Ok(done) => done.deeds,
            Err(why) => return Err(Stop::Refused("way", why.sentence().into())),
        },
        _ => return Err(changed()),
    };
    Ok((way.label, deeds))
}

fn decide(
    conn: &mut Conn,
    member: &Member,
    request: &Request,
    form: &DecisionForm,
) -> Result<(&'static str, Deeds), Stop> {
    let answer = rules::words(&form.answer).map_err(|why| Stop::Refused("answer", why))?;
    let granted = match form.decision.as_str() {
        "grant" => true,
        "deny" => false,
        _ => return Err(Stop::Refused("way", "Grant or deny it".into())),
    };
    let status = if granted {
        RequestStatus::Granted
    } else {
        RequestStatus::Denied
    };
    // First come, first served: who closes the request decides it.
    let by = member.person.id;
    if !store_requests::close(conn, &member.cx, member.organization, request.id, status, by, &answer)
        .map_err(AppError::from)?
    {
        return Err(Stop::Refused("way", "This request was decided before".into()));
    }
    let (mut way, mut deeds) = (String::new(), Deeds::default());
    if granted {
        let person = Standing::find(conn, member.organization, request.member)?;
        let subject = Subject::of(conn, member, person)?;
        (way, deeds) = grant(conn, member, subject, request, &form.way)?;
    }
    email::decided(conn, member, request, granted, &answer)?;
    let (action, word) = if granted {
        (Action::AccessGranted, "Granted")
    } else {
        (Action::AccessDenied, "Denied")
    };
    let deed = Deed::new(action, "request", request.id, &request.name)
        .before(json!({ "permission": request.permission, "company": request.company_name }))
        .after(json!({ "answer": answer, "way": way }));
    Ok((word, deeds.and(member.did(deed))))
}

/// The decision.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct DecisionForm {
    decision: String,
    way: String,
    answer: String,
}

/// `POST /organizations/{slug}/access/requests/{id}/decision`
///
/// # Errors
/// What the gate or the order of command refuses; a request that is not this person's to decide.
pub async fn submit(
    gate: Gate<DecideRequests>,
    place: RequestPlace,
    form: web::Form<DecisionForm>,
) -> Result<HttpResponse, AppError> {
    let (id, form) = (place.into_inner().1, form.into_inner());
    let (of, typed) = (id.clone(), form.clone());
    let done = gate
        .write(move |member, conn| {
            let request = visible(conn, member, &of)?;
            // Nobody decides for themselves.
            if request.member == member.id {
                return Err(member.refusal(conn, DecideRequests::RIGHT)?);
            }
            match store_requests::all_or_nothing(conn, |conn| decide(conn, member, &request, &form)) {
                Ok((word, deeds)) => {
                    let word = format!("{word}. {} gets an email", request.name);
                    Ok((Ok((member.path("/access/requests"), word)), deeds))
                }
                Err(Stop::Refused(field, sentence)) => Ok((Err((field, sentence)), Deeds::none("refused"))),
                Err(Stop::Failed(error)) => Err(error),
            }
        })
        .await?;
    match done {
        Ok((path, word)) => {
            gate.tell("success", word);
            Ok(see_other(gate.fragment(), &path))
        }
        Err((field, sentence)) => {
            let typed = Typed {
                chosen: typed.way,
                answer: typed.answer,
            };
            again(&gate, id, typed, FormErrors::one(field, sentence)).await
        }
    }
}
