use crate::app::Ctx;
use crate::audit::{Action, ActorRef, Events};
use crate::auth::Visit;
use crate::authz::session_rules::Proofs;
use crate::common::config::Signup;
use crate::common::email::Email;
use crate::common::error::AppError;
use crate::common::id::UserId;
use crate::db::Conn;
use crate::models::account_request;
use crate::models::account_request::{AccountRequestKind, RequestedAccount};
use crate::models::login_attempt;
use crate::models::login_attempt::{AttemptKind, EmailQuota};
use crate::models::user;
use crate::services::accounts::sessions::NewSession;
use crate::services::accounts::{invited, sessions, verification};
use crate::services::onboarding_links::resolve::ResolvedLink;

/// The valid parts of a sign-up.
#[derive(Debug)]
pub struct NewAccount {
    /// The id of the account, unless the address has one.
    pub user: UserId,
    pub name: String,
    pub email: Email,
    pub password_hash: String,
    /// The path to continue with, or empty.
    pub next: String,
}

#[derive(Debug)]
pub enum SignUpOutcome {
    /// An email follows. It alone tells whether the address has an account.
    EmailSent,
    /// The link of an invitation verified the address.
    SignedIn(NewSession),
}

#[derive(Debug)]
pub enum SignUpError {
    /// Sign-up needs an invitation here.
    InvitationOnly,
    /// Sign-up without an invitation needs an address at one of these domains.
    DomainsOnly(Vec<String>),
    /// The onboarding link admits only addresses of these domains.
    OtherDomains(Vec<String>),
    Failed(AppError),
}
crate::change_error!(SignUpError);

/// Whether everyone signs up without an invitation. The first account never needs one.
pub fn is_open(conn: &mut Conn, cx: &Ctx) -> Result<bool, AppError> {
    Ok(cx.config().signup == Signup::Open || !user::any_verified(conn)?)
}

/// Whether some people sign up without an invitation: everyone, or those with an address at a domain of the instance.
pub fn is_open_to_some(conn: &mut Conn, cx: &Ctx) -> Result<bool, AppError> {
    Ok(cx.config().signup == Signup::Domains || is_open(conn, cx)?)
}

/// Requests an account: a job creates it, or tells the owner of the address that it has one. Someone with the link of an
/// invitation to this address gets the account immediately.
pub fn sign_up(
    conn: &mut Conn,
    visit: &Visit,
    new: &NewAccount,
) -> Result<(SignUpOutcome, Option<ActorRef>, Events), SignUpError> {
    let cx = &visit.cx;
    let invitation = invited::find(conn, cx, &new.next)?;
    if invitation.is_none() && !cx.config().admits(&new.email) && !is_open(conn, cx)? {
        check_link(conn, cx, new)?;
    }
    if invitation.is_some_and(|open| open.invitation.email == new.email.as_str())
        && let Some(account) = user::add_as(conn, cx, new.user, &new.name, &new.email, &new.password_hash)?
    {
        let verified = verification::mark_verified(conn, cx, &account)?;
        let (session, begun) = sessions::begin(conn, cx, visit.person.as_ref(), &account, Proofs::of_password(cx.now))?;
        let events = account.event(Action::SignedUp).and(verified).and(begun);
        return Ok((SignUpOutcome::SignedIn(session), Some(account.actor()), events));
    }
    let quota = login_attempt::take_email(conn, cx, AttemptKind::Email, &new.email)?;
    let requested = RequestedAccount {
        user: new.user,
        name: new.name.clone(),
        password_hash: new.password_hash.clone(),
        reminds: quota == EmailQuota::Available,
    };
    let kind = AccountRequestKind::SignUp;
    account_request::insert(conn, cx, kind, &new.email, &new.next, Some(&requested))?;
    let events = Events::none("the job that creates the account records it");
    Ok((SignUpOutcome::EmailSent, None, events))
}

/// Where sign-up needs an invitation, the onboarding link of an organization replaces it. The answer follows from the address
/// alone and says nothing about accounts.
fn check_link(conn: &mut Conn, cx: &Ctx, new: &NewAccount) -> Result<(), SignUpError> {
    match ResolvedLink::ahead(conn, cx, &new.next)? {
        None if cx.config().signup == Signup::Domains => {
            Err(SignUpError::DomainsOnly(cx.config().signup_domains.clone()))
        }
        None => Err(SignUpError::InvitationOnly),
        Some(open) if open.link.admits(new.email.as_str()) => Ok(()),
        Some(open) => {
            let domains = open.link.domains().into_iter().map(str::to_owned).collect();
            Err(SignUpError::OtherDomains(domains))
        }
    }
}
