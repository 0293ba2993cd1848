//! What somebody answers to an invitation: joining and declining.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use serde_json::json;

use crate::app::Ctx;
use crate::audit::{Action, Event, Events};
use crate::auth::current_user::CurrentUser;
use crate::auth::{SignedIn, Visitor};
use crate::authz::role::Role;
use crate::common::error::AppError;
use crate::common::html::{html_with, see_other};
use crate::common::id::MembershipId;
use crate::common::time::Time;
use crate::common::token::Token;
use crate::db::Conn;
use crate::db::types::organization::{CompanyStatus, InvitationStatus};
use crate::handlers::invitations::link::{Scene, Show};
use crate::mail::outbox;
use crate::models::invitation;
use crate::models::invitation::Invitation;
use crate::models::membership;
use crate::models::membership::Origin;
use crate::models::membership::add::NewMembership;
use crate::models::membership::record::Membership;
use crate::services::invitations::declined_email;
use crate::services::invitations::queries::InvitingOrganization;
use crate::services::invitations::rules::Situation;
use crate::services::invitations::supersede;
use crate::services::members::errors::RoleChangeError;
use crate::services::members::role;
use crate::web::layout::{PageLayout, PublicLayout};

enum Answer {
    /// To a page, with a word.
    Go(String, Option<String>),
    /// It cannot be done: the page that says why.
    Refused(Box<Show>),
}

fn reply(answer: Answer, fragment: bool, tell: impl FnOnce(String)) -> Result<HttpResponse, AppError> {
    match answer {
        Answer::Go(path, word) => {
            if let Some(word) = word {
                tell(word);
            }
            Ok(see_other(fragment, &path))
        }
        Answer::Refused(page) if page.situation == Situation::Other => html_with(StatusCode::FORBIDDEN, *page),
        Answer::Refused(page) => html_with(StatusCode::UNPROCESSABLE_ENTITY, *page),
    }
}

/// Joins by a link.
pub async fn accept(gate: SignedIn, path: web::Path<String>) -> Result<HttpResponse, AppError> {
    let token = Token::received(&path);
    let answer = gate.write(move |person, conn| join(conn, person, &token)).await?;
    reply(answer, gate.fragment(), |word| gate.tell("success", word))
}

fn join(conn: &mut Conn, person: &CurrentUser, token: &Token) -> Result<(Answer, Events), AppError> {
    let cx = &person.cx;
    invitation::lock_row(conn, token)?;
    let scene = Scene::find(conn, cx, token, Some(person))?.ok_or(AppError::NotFound)?;
    let home = format!("/organizations/{}", scene.host.slug);
    match scene.situation {
        Situation::Ready => {}
        Situation::Member => {
            let events = supersede::supersede(conn, cx, &scene.invitation)?;
            return Ok((Answer::Go(home, None), events));
        }
        _ => {
            let page = scene.page(cx, person.layout(conn, "")?, token);
            return Ok((
                Answer::Refused(Box::new(page)),
                Events::none("the acceptance was refused"),
            ));
        }
    }
    let was = &scene.invitation;
    let organization = was.organization_id;
    if !invitation::accept(conn, cx, organization, was.id)? {
        // Of acceptances at once one wins; whoever comes second is a member by now, or finds what it has become.
        let scene = Scene::find(conn, cx, token, Some(person))?.ok_or(AppError::NotFound)?;
        let none = Events::none("another request was faster");
        if scene.situation == Situation::Member {
            return Ok((Answer::Go(home, None), none));
        }
        let page = scene.page(cx, person.layout(conn, "")?, token);
        return Ok((Answer::Refused(Box::new(page)), none));
    }
    // A company that was archived meanwhile takes nobody in.
    let active = || {
        scene
            .grants
            .iter()
            .filter(|grant| grant.status == CompanyStatus::Active)
    };
    let enrolment = NewMembership {
        role: was.role,
        access_until: was.access_until,
        invited_by: Some(was.invited_by),
        origin: Origin::Invite,
        companies: active().map(|grant| (grant.company, grant.role)).collect(),
    };
    // Joined in another way between two statements: nothing of this stays, and the next try finds a member.
    let membership = membership::add(conn, cx, organization, person.id, &enrolment)?.ok_or(AppError::Busy)?;
    if let Some(letter) = was.mail_id {
        outbox::withdraw(conn, letter)?;
    }
    let named: Vec<String> = active()
        .map(|grant| format!("{} ({})", grant.name, grant.role.label()))
        .collect();
    let event = Event::new(Action::InvitationAccepted, "member", membership, &person.name)
        .before(json!({ "invitation": was.id.as_str(), "status": InvitationStatus::Pending.as_str() }))
        .after(json!({ "role": was.role.as_str(), "companies": named, "email": was.email, "access_until": was.access_until.map(Time::iso) }));
    let mut events = Events::organization(organization, event);
    if was.hands_over
        && let Some(by) = scene.by
    {
        events = events.and(step_down(conn, cx, was, by)?);
    }
    let word = welcome(&scene.host, was.role);
    Ok((Answer::Go(home, Some(word)), events))
}

/// The inviter gave the organization away and stays as admin.
fn step_down(conn: &mut Conn, cx: &Ctx, was: &Invitation, by: MembershipId) -> Result<Events, AppError> {
    let organization = was.organization_id;
    let inviter = Membership::find(conn, organization, by)?;
    role::step_down(conn, cx, organization, &inviter).map_err(|error| match error {
        RoleChangeError::Failed(error) => error,
        _ => AppError::Busy,
    })
}

fn welcome(host: &InvitingOrganization, role: Role) -> String {
    format!(
        "Welcome to {}. Your role is {}: {}",
        host.name,
        role.label(),
        role.can(host.unit.many())
    )
}

/// Declines: the invited person, or whoever holds the link while nobody is signed in.
pub async fn decline(gate: Visitor, path: web::Path<String>) -> Result<HttpResponse, AppError> {
    let token = Token::received(&path);
    let answer = gate
        .write(move |visit, conn| {
            let (cx, person) = (&visit.cx, visit.person.as_ref());
            let scene = Scene::find(conn, cx, &token, person)?.ok_or(AppError::NotFound)?;
            let was = &scene.invitation;
            let actor = person.map(CurrentUser::actor);
            let declined = scene.situation.may_decline()
                && invitation::close(conn, cx, was.organization_id, was.id, InvitationStatus::Declined)?;
            if !declined {
                let scene = Scene::find(conn, cx, &token, person)?.ok_or(AppError::NotFound)?;
                let page = scene.page(cx, visit.layout(), &token);
                return Ok((
                    Answer::Refused(Box::new(page)),
                    actor,
                    Events::none("the refusal was refused"),
                ));
            }
            if let Some(letter) = was.mail_id {
                outbox::withdraw(conn, letter)?;
            }
            let who = person.map_or(was.email.as_str(), |person| person.name.as_str());
            declined_email::declined(conn, cx, was, who, &scene.host.name, &scene.host.slug)?;
            let by = if person.is_some() { "account" } else { "link" };
            let event = Event::new(Action::InvitationDeclined, "invitation", was.id, &was.email)
                .before(json!({ "status": was.status.as_str() }))
                .after(json!({ "status": InvitationStatus::Declined.as_str(), "by": by }));
            let events = Events::organization(was.organization_id, event);
            let path = format!("/invitations/{}", token.as_str());
            Ok((Answer::Go(path, None), actor, events))
        })
        .await?;
    reply(answer, gate.fragment(), |word| gate.tell("success", word))
}
