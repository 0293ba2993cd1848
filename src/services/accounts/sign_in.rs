use crate::app::Ctx;
use crate::audit::{Action, Events};
use crate::auth::Visitor;
use crate::auth::current_user::CurrentUser;
use crate::authz::session_rules::Proofs;
use crate::common::email::Email;
use crate::common::error::AppError;
use crate::common::token::Token;
use crate::db::Conn;
use crate::models::login_attempt;
use crate::models::second_factor;
use crate::models::sign_in_step;
use crate::models::user;
use crate::models::user::Account;
use crate::services::accounts::attempt;
use crate::services::accounts::attempt::PasswordAttempt;
use crate::services::accounts::sessions::NewSession;
use crate::services::accounts::{invited, known_device, sessions, verification};

/// What a sign-in came to. Attempts have to be committed, so a refusal is never an error.
pub enum SignInOutcome {
    SignedIn {
        session: NewSession,
        verified: bool,
    },
    /// With the account of the address, for [`note_failure`].
    Wrong(Option<Account>),
    /// The password is correct; the second factor is awaited in this step.
    SecondFactor(Token),
    Locked,
    Flooded,
}

/// Signs in with a password. The attempt is counted and committed before the password is checked, outside a transaction.
pub async fn sign_in(
    visitor: &Visitor,
    email: Email,
    password: String,
    next: String,
) -> Result<SignInOutcome, AppError> {
    let attempt = visitor
        .write(move |visit, conn| {
            let (attempt, events) = attempt::begin(conn, &visit.cx, &email)?;
            Ok((attempt, None, events))
        })
        .await?;
    let account = match attempt {
        PasswordAttempt::Allowed(account) => account,
        PasswordAttempt::Locked => return Ok(SignInOutcome::Locked),
        PasswordAttempt::Flooded => return Ok(SignInOutcome::Flooded),
    };
    let hash = account.as_ref().map(|account| account.password_hash.clone());
    let correct = visitor.app().hasher.verify(hash, password).await?;
    let Some(checked) = account.clone().filter(|_| correct) else {
        return Ok(SignInOutcome::Wrong(account));
    };
    visitor
        .write(move |visit, conn| {
            let (outcome, events) = enter(conn, &visit.cx, visit.person.as_ref(), checked, &next)?;
            let actor = match &outcome {
                SignInOutcome::SignedIn { session, .. } => Some(session.actor.clone()),
                _ => None,
            };
            Ok((outcome, actor, events))
        })
        .await
}

fn enter(
    conn: &mut Conn,
    cx: &Ctx,
    before: Option<&CurrentUser>,
    checked: Account,
    next: &str,
) -> Result<(SignInOutcome, Events), AppError> {
    // Turning on a second factor ends the sessions that began before, and waits for this one or this one for it.
    second_factor::lock(conn, checked.id)?;
    let account = user::by_id(conn, checked.id)?;
    if account.password_hash != checked.password_hash {
        let reason = "the password was changed during the check";
        return Ok((SignInOutcome::Wrong(Some(checked)), Events::none(reason)));
    }
    login_attempt::clear(conn, &account.email, &known_device::source(cx, Some(&account)))?;
    let mut verified = account.verified();
    let mut events = Events::default();
    // The link of an invitation that was sent to this address verifies it.
    if !verified && invited::find(conn, cx, next)?.is_some_and(|open| open.invitation.email == account.email) {
        events = verification::mark_verified(conn, cx, &account)?;
        verified = true;
    }
    if account.second_factor {
        let step = sign_in_step::begin(conn, cx, &account)?;
        return Ok((SignInOutcome::SecondFactor(step), events));
    }
    let (session, begun) = sessions::begin(conn, cx, before, &account, Proofs::of_password(cx.now))?;
    Ok((SignInOutcome::SignedIn { session, verified }, events.and(begun)))
}

/// Notes a wrong password in the logs of the account and its organizations. The limit on attempts limits these too.
pub fn note_failure(account: &Account) -> Events {
    account.event(Action::SignInFailed)
}
