//! Deciding a request: by a role in the company, by switching the one right on, or by a role that has it, whatever is in
//! the decider's power.

use actix_web::{HttpResponse, web};
use serde::Deserialize;
use serde_json::json;

use crate::audit::{Action, Event, Events};
use crate::auth::Gate;
use crate::auth::actor::Actor;
use crate::authz::decision::{AccessInputs, Reach};
use crate::authz::permission::{AssignCompanies, DecideRequests, Permission, PermissionId};
use crate::authz::role::CompanyRole;
use crate::common::error::AppError;
use crate::common::form::FormErrors;
use crate::common::html::see_other;
use crate::db::Conn;
use crate::db::types::organization::CompanyStatus;
use crate::handlers::permissions::overrides;
use crate::handlers::permissions::overrides::Stopped;
use crate::handlers::permissions::person::Subject;
use crate::handlers::permissions::requests::{AccessRequestForm, RequestPlace, again, visible};
use crate::handlers::permissions::{queries, rules, words};
use crate::models::access_request as store_requests;
use crate::models::access_request::{Request, RequestStatus};
use crate::models::membership::record::Membership;
use crate::services::access_requests::email;
use crate::services::assignments;
use crate::services::assignments::{AssignmentCheck, AssignmentError};
use crate::services::members::errors::RoleChangeError;
use crate::services::members::role;
use crate::services::members::role::Title;
use crate::services::members::rules::{ActorRank, Target, may_override};
use crate::web::messages;

/// What granting does.
#[derive(Debug, Clone)]
enum Deal {
    Company(CompanyRole),
    Override,
    Role(Title),
}

/// One way of granting.
#[derive(Debug, Clone)]
pub struct GrantOption {
    /// The form's value.
    pub value: String,
    pub label: String,
    /// What it means.
    pub hint: String,
    deal: Deal,
}

/// The ways that lead to what is asked for and are in this decider's power, the smallest first.
pub fn ways(
    conn: &mut Conn,
    actor: &Actor,
    subject: &Subject,
    request: &Request,
) -> Result<Vec<GrantOption>, AppError> {
    let (Some(permission), inputs) = (request.permission(), &subject.inputs) else {
        return Ok(Vec::new());
    };
    if !inputs.in_force {
        return Ok(Vec::new());
    }
    let company = match request.company {
        Some(id) => match queries::company(conn, actor.organization, id)? {
            Some(company) => Some(company),
            None => return Ok(Vec::new()),
        },
        None => None,
    };
    let mut ways = Vec::new();
    let mut present = None;
    if let Some(company) = &company {
        let person = &subject.person;
        let place = queries::place(conn, actor.cx.now, actor.organization, person.id, company.id)?;
        present = place.map(|place| place.role);
        if company.status == CompanyStatus::Active {
            let own = actor.reach::<AssignCompanies>() == Reach::OwnCompanies
                && actor.own_companies(conn, AssignCompanies::ID)?.contains(&company.id);
            let attempt = AssignmentCheck::of(actor, AssignCompanies::ID, person.id, person.role);
            let roles = assignments::grantable(actor.reach::<AssignCompanies>()).iter().rev();
            for role in roles.filter(|role| inputs.in_company(Some(**role)).has(permission)) {
                if attempt.give(own, present, *role).is_ok() && present != Some(*role) {
                    ways.push(GrantOption {
                        value: format!("company:{role}"),
                        label: format!("Make {} {} of {}", person.name, role.label(), company.name),
                        hint: format!("{}. Only there", role.can()),
                        deal: Deal::Company(*role),
                    });
                }
            }
        }
    }
    let leads = |inputs: &AccessInputs| match &company {
        None => inputs.permissions().reach(permission) == Reach::Everywhere,
        Some(_) => inputs.in_company(present).has(permission),
    };
    ways.extend(by_override(actor, subject, permission, &leads));
    for title in role::offered(conn, actor, &Target::from(&subject.person))?
        .into_iter()
        .rev()
    {
        let mut after = inputs.clone();
        if let Some(own) = after.roles.first_mut() {
            *own = title.held();
        }
        if leads(&after) && title.label() != subject.about.title {
            ways.push(GrantOption {
                value: format!("role:{}", title.value()),
                label: format!("Make {} {}", subject.person.name, title.label()),
                hint: format!("{}. Now {}", title.can(actor.unit.many()), subject.about.title),
                deal: Deal::Role(title),
            });
        }
    }
    Ok(ways)
}

