//! Where a link leads: one page for every situation, joining, and declining.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde_json::json;

use super::letter;
use super::rules::{self, Facts, Guest, Situation};
use super::store::{self, Grant, Host};
use crate::gate::context::Context;
use crate::gate::db::Conn;
use crate::gate::deed::{Action, Deed, Deeds};
use crate::gate::invitation::{self, Invitation};
use crate::gate::member::Standing;
use crate::gate::membership::{self, Enrolment, Origin, Outcome};
use crate::gate::organization::{CompanyStatus, InvitationStatus, OrganizationStatus};
use crate::gate::role::Role;
use crate::gate::session::Person;
use crate::gate::shell::Shell;
use crate::gate::{SignedIn, Visitor};
use crate::ground::error::AppError;
use crate::ground::html::{html, html_with, query_value, see_other};
use crate::ground::id::MembershipId;
use crate::ground::time::Time;
use crate::ground::token::Token;
use crate::post::outbox;

/// An invitation as one guest finds it.
struct Scene {
    invitation: Invitation,
    host: Host,
    grants: Vec<Grant>,
    inviter: (String, String),
    /// The membership of who vouches for it.
    by: Option<MembershipId>,
    situation: Situation,
}

impl Scene {
    fn find(conn: &mut Conn, cx: &Context, token: &Token, person: Option<&Person>) -> Result<Option<Self>, AppError> {
        let Some(found) = invitation::find_by_token(conn, token)? else {
            return Ok(None);
        };
        let invitation = found.invitation;
        let organization = invitation.organization_id;
        let host = store::host(conn, organization)?;
        let grants: Vec<Grant> = store::grants(conn, organization, vec![invitation.id])?
            .into_iter()
            .map(|(_, grant)| grant)
            .collect();
        let offered: Vec<_> = grants.iter().map(|grant| (grant.company, grant.role)).collect();
        let inviter = store::inviter(conn, organization, cx, invitation.invited_by)?;
        let guest = match person {
            None => Guest::Nobody {
                account: store::has_account(conn, &invitation.email)?,
            },
            Some(person) if person.email.as_str() == invitation.email => Guest::Invited {
                proven: person.verified,
                member: person.verified && store::is_member(conn, organization, person.id)?,
            },
            Some(_) => Guest::Other,
        };
        let situation = Situation::of(Facts {
            standing: rules::standing(invitation.status, invitation.expires_at, cx.now),
            superseded: found.superseded,
            active: host.status == OrganizationStatus::Active,
            vouched: inviter
                .as_ref()
                .is_some_and(|(_, voucher)| voucher.vouches(invitation.role, &offered)),
            over: invitation.access_until.is_some_and(|end| end < cx.now),
            guest,
        });
        Ok(Some(Self {
            inviter: store::contact(conn, invitation.invited_by)?,
            by: inviter.map(|(membership, _)| membership),
            invitation,
            host,
            grants,
            situation,
        }))
    }

    fn page(self, cx: &Context, shell: Shell, token: &Token) -> Show {
        let unit = self.host.unit;
        let invitation = &self.invitation;
        let (title, text) = self.words(shell.person.as_ref().map(|person| person.email.as_str()));
        let asks = matches!(
            self.situation,
            Situation::Expired | Situation::Cancelled | Situation::Over
        );
        Show {
            path: format!("/invitations/{}", token.as_str()),
            home: format!("/organizations/{}", self.host.slug),
            title,
            text,
            inviter: self.inviter.0.clone(),
            ask: asks.then(|| self.inviter.1.clone()),
            invited: invitation.last_sent_at.ago(cx.now),
            role: invitation.role.label(),
            can: invitation.role.can(unit.many()),
            units: unit.titles(),
            companies: self
                .grants
                .iter()
                .filter(|grant| grant.status == CompanyStatus::Active)
                .map(|grant| format!("{} ({})", grant.name, grant.role.label()))
                .collect(),
            message: invitation.message.clone(),
            expires: (invitation.expires_at.date(), invitation.expires_at.ahead(cx.now)),
            access_until: invitation.access_until.map(Time::date),
            hands_over: invitation.hands_over,
            email: invitation.email.clone(),
            organization: self.host.name,
            situation: self.situation,
            shell,
        }
    }

