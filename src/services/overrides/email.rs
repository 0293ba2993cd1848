//! The email about changed overrides.

use crate::auth::actor::Actor;
use crate::authz::decision::Overrides;
use crate::authz::permission::PermissionSet;
use crate::common::error::AppError;
use crate::db::Conn;
use crate::mail::message;
use crate::mail::name::MailName;
use crate::models::membership::record::Membership;

crate::email! {
    struct OverridesChangedEmail: OverridesChanged("mail/overrides_changed/message.html", "mail/overrides_changed/message.txt") {
        name: MailName, organization: MailName, actor: MailName, allowed: String, denied: String, reset: String, link: String
    }
}

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
    let email = OverridesChangedEmail {
        name: MailName::of(&to.name),
        organization: MailName::of(&actor.organization_name),
        actor: MailName::of(&actor.person.name),
        allowed: list(Some(true)),
        denied: list(Some(false)),
        reset: list(None),
        link: actor.cx.config().link(&actor.path("/access/mine")),
    };
    message::send(conn, &actor.cx, &to.recipient(), &email)
}
