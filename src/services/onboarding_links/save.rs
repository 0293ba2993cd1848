//! Creates and changes links. A link works with the permissions of the member who last saved it.

use serde_json::{Map, Value, json};

use crate::audit::{Action, Event, Events};
use crate::auth::actor::Actor;
use crate::common::error::AppError;
use crate::common::time::Time;
use crate::db::Conn;
use crate::models::company_choice;
use crate::models::onboarding_link;
use crate::models::onboarding_link::{LinkTerms, OnboardingLink};
use crate::services::invitations::authority::InviteAuthority;
use crate::services::onboarding_links::grant::LinkGrant;

pub fn create(
    conn: &mut Conn,
    actor: &Actor,
    authority: &InviteAuthority,
    terms: &LinkTerms,
) -> Result<Events, AppError> {
    check(conn, actor, authority, terms)?;
    let id = onboarding_link::create(conn, &actor.cx, actor.organization, actor.person.id, terms)?;
    let event = Event::new(Action::LinkCreated, "onboarding_link", id, &terms.name)
        .after(Value::Object(facts(conn, actor, terms)?));
    Ok(actor.event(event))
}

pub fn edit(
    conn: &mut Conn,
    actor: &Actor,
    authority: &InviteAuthority,
    was: &OnboardingLink,
    terms: &LinkTerms,
) -> Result<Events, AppError> {
    check(conn, actor, authority, terms)?;
    let by = actor.person.id;
    let mut before = facts(conn, actor, &was.terms())?;
    let mut after = facts(conn, actor, terms)?;
    before.retain(|field, value| after.get(field) != Some(value));
    after.retain(|field, _| before.contains_key(field));
    if was.authorized_by != by {
        before.insert("authorized_by".into(), was.authorized_by.as_str().into());
        after.insert("authorized_by".into(), by.as_str().into());
    }
    onboarding_link::edit(conn, actor.organization, was.id, by, terms)?;
    if after.is_empty() {
        return Ok(Events::none("nothing changed"));
    }
    let event = Event::new(Action::LinkEdited, "onboarding_link", was.id, &terms.name);
    Ok(actor.event(event.before(Value::Object(before)).after(Value::Object(after))))
}

fn check(conn: &mut Conn, actor: &Actor, authority: &InviteAuthority, terms: &LinkTerms) -> Result<(), AppError> {
    match LinkGrant::from(terms).missing_permission(authority) {
        Some(permission) => Err(actor.refusal(conn, permission)?),
        None => Ok(()),
    }
}

fn facts(conn: &mut Conn, actor: &Actor, terms: &LinkTerms) -> Result<Map<String, Value>, AppError> {
    let companies = company_choice::among(conn, actor.organization, &terms.companies)?;
    let named: Vec<String> = companies.into_iter().map(|company| company.name).collect();
    let facts = json!({
        "name": terms.name,
        "purpose": terms.purpose.as_str(),
        "role": terms.role.as_str(),
        "company_role": terms.company_role.as_str(),
        "companies": named,
        "domains": terms.domains,
        "approval": terms.approval,
        "max_uses": terms.max_uses,
        "expires_at": terms.expires_at.map(Time::iso),
    });
    Ok(match facts {
        Value::Object(map) => map,
        _ => Map::new(),
    })
}
