use crate::app::Ctx;
use crate::audit::{Action, ActorRef, Events};
use crate::auth::Visit;
use crate::common::config::Signup;
use crate::common::email::Email;
use crate::common::error::AppError;
use crate::common::id::UserId;
use crate::db::Conn;
use crate::models::login_attempt;
use crate::models::login_attempt::{AttemptKind, EmailQuota};
use crate::models::user;
use crate::services::accounts::email;
use crate::services::accounts::sessions::NewSession;
use crate::services::accounts::{invited, sessions, verification};
use crate::services::onboarding_links::resolve::ResolvedLink;

/// The valid parts of a sign-up.
#[derive(Debug)]
pub struct NewAccount {
    pub name: String,
    pub email: Email,
    pub password_hash: String,
    /// The path to continue with, or empty.
    pub next: String,
}

#[derive(Debug)]
pub enum SignUpOutcome {
    /// An email was sent. Nothing may reveal whether the address had an account: `None`.
    EmailSent(Option<UserId>),
    /// The link of an invitation verified the address.
    SignedIn(NewSession),
}

#[derive(Debug)]
pub enum SignUpError {
    /// Sign-up needs an invitation here.
    InvitationOnly,
    /// The onboarding link admits only addresses of these domains.
    OtherDomains(Vec<String>),
    Failed(AppError),
}
crate::change_error!(SignUpError);

/// Whether sign-up is possible without an invitation. The first account never needs one.
pub fn is_open(conn: &mut Conn, cx: &Ctx) -> Result<bool, AppError> {
    Ok(cx.config().signup == Signup::Open || !user::any_verified(conn)?)
}

/// Creates an account, or tells the owner of the address that it has one.
pub fn sign_up(
    conn: &mut Conn,
    visit: &Visit,
    new: &NewAccount,
) -> Result<(SignUpOutcome, Option<ActorRef>, Events), SignUpError> {
    let cx = &visit.cx;
    let invitation = invited::find(conn, cx, &new.next)?;
    if invitation.is_none() && !is_open(conn, cx)? {
        check_link(conn, cx, new)?;
    }
    let Some(account) = user::add(conn, cx, &new.name, &new.email, &new.password_hash)? else {
        if login_attempt::take_email(conn, cx, AttemptKind::Email, &new.email)? == EmailQuota::Available {
            remind(conn, cx, new)?;
        }
        let reason = "the account exists";
        return Ok((SignUpOutcome::EmailSent(None), None, Events::none(reason)));
    };
    let actor = Some(account.actor());
    let events = account.event(Action::SignedUp);
    if invitation.is_some_and(|open| open.invitation.email == new.email.as_str()) {
        let verified = verification::mark_verified(conn, cx, &account)?;
        let (session, begun) = sessions::begin(conn, cx, visit.person.as_ref(), &account)?;
        return Ok((SignUpOutcome::SignedIn(session), actor, events.and(verified).and(begun)));
    }
    // A new account gets its email whatever the quota of its address is.
    login_attempt::take_email(conn, cx, AttemptKind::Email, &new.email)?;
    email::verify(conn, cx, &account, &new.next)?;
    Ok((SignUpOutcome::EmailSent(Some(account.id)), actor, events))
}

/// Where sign-up needs an invitation, the onboarding link of an organization replaces it.
fn check_link(conn: &mut Conn, cx: &Ctx, new: &NewAccount) -> Result<(), SignUpError> {
    match ResolvedLink::ahead(conn, cx, &new.next)? {
        None => Err(SignUpError::InvitationOnly),
        Some(open) if open.link.admits(new.email.as_str()) => Ok(()),
        Some(open) => {
            let domains = open.link.domains().into_iter().map(str::to_owned).collect();
            Err(SignUpError::OtherDomains(domains))
        }
    }
}

fn remind(conn: &mut Conn, cx: &Ctx, new: &NewAccount) -> Result<(), AppError> {
    match user::by_email(conn, &new.email)? {
        Some(account) if account.verified() => email::account_exists(conn, cx, &account),
        Some(account) => email::verify(conn, cx, &account, &new.next),
        None => Ok(()),
    }
}
