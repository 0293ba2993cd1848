//! Codes of authenticator apps: RFC 6238 with SHA-1, 6 digits and 30 seconds, one step early or late.

use totp_rs::{Builder, Totp};

use crate::app::Ctx;
use crate::common::error::AppError;
use crate::common::id::UserId;
use crate::common::time::Time;
use crate::db::Conn;
use crate::models::totp_secret;
use crate::models::totp_secret::Secret;

fn totp(secret: &Secret) -> Result<Totp, AppError> {
    Builder::new().with_secret(*secret).build().map_err(AppError::internal)
}

/// The time step of a code; `None` when it is of no step that counts now.
fn step(secret: &Secret, code: &str, now: Time) -> Result<Option<i64>, AppError> {
    let code: String = code.chars().filter(|digit| !digit.is_whitespace()).collect();
    let seconds = u64::try_from(now.0.div_euclid(1_000_000)).unwrap_or_default();
    let found = totp(secret)?.check(&code, seconds);
    Ok(found.map(|step| i64::try_from(step).unwrap_or(i64::MAX)))
}

/// A code of an app that is being set up: its time step, if it is correct.
pub fn first_step(secret: &Secret, code: &str, now: Time) -> Result<Option<i64>, AppError> {
    step(secret, code, now)
}

/// Uses a code of the account's app: `false` when it is wrong, too old, or was used.
pub fn take(conn: &mut Conn, cx: &Ctx, user: UserId, code: &str) -> Result<bool, AppError> {
    let Some(secret) = totp_secret::find(conn, cx, user)? else {
        return Ok(false);
    };
    match step(&secret, code, cx.now)? {
        Some(step) => Ok(totp_secret::take_step(
            conn,
            user,
            step,
            cx.now.0.div_euclid(1_000_000) / 30 + 1,
        )?),
        None => Ok(false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The vectors of RFC 6238, appendix B, cut to six digits.
    #[test]
    fn codes_are_those_of_the_standard() {
        let secret = b"12345678901234567890";
        for (seconds, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
        ] {
            let at = |seconds: i64| Time(seconds * 1_000_000);
            let expected = Some(seconds / 30);
            for off in [-30, 0, 30] {
                let found = step(secret, code, at(seconds + off)).expect("a secret");
                assert_eq!(found, expected, "{seconds} {off}");
            }
            assert_eq!(
                step(secret, &format!("{} {}", &code[..3], &code[3..]), at(seconds)).expect("a secret"),
                expected
            );
            for off in [-90, 90].into_iter().filter(|off| seconds + off >= 0) {
                assert_eq!(step(secret, code, at(seconds + off)).expect("a secret"), None);
            }
            for wrong in ["", "12345", "1234567", "abcdef", "００００００"] {
                assert_eq!(step(secret, wrong, at(seconds)).expect("a secret"), None, "{wrong}");
            }
        }
    }
}
