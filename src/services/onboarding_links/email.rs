//! The emails about requests to join.

use crate::app::Ctx;
use crate::auth::actor::Actor;
use crate::authz::decision::Reach;
use crate::authz::permission::{DecideRequests, Permission};
use crate::authz::role::Role;
use crate::common::email::Email;
use crate::common::error::AppError;
use crate::common::slug::Slug;
use crate::common::time::Span;
use crate::db::Conn;
use crate::mail::notice::Notice;
use crate::models::join_request;
use crate::models::membership::access;
use crate::models::membership::by_user;
use crate::models::membership::by_user::RoleHolder;
use crate::models::onboarding_link::OnboardingLink;
use crate::models::user::Account;
use crate::services::invitations::authority::InviteAuthority;
use crate::services::onboarding_links::admit::Newcomer;
use crate::services::onboarding_links::grant::LinkGrant;
use crate::services::onboarding_links::resolve::ResolvedLink;

/// Requests of a day that are announced by email; more are only in the list.
const ANNOUNCED_A_DAY: i64 = 20;

/// How many members get an email about a request.
const RECIPIENTS: usize = 10;

/// Tells the members who can decide about a request.
pub fn requested(conn: &mut Conn, cx: &Ctx, resolved: &ResolvedLink, newcomer: &Newcomer) -> Result<(), AppError> {
    let (link, organization) = (&resolved.link, &resolved.organization);
    let today = join_request::asked_since(conn, link.organization_id, cx.now - Span::days(1))?;
    if today > ANNOUNCED_A_DAY {
        return Ok(());
    }
    let Newcomer {
        name, email, company, ..
    } = newcomer;
    let what = match company {
        Some(company) => format!(
            "{name} ({email}) asks to set up {} as {} of {}.",
            company.name,
            organization.unit.a(),
            organization.name
        ),
        None => format!(
            "{name} ({email}) asks to join {} as {}.",
            organization.name,
            link.role.label()
        ),
    };
    for member in deciders(conn, cx, link)? {
        let notice = Notice {
            kind: "join_requested",
            to_name: member.name,
            to: Email::stored(member.email),
            sender: organization.name.clone(),
            subject: format!("{name} asks to join {}", organization.name),
            paragraphs: vec![
                what.clone(),
                format!(
                    "They used the onboarding link “{}”. Their email address is verified.",
                    link.name
                ),
            ],
            button: Some((
                "Review request",
                format!("/organizations/{}/settings/onboarding/requests", organization.slug),
            )),
            foot: "You get this email because you can approve requests.".into(),
            seed: None,
        };
        notice.send(conn, cx)?;
    }
    Ok(())
}

/// The first members who can approve a request with this link.
fn deciders(conn: &mut Conn, cx: &Ctx, link: &OnboardingLink) -> Result<Vec<RoleHolder>, AppError> {
    let (organization, grant) = (link.organization_id, LinkGrant::from(link));
    let mut found = Vec::new();
    for role in [Role::Owner, Role::Admin, Role::UserAdmin] {
        for member in by_user::role_holders(conn, organization, role, 20)? {
            if found.len() == RECIPIENTS {
                return Ok(found);
            }
            let inputs = access::access_inputs(conn, cx.now, organization, member.id)?;
            if inputs.permissions().reach(DecideRequests::ID) != Reach::Everywhere {
                continue;
            }
            let authority = InviteAuthority::of_user(conn, cx, organization, member.user)?;
            if authority.is_some_and(|(_, authority)| grant.is_granted_by(&authority)) {
                found.push(member);
            }
        }
    }
    Ok(found)
}

/// Tells the person that they are a member.
pub fn approved(conn: &mut Conn, actor: &Actor, to: &Newcomer, company: Option<&Slug>) -> Result<(), AppError> {
    let organization = &actor.organization_name;
    let (what, path) = match (company, &to.company) {
        (Some(slug), Some(company)) => (
            format!(
                "{} is set up in {organization}, and you have access to it.",
                company.name
            ),
            actor.path(&format!("/companies/{slug}")),
        ),
        _ => (format!("You are a member of {organization} now."), actor.path("")),
    };
    let notice = Notice {
        kind: "join_approved",
        to_name: to.name.clone(),
        to: Email::stored(to.email.clone()),
        sender: organization.clone(),
        subject: format!("Welcome to {organization}"),
        paragraphs: vec![format!("{} approved your request.", actor.person.name), what],
        button: Some(("Open Tenantry", path)),
        foot: String::new(),
        seed: None,
    };
    notice.send(conn, &actor.cx)?;
    Ok(())
}

/// Tells the person that the request was declined.
pub fn denied(conn: &mut Conn, actor: &Actor, account: &Account) -> Result<(), AppError> {
    let organization = &actor.organization_name;
    let notice = Notice {
        kind: "join_denied",
        to_name: account.name.clone(),
        to: account.address(),
        sender: organization.clone(),
        subject: format!("Your request to join {organization} was declined"),
        paragraphs: vec![format!(
            "{organization} declined your request. If you think this is a mistake, ask the people you know there. Your account did not change."
        )],
        button: None,
        foot: String::new(),
        seed: None,
    };
    notice.send(conn, &actor.cx)?;
    Ok(())
}
