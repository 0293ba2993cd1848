//! The email about keys that no one uses.

use crate::app::Ctx;
use crate::authz::decision::Reach;
use crate::authz::permission::{ManageKeys, Permission};
use crate::authz::role::Role;
use crate::common::error::AppError;
use crate::common::html::counted;
use crate::common::id::CompanyId;
use crate::db::Conn;
use crate::db::types::org_id::OrgId;
use crate::mail::message;
use crate::mail::message::Recipient;
use crate::mail::name::MailName;
use crate::models::api_key::list::IdleKey;
use crate::models::membership::access;
use crate::models::membership::by_user;
use crate::models::membership::by_user::RoleHolder;
use crate::models::organization;

crate::email! {
    struct KeysUnusedEmail: KeysUnused("mail/keys_unused/message.html", "mail/keys_unused/message.txt") {
        name: MailName, organization: MailName, key: MailName, more: String, link: String
    }
}

/// How many members get the email.
const RECIPIENTS: usize = 10;

/// How many members of each role are asked whether they manage keys.
const ASKED: i64 = 20;

/// Tells the members who manage the keys.
pub fn unused(conn: &mut Conn, cx: &Ctx, organization: OrgId, keys: &[IdleKey]) -> Result<(), AppError> {
    let heading = organization::heading::heading(conn, organization)?;
    let link = cx
        .config()
        .link(&format!("/organizations/{}/settings/developers", heading.slug));
    for (manager, own) in managers(conn, cx, organization)? {
        let managed = |key: &&IdleKey| {
            let own = own.as_ref();
            own.is_none_or(|own| key.company.is_some_and(|company| own.contains(&company)))
        };
        let mut managed = keys.iter().filter(managed);
        let Some(first) = managed.next() else { continue };
        let more = i64::try_from(managed.count()).unwrap_or(i64::MAX);
        let email = KeysUnusedEmail {
            name: MailName::of(&manager.name),
            organization: MailName::of(&heading.name),
            key: MailName::of(&first.name),
            more: if more == 0 {
                String::new()
            } else {
                counted(more, "more key", "more keys")
            },
            link: link.clone(),
        };
        message::send(conn, cx, &Recipient::stored(manager.name, manager.email), &email)?;
    }
    Ok(())
}

/// A member who manages keys, with the companies to whose keys that is limited.
type KeyManager = (RoleHolder, Option<Vec<CompanyId>>);

/// The first members who manage keys, owners first.
fn managers(conn: &mut Conn, cx: &Ctx, organization: OrgId) -> Result<Vec<KeyManager>, AppError> {
    let mut found = Vec::new();
    for role in Role::ALL {
        for member in by_user::role_holders(conn, organization, *role, ASKED)? {
            if found.len() == RECIPIENTS {
                return Ok(found);
            }
            let inputs = access::access_inputs(conn, cx.now, organization, member.id)?;
            match inputs.permissions().reach(ManageKeys::ID) {
                Reach::Everywhere => found.push((member, None)),
                Reach::OwnCompanies => {
                    let id = member.id;
                    let own = access::companies_with(conn, cx.now, organization, id, &inputs, ManageKeys::ID)?;
                    found.push((member, Some(own)));
                }
                Reach::Nowhere => {}
            }
        }
    }
    Ok(found)
}