    /// Heading and sentence.
    fn words(&self, signed_in: Option<&str>) -> (String, String) {
        let (organization, email, inviter) = (&self.host.name, &self.invitation.email, &self.inviter.0);
        let closed = |title: &str, text: String| (title.to_owned(), text);
        match self.situation {
            Situation::Ready => (format!("Join {organization}"), String::new()),
            Situation::SignIn => (
                format!("Join {organization}"),
                format!("The invitation is for {email}. Sign in with this address to accept it."),
            ),
            Situation::SignUp => (
                format!("Join {organization}"),
                format!("The invitation is for {email}. Create an account with this address to accept it."),
            ),
            Situation::Unproven => (
                format!("Join {organization}"),
                format!("Verify your address {email} first. Then you come back here and accept."),
            ),
            Situation::Other => (
                format!("Join {organization}"),
                format!(
                    "The invitation is for {email}. You are signed in as {}.",
                    signed_in.unwrap_or_default()
                ),
            ),
            Situation::Member => (
                format!("You are a member of {organization}"),
                "There is nothing left to accept.".into(),
            ),
            Situation::Newer => closed(
                "A newer link was sent",
                format!("This link to {organization} was replaced. Look for the latest email and use the link in it."),
            ),
            Situation::Expired => closed(
                "This invitation has expired",
                format!(
                    "It was valid until {}. Ask {inviter} to send the invitation to {organization} again.",
                    self.invitation.expires_at.date()
                ),
            ),
            Situation::Cancelled => closed(
                "This invitation was cancelled",
                format!(
                    "The link to {organization} does not open any more. Ask {inviter} if you think this is a mistake."
                ),
            ),
            Situation::Declined => closed(
                "This invitation was declined",
                format!("If that was a mistake, ask {inviter} to invite you to {organization} again."),
            ),
            Situation::Used => closed(
                "This invitation was accepted already",
                format!("A link works once. Sign in as {email} to open {organization}."),
            ),
            Situation::Gone => closed(
                "This organization is not open",
                format!("{organization} takes nobody in at the moment."),
            ),
            Situation::Lapsed => closed(
                "This invitation is not valid any more",
                format!(
                    "The person who invited you can no longer give this access. Ask somebody at {organization} for a new invitation."
                ),
            ),
            Situation::Over => closed(
                "The access of this invitation is over",
                format!("It ended before it was accepted. Ask {inviter} for a new invitation to {organization}."),
            ),
        }
    }
}

#[derive(Template)]
#[template(path = "invitations/show.html")]
struct Show {
    shell: Shell,
    situation: Situation,
    path: String,
    home: String,
    title: String,
    text: String,
    organization: String,
    inviter: String,
    /// The inviter's address, where the guest is told to ask.
    ask: Option<String>,
    invited: String,
    role: &'static str,
    can: String,
    units: &'static str,
    companies: Vec<String>,
    message: String,
    expires: (String, String),
    access_until: Option<String>,
    hands_over: bool,
    email: String,
}

#[derive(Template)]
#[template(path = "invitations/unknown.html")]
struct Unknown {
    shell: Shell,
}

/// The page of a link. It changes nothing: mail scanners follow links.
///
/// # Errors
/// When the database fails.
pub async fn show(gate: Visitor, path: web::Path<String>) -> Result<HttpResponse, AppError> {
    let token = Token::received(&path);
    let page = gate
        .read(move |visit, conn| {
            let scene = Scene::find(conn, &visit.cx, &token, visit.person.as_ref())?;
            Ok(match scene {
                Some(scene) => Ok(scene.page(&visit.cx, visit.shell(), &token)),
                None => Err(Unknown { shell: visit.shell() }),
            })
        })
        .await?;
    match page {
        Ok(page) => html(page),
        Err(unknown) => html_with(StatusCode::NOT_FOUND, unknown),
    }
}

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

/// Back to the page of the link: who was asked to sign in on the way returns to an address that only takes a POST.
///
/// # Errors
/// None.
pub async fn back(path: web::Path<String>) -> Result<HttpResponse, AppError> {
    let token = path.into_inner();
    Ok(see_other(false, &format!("/invitations/{}", query_value(&token))))
}

/// Joins by a link.
///
/// # Errors
/// What the gate refuses; `NotFound` for an unknown link.
pub async fn accept(gate: SignedIn, path: web::Path<String>) -> Result<HttpResponse, AppError> {
    let token = Token::received(&path);
    let answer = gate.write(move |person, conn| join(conn, person, &token)).await?;
    reply(answer, gate.fragment(), |word| gate.tell("success", word))
}

