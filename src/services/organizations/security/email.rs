//! The emails about a security policy.

use crate::app::Ctx;
use crate::common::error::AppError;
use crate::db::Conn;
use crate::mail::message;
use crate::mail::message::Recipient;
use crate::mail::name::MailName;
use crate::models::organization::heading;
use crate::models::security_policy::DueReminder;
use crate::models::security_policy::concerned::ConcernedMember;

crate::email! {
    struct ReminderEmail: SecondFactorReminder("mail/second_factor_reminder/message.html", "mail/second_factor_reminder/message.txt") {
        name: MailName, organization: MailName, day: String, link: String
    }
}

/// Reminds a member to set up a second factor.
pub fn reminder(conn: &mut Conn, cx: &Ctx, due: &DueReminder, member: &ConcernedMember) -> Result<(), AppError> {
    let heading = heading::heading(conn, due.organization)?;
    let email = ReminderEmail {
        name: MailName::of(&member.name),
        organization: MailName::of(&heading.name),
        day: due.from.date(heading.zone),
        link: cx.config().link("/account/two-factor"),
    };
    message::send(conn, cx, &Recipient::stored(&member.name, &member.email), &email)
}
