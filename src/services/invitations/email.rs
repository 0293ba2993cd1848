//! Letters: one set of facts, rendered as HTML and as text. The invitation's letter stands here, since every room that
//! invites sends it; the others stand in their rooms.

use diesel::prelude::*;

use crate::app::Ctx;
use crate::authz::role::CompanyRole;
use crate::common::email::Email;
use crate::common::error::AppError;
use crate::common::id::MailId;
use crate::common::token::Seed;
use crate::db::Conn;
use crate::db::schema::{companies, invitation_grants, organizations, users};
use crate::db::types::organization::UnitLabel;
use crate::mail::outbox;
use crate::mail::outbox::{Message, TOKEN_PLACE};
use crate::models::invitation;
use crate::models::invitation::Invitation;

/// Declares a letter: a struct with its facts, and `parts()` that gives its HTML and its text.
#[macro_export]
macro_rules! letter {
    ($(#[$meta:meta])* $vis:vis struct $name:ident($html:literal, $text:literal) { $($field:ident: $type:ty),+ $(,)? }) => {
        $(#[$meta])*
        $vis struct $name { $($vis $field: $type),+ }

        impl $name {
            /// The HTML and the text of the letter.
            $vis fn parts(&self) -> askama::Result<(String, String)> {
                #[derive(askama::Template)]
                #[template(path = $html)]
                struct Html<'a> { $($field: &'a $type),+ }
                #[derive(askama::Template)]
                #[template(path = $text)]
                struct Text<'a> { $($field: &'a $type),+ }
                use askama::Template;
                Ok((Html { $($field: &self.$field),+ }.render()?, Text { $($field: &self.$field),+ }.render()?))
            }
        }
    };
}

letter! {
    struct InvitationLetter("mail/invitation.html", "mail/invitation.txt") {
        inviter: String,
        inviter_email: String,
        organization: String,
        role: String,
        companies: Vec<(String, String)>,
        unit_many: String,
        can: String,
        message: Option<String>,
        link: String,
        expires: String,
        email: String,
        access_until: Option<String>,
        first_name: Option<String>,
    }
}

/// Puts the letter of an invitation into the outbox, with the link that the seed makes, and notes it on the invitation.
pub fn invite(conn: &mut Conn, cx: &Ctx, invitation: &Invitation, seed: Seed) -> Result<MailId, AppError> {
    let (organization, unit): (String, UnitLabel) = organizations::table
        .find(invitation.organization_id)
        .select((organizations::name, organizations::unit_label))
        .first(conn)?;
    let (inviter, inviter_email): (String, String) = users::table
        .find(invitation.invited_by)
        .select((users::name, users::email))
        .first(conn)?;
    let granted: Vec<(String, CompanyRole)> = invitation_grants::table
        .inner_join(
            companies::table.on(companies::organization_id
                .eq(invitation_grants::organization_id)
                .and(companies::id.eq(invitation_grants::company_id))),
        )
        .filter(invitation_grants::organization_id.eq(invitation.organization_id))
        .filter(invitation_grants::invitation_id.eq(invitation.id))
        .order(companies::sort_name)
        .select((companies::name, invitation_grants::role))
        .load(conn)?;
    let optional = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    let letter = InvitationLetter {
        role: invitation.role.label().to_owned(),
        companies: granted
            .into_iter()
            .map(|(name, role)| (name, role.label().to_owned()))
            .collect(),
        unit_many: unit.many().to_owned(),
        can: format!("{}.", invitation.role.can(unit.many())),
        message: optional(&invitation.message),
        link: cx.config().link(&format!("/invitations/{TOKEN_PLACE}")),
        expires: invitation.expires_at.date(),
        email: invitation.email.clone(),
        access_until: invitation.access_until.map(crate::common::time::Time::date),
        first_name: optional(&invitation.first_name),
        inviter,
        inviter_email,
        organization,
    };
    let (html, text) = letter.parts()?;
    let mail = outbox::enqueue(
        conn,
        cx,
        Message {
            kind: "invitation",
            to_name: format!("{} {}", invitation.first_name, invitation.last_name)
                .trim()
                .to_owned(),
            to: Email::stored(invitation.email.clone()),
            subject: format!("{} invited you to {}", letter.inviter, letter.organization),
            html,
            text,
            seed: Some(seed),
        },
    )?;
    invitation::set_letter(conn, invitation.organization_id, invitation.id, mail)?;
    Ok(mail)
}
