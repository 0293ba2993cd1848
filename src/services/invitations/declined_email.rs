//! The letter that tells the inviter of a refusal.

use crate::app::Ctx;
use crate::common::email::Email;
use crate::common::error::AppError;
use crate::db::Conn;
use crate::mail::outbox;
use crate::mail::outbox::Message;
use crate::models::invitation::Invitation;
use crate::services::invitations::queries;

crate::letter! {
    struct Declined("mail/declined.html", "mail/declined.txt") {
        who: String,
        organization: String,
        link: String,
    }
}

/// Tells the inviter that `who` declined.
pub fn declined(
    conn: &mut Conn,
    cx: &Ctx,
    invitation: &Invitation,
    who: &str,
    organization: &str,
    slug: &str,
) -> Result<(), AppError> {
    let (to_name, to) = queries::contact(conn, invitation.invited_by)?;
    let letter = Declined {
        who: who.to_owned(),
        organization: organization.to_owned(),
        link: cx
            .config()
            .link(&format!("/organizations/{slug}/invitations?status=declined")),
    };
    let (html, text) = letter.parts()?;
    outbox::enqueue(
        conn,
        cx,
        Message {
            kind: "declined",
            to_name,
            to: Email::stored(to),
            subject: format!("{who} declined your invitation to {organization}"),
            html,
            text,
            seed: None,
        },
    )?;
    Ok(())
}
