//! The emails of accounts.

use crate::app::Ctx;
use crate::common::device;
use crate::common::email::Email;
use crate::common::error::AppError;
use crate::common::id::SessionId;
use crate::common::zone::Zone;
use crate::db::Conn;
use crate::mail::message;
use crate::mail::message::{EmailTemplate, Recipient, token_link};
use crate::mail::name::MailName;
use crate::models::account_request::AccountRequestKind;
use crate::models::email_token;
use crate::models::email_token::TokenKind;
use crate::models::user::Account;

crate::email! {
    struct VerifyEmail: Verify("mail/verify/message.html", "mail/verify/message.txt") {
        name: MailName, link: String, expires: String
    }
}
crate::email! {
    struct AccountExistsEmail: AccountExists("mail/account_exists/message.html", "mail/account_exists/message.txt") {
        name: MailName, login_link: String, reset_link: String
    }
}
crate::email! {
    struct ResetEmail: Reset("mail/reset/message.html", "mail/reset/message.txt") {
        name: MailName, link: String, expires: String
    }
}
crate::email! {
    struct UnlockEmail: Unlock("mail/unlock/message.html", "mail/unlock/message.txt") {
        name: MailName, link: String, ip: String
    }
}
crate::email! {
    struct EmailChangeEmail: EmailChange("mail/email_change/message.html", "mail/email_change/message.txt") {
        name: MailName, link: String, new_email: String
    }
}
crate::email! {
    struct EmailChangedEmail: EmailChanged("mail/email_changed/message.html", "mail/email_changed/message.txt") {
        name: MailName, new_email: String, when: String
    }
}
crate::email! {
    struct PasswordChangedEmail: PasswordChanged("mail/password_changed/message.html", "mail/password_changed/message.txt") {
        name: MailName, when: String, ip: String
    }
}

crate::email! {
    struct NewDeviceEmail: NewDevice("mail/new_device/message.html", "mail/new_device/message.txt") {
        name: MailName, device: String, place: String, when: String, ip: String, link: String
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
        TokenKind::SignIn => "/account/sign-ins",
    };
    let recipient = Recipient {
        name: account.name.clone(),
        email: to.clone(),
    };
    let email = email(token_link(cx, path), issued.expires.full(account.zone()));
    message::send_with_token(conn, cx, &recipient, &email, issued.seed)
}

/// Does the work of an email for an address without an account.
pub fn to_no_one(conn: &mut Conn, cx: &Ctx, kind: AccountRequestKind) -> Result<(), AppError> {
    let (name, expires) = (
        MailName::default(),
        (cx.now + TokenKind::Reset.lifetime()).full(Zone::default()),
    );
    match kind {
        AccountRequestKind::SignUp | AccountRequestKind::Verification => {
            let link = token_link(cx, "/verify");
            message::send_to_no_one(conn, cx, &VerifyEmail { name, link, expires })
        }
        AccountRequestKind::Reset => {
            let link = token_link(cx, "/password/reset");
            message::send_to_no_one(conn, cx, &ResetEmail { name, link, expires })
        }
        AccountRequestKind::Unlock => {
            let (link, ip) = (token_link(cx, "/unlock"), cx.request.ip.clone());
            message::send_to_no_one(conn, cx, &UnlockEmail { name, link, ip })
        }
    }
}

/// Sends the link that verifies the address of a new account; earlier links stop working.
pub fn verify(conn: &mut Conn, cx: &Ctx, account: &Account, next: &str) -> Result<(), AppError> {
    email_token::retire(conn, cx, account.id, &[TokenKind::Verify])?;
    let name = MailName::of(&account.name);
    let token = (TokenKind::Verify, next);
    send_link(conn, cx, account, &account.address(), token, |link, expires| {
        VerifyEmail { name, link, expires }
    })
}

/// Tells the owner of an address that someone tried to sign up with it.
pub fn account_exists(conn: &mut Conn, cx: &Ctx, account: &Account) -> Result<(), AppError> {
    let email = AccountExistsEmail {
        name: MailName::of(&account.name),
        login_link: cx.config().link("/login"),
        reset_link: cx.config().link("/password/forgot"),
    };
    message::send(conn, cx, &account.recipient(), &email)
}

/// Sends the link to choose a new password.
pub fn reset(conn: &mut Conn, cx: &Ctx, account: &Account, next: &str) -> Result<(), AppError> {
    let name = MailName::of(&account.name);
    let token = (TokenKind::Reset, next);
    send_link(conn, cx, account, &account.address(), token, |link, expires| {
        ResetEmail { name, link, expires }
    })
}

/// Sends the link that unlocks an account.
pub fn unlock(conn: &mut Conn, cx: &Ctx, account: &Account) -> Result<(), AppError> {
    let (name, ip) = (MailName::of(&account.name), cx.request.ip.clone());
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
    let (name, new_email) = (MailName::of(&account.name), new.to_string());
    send_link(conn, cx, account, new, (TokenKind::Change, ""), |link, _| {
        EmailChangeEmail { name, link, new_email }
    })
}

/// Tells the old address about the new one.
pub fn email_changed(conn: &mut Conn, cx: &Ctx, old: &Account, new: &Email) -> Result<(), AppError> {
    let email = EmailChangedEmail {
        name: MailName::of(&old.name),
        new_email: new.to_string(),
        when: cx.now.full(old.zone()),
    };
    message::send(conn, cx, &old.recipient(), &email)
}

pub fn password_changed(conn: &mut Conn, cx: &Ctx, account: &Account) -> Result<(), AppError> {
    let email = PasswordChangedEmail {
        name: MailName::of(&account.name),
        when: cx.now.full(account.zone()),
        ip: cx.request.ip.clone(),
    };
    message::send(conn, cx, &account.recipient(), &email)
}

/// Tells the owner of an account about a sign-in from a device that was not used before, with a link to say that it wasn't them.
pub fn new_device(conn: &mut Conn, cx: &Ctx, account: &Account, session: SessionId) -> Result<(), AppError> {
    let (ip, when) = (cx.request.ip.clone(), cx.now.full(account.zone()));
    let session = session.to_string();
    let token = (TokenKind::SignIn, session.as_str());
    send_link(conn, cx, account, &account.address(), token, |link, _| NewDeviceEmail {
        name: MailName::of(&account.name),
        device: device::device(&cx.request.agent).words,
        place: cx.app.places.find(&ip),
        when,
        ip,
        link,
    })
}
