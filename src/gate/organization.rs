//! What an organization is, and how one begins.

use diesel::prelude::*;

use super::context::Context;
use super::db::Conn;
use super::deed::{Action, Deed, Deeds};
use super::member::{MembershipStatus, OrgId};
use super::membership::{self, Enrolment, Origin};
use super::rights::Policies;
use super::role::Role;
use super::schema::{companies, memberships, organization_slugs, organizations, role_counts};
use super::session::Person;
use crate::ground::error::AppError;
use crate::ground::id::{CompanyId, UserId};
use crate::ground::name;
use crate::ground::slug::Slug;
use crate::on_each;

crate::text_enum! {
    /// What kind of organization it is.
    pub enum OrganizationType {
        /// An agency that manages clients.
        Partner = "partner",
        /// A company with several units.
        Enterprise = "enterprise",
        /// One business owner.
        Individual = "individual",
    }
}

impl OrganizationType {
    /// The words for people.
    pub fn label(self) -> &'static str {
        match self {
            Self::Partner => "Partner: an agency with clients",
            Self::Enterprise => "Enterprise: one company with several units",
            Self::Individual => "Individual: one business",
        }
    }

    /// One word for people.
    pub fn title(self) -> &'static str {
        match self {
            Self::Partner => "Partner",
            Self::Enterprise => "Enterprise",
            Self::Individual => "Individual",
        }
    }

    /// The word for companies that the type begins with.
    pub fn unit(self) -> UnitLabel {
        match self {
            Self::Partner => UnitLabel::Client,
            Self::Enterprise => UnitLabel::Company,
            Self::Individual => UnitLabel::Business,
        }
    }
}

crate::text_enum! {
    /// The organization's own word for the unit that the code calls company.
    pub enum UnitLabel {
        Company = "company",
        Workspace = "workspace",
        Business = "business",
        App = "app",
        Location = "location",
        Client = "client",
    }
}

impl UnitLabel {
    /// "company".
    pub fn one(self) -> &'static str {
        self.as_str()
    }

    /// "companies".
    pub fn many(self) -> &'static str {
        match self {
            Self::Company => "companies",
            Self::Workspace => "workspaces",
            Self::Business => "businesses",
            Self::App => "apps",
            Self::Location => "locations",
            Self::Client => "clients",
        }
    }

    /// "Company", to begin a label.
    pub fn title(self) -> &'static str {
        match self {
            Self::Company => "Company",
            Self::Workspace => "Workspace",
            Self::Business => "Business",
            Self::App => "App",
            Self::Location => "Location",
            Self::Client => "Client",
        }
    }

    /// "Companies", to begin a label.
    pub fn titles(self) -> &'static str {
        match self {
            Self::Company => "Companies",
            Self::Workspace => "Workspaces",
            Self::Business => "Businesses",
            Self::App => "Apps",
            Self::Location => "Locations",
            Self::Client => "Clients",
        }
    }

    /// "a company", "an app".
    pub fn a(self) -> &'static str {
        match self {
            Self::Company => "a company",
            Self::Workspace => "a workspace",
            Self::Business => "a business",
            Self::App => "an app",
            Self::Location => "a location",
            Self::Client => "a client",
        }
    }

    /// "1 company", "6 companies".
    pub fn count(self, n: &i64) -> String {
        format!(
            "{} {}",
            crate::ground::html::number(n),
            if *n == 1 { self.one() } else { self.many() }
        )
    }
}

crate::text_enum! {
    /// Where an organization's data is wanted; a distributed installation places it there.
    pub enum Region {
        Europe = "eu",
        UnitedStates = "us",
        AsiaPacific = "ap",
    }
}

impl Region {
    /// The words for people.
    pub fn label(self) -> &'static str {
        match self {
            Self::Europe => "Europe",
            Self::UnitedStates => "United States",
            Self::AsiaPacific => "Asia Pacific",
        }
    }
}

crate::text_enum! {
    /// Whether an organization works.
    pub enum OrganizationStatus {
        Active = "active",
        PastDue = "past_due",
        Suspended = "suspended",
        PendingDeletion = "pending_deletion",
    }
}

