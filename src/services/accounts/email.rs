//! The letters of this room.

use crate::app::Ctx;
use crate::common::email::Email;
use crate::common::error::AppError;
use crate::common::token::Seed;
use crate::db::Conn;
use crate::letter;
use crate::mail::outbox;
use crate::mail::outbox::{Message, TOKEN_PLACE};
use crate::models::email_token;
use crate::models::email_token::TokenKind;
use crate::models::user::Account;

letter! {
    struct Verify("mail/verify.html", "mail/verify.txt") { name: String, link: String, expires: String }
}
letter! {
    struct AccountExists("mail/account_exists.html", "mail/account_exists.txt") { name: String, login_link: String, reset_link: String }
}
letter! {
    struct Reset("mail/reset.html", "mail/reset.txt") { name: String, link: String, expires: String }
}
letter! {
    struct Unlock("mail/unlock.html", "mail/unlock.txt") { name: String, link: String, attempts: String }
}
letter! {
    struct EmailChange("mail/email_change.html", "mail/email_change.txt") { name: String, link: String, new_email: String }
}
letter! {
    struct EmailChanged("mail/email_changed_notice.html", "mail/email_changed_notice.txt") { name: String, new_email: String, when: String }
}
letter! {
    struct PasswordChanged("mail/password_changed.html", "mail/password_changed.txt") { name: String, when: String, ip: String }
}

struct Cover<'a> {
    kind: &'static str,
    to: &'a Email,
    name: &'a str,
    subject: &'static str,
    seed: Option<Seed>,
}

fn send(conn: &mut Conn, cx: &Ctx, cover: Cover<'_>, (html, text): (String, String)) -> Result<(), AppError> {
    let letter = Message {
        kind: cover.kind,
        to_name: cover.name.to_owned(),
        to: cover.to.clone(),
        subject: cover.subject.to_owned(),
        html,
        text,
        seed: cover.seed,
    };
    outbox::enqueue(conn, cx, letter)?;
    Ok(())
}

fn place(cx: &Ctx, path: &str) -> String {
    cx.config().link(&format!("{path}/{TOKEN_PLACE}"))
}

/// Asks for the proof of a sign-up's address; links that asked before stop working.
pub fn verify(conn: &mut Conn, cx: &Ctx, account: &Account, next: &str) -> Result<(), AppError> {
    let to = account.address();
    email_token::retire(conn, cx, account.id, Some(TokenKind::Verify))?;
    let issued = email_token::issue(conn, cx, TokenKind::Verify, account.id, &to, next)?;
    let letter = Verify {
        name: account.name.clone(),
        link: place(cx, "/verify"),
        expires: issued.expires.full(),
    };
    let cover = Cover {
        kind: "verify",
        to: &to,
        name: &account.name,
        subject: "Confirm your email address",
        seed: Some(issued.seed),
    };
    send(conn, cx, cover, letter.parts()?)
}

/// Tells the owner of an address that somebody tried to sign up with it.
pub fn account_exists(conn: &mut Conn, cx: &Ctx, account: &Account) -> Result<(), AppError> {
    let letter = AccountExists {
        name: account.name.clone(),
        login_link: cx.config().link("/login"),
        reset_link: cx.config().link("/password/forgot"),
    };
    let cover = Cover {
        kind: "account_exists",
        to: &account.address(),
        name: &account.name,
        subject: "You already have an account",
        seed: None,
    };
    send(conn, cx, cover, letter.parts()?)
}

/// Gives the owner of an address the way to a new password.
pub fn reset(conn: &mut Conn, cx: &Ctx, account: &Account, next: &str) -> Result<(), AppError> {
    let to = account.address();
    let issued = email_token::issue(conn, cx, TokenKind::Reset, account.id, &to, next)?;
    let letter = Reset {
        name: account.name.clone(),
        link: place(cx, "/password/reset"),
        expires: issued.expires.full(),
    };
    let cover = Cover {
        kind: "reset",
        to: &to,
        name: &account.name,
        subject: "Choose a new password",
        seed: Some(issued.seed),
    };
    send(conn, cx, cover, letter.parts()?)
}

/// Tells that an account is locked, with the link that opens it.
pub fn unlock(conn: &mut Conn, cx: &Ctx, account: &Account) -> Result<(), AppError> {
    let to = account.address();
    let issued = email_token::issue(conn, cx, TokenKind::Unlock, account.id, &to, "")?;
    let letter = Unlock {
        name: account.name.clone(),
        link: place(cx, "/unlock"),
        attempts: format!("too many wrong passwords, the last from {}", cx.request.ip),
    };
    let cover = Cover {
        kind: "unlock",
        to: &to,
        name: &account.name,
        subject: "Your account is locked",
        seed: Some(issued.seed),
    };
    send(conn, cx, cover, letter.parts()?)
}

/// Asks for the proof of a new address, at that address; links that asked before stop working.
pub fn email_change(conn: &mut Conn, cx: &Ctx, account: &Account, new: &Email) -> Result<(), AppError> {
    email_token::retire(conn, cx, account.id, Some(TokenKind::Change))?;
    let issued = email_token::issue(conn, cx, TokenKind::Change, account.id, new, "")?;
    let letter = EmailChange {
        name: account.name.clone(),
        link: place(cx, "/account/email"),
        new_email: new.to_string(),
    };
    let cover = Cover {
        kind: "email_change",
        to: new,
        name: &account.name,
        subject: "Confirm your new email address",
        seed: Some(issued.seed),
    };
    send(conn, cx, cover, letter.parts()?)
}

/// Tells the old address which one took its place.
pub fn email_changed(conn: &mut Conn, cx: &Ctx, old: &Account, new: &Email) -> Result<(), AppError> {
    let letter = EmailChanged {
        name: old.name.clone(),
        new_email: new.to_string(),
        when: cx.now.full(),
    };
    let cover = Cover {
        kind: "email_changed_notice",
        to: &old.address(),
        name: &old.name,
        subject: "Your email address was changed",
        seed: None,
    };
    send(conn, cx, cover, letter.parts()?)
}

/// Tells that the password was changed.
pub fn password_changed(conn: &mut Conn, cx: &Ctx, account: &Account) -> Result<(), AppError> {
    let letter = PasswordChanged {
        name: account.name.clone(),
        when: cx.now.full(),
        ip: cx.request.ip.clone(),
    };
    let cover = Cover {
        kind: "password_changed",
        to: &account.address(),
        name: &account.name,
        subject: "Your password was changed",
        seed: None,
    };
    send(conn, cx, cover, letter.parts()?)
}
