//! The emails of accounts.

use crate::app::Ctx;
use crate::common::email::Email;
use crate::common::error::AppError;
use crate::db::Conn;
use crate::mail::message;
use crate::mail::message::{EmailTemplate, Recipient, token_link};
use crate::models::email_token;
use crate::models::email_token::TokenKind;
use crate::models::user::Account;

crate::email! {
    struct VerifyEmail: Verify("mail/verify/message.html", "mail/verify/message.txt") {
        name: String, link: String, expires: String
    }
}
crate::email! {
    struct AccountExistsEmail: AccountExists("mail/account_exists/message.html", "mail/account_exists/message.txt") {
        name: String, login_link: String, reset_link: String
    }
}
crate::email! {
    struct ResetEmail: Reset("mail/reset/message.html", "mail/reset/message.txt") {
        name: String, link: String, expires: String
    }
}
crate::email! {
    struct UnlockEmail: Unlock("mail/unlock/message.html", "mail/unlock/message.txt") {
        name: String, link: String, ip: String
    }
}
crate::email! {
    struct EmailChangeEmail: EmailChange("mail/email_change/message.html", "mail/email_change/message.txt") {
        name: String, link: String, new_email: String
    }
}
crate::email! {
    struct EmailChangedEmail: EmailChanged("mail/email_changed/message.html", "mail/email_changed/message.txt") {
        name: String, new_email: String, when: String
    }
}
crate::email! {
    struct PasswordChangedEmail: PasswordChanged("mail/password_changed/message.html", "mail/password_changed/message.txt") {
        name: String, when: String, ip: String
    }
}

/// Issues a token and sends the email with its link. `email` is made of the link and the time when the link stops working.
fn send_link<E: EmailTemplate>(
    conn: &mut Conn,
    cx: &Ctx,
    account: &Account,
    to: &Email,
    (kind, next): (TokenKind, &str),
    email: impl FnOnce(String, String) -> E,
) -> Result<(), AppError> {
    let issued = email_token::issue(conn, cx, kind, account.id, to, next)?;
    let path = match kind {
        TokenKind::Verify => "/verify",
        TokenKind::Reset => "/password/reset",
        TokenKind::Unlock => "/unlock",
        TokenKind::Change => "/account/email",
    };
    let recipient = Recipient {
        name: account.name.clone(),
        email: to.clone(),
    };
    let email = email(token_link(cx, path), issued.expires.full(account.zone()));
    message::send_with_token(conn, cx, &recipient, &email, issued.seed)
}

/// Sends the link that verifies the address of a new account; earlier links stop working.
pub fn verify(conn: &mut Conn, cx: &Ctx, account: &Account, next: &str) -> Result<(), AppError> {
    email_token::retire(conn, cx, account.id, &[TokenKind::Verify])?;
    let name = account.name.clone();
    let token = (TokenKind::Verify, next);
    send_link(conn, cx, account, &account.address(), token, |link, expires| {
        VerifyEmail { name, link, expires }
    })
}

/// Tells the owner of an address that someone tried to sign up with it.
pub fn account_exists(conn: &mut Conn, cx: &Ctx, account: &Account) -> Result<(), AppError> {
    let email = AccountExistsEmail {
        name: account.name.clone(),
        login_link: cx.config().link("/login"),
        reset_link: cx.config().link("/password/forgot"),
    };
    message::send(conn, cx, &account.recipient(), &email)
}

/// Sends the link to choose a new password.
pub fn reset(conn: &mut Conn, cx: &Ctx, account: &Account, next: &str) -> Result<(), AppError> {
    let name = account.name.clone();
    let token = (TokenKind::Reset, next);
    send_link(conn, cx, account, &account.address(), token, |link, expires| {
        ResetEmail { name, link, expires }
    })
}

/// Sends the link that unlocks an account.
pub fn unlock(conn: &mut Conn, cx: &Ctx, account: &Account) -> Result<(), AppError> {
    let (name, ip) = (account.name.clone(), cx.request.ip.clone());
    let token = (TokenKind::Unlock, "");
    send_link(conn, cx, account, &account.address(), token, |link, _| UnlockEmail {
        name,
        link,
        ip,
    })
}

/// Sends the link that verifies a new address, to that address; earlier links stop working.
pub fn email_change(conn: &mut Conn, cx: &Ctx, account: &Account, new: &Email) -> Result<(), AppError> {
    email_token::retire(conn, cx, account.id, &[TokenKind::Change])?;
    let (name, new_email) = (account.name.clone(), new.to_string());
    send_link(conn, cx, account, new, (TokenKind::Change, ""), |link, _| {
        EmailChangeEmail { name, link, new_email }
    })
}

/// Tells the old address about the new one.
pub fn email_changed(conn: &mut Conn, cx: &Ctx, old: &Account, new: &Email) -> Result<(), AppError> {
    let email = EmailChangedEmail {
        name: old.name.clone(),
        new_email: new.to_string(),
        when: cx.now.full(old.zone()),
    };
    message::send(conn, cx, &old.recipient(), &email)
}

pub fn password_changed(conn: &mut Conn, cx: &Ctx, account: &Account) -> Result<(), AppError> {
    let email = PasswordChangedEmail {
        name: account.name.clone(),
        when: cx.now.full(account.zone()),
        ip: cx.request.ip.clone(),
    };
    message::send(conn, cx, &account.recipient(), &email)
}
