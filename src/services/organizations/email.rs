//! Emails about an organization as a whole.

use crate::app::Ctx;
use crate::auth::actor::Actor;
use crate::common::email::Email;
use crate::common::error::AppError;
use crate::common::time::Time;
use crate::common::token::Seed;
use crate::db::Conn;
use crate::db::types::org_id::OrgId;
use crate::mail::message;
use crate::mail::message::{Recipient, token_link};
use crate::mail::name::MailName;
use crate::models::member_names;
use crate::models::operator::OperatorContact;
use crate::models::organization::contact::ContactKind;
use crate::models::organization::deletion::DeletedOrganization;
use crate::models::organization::heading;

crate::email! {
    struct DeletionScheduledEmail: DeletionScheduled("mail/deletion_scheduled/message.html", "mail/deletion_scheduled/message.txt") {
        name: MailName, organization: MailName, actor: MailName, day: String, when: String, link: String
    }
}
crate::email! {
    struct OrganizationRestoredEmail: OrganizationRestored("mail/organization_restored/message.html", "mail/organization_restored/message.txt") {
        name: MailName, organization: MailName, actor: MailName, link: String
    }
}
crate::email! {
    struct OrganizationDeletedEmail: OrganizationDeleted("mail/organization_deleted/message.html", "mail/organization_deleted/message.txt") {
        name: MailName, organization: MailName
    }
}
crate::email! {
    struct ContactVerificationEmail: ContactVerification("mail/contact_verification/message.html", "mail/contact_verification/message.txt") {
        organization: MailName, actor: MailName, email: String, contact: String, purpose: String, link: String
    }
}

crate::email! {
    struct ChecklistDueEmail: ChecklistDue("mail/checklist_due/message.html", "mail/checklist_due/message.txt") {
        name: MailName, organization: MailName, link: String
    }
}

/// Reminds the owners of the security checklist.
pub fn checklist_due(conn: &mut Conn, cx: &Ctx, organization: OrgId) -> Result<(), AppError> {
    let heading = heading::heading(conn, organization)?;
    let path = format!("/organizations/{}/settings/checklist", heading.slug);
    for owner in member_names::owners(conn, organization, None)? {
        let email = ChecklistDueEmail {
            name: MailName::of(&owner.name),
            organization: MailName::of(&heading.name),
            link: cx.config().link(&path),
        };
        message::send(conn, cx, &owner, &email)?;
    }
    Ok(())
}

/// Tells owners and admins that the deletion is scheduled.
pub fn deletion_scheduled(conn: &mut Conn, actor: &Actor, day: Time) -> Result<(), AppError> {
    for leader in member_names::leaders(conn, actor.organization)? {
        let email = DeletionScheduledEmail {
            name: MailName::of(&leader.name),
            organization: MailName::of(&actor.organization_name),
            actor: MailName::of(&actor.person.name),
            day: day.date(actor.org_zone),
            when: day.full(actor.org_zone),
            link: actor.cx.config().link(&actor.path("")),
        };
        message::send(conn, &actor.cx, &leader, &email)?;
    }
    Ok(())
}

/// Tells owners and admins that the deletion is cancelled.
pub fn restored(conn: &mut Conn, actor: &Actor) -> Result<(), AppError> {
    for leader in member_names::leaders(conn, actor.organization)? {
        let email = OrganizationRestoredEmail {
            name: MailName::of(&leader.name),
            organization: MailName::of(&actor.organization_name),
            actor: MailName::of(&actor.person.name),
            link: actor.cx.config().link(&actor.path("")),
        };
        message::send(conn, &actor.cx, &leader, &email)?;
    }
    Ok(())
}

/// Tells the former owners that an organization is deleted.
pub fn deleted(conn: &mut Conn, cx: &Ctx, deleted: &DeletedOrganization) -> Result<(), AppError> {
    for owner in &deleted.owners {
        let email = OrganizationDeletedEmail {
            name: MailName::of(&owner.name),
            organization: MailName::of(&deleted.name),
        };
        message::send(conn, cx, &Recipient::stored(&owner.name, &owner.email), &email)?;
    }
    Ok(())
}

/// Sends the verification link to an address that is to become a contact.
pub fn contact(conn: &mut Conn, actor: &Actor, kind: ContactKind, to: &Email, seed: Seed) -> Result<(), AppError> {
    let email = ContactVerificationEmail {
        organization: MailName::of(&actor.organization_name),
        actor: MailName::of(&actor.person.name),
        email: to.to_string(),
        contact: kind.word().to_owned(),
        purpose: kind.purpose().to_lowercase(),
        link: token_link(&actor.cx, "/contacts"),
    };
    let to = Recipient {
        name: String::new(),
        email: to.clone(),
    };
    message::send_with_token(conn, &actor.cx, &to, &email, seed)
}

crate::email! {
    struct OrganizationRequestEmail: OrganizationRequest("mail/organization_request/message.html", "mail/organization_request/message.txt") {
        person: MailName,
        email: String,
        count: String,
        reason: String,
    }
}

/// An account that asks for another organization.
pub struct RequestedBy<'a> {
    pub name: &'a str,
    pub email: &'a Email,
    /// How many organizations it has created.
    pub created: i64,
}

/// Asks the operators for another organization.
pub fn request(
    conn: &mut Conn,
    cx: &Ctx,
    by: &RequestedBy<'_>,
    operators: Vec<OperatorContact>,
    reason: &str,
) -> Result<(), AppError> {
    let email = OrganizationRequestEmail {
        person: MailName::of(by.name),
        email: by.email.to_string(),
        count: by.created.to_string(),
        reason: reason.to_owned(),
    };
    for operator in operators {
        let to = Recipient::stored(operator.name, operator.email);
        message::send(conn, cx, &to, &email)?;
    }
    Ok(())
}