crate::text_enum! {
    /// Whether a company works.
    pub enum CompanyStatus {
        Active = "active",
        /// Read-only, out of roll-ups, restorable.
        Archived = "archived",
    }
}

crate::text_enum! {
    /// The invitation state machine's states.
    pub enum InvitationStatus {
        Pending = "pending",
        AwaitingApproval = "awaiting_approval",
        Accepted = "accepted",
        Declined = "declined",
        Cancelled = "cancelled",
        Expired = "expired",
        Superseded = "superseded",
    }
}

/// What a new organization begins with.
#[derive(Debug, Clone)]
pub struct NewOrganization {
    /// The name.
    pub name: String,
    /// The wanted slug.
    pub slug: Slug,
    /// What kind it is.
    pub organization_type: OrganizationType,
    /// Where its data is wanted.
    pub region: Region,
    /// Its domain, unproven; empty for none.
    pub domain: String,
}

/// Why no organization was made.
#[derive(Debug)]
pub enum CreateRefused {
    /// Somebody has the slug.
    SlugTaken,
    /// The database failed.
    Failed(AppError),
}

impl From<diesel::result::Error> for CreateRefused {
    fn from(error: diesel::result::Error) -> Self {
        Self::Failed(error.into())
    }
}

/// Keeps the numbers of active and archived companies; called with each change of a company's state.
///
/// # Errors
/// When the database fails.
pub fn count_companies(conn: &mut Conn, organization: OrgId, active: i64, archived: i64) -> QueryResult<()> {
    diesel::update(organizations::table.find(organization))
        .set((
            organizations::active_companies.eq(organizations::active_companies + active),
            organizations::archived_companies.eq(organizations::archived_companies + archived),
        ))
        .execute(conn)?;
    Ok(())
}

/// Whether a slug is free: never used by any organization.
///
/// # Errors
/// When the database fails.
pub fn is_free(conn: &mut Conn, slug: &str) -> QueryResult<bool> {
    diesel::select(diesel::dsl::exists(
        organization_slugs::table.filter(organization_slugs::slug.eq(slug)),
    ))
    .get_result(conn)
    .map(|taken: bool| !taken)
}

/// The current slug of an organization that once had this one, for its members only.
///
/// # Errors
/// When the database fails.
pub(super) fn moved(conn: &mut Conn, user: UserId, slug: &str) -> QueryResult<Option<String>> {
    let organization: Option<OrgId> = organization_slugs::table
        .inner_join(memberships::table.on(memberships::organization_id.eq(organization_slugs::organization_id)))
        .filter(organization_slugs::slug.eq(slug))
        .filter(organization_slugs::is_current.eq(false))
        .filter(memberships::user_id.eq(user))
        .filter(memberships::status.ne(MembershipStatus::Removed))
        .select(organization_slugs::organization_id)
        .first(conn)
        .optional()?;
    let Some(organization) = organization else {
        return Ok(None);
    };
    organization_slugs::table
        .filter(organization_slugs::organization_id.eq(organization))
        .filter(organization_slugs::is_current.eq(true))
        .select(organization_slugs::slug)
        .first(conn)
        .optional()
}

/// Makes an organization with its slug, its first company and its creator as owner.
///
/// # Errors
/// When the slug is taken or the database fails; then nothing was made.
pub fn create(
    conn: &mut Conn,
    cx: &Context,
    creator: &Person,
    new: &NewOrganization,
) -> Result<(OrgId, Deeds), CreateRefused> {
    // A savepoint: a slug that somebody takes in this moment undoes the organization and nothing else.
    conn.transaction(|conn| make(conn, cx, creator, new))
}

