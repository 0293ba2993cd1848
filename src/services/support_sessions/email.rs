//! The email to the owners when a support session begins.

use crate::auth::current_user::CurrentUser;
use crate::common::error::AppError;
use crate::common::time::Time;
use crate::db::Conn;
use crate::db::types::org_id::OrgId;
use crate::mail::message;
use crate::models::member_names;

crate::email! {
    struct SupportStartedEmail: SupportStarted("mail/support_started/message.html", "mail/support_started/message.txt") {
        name: String, organization: String, operator: String, operator_email: String, until: String, reason: String, link: String
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
            name: owner.name.clone(),
            organization: organization.name.clone(),
            operator: operator.name.clone(),
            operator_email: operator.email.to_string(),
            until: until.full(),
            reason: reason.to_owned(),
            link: operator.cx.config().link(&path),
        };
        message::send(conn, &operator.cx, &owner, &email)?;
    }
    Ok(())
}
