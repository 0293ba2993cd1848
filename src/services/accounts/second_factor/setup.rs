//! Setting up an authenticator app.

use std::fmt::Write;

use qrcode::{Color, QrCode};

use crate::audit::{Action, Events};
use crate::auth::current_user::CurrentUser;
use crate::authz::session_rules::Proofs;
use crate::common::error::AppError;
use crate::common::token::Token;
use crate::db::Conn;
use crate::models::login_attempt;
use crate::models::login_attempt::AttemptSource;
use crate::models::totp_secret::{SECRET, Secret};
use crate::models::user::Account;
use crate::models::{backup_code, second_factor, session, sign_in_step, totp_secret, user};
use crate::services::accounts::second_factor::{backup_codes, email, totp};

/// The empty modules around a QR code.
const QUIET: usize = 4;

/// A QR code: how many modules wide it is, and its dark ones as the path of an SVG.
#[derive(Debug)]
pub struct QrImage {
    pub size: usize,
    pub path: String,
}

/// A secret that the account does not have yet.
pub struct OfferedSecret {
    bytes: Secret,
}

/// The secret that this session is offered. It follows from the key file, so that showing it saves nothing; each session and each
/// time has another one.
pub fn offer(conn: &mut Conn, person: &CurrentUser) -> Result<OfferedSecret, AppError> {
    let generation = totp_secret::generation(conn, person.id)?.to_string();
    let parts = [person.id.to_string(), person.session.to_string(), generation];
    let derived = person
        .cx
        .app
        .keys
        .derived("authenticator app", &parts.each_ref().map(String::as_str));
    let mut bytes = Secret::default();
    bytes.copy_from_slice(&derived[..SECRET]);
    Ok(OfferedSecret { bytes })
}

/// Base 32 without padding (RFC 4648), as apps read it.
fn base32(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let bit = |at: usize| {
        bytes
            .get(at / 8)
            .map_or(0, |byte| usize::from(byte >> (7 - at % 8) & 1))
    };
    (0..bytes.len() * 8)
        .step_by(5)
        .map(|at| DIGITS[(at..at + 5).fold(0, |digit, at| digit << 1 | bit(at))] as char)
        .collect()
}

impl OfferedSecret {
    /// The secret to type.
    pub fn text(&self) -> String {
        base32(&self.bytes)
    }

    /// The address that the QR code has (the "Key URI Format" of authenticator apps).
    pub fn address(&self, issuer: &str, account: &str) -> String {
        use crate::common::html::query_value;
        let (issuer, account) = (query_value(issuer), query_value(account));
        format!(
            "otpauth://totp/{issuer}:{account}?secret={}&issuer={issuer}&algorithm=SHA1&digits=6&period=30",
            self.text()
        )
    }

    /// The QR code of the address.
    pub fn qr(&self, issuer: &str, account: &str) -> Result<QrImage, AppError> {
        let code = QrCode::new(self.address(issuer, account)).map_err(AppError::internal)?;
        let width = code.width();
        let mut path = String::new();
        for (at, color) in code.to_colors().into_iter().enumerate() {
            if color == Color::Dark {
                let (x, y) = (at % width + QUIET, at / width + QUIET);
                let _ = write!(path, "M{x} {y}h1v1h-1z");
            }
        }
        Ok(QrImage {
            size: width + 2 * QUIET,
            path,
        })
    }
}

#[derive(Debug)]
pub enum SetupError {
    /// The code is not one of the app at this time.
    WrongCode,
    /// The account has an app.
    Exists,
    /// The password was changed since it was checked.
    Changed,
    Failed(AppError),
}
crate::change_error!(SetupError);

/// What the browser gets after a factor was added.
pub struct NewFactor {
    /// Backup codes, if the account had none.
    pub codes: Vec<String>,
    /// The new token of the session.
    pub token: Token,
}

/// Turns on the app whose code was entered, for an account whose password was checked. All other sessions end.
pub fn confirm(
    conn: &mut Conn,
    person: &CurrentUser,
    checked: &Account,
    code: &str,
) -> Result<(NewFactor, Events), SetupError> {
    let cx = &person.cx;
    second_factor::lock(conn, person.id)?;
    let account = user::by_id(conn, person.id)?;
    if account.password_hash != checked.password_hash {
        return Err(SetupError::Changed);
    }
    if totp_secret::since(conn, person.id)?.is_some() {
        return Err(SetupError::Exists);
    }
    let secret = offer(conn, person)?;
    let step = totp::first_step(&secret.bytes, code, cx.now)?.ok_or(SetupError::WrongCode)?;
    if !totp_secret::keep(conn, cx, person.id, &secret.bytes, step)? {
        return Err(SetupError::Exists);
    }
    second_factor::refresh(conn, person.id)?;
    let codes = if backup_code::left(conn, person.id)? == 0 {
        backup_codes::fresh(conn, person)?
    } else {
        Vec::new()
    };
    login_attempt::clear(conn, &account.email, &AttemptSource::Session(person.session))?;
    session::end_all(conn, person.id, Some(person.session))?;
    sign_in_step::end_all(conn, person.id)?;
    let proofs = Proofs {
        totp: Some(cx.now),
        ..Proofs::of_password(cx.now)
    };
    session::prove(conn, cx, person.id, person.session, proofs)?;
    email::changed(conn, cx, &account, "An authenticator app was added to your account")?;
    let token = session::renew(conn, person.session)?;
    Ok((NewFactor { codes, token }, account.event(Action::AppAdded)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_written_in_base_32() {
        assert_eq!(base32(b"12345678901234567890"), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        assert_eq!(base32(b"foob"), "MZXW6YQ");
        let secret = OfferedSecret { bytes: [7; 20] };
        let address = secret.address("Tenantry", "a+b@harbor.example");
        assert!(
            address.starts_with("otpauth://totp/Tenantry:a%2Bb%40harbor.example?secret="),
            "{address}"
        );
        let image = secret.qr("Tenantry", "a@b.example").expect("a code");
        assert!(
            image.size > 30 && image.path.starts_with("M4 4h1v1h-1z"),
            "the corner is dark: {image:?}"
        );
    }
}
