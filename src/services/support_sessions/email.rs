//! The email to the owners when a support session begins.

use crate::auth::current_user::CurrentUser;
use crate::common::email::Email;
use crate::common::error::AppError;
use crate::common::time::Time;
use crate::db::Conn;
use crate::db::types::org_id::OrgId;
use crate::mail::notice::Notice;
use crate::models::member_names;

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
    let name = &organization.name;
    for (to_name, email) in member_names::owners(conn, organization.id, None)? {
        let notice = Notice {
            kind: "support_began",
            to_name,
            to: Email::stored(email),
            sender: name.clone(),
            subject: format!("An operator is viewing {name} as support"),
            paragraphs: vec![
                format!(
                    "{} ({}), an operator of this instance, is viewing {name} as support until {}.",
                    operator.name,
                    operator.email,
                    until.full()
                ),
                format!("Reason: {reason}"),
                "Your organization allows this in its settings. You can end the session or turn off support access there."
                    .to_owned(),
            ],
            button: Some((
                "Open support access",
                format!("/organizations/{}/settings/support", organization.slug),
            )),
            foot: format!("You get this email because you are an owner of {name}."),
            seed: None,
        };
        notice.send(conn, &operator.cx)?;
    }
    Ok(())
}