fn make(
    conn: &mut Conn,
    cx: &Context,
    creator: &Person,
    new: &NewOrganization,
) -> Result<(OrgId, Deeds), CreateRefused> {
    let id = OrgId::fresh();
    let unit = new.organization_type.unit();
    diesel::insert_into(organizations::table)
        .values((
            organizations::id.eq(id),
            organizations::name.eq(&new.name),
            organizations::organization_type.eq(new.organization_type),
            organizations::unit_label.eq(unit),
            organizations::status.eq(OrganizationStatus::Active),
            organizations::region.eq(new.region),
            organizations::domain.eq(&new.domain),
            organizations::owner_count.eq(0),
            organizations::active_companies.eq(1i64),
            organizations::created_by.eq(creator.id),
            organizations::created_at.eq(cx.now),
        ))
        .execute(conn)?;
    let slug = (
        organization_slugs::slug.eq(new.slug.as_str()),
        organization_slugs::organization_id.eq(id),
        organization_slugs::is_current.eq(true),
        organization_slugs::created_at.eq(cx.now),
    );
    let placed = on_each!(conn, c => diesel::insert_into(organization_slugs::table).values(slug).on_conflict_do_nothing().execute(c))?;
    if placed == 0 {
        return Err(CreateRefused::SlugTaken);
    }
    for role in Role::ALL {
        diesel::insert_into(role_counts::table)
            .values((
                role_counts::organization_id.eq(id),
                role_counts::role.eq(*role),
                role_counts::members.eq(0i64),
            ))
            .execute(conn)?;
    }
    let first = format!("{} {}", new.name, unit.one());
    let company = CompanyId::fresh();
    diesel::insert_into(companies::table)
        .values((
            companies::organization_id.eq(id),
            companies::id.eq(company),
            companies::name.eq(&first),
            companies::slug.eq("main"),
            companies::sort_name.eq(name::sort_key(&first)),
            companies::status.eq(CompanyStatus::Active),
            companies::created_at.eq(cx.now),
        ))
        .execute(conn)?;
    let enrolment = Enrolment {
        role: Role::Owner,
        access_until: None,
        invited_by: None,
        origin: Origin::Direct,
        companies: Vec::new(),
    };
    membership::enrol(conn, cx, id, creator.id, &enrolment).map_err(CreateRefused::Failed)?;
    let deeds = Deeds::organization(
        id,
        Deed::new(Action::OrganizationCreated, "organization", id, &new.name)
            .after(serde_json::json!({ "name": new.name, "slug": new.slug.as_str(), "type": new.organization_type.as_str(), "region": new.region.as_str(), "domain": new.domain })),
    )
    .and(Deeds::organization(id, Deed::new(Action::CompanyCreated, "company", company, &first).after(serde_json::json!({ "name": first, "slug": "main" }))));
    Ok((id, deeds))
}

/// What an organization says of itself, as its settings change it.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct Profile {
    /// The name.
    pub name: String,
    /// What kind it is.
    pub organization_type: OrganizationType,
    /// Its word for companies.
    pub unit: UnitLabel,
    /// Where its data is wanted.
    pub region: Region,
    /// Its domain, unproven; empty for none.
    pub domain: String,
}

/// The profile as it is.
///
/// # Errors
/// When the database fails.
pub fn profile(conn: &mut Conn, organization: OrgId) -> QueryResult<Profile> {
    organizations::table
        .find(organization)
        .select((
            organizations::name,
            organizations::organization_type,
            organizations::unit_label,
            organizations::region,
            organizations::domain,
        ))
        .first(conn)
}

/// Puts a profile in place of the one before.
///
/// # Errors
/// When the database fails.
pub fn set_profile(conn: &mut Conn, organization: OrgId, profile: &Profile) -> QueryResult<()> {
    diesel::update(organizations::table.find(organization))
        .set((
            organizations::name.eq(&profile.name),
            organizations::organization_type.eq(profile.organization_type),
            organizations::unit_label.eq(profile.unit),
            organizations::region.eq(profile.region),
            organizations::domain.eq(&profile.domain),
        ))
        .execute(conn)?;
    Ok(())
}

/// Puts the switched cells of the roles in place of those that were read; `false` when somebody else switched some in
/// between.
///
/// # Errors
/// When the database fails.
pub fn set_policies(conn: &mut Conn, organization: OrgId, before: &Policies, after: &Policies) -> QueryResult<bool> {
    let changed = diesel::update(
        organizations::table
            .find(organization)
            .filter(organizations::policies.eq(before.text())),
    )
    .set(organizations::policies.eq(after.text()))
    .execute(conn)?;
    Ok(changed == 1)
}
