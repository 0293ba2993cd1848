//! The letter to the owners when an operator begins to look in.

use crate::auth::current_user::CurrentUser;
use crate::common::email::Email;
use crate::common::error::AppError;
use crate::common::time::Time;
use crate::db::Conn;
use crate::handlers::operator::queries::organizations as store;
use crate::handlers::operator::queries::organizations::Listed;
use crate::mail::notice::Notice;

/// Tells every owner who looks in, why, and until when.
pub fn began(
    conn: &mut Conn,
    operator: &CurrentUser,
    organization: &Listed,
    reason: &str,
    until: Time,
) -> Result<(), AppError> {
    for (name, email) in store::owners(conn, organization.id)? {
        let notice = Notice {
            kind: "support_began",
            to_name: name,
            to: Email::stored(email),
            sender: organization.name.clone(),
            subject: format!("An operator looks into {}", organization.name),
            paragraphs: vec![
                format!(
                    "{} ({}), who runs this console, looks into {} until {}.",
                    operator.name,
                    operator.email,
                    organization.name,
                    until.full()
                ),
                format!("The reason: {reason}"),
                "Your organization allows this in its settings. You can end the session there at once, and take the permission back."
                    .to_owned(),
            ],
            button: Some((
                "Open support access",
                format!("/organizations/{}/settings/support", organization.slug),
            )),
            foot: "You get this email because you are an owner.".to_owned(),
            seed: None,
        };
        notice.send(conn, &operator.cx)?;
    }
    Ok(())
}
