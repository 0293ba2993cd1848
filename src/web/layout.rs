//! The frame around every page: who is here, where, what they may open, and a word left by the request before.

use diesel::prelude::*;

use crate::app::Ctx;
use crate::app::Flash;
use crate::auth::actor::Actor;
use crate::auth::current_user::CurrentUser;
use crate::auth::{Visit, Visitor};
use crate::authz::decision::{Permissions, Reach};
use crate::authz::permission::{ViewCompany, ViewMembers};
use crate::authz::role::Role;
use crate::common::error::AppError;
use crate::common::id::UserId;
use crate::common::time::Time;
use crate::db::Conn;
use crate::db::schema::{invitations, memberships, organization_slugs, organizations};
use crate::db::types::MembershipStatus;
use crate::db::types::organization::{InvitationStatus, UnitLabel};

/// Who is signed in, for the frame.
#[derive(Debug, Clone)]
pub struct LayoutUser {
    pub name: String,
    pub email: String,
    /// Whether the account runs this instance.
    pub operator: bool,
}

/// The organization a page belongs to.
#[derive(Debug, Clone)]
pub struct OrgNav {
    pub name: String,
    pub slug: String,
    /// The reader's role, in words.
    pub role: String,
    /// The organization's word for companies.
    pub unit: UnitLabel,
    /// How many members there are, for who sees them all.
    pub members: Option<i64>,
    /// How many active companies there are, for who sees them all.
    pub companies: Option<i64>,
    /// The first of the settings that the reader may open.
    pub settings: Option<&'static str>,
    /// The reader's rights.
    pub may: Permissions,
    /// When the organization will be deleted, while it waits for that.
    pub deleted_on: Option<String>,
    /// The support session by which an operator looks in; it stands above every page.
    pub support: Option<Banner>,
}

/// What is said above every page that an operator sees in a support session.
#[derive(Debug, Clone)]
pub struct Banner {
    /// Why they look in.
    pub reason: String,
    /// Until when, for machines.
    pub until: String,
    /// How long it still is, in words.
    pub left: String,
    pub consent_by: String,
}

/// An entry of the organization switcher.
#[derive(Debug, Clone)]
pub struct SwitcherItem {
    pub name: String,
    /// The reader's role there, in words.
    pub role: String,
    /// Where it leads: the same kind of page there when it is allowed there, else its overview.
    pub href: String,
    /// Whether it is this one.
    pub current: bool,
}

/// The frame.
#[derive(Debug, Clone)]
pub struct Layout {
    /// `system`, `light` or `dark`.
    pub theme: &'static str,
    /// A word left by the request before.
    pub flash: Option<Flash>,
    /// Who is signed in.
    pub person: Option<LayoutUser>,
    /// How many invitations wait for this person.
    pub invitations: i64,
    /// The organization, on its pages.
    pub place: Option<OrgNav>,
    /// The person's organizations, at most `SWITCHER`.
    pub switcher: Vec<SwitcherItem>,
    /// Which entry of the navigation is this page's.
    pub section: &'static str,
}

/// So many organizations stand in the switcher; the page of all organizations has a search.
const SWITCHER: i64 = 50;

impl Layout {
    /// A frame with nobody in it.
    pub fn bare(cx: &Ctx) -> Self {
        Self {
            theme: cx.request.theme,
            flash: cx.flash.clone(),
            person: None,
            invitations: 0,
            place: None,
            switcher: Vec::new(),
            section: "",
        }
    }

    pub fn for_person(conn: &mut Conn, person: &CurrentUser, section: &'static str) -> Result<Self, AppError> {
        let mut layout = Self::bare(&person.cx);
        layout.section = section;
        if person.cx.request.fragment {
            return Ok(layout);
        }
        layout.fill(conn, person, section, None)?;
        Ok(layout)
    }

    pub fn for_member(conn: &mut Conn, actor: &Actor, section: &'static str) -> Result<Self, AppError> {
        let mut layout = Self::bare(&actor.cx);
        layout.section = section;
        layout.fill(conn, &actor.person, section, Some(&actor.slug))?;
        // A number that only counts what the reader may not see would tell it all the same.
        let members = if actor.reach::<ViewMembers>() == Reach::Everywhere {
            Some(actor.role_counts(conn)?.members(None))
        } else {
            None
        };
        let companies = (actor.reach::<ViewCompany>() == Reach::Everywhere).then_some(actor.active_companies);
        layout.place = Some(OrgNav {
            name: actor.organization_name.clone(),
            slug: actor.slug.clone(),
            role: match actor.support {
                Some(_) => "Support session".to_owned(),
                None => actor.role.label().to_owned(),
            },
            support: actor.support.as_ref().map(|support| Banner {
                reason: support.reason.clone(),
                until: support.ends_at.iso(),
                left: support.ends_at.ahead(actor.cx.now),
                consent_by: support.consent_by.clone(),
            }),
            unit: actor.unit,
            members,
            companies,
            settings: crate::web::nav::settings(actor.permissions).first().map(|tab| tab.key),
            may: actor.permissions,
            deleted_on: actor.delete_after.map(Time::date),
        });
        Ok(layout)
    }

