//! The emails about second factors.

use crate::app::Ctx;
use crate::common::error::AppError;
use crate::db::Conn;
use crate::mail::message;
use crate::mail::name::MailName;
use crate::models::user::Account;
use crate::services::accounts::second_factor::backup_codes::FEW;

crate::email! {
    struct SecondFactorEmail: SecondFactorChanged("mail/second_factor_changed/message.html", "mail/second_factor_changed/message.txt") {
        name: MailName, what: &'static str, when: String, ip: String, link: String
    }
}
crate::email! {
    struct BackupCodeEmail: BackupCodeUsed("mail/backup_code_used/message.html", "mail/backup_code_used/message.txt") {
        name: MailName, left: String, low: bool, when: String, ip: String, link: String
    }
}

/// Tells the owner of an account that what they sign in with has changed. `what` is a whole sentence without a full stop.
pub fn changed(conn: &mut Conn, cx: &Ctx, account: &Account, what: &'static str) -> Result<(), AppError> {
    let email = SecondFactorEmail {
        name: MailName::of(&account.name),
        what,
        when: cx.now.full(account.zone()),
        ip: cx.request.ip.clone(),
        link: cx.config().link("/account/security"),
    };
    message::send(conn, cx, &account.recipient(), &email)
}

pub fn backup_code_used(conn: &mut Conn, cx: &Ctx, account: &Account, left: i64) -> Result<(), AppError> {
    let email = BackupCodeEmail {
        name: MailName::of(&account.name),
        left: match left {
            0 => "no backup code left".to_owned(),
            1 => "1 backup code left".to_owned(),
            n => format!("{n} backup codes left"),
        },
        low: left <= FEW,
        when: cx.now.full(account.zone()),
        ip: cx.request.ip.clone(),
        link: cx.config().link("/account/two-factor"),
    };
    message::send(conn, cx, &account.recipient(), &email)
}
