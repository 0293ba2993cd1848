//! The emails of accounts.

use crate::app::Ctx;
use crate::common::email::Email;
use crate::common::error::AppError;
use crate::db::Conn;
use crate::mail::message;
use crate::mail::message::{Recipient, token_link};
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
    struct EmailChangedEmail: EmailChanged("mail/email_changed_notice/message.html", "mail/email_changed_notice/message.txt") {
        name: String, new_email: String, when: String
    }
}
crate::email! {
    struct PasswordChangedEmail: PasswordChanged("mail/password_changed/message.html", "mail/password_changed/message.txt") {
        name: String, when: String, ip: String
    }
}

fn owner(account: &Account) -> Recipient {
    Recipient {
        name: account.name.clone(),
        email: account.address(),
    }
}

/// Sends the link that verifies the address of a new account; earlier links stop working.
pub fn verify(conn: &mut Conn, cx: &Ctx, account: &Account, next: &str) -> Result<(), AppError> {
    email_token::retire(conn, cx, account.id, Some(TokenKind::Verify))?;
    let issued = email_token::issue(conn, cx, TokenKind::Verify, account.id, &account.address(), next)?;
    let email = VerifyEmail {
        name: account.name.clone(),
        link: token_link(cx, "/verify"),
        expires: issued.expires.full(),
    };
    message::send_with_token(conn, cx, &owner(account), &email, issued.seed)?;
    Ok(())
}

/// Tells the owner of an address that someone tried to sign up with it.
pub fn account_exists(conn: &mut Conn, cx: &Ctx, account: &Account) -> Result<(), AppError> {
    let email = AccountExistsEmail {
        name: account.name.clone(),
        login_link: cx.config().link("/login"),
        reset_link: cx.config().link("/password/forgot"),
    };
    message::send(conn, cx, &owner(account), &email)?;
    Ok(())
}

/// Sends the link to choose a new password.
pub fn reset(conn: &mut Conn, cx: &Ctx, account: &Account, next: &str) -> Result<(), AppError> {
    let issued = email_token::issue(conn, cx, TokenKind::Reset, account.id, &account.address(), next)?;
    let email = ResetEmail {
        name: account.name.clone(),
        link: token_link(cx, "/password/reset"),
        expires: issued.expires.full(),
    };
    message::send_with_token(conn, cx, &owner(account), &email, issued.seed)?;
    Ok(())
}

/// Sends the link that unlocks an account.
pub fn unlock(conn: &mut Conn, cx: &Ctx, account: &Account) -> Result<(), AppError> {
    let issued = email_token::issue(conn, cx, TokenKind::Unlock, account.id, &account.address(), "")?;
    let email = UnlockEmail {
        name: account.name.clone(),
        link: token_link(cx, "/unlock"),
        ip: cx.request.ip.clone(),
    };
    message::send_with_token(conn, cx, &owner(account), &email, issued.seed)?;
    Ok(())
}

/// Sends the link that verifies a new address, to that address; earlier links stop working.
pub fn email_change(conn: &mut Conn, cx: &Ctx, account: &Account, new: &Email) -> Result<(), AppError> {
    email_token::retire(conn, cx, account.id, Some(TokenKind::Change))?;
    let issued = email_token::issue(conn, cx, TokenKind::Change, account.id, new, "")?;
    let email = EmailChangeEmail {
        name: account.name.clone(),
        link: token_link(cx, "/account/email"),
        new_email: new.to_string(),
    };
    let to = Recipient {
        name: account.name.clone(),
        email: new.clone(),
    };
    message::send_with_token(conn, cx, &to, &email, issued.seed)?;
    Ok(())
}

/// Tells the old address about the new one.
pub fn email_changed(conn: &mut Conn, cx: &Ctx, old: &Account, new: &Email) -> Result<(), AppError> {
    let email = EmailChangedEmail {
        name: old.name.clone(),
        new_email: new.to_string(),
        when: cx.now.full(),
    };
    message::send(conn, cx, &owner(old), &email)?;
    Ok(())
}

pub fn password_changed(conn: &mut Conn, cx: &Ctx, account: &Account) -> Result<(), AppError> {
    let email = PasswordChangedEmail {
        name: account.name.clone(),
        when: cx.now.full(),
        ip: cx.request.ip.clone(),
    };
    message::send(conn, cx, &owner(account), &email)?;
    Ok(())
}