fn join(conn: &mut Conn, person: &Person, token: &Token) -> Result<(Answer, Deeds), AppError> {
    let cx = &person.cx;
    let scene = Scene::find(conn, cx, token, Some(person))?.ok_or(AppError::NotFound)?;
    let home = format!("/organizations/{}", scene.host.slug);
    match scene.situation {
        Situation::Ready => {}
        Situation::Member => {
            let deeds = supersede(conn, cx, &scene.invitation)?;
            return Ok((Answer::Go(home, None), deeds));
        }
        _ => {
            let page = scene.page(cx, person.shell(conn, "")?, token);
            return Ok((
                Answer::Refused(Box::new(page)),
                Deeds::none("the acceptance was refused"),
            ));
        }
    }
    let was = &scene.invitation;
    let organization = was.organization_id;
    if !invitation::accept(conn, cx, organization, was.id)? {
        // Of acceptances at once one wins; whoever comes second is a member by now, or finds what it has become.
        let scene = Scene::find(conn, cx, token, Some(person))?.ok_or(AppError::NotFound)?;
        let none = Deeds::none("another request was faster");
        if scene.situation == Situation::Member {
            return Ok((Answer::Go(home, None), none));
        }
        let page = scene.page(cx, person.shell(conn, "")?, token);
        return Ok((Answer::Refused(Box::new(page)), none));
    }
    // A company that was archived meanwhile takes nobody in.
    let active = || {
        scene
            .grants
            .iter()
            .filter(|grant| grant.status == CompanyStatus::Active)
    };
    let enrolment = Enrolment {
        role: was.role,
        access_until: was.access_until,
        invited_by: Some(was.invited_by),
        origin: Origin::Invite,
        companies: active().map(|grant| (grant.company, grant.role)).collect(),
    };
    // Joined in another way between two statements: nothing of this stays, and the next try finds a member.
    let membership = membership::enrol(conn, cx, organization, person.id, &enrolment)?.ok_or(AppError::Busy)?;
    if let Some(letter) = was.mail_id {
        outbox::withdraw(conn, letter)?;
    }
    let named: Vec<String> = active()
        .map(|grant| format!("{} ({})", grant.name, grant.role.label()))
        .collect();
    let deed = Deed::new(Action::InvitationAccepted, "member", membership, &person.name)
        .before(json!({ "invitation": was.id.as_str(), "status": InvitationStatus::Pending.as_str() }))
        .after(json!({ "role": was.role.as_str(), "companies": named, "email": was.email, "access_until": was.access_until.map(Time::iso) }));
    let mut deeds = Deeds::organization(organization, deed);
    if was.hands_over
        && let Some(by) = scene.by
    {
        deeds = deeds.and(step_down(conn, was, by)?);
    }
    let word = welcome(&scene.host, was.role);
    Ok((Answer::Go(home, Some(word)), deeds))
}

/// The inviter gave the organization away and stays as admin.
fn step_down(conn: &mut Conn, was: &Invitation, by: MembershipId) -> Result<Deeds, AppError> {
    let organization = was.organization_id;
    let inviter = Standing::find(conn, organization, by)?;
    if membership::set_role(conn, organization, &inviter, Role::Admin)? != Outcome::Done {
        return Err(AppError::Busy);
    }
    let deed = Deed::new(Action::OwnershipHandedOver, "member", by, &inviter.name)
        .before(json!({ "role": inviter.role.as_str() }))
        .after(json!({ "role": Role::Admin.as_str() }));
    Ok(Deeds::organization(organization, deed))
}

/// A member needs no invitation: an open one is closed.
fn supersede(conn: &mut Conn, cx: &Context, was: &Invitation) -> Result<Deeds, AppError> {
    if !invitation::close(conn, cx, was.organization_id, was.id, InvitationStatus::Superseded)? {
        return Ok(Deeds::none("it was closed already"));
    }
    if let Some(letter) = was.mail_id {
        outbox::withdraw(conn, letter)?;
    }
    let deed = Deed::new(Action::InvitationSuperseded, "invitation", was.id, &was.email)
        .before(json!({ "status": was.status.as_str() }))
        .after(json!({ "status": InvitationStatus::Superseded.as_str() }));
    Ok(Deeds::organization(was.organization_id, deed))
}

fn welcome(host: &Host, role: Role) -> String {
    format!(
        "Welcome to {}. Your role is {}: {}",
        host.name,
        role.label(),
        role.can(host.unit.many())
    )
}

/// Declines: the invited person, or whoever holds the link while nobody is signed in.
///
/// # Errors
/// `NotFound` for an unknown link.
pub async fn decline(gate: Visitor, path: web::Path<String>) -> Result<HttpResponse, AppError> {
    let token = Token::received(&path);
    let answer = gate
        .write(move |visit, conn| {
            let (cx, person) = (&visit.cx, visit.person.as_ref());
            let scene = Scene::find(conn, cx, &token, person)?.ok_or(AppError::NotFound)?;
            let was = &scene.invitation;
            let actor = person.map(Person::actor);
            let declined = scene.situation.may_decline()
                && invitation::close(conn, cx, was.organization_id, was.id, InvitationStatus::Declined)?;
            if !declined {
                let scene = Scene::find(conn, cx, &token, person)?.ok_or(AppError::NotFound)?;
                let page = scene.page(cx, visit.shell(), &token);
                return Ok((
                    Answer::Refused(Box::new(page)),
                    actor,
                    Deeds::none("the refusal was refused"),
                ));
            }
            if let Some(letter) = was.mail_id {
                outbox::withdraw(conn, letter)?;
            }
            let who = person.map_or(was.email.as_str(), |person| person.name.as_str());
            letter::declined(conn, cx, was, who, &scene.host.name, &scene.host.slug)?;
            let by = if person.is_some() { "account" } else { "link" };
            let deed = Deed::new(Action::InvitationDeclined, "invitation", was.id, &was.email)
                .before(json!({ "status": was.status.as_str() }))
                .after(json!({ "status": InvitationStatus::Declined.as_str(), "by": by }));
            let deeds = Deeds::organization(was.organization_id, deed);
            let path = format!("/invitations/{}", token.as_str());
            Ok((Answer::Go(path, None), actor, deeds))
        })
        .await?;
    reply(answer, gate.fragment(), |word| gate.tell("success", word))
}
