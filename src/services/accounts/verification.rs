//! The verification of the address of a new account.

use crate::app::Ctx;
use crate::audit::{Action, ActorRef, Events};
use crate::auth::{Visit, Visitor};
use crate::authz::session_rules::Proofs;
use crate::common::email::Email;
use crate::common::error::AppError;
use crate::common::token::Token;
use crate::db::Conn;
use crate::models::account_request;
use crate::models::account_request::AccountRequestKind;
use crate::models::email_token;
use crate::models::email_token::{EmailLink, TokenKind};
use crate::models::login_attempt;
use crate::models::login_attempt::{AttemptKind, EmailQuota};
use crate::models::onboarding_link;
use crate::models::session;
use crate::models::user;
use crate::models::user::Account;
use crate::services::accounts::attempt::PasswordAttempt;
use crate::services::accounts::sessions::NewSession;
use crate::services::accounts::{attempt, sessions};
use crate::services::onboarding_links::resolve;

/// Marks the address of an account as verified. Sessions that began before end, since anyone could sign up with the address,
/// and so does a change of the address that they requested.
pub fn mark_verified(conn: &mut Conn, cx: &Ctx, account: &Account) -> Result<Events, AppError> {
    if !user::mark_verified(conn, account.id, cx.now)? {
        return Ok(Events::none("verified before"));
    }
    email_token::retire(conn, cx, account.id, &[TokenKind::Verify, TokenKind::Change])?;
    session::end_all(conn, account.id, None)?;
    Ok(account
        .event(Action::EmailVerified)
        .and(appoint_operator(conn, cx, account)?))
}

/// The first account with a verified address becomes the operator of the instance.
pub fn appoint_operator(conn: &mut Conn, cx: &Ctx, account: &Account) -> Result<Events, AppError> {
    if user::appoint_operator(conn, account.id, cx.now)? {
        Ok(account.event(Action::OperatorAppointed))
    } else {
        Ok(Events::none("the instance has an operator"))
    }
}

/// Requests the verification email again. `None` when there is no address to verify.
pub fn resend(
    conn: &mut Conn,
    visit: &Visit,
    signed_up: Option<Email>,
) -> Result<(Option<EmailQuota>, Option<ActorRef>, Events), AppError> {
    let cx = &visit.cx;
    let address = match &visit.person {
        Some(person) if person.verified => None,
        Some(person) => Some(person.email.clone()),
        None => signed_up,
    };
    let Some(address) = address else {
        return Ok((None, None, Events::none("no account to verify")));
    };
    let quota = login_attempt::take_email(conn, cx, AttemptKind::Email, &address)?;
    if quota != EmailQuota::Available {
        return Ok((Some(quota), None, Events::none("no email was sent")));
    }
    account_request::insert(conn, cx, AccountRequestKind::Verification, &address, "", None)?;
    let events = Events::none("the job that sends the email records it");
    Ok((Some(quota), None, events))
}

/// What a verification came to. Password attempts have to be committed, so a refusal is never an error.
#[derive(Debug)]
pub enum VerifyOutcome {
    /// With the path to continue with, or empty.
    SignedIn(NewSession, String),
    /// The link no longer works.
    Ended,
    Wrong,
    Locked,
    Flooded,
}

enum VerificationStep {
    Done(VerifyOutcome),
    Attempt(PasswordAttempt),
}

/// Verifies the address of a link and signs in. A browser that is not `known` to belong to the account needs its password.
pub async fn verify(
    visitor: &Visitor,
    token: Token,
    known: impl FnOnce(&Visit, &EmailLink) -> bool + Send + 'static,
    password: String,
) -> Result<VerifyOutcome, AppError> {
    let first = token.clone();
    let step = visitor
        .write(move |visit, conn| {
            let Some(link) = email_token::find_open(conn, &visit.cx, TokenKind::Verify, &first)? else {
                return Ok((
                    VerificationStep::Done(VerifyOutcome::Ended),
                    None,
                    Events::none("the link ended"),
                ));
            };
            if known(visit, &link) {
                let (outcome, actor, events) = enter(conn, visit, &link, &first)?;
                return Ok((VerificationStep::Done(outcome), actor, events));
            }
            let (attempt, events) = attempt::begin(conn, &visit.cx, &link.email)?;
            Ok((VerificationStep::Attempt(attempt), None, events))
        })
        .await?;
    let hash = match step {
        VerificationStep::Done(outcome) => return Ok(outcome),
        VerificationStep::Attempt(PasswordAttempt::Allowed(Some(account))) => account.password_hash,
        VerificationStep::Attempt(PasswordAttempt::Locked) => return Ok(VerifyOutcome::Locked),
        VerificationStep::Attempt(_) => return Ok(VerifyOutcome::Flooded),
    };
    if !visitor.app().hasher.verify(Some(hash.clone()), password).await? {
        return Ok(VerifyOutcome::Wrong);
    }
    visitor
        .write(
            move |visit, conn| match email_token::find_open(conn, &visit.cx, TokenKind::Verify, &token)? {
                Some(link) if link.account.password_hash == hash => enter(conn, visit, &link, &token),
                _ => Ok((VerifyOutcome::Ended, None, Events::none("the link ended meanwhile"))),
            },
        )
        .await
}

fn enter(
    conn: &mut Conn,
    visit: &Visit,
    link: &EmailLink,
    token: &Token,
) -> Result<(VerifyOutcome, Option<ActorRef>, Events), AppError> {
    let cx = &visit.cx;
    if !email_token::take(conn, cx, TokenKind::Verify, token)? {
        return Ok((VerifyOutcome::Ended, None, Events::none("the link was used meanwhile")));
    }
    let account = &link.account;
    let verified = mark_verified(conn, cx, account)?;
    // An address is verified once, so each account counts once.
    if !account.verified()
        && let Some(token) = resolve::token_in(&link.next)
        && let Some(found) = onboarding_link::find_by_token(conn, &Token::received(token))?
    {
        onboarding_link::count_signed_up(conn, &found.link)?;
    }
    login_attempt::clear_all(conn, &account.email)?;
    let (session, begun) = sessions::begin(conn, cx, visit.person.as_ref(), account, Proofs::of_password(cx.now))?;
    let outcome = VerifyOutcome::SignedIn(session, link.next.clone());
    Ok((outcome, Some(account.actor()), verified.and(begun)))
}
