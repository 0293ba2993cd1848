//! The email to the owners when a support session begins.

use crate::auth::current_user::CurrentUser;
use crate::common::error::AppError;
use crate::common::time::Time;
use crate::db::Conn;
use crate::db::types::org_id::OrgId;
use crate::mail::message;
use crate::mail::name::MailName;
use crate::models::member_names;

crate::email! {
    struct SupportStartedEmail: SupportStarted("mail/support_started/message.html", "mail/support_started/message.txt") {
        name: MailName, organization: MailName, operator: MailName, operator_email: String, until: String, reason: String, link: String
    }
}

/// The organization that an operator views.
#[derive(Debug, Clone)]
pub struct SupportedOrganization {
    pub id: OrgId,
    pub name: String,
    pub slug: String,
}

pub fn began(
    conn: &mut Conn,
    operator: &CurrentUser,
    organization: &SupportedOrganization,
    reason: &str,
    until: Time,
) -> Result<(), AppError> {
    let path = format!("/organizations/{}/settings/support", organization.slug);
    for owner in member_names::owners(conn, organization.id, None)? {
        let email = SupportStartedEmail {
            name: MailName::of(&owner.name),
            organization: MailName::of(&organization.name),
            operator: MailName::of(&operator.name),
            operator_email: operator.email.to_string(),
            until: until.full(),
            reason: reason.to_owned(),
            link: operator.cx.config().link(&path),
        };
        message::send(conn, &operator.cx, &owner, &email)?;
    }
    Ok(())
}
