//! Addresses by which an organization is reached: typed, proven by a link, and only then used. The proven one counts
//! until another one is.

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
    /// What an address is for.
    pub enum ContactKind {
        /// Everything that concerns the whole organization.
        Primary = "primary",
        /// Invoices.
        Billing = "billing",
        /// Whom members ask.
        Support = "support",
    }
}

impl ContactKind {
    /// The words for people.
    pub fn label(self) -> &'static str {
        match self {
            Self::Primary => "Primary contact",
            Self::Billing => "Billing contact",
            Self::Support => "Support contact",
        }
    }

    /// The same inside a sentence.
    pub fn word(self) -> &'static str {
        match self {
            Self::Primary => "primary contact",
            Self::Billing => "billing contact",
            Self::Support => "support contact",
        }
    }

    /// What it is used for, in one sentence without a full stop.
    pub fn purpose(self) -> &'static str {
        match self {
            Self::Primary => "News that concern the whole organization",
            Self::Billing => "Invoices and reminders",
            Self::Support => "Shown to members who need help",
        }
    }
}

/// So long a link proves an address.
pub const LIFETIME: Span = Span::hours(24);

/// One contact of an organization.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = organization_contacts)]
pub struct Contact {
    /// What it is for.
    pub kind: ContactKind,
    /// The proven address; empty until there is one.
    pub email: String,
    /// Since when it is proven.
    pub verified_at: Option<Time>,
    /// The typed address that waits for its proof; empty when none does.
    pub pending_email: String,
    /// When its letter was sent.
    pub asked_at: Option<Time>,
}

impl Contact {
    /// A contact for which nothing was typed yet.
    pub fn empty(kind: ContactKind) -> Self {
        Self {
            kind,
            email: String::new(),
            verified_at: None,
            pending_email: String::new(),
            asked_at: None,
        }
    }

    /// Whether the link of the address that waits still opens.
    pub fn is_open(&self, now: Time) -> bool {
        !self.pending_email.is_empty() && self.asked_at.is_some_and(|at| at + LIFETIME > now)
    }
}

/// A contact by its link.
#[derive(Debug, Clone)]
pub struct ContactChange {
    pub organization: OrgId,
    pub name: String,
    pub contact: Contact,
}

/// The contacts of an organization.
pub fn all(conn: &mut Conn, organization: OrgId) -> QueryResult<Vec<Contact>> {
    organization_contacts::table
        .filter(organization_contacts::organization_id.eq(organization))
        .select(Contact::as_select())
        .load(conn)
}

/// One contact; an empty one when nothing was ever typed.
pub fn find(conn: &mut Conn, organization: OrgId, kind: ContactKind) -> QueryResult<Contact> {
    let found = organization_contacts::table
        .find((organization, kind))
        .select(Contact::as_select())
        .first(conn)
        .optional()?;
    Ok(found.unwrap_or_else(|| Contact::empty(kind)))
}

/// The proven address of a kind.
pub fn proven(conn: &mut Conn, organization: OrgId, kind: ContactKind) -> QueryResult<Option<String>> {
    let contact = find(conn, organization, kind)?;
    Ok(Some(contact.email).filter(|email| !email.is_empty()))
}

/// Notes an address that waits for its proof, with a new link; an earlier link opens no more.
pub fn ask(conn: &mut Conn, cx: &Ctx, organization: OrgId, kind: ContactKind, email: &Email) -> QueryResult<Seed> {
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

/// The contact that a link's token proves, while it does.
pub fn by_token(conn: &mut Conn, cx: &Ctx, token: &Token) -> QueryResult<Option<ContactChange>> {
    let found: Option<(OrgId, String, Contact)> = organization_contacts::table
        .inner_join(organizations::table.on(organizations::id.eq(organization_contacts::organization_id)))
        .filter(organization_contacts::token_hash.eq(token.hash()))
        .filter(organization_contacts::asked_at.gt(cx.now - LIFETIME))
        .filter(organizations::delete_after.is_null())
        .select((organizations::id, organizations::name, Contact::as_select()))
        .first(conn)
        .optional()?;
    Ok(found.map(|(organization, name, contact)| ContactChange {
        organization,
        name,
        contact,
    }))
}

/// Puts the proven address in place; `false` when the link was used or replaced in between.
pub fn prove(conn: &mut Conn, cx: &Ctx, token: &Token, asked: &ContactChange) -> QueryResult<bool> {
    let proven = diesel::update(
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
    Ok(proven == 1)
}

/// Takes a contact away: the proven address and the one that waits. `false` when there was none.
pub fn remove(conn: &mut Conn, organization: OrgId, kind: ContactKind) -> QueryResult<bool> {
    let removed = diesel::delete(organization_contacts::table.find((organization, kind))).execute(conn)?;
    Ok(removed == 1)
}
