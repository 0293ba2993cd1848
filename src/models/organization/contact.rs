//! Contact addresses of an organization. An address is used after it is verified by a link; until then the earlier one is.

use diesel::prelude::*;

use crate::app::Ctx;
use crate::common::email::Email;
use crate::common::time::{Span, Time};
use crate::common::token::{Seed, Token};
use crate::db::Conn;
use crate::db::schema::{organization_contacts, organizations};
use crate::db::types::org_id::OrgId;
use crate::on_each;

crate::text_enum! {
    /// The purpose of an address.
    pub enum ContactKind {
        Primary = "primary",
        Billing = "billing",
        Support = "support",
    }
}

impl ContactKind {
    pub fn label(self) -> &'static str {
        match self {
            Self::Primary => "Primary contact",
            Self::Billing => "Billing contact",
            Self::Support => "Support contact",
        }
    }

    /// The id of its field.
    pub fn field(self) -> &'static str {
        match self {
            Self::Primary => "contact-primary",
            Self::Billing => "contact-billing",
            Self::Support => "contact-support",
        }
    }

    /// The label inside a sentence.
    pub fn word(self) -> &'static str {
        match self {
            Self::Primary => "primary contact",
            Self::Billing => "billing contact",
            Self::Support => "support contact",
        }
    }

    /// One sentence without a full stop.
    pub fn purpose(self) -> &'static str {
        match self {
            Self::Primary => "News about the whole organization",
            Self::Billing => "Invoices and reminders",
            Self::Support => "Shown to members who need help",
        }
    }
}

pub const LIFETIME: Span = Span::hours(24);

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = organization_contacts)]
pub struct OrganizationContact {
    pub kind: ContactKind,
    /// The verified address; empty until there is one.
    pub email: String,
    pub verified_at: Option<Time>,
    /// The address that waits for its verification; empty for none.
    pub pending_email: String,
    /// When its verification email was sent.
    pub asked_at: Option<Time>,
}

impl OrganizationContact {
    pub fn empty(kind: ContactKind) -> Self {
        Self {
            kind,
            email: String::new(),
            verified_at: None,
            pending_email: String::new(),
            asked_at: None,
        }
    }

    /// Whether the verification link is still valid.
    pub fn is_open(&self, now: Time) -> bool {
        !self.pending_email.is_empty() && self.asked_at.is_some_and(|at| at + LIFETIME > now)
    }
}

/// A contact found by its verification link.
#[derive(Debug, Clone)]
pub struct ContactVerification {
    pub organization: OrgId,
    pub name: String,
    pub contact: OrganizationContact,
}

pub fn all(conn: &mut Conn, organization: OrgId) -> QueryResult<Vec<OrganizationContact>> {
    organization_contacts::table
        .filter(organization_contacts::organization_id.eq(organization))
        .select(OrganizationContact::as_select())
        .load(conn)
}

/// One contact; an empty one when none was entered.
pub fn find(conn: &mut Conn, organization: OrgId, kind: ContactKind) -> QueryResult<OrganizationContact> {
    let found = organization_contacts::table
        .find((organization, kind))
        .select(OrganizationContact::as_select())
        .first(conn)
        .optional()?;
    Ok(found.unwrap_or_else(|| OrganizationContact::empty(kind)))
}

/// The verified address.
pub fn verified_email(conn: &mut Conn, organization: OrgId, kind: ContactKind) -> QueryResult<Option<String>> {
    let contact = find(conn, organization, kind)?;
    Ok(Some(contact.email).filter(|email| !email.is_empty()))
}

/// Saves an unverified address with a new link. Earlier links become invalid.
pub fn request(conn: &mut Conn, cx: &Ctx, organization: OrgId, kind: ContactKind, email: &Email) -> QueryResult<Seed> {
    let seed = Seed::random();
    let row = (
        organization_contacts::organization_id.eq(organization),
        organization_contacts::kind.eq(kind),
        organization_contacts::email.eq(""),
        organization_contacts::pending_email.eq(""),
    );
    on_each!(conn, c => diesel::insert_into(organization_contacts::table).values(row).on_conflict_do_nothing().execute(c))?;
    diesel::update(organization_contacts::table.find((organization, kind)))
        .set((
            organization_contacts::pending_email.eq(email.as_str()),
            organization_contacts::token_hash.eq(Some(cx.token(&seed).hash())),
            organization_contacts::asked_at.eq(Some(cx.now)),
        ))
        .execute(conn)?;
    Ok(seed)
}

/// The contact of a valid link.
pub fn by_token(conn: &mut Conn, cx: &Ctx, token: &Token) -> QueryResult<Option<ContactVerification>> {
    let found: Option<(OrgId, String, OrganizationContact)> = organization_contacts::table
        .inner_join(organizations::table.on(organizations::id.eq(organization_contacts::organization_id)))
        .filter(organization_contacts::token_hash.eq(token.hash()))
        .filter(organization_contacts::asked_at.gt(cx.now - LIFETIME))
        .filter(organizations::delete_after.is_null())
        .select((organizations::id, organizations::name, OrganizationContact::as_select()))
        .first(conn)
        .optional()?;
    Ok(found.map(|(organization, name, contact)| ContactVerification {
        organization,
        name,
        contact,
    }))
}

/// Marks the address as verified. `false` when the link was used or replaced in between.
pub fn verify(conn: &mut Conn, cx: &Ctx, token: &Token, asked: &ContactVerification) -> QueryResult<bool> {
    let verified = diesel::update(
        organization_contacts::table
            .find((asked.organization, asked.contact.kind))
            .filter(organization_contacts::token_hash.eq(token.hash())),
    )
    .set((
        organization_contacts::email.eq(&asked.contact.pending_email),
        organization_contacts::verified_at.eq(Some(cx.now)),
        organization_contacts::pending_email.eq(""),
        organization_contacts::token_hash.eq(None::<String>),
        organization_contacts::asked_at.eq(None::<Time>),
    ))
    .execute(conn)?;
    Ok(verified == 1)
}

/// Deletes the verified address and the one that waits. `false` when there is none.
pub fn remove(conn: &mut Conn, organization: OrgId, kind: ContactKind) -> QueryResult<bool> {
    let removed = diesel::delete(organization_contacts::table.find((organization, kind))).execute(conn)?;
    Ok(removed == 1)
}
