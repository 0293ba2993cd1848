//! The emails about requests to join.

use crate::app::Ctx;
use crate::auth::actor::Actor;
use crate::authz::decision::Reach;
use crate::authz::permission::{DecideRequests, Permission};
use crate::authz::role::Role;
use crate::common::error::AppError;
use crate::common::slug::Slug;
use crate::common::time::Span;
use crate::db::Conn;
use crate::mail::message;
use crate::mail::message::Recipient;
use crate::mail::name::MailName;
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

crate::email! {
    struct JoinRequestedEmail: JoinRequested("mail/join_requested/message.html", "mail/join_requested/message.txt") {
        name: MailName, organization: MailName, requester: MailName, email: String, company: MailName, unit: String, role: String,
        link_name: MailName, link: String
    }
}
crate::email! {
    struct JoinApprovedEmail: JoinApproved("mail/join_approved/message.html", "mail/join_approved/message.txt") {
        name: MailName, organization: MailName, actor: MailName, company: MailName, link: String
    }
}
crate::email! {
    struct JoinDeniedEmail: JoinDenied("mail/join_denied/message.html", "mail/join_denied/message.txt") {
        name: MailName, organization: MailName
    }
}

/// Requests of a day that are announced by email; more are only in the list.
const ANNOUNCED_A_DAY: i64 = 20;

/// How many members get an email about a request.
const RECIPIENTS: usize = 10;

/// Tells the members who can decide about a request.
pub fn requested(conn: &mut Conn, cx: &Ctx, resolved: &ResolvedLink, newcomer: &Newcomer) -> Result<(), AppError> {
    let (link, organization) = (&resolved.link, &resolved.organization);
    let today = join_request::requested_since(conn, link.organization_id, cx.now - Span::days(1))?;
    if today > ANNOUNCED_A_DAY {
        return Ok(());
    }
    let path = format!("/organizations/{}/settings/onboarding/requests", organization.slug);
    for decider in deciders(conn, cx, link)? {
        let email = JoinRequestedEmail {
            name: MailName::of(&decider.name),
            organization: MailName::of(&organization.name),
            requester: MailName::of(&newcomer.name),
            email: newcomer.email.clone(),
            company: company_name(newcomer),
            unit: organization.unit.a().to_owned(),
            role: link.role.label().to_owned(),
            link_name: MailName::of(&link.name),
            link: cx.config().link(&path),
        };
        message::send(conn, cx, &Recipient::stored(decider.name, decider.email), &email)?;
    }
    Ok(())
}

/// The company that the person creates, or nothing.
fn company_name(newcomer: &Newcomer) -> MailName {
    let company = newcomer.company.as_ref();
    company.map_or_else(MailName::default, |company| MailName::of(&company.name))
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

/// Tells the person that they are a member. `company` is the slug of their new company.
pub fn approved(conn: &mut Conn, actor: &Actor, to: &Newcomer, company: Option<&Slug>) -> Result<(), AppError> {
    let path = company.map_or_else(String::new, |slug| format!("/companies/{slug}"));
    let email = JoinApprovedEmail {
        name: MailName::of(&to.name),
        organization: MailName::of(&actor.organization_name),
        actor: MailName::of(&actor.person.name),
        company: company_name(to),
        link: actor.cx.config().link(&actor.path(&path)),
    };
    message::send(conn, &actor.cx, &Recipient::stored(&to.name, &to.email), &email)
}

/// Tells the person that the request was declined.
pub fn denied(conn: &mut Conn, actor: &Actor, account: &Account) -> Result<(), AppError> {
    let email = JoinDeniedEmail {
        name: MailName::of(&account.name),
        organization: MailName::of(&actor.organization_name),
    };
    message::send(conn, &actor.cx, &account.recipient(), &email)
}
