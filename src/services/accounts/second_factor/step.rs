//! The step of a sign-in after a correct password, for accounts with a second factor: ten minutes and five attempts.

use crate::app::Ctx;
use crate::audit::{Action, Events};
use crate::auth::current_user::CurrentUser;
use crate::authz::session_rules::Proofs;
use crate::common::error::AppError;
use crate::common::token::Token;
use crate::db::Conn;
use crate::models::login_attempt;
use crate::models::login_attempt::AttemptVerdict;
use crate::models::sign_in_step;
use crate::models::user::Account;
use crate::services::accounts::attempt;
use crate::services::accounts::second_factor::{backup_codes, totp};
use crate::services::accounts::sessions;
use crate::services::accounts::sessions::NewSession;

crate::text_enum! {
    /// What is entered as the second factor.
    pub enum CodeMethod {
        Totp = "totp",
        BackupCode = "backup_code",
    }
}

/// What a code came to. Attempts have to be committed, so a refusal is never an error.
pub enum StepOutcome {
    SignedIn {
        session: NewSession,
        verified: bool,
    },
    Wrong,
    /// Too many attempts in this step, or its time is over: the password again.
    Over,
    /// Too many attempts on the account.
    Locked,
    /// Too many attempts from this network.
    Flooded,
}

/// Checks a code and signs in.
pub fn enter(
    conn: &mut Conn,
    cx: &Ctx,
    before: Option<&CurrentUser>,
    token: &Token,
    method: CodeMethod,
    code: &str,
) -> Result<(StepOutcome, Events), AppError> {
    let Some(account) = sign_in_step::account(conn, cx.now, token)? else {
        return Ok((StepOutcome::Over, Events::none("the step is over")));
    };
    let refused = |outcome| Ok((outcome, Events::none("no code is checked")));
    match login_attempt::second_factor(conn, cx, &account.address())? {
        AttemptVerdict::Allowed => {}
        AttemptVerdict::Flooded => return refused(StepOutcome::Flooded),
        AttemptVerdict::Locked => {
            attempt::lock(conn, cx, &account.address())?;
            return refused(StepOutcome::Locked);
        }
    }
    if !sign_in_step::take_attempt(conn, cx.now, token)? {
        return refused(StepOutcome::Over);
    }
    let Some((proofs, used)) = prove(conn, cx, &account, method, code)? else {
        let outcome = match sign_in_step::account(conn, cx.now, token)? {
            Some(_) => StepOutcome::Wrong,
            // It was the last attempt.
            None => StepOutcome::Over,
        };
        return Ok((outcome, account.event(Action::SecondFactorFailed)));
    };
    let (outcome, events) = finish(conn, cx, before, token, &account, proofs)?;
    Ok((outcome, used.and(events)))
}

/// What a code proves now; `None` when it is wrong.
pub fn prove(
    conn: &mut Conn,
    cx: &Ctx,
    account: &Account,
    method: CodeMethod,
    code: &str,
) -> Result<Option<(Proofs, Events)>, AppError> {
    let (now, none) = (Some(cx.now), Proofs::default());
    Ok(match method {
        CodeMethod::Totp => totp::take(conn, cx, account.id, code)?
            .then(|| (Proofs { totp: now, ..none }, Events::none("the sign-in is recorded"))),
        CodeMethod::BackupCode => backup_codes::take(conn, cx, account, code)?.map(|used| {
            (
                Proofs {
                    backup_code: now,
                    ..none
                },
                used,
            )
        }),
    })
}

/// Ends the step and begins the session: the password was proved before, `proofs` now.
pub fn finish(
    conn: &mut Conn,
    cx: &Ctx,
    before: Option<&CurrentUser>,
    token: &Token,
    account: &Account,
    proofs: Proofs,
) -> Result<(StepOutcome, Events), AppError> {
    if !sign_in_step::end(conn, token)? {
        return Ok((StepOutcome::Over, Events::none("the step was used meanwhile")));
    }
    login_attempt::clear_second_factor(conn, &account.email)?;
    let proofs = Proofs {
        password: Some(cx.now),
        ..proofs
    };
    let (session, begun) = sessions::begin(conn, cx, before, account, proofs)?;
    let verified = account.verified();
    Ok((StepOutcome::SignedIn { session, verified }, begun))
}