fn by_override(
    actor: &Actor,
    subject: &Subject,
    permission: PermissionId,
    leads: &dyn Fn(&AccessInputs) -> bool,
) -> Option<GrantOption> {
    let after = AccessInputs {
        overrides: subject.inputs.overrides.set(permission, Some(true)),
        ..subject.inputs.clone()
    };
    let (before, open) = (subject.inputs.overrides, subject.inputs.open());
    let mine = may_override(&ActorRank::from(actor), &Target::from(&subject.person))
        && rules::overrides(&actor.authority(), open, before, after.overrides).is_ok();
    (mine && leads(&after)).then(|| GrantOption {
        value: "override".into(),
        label: format!(
            "Switch on “{}” for {}",
            words::label(permission, actor.unit),
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
    actor: &Actor,
    subject: Subject,
    request: &Request,
    chosen: &str,
) -> Result<(String, Events), Stop> {
    let way = ways(conn, actor, &subject, request)?
        .into_iter()
        .find(|way| way.value == chosen)
        .ok_or_else(|| Stop::Refused("way", "Choose how to grant it".into()))?;
    let Subject { person, inputs, .. } = subject;
    let changed = || Stop::Refused("way", messages::CHANGED.into());
    let events = match (&way.deal, request.company, request.permission()) {
        (Deal::Company(role), Some(company), _) => {
            match assignments::give(conn, actor, AssignCompanies::ID, &person, company, *role) {
                Ok(placed) => placed.events,
                Err(AssignmentError::Failed(error)) => return Err(error.into()),
                Err(error) => return Err(Stop::Refused("way", error.message(actor.unit.one()))),
            }
        }
        (Deal::Override, _, Some(permission)) => {
            let after = inputs.overrides.set(permission, Some(true));
            match overrides::switch(conn, actor, &person, &inputs, after)? {
                Ok(events) => events,
                Err(Stopped::Cell(_, why)) => return Err(Stop::Refused("way", why.sentence().into())),
                Err(Stopped::Rank | Stopped::Changed) => return Err(changed()),
            }
        }
        (Deal::Role(title), ..) => match role::change(conn, actor, &person, title) {
            Ok((_, events)) => events,
            Err(RoleChangeError::Failed(error)) => return Err(error.into()),
            Err(error) => return Err(Stop::Refused("way", error.message().into())),
        },
        _ => return Err(changed()),
    };
    Ok((way.label, events))
}

fn decide(
    conn: &mut Conn,
    actor: &Actor,
    request: &Request,
    form: &DecisionForm,
) -> Result<(&'static str, Events), Stop> {
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
    let by = actor.person.id;
    if !store_requests::close(conn, &actor.cx, actor.organization, request.id, status, by, &answer)
        .map_err(AppError::from)?
    {
        return Err(Stop::Refused("way", "This request was decided before".into()));
    }
    let (mut way, mut events) = (String::new(), Events::default());
    if granted {
        let person = Membership::find(conn, actor.organization, request.member)?;
        let subject = Subject::of(conn, actor, person)?;
        (way, events) = grant(conn, actor, subject, request, &form.way)?;
    }
    email::decided(conn, actor, request, granted, &answer)?;
    let (action, word) = if granted {
        (Action::AccessGranted, "Granted")
    } else {
        (Action::AccessDenied, "Denied")
    };
    let event = Event::new(action, "request", request.id, &request.name)
        .before(json!({ "permission": request.permission, "company": request.company_name }))
        .after(json!({ "answer": answer, "way": way }));
    Ok((word, events.and(actor.event(event))))
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
pub async fn submit(
    gate: Gate<DecideRequests>,
    place: RequestPlace,
    form: web::Form<DecisionForm>,
) -> Result<HttpResponse, AppError> {
    let (id, form) = (place.into_inner().1, form.into_inner());
    let (of, typed) = (id.clone(), form.clone());
    let done = gate
        .write(move |actor, conn| {
            let request = visible(conn, actor, &of)?;
            // Nobody decides for themselves.
            if request.member == actor.id {
                return Err(actor.refusal(conn, DecideRequests::ID)?);
            }
            match store_requests::all_or_nothing(conn, |conn| decide(conn, actor, &request, &form)) {
                Ok((word, events)) => {
                    let word = format!("{word}. {} gets an email", request.name);
                    Ok((Ok((actor.path("/access/requests"), word)), events))
                }
                Err(Stop::Refused(field, sentence)) => Ok((Err((field, sentence)), Events::none("refused"))),
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
            let typed = AccessRequestForm {
                chosen: typed.way,
                answer: typed.answer,
            };
            again(&gate, id, typed, FormErrors::one(field, sentence)).await
        }
    }
}
