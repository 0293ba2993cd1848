//! The email to the owners when a support session begins.

use crate::auth::current_user::CurrentUser;
use crate::common::error::AppError;
use crate::common::time::Time;
use crate::common::zone::Zone;
use crate::db::Conn;
use crate::db::types::org_id::OrgId;
use crate::mail::message;
use crate::mail::name::MailName;
use crate::models::member_names;
use crate::models::user;

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
    pub zone: Zone,
}

pub fn began(
    conn: &mut Conn,
    operator: &CurrentUser,
    organization: &SupportedOrganization,
    reason: &str,
    until: Time,
) -> Result<(), AppError> {
    let path = format!("/organizations/{}/settings/support", organization.slug);
    let owners = member_names::owners(conn, organization.id, None)?;
    let emails: Vec<&str> = owners.iter().map(|owner| owner.email.as_str()).collect();
    let zones = user::zones(conn, &emails)?;
    for owner in &owners {
        let zone = zones.get(owner.email.as_str()).copied().unwrap_or(organization.zone);
        let email = SupportStartedEmail {
            name: MailName::of(&owner.name),
            organization: MailName::of(&organization.name),
            operator: MailName::of(&operator.name),
            operator_email: operator.email.to_string(),
            until: until.full(zone),
            reason: reason.to_owned(),
            link: operator.cx.config().link(&path),
        };
        message::send(conn, &operator.cx, owner, &email)?;
    }
    Ok(())
}