    fn fill(
        &mut self,
        conn: &mut Conn,
        person: &CurrentUser,
        section: &str,
        current: Option<&str>,
    ) -> Result<(), AppError> {
        self.person = Some(LayoutUser {
            name: person.name.clone(),
            email: person.email.to_string(),
            operator: person.operator,
        });
        if person.verified {
            self.invitations = pending_invitations(conn, person.email.as_str(), person.cx.now)?;
        }
        self.switcher = switcher(conn, person.id, person.cx.now, section, current)?;
        Ok(())
    }
}

/// The layout of a page for whoever asks.
pub trait PageLayout {
    /// The layout; `section` is the page's entry of the navigation.
    fn layout(&self, conn: &mut Conn, section: &'static str) -> Result<Layout, AppError>;
}

impl PageLayout for Actor {
    /// A fragment has no layout, so nothing is read for it.
    fn layout(&self, conn: &mut Conn, section: &'static str) -> Result<Layout, AppError> {
        if self.cx.request.fragment {
            Ok(Layout::bare(&self.cx))
        } else {
            Layout::for_member(conn, self, section)
        }
    }
}

impl PageLayout for CurrentUser {
    fn layout(&self, conn: &mut Conn, section: &'static str) -> Result<Layout, AppError> {
        Layout::for_person(conn, self, section)
    }
}

/// The layout of a page that needs no session.
pub trait PublicLayout {
    /// The layout.
    fn layout(&self) -> Layout;
}

impl PublicLayout for Visit {
    fn layout(&self) -> Layout {
        let mut layout = Layout::bare(&self.cx);
        layout.person = self.person.as_ref().map(|person| LayoutUser {
            name: person.name.clone(),
            email: person.email.to_string(),
            operator: person.operator,
        });
        layout
    }
}

impl PublicLayout for Visitor {
    fn layout(&self) -> Layout {
        Layout::bare(&self.context())
    }
}

/// How many invitations wait for an address.
fn pending_invitations(conn: &mut Conn, email: &str, now: Time) -> QueryResult<i64> {
    invitations::table
        .filter(invitations::email.eq(email))
        .filter(invitations::status.eq(InvitationStatus::Pending))
        .filter(invitations::expires_at.gt(now))
        .count()
        .get_result(conn)
}

fn switcher(
    conn: &mut Conn,
    user: UserId,
    now: Time,
    section: &str,
    current: Option<&str>,
) -> QueryResult<Vec<SwitcherItem>> {
    let rows: Vec<(String, String, Role)> = memberships::table
        .inner_join(organizations::table)
        .inner_join(organization_slugs::table.on(organization_slugs::organization_id.eq(organizations::id)))
        .filter(memberships::user_id.eq(user))
        .filter(memberships::status.eq(MembershipStatus::Active))
        .filter(
            memberships::access_until
                .is_null()
                .or(memberships::access_until.ge(now)),
        )
        .filter(organization_slugs::is_current.eq(true))
        .order((memberships::last_seen_at.desc(), memberships::id))
        .limit(SWITCHER)
        .select((organizations::name, organization_slugs::slug, memberships::role))
        .load(conn)?;
    let mut choices: Vec<SwitcherItem> = rows
        .into_iter()
        .map(|(name, slug, role)| {
            let may = Permissions::of(role, &[]);
            let page = match section {
                "companies" if may.view_company() => "/companies",
                "members" if may.view_members() => "/members",
                "access" if may.view_access() => "/access",
                "settings" if may.edit_profile() => "/settings/general",
                _ => "",
            };
            SwitcherItem {
                name,
                role: role.label().to_owned(),
                href: format!("/organizations/{slug}{page}"),
                current: current == Some(slug.as_str()),
            }
        })
        .collect();
    choices.sort_by_key(|choice| (!choice.current, crate::common::name::sort_key(&choice.name)));
    Ok(choices)
}
