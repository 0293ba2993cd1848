//! The email about changed overrides.

use crate::auth::actor::Actor;
use crate::authz::decision::Overrides;
use crate::authz::permission::PermissionSet;
use crate::common::email::Email;
use crate::common::error::AppError;
use crate::db::Conn;
use crate::mail::notice::Notice;
use crate::models::membership::record::Membership;

/// Tells a member which permissions changed.
pub fn changed(
    conn: &mut Conn,
    actor: &Actor,
    to: &Membership,
    differs: PermissionSet,
    after: Overrides,
) -> Result<(), AppError> {
    let unit = actor.unit;
    let list = |effect: Option<bool>| {
        let of = differs.iter().filter(|permission| after.effect(*permission) == effect);
        of.map(|permission| permission.label_with(unit.a(), unit.many()))
            .collect::<Vec<_>>()
            .join(", ")
    };
    let mut paragraphs = vec![format!(
        "{} changed your permissions in {}. The changes take effect immediately.",
        actor.person.name, actor.organization_name
    )];
    paragraphs.extend(
        [
            ("Allowed", Some(true)),
            ("Denied", Some(false)),
            ("Back to your role’s default", None),
        ]
        .into_iter()
        .map(|(heading, effect)| (heading, list(effect)))
        .filter(|(_, permissions)| !permissions.is_empty())
        .map(|(heading, permissions)| format!("{heading}: {permissions}.")),
    );
    let notice = Notice {
        kind: "overrides_changed",
        to_name: to.name.clone(),
        to: Email::stored(to.email.clone()),
        sender: actor.organization_name.clone(),
        subject: format!("Your permissions in {} have changed", actor.organization_name),
        paragraphs,
        button: Some(("View your permissions", actor.path("/access/mine"))),
        foot: String::new(),
        seed: None,
    };
    notice.send(conn, &actor.cx)?;
    Ok(())
}
