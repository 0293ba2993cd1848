//! The email about a passkey that was refused.

use crate::app::Ctx;
use crate::common::error::AppError;
use crate::db::Conn;
use crate::mail::message;
use crate::mail::name::MailName;
use crate::models::passkey::Passkey;
use crate::models::user::Account;

crate::email! {
    struct PasskeyRefusedEmail: PasskeyRefused("mail/passkey_refused/message.html", "mail/passkey_refused/message.txt") {
        name: MailName, passkey: MailName, when: String, ip: String, link: String
    }
}

/// Tells the owner of an account that there may be a copy of a passkey.
pub fn refused(conn: &mut Conn, cx: &Ctx, account: &Account, passkey: &Passkey) -> Result<(), AppError> {
    let email = PasskeyRefusedEmail {
        name: MailName::of(&account.name),
        passkey: MailName::of(&passkey.name),
        when: cx.now.full(account.zone()),
        ip: cx.request.ip.clone(),
        link: cx.config().link("/account/passkeys"),
    };
    message::send(conn, cx, &account.recipient(), &email)
}
