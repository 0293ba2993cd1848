//! The layout around every page: account, organization, navigation and flash message.

mod public;

pub use crate::web::layout::public::PublicLayout;

use crate::app::{Ctx, Flash};
use crate::auth::actor::Actor;
use crate::auth::current_user::CurrentUser;
use crate::authz::decision::{Permissions, Reach};
use crate::authz::permission::{ViewCompany, ViewMembers};
use crate::common::error::AppError;
use crate::common::zone::Zone;
use crate::db::Conn;
use crate::db::types::organization::UnitLabel;
use crate::services::companies::pin;
use crate::web::around::Around;
use crate::web::nav::NavTab;
use crate::web::own_organizations::organizations_of;
use crate::web::switcher;
use crate::web::switcher::SwitcherItem;
use crate::web::waiting::Waiting;
use crate::web::{ending, nav, queries};

/// The account that is signed in.
#[derive(Debug, Clone)]
pub struct LayoutUser {
    pub name: String,
    pub email: String,
    /// Whether the account is an operator of this instance.
    pub operator: bool,
}

impl LayoutUser {
    fn of(person: &CurrentUser) -> Self {
        Self {
            name: person.name.clone(),
            email: person.email.to_string(),
            operator: person.operator,
        }
    }
}

/// The organization a page belongs to.
#[derive(Debug, Clone)]
pub struct OrgNav {
    pub name: String,
    pub slug: String,
    /// The label of the reader's role.
    pub role: String,
    /// The organization's word for companies.
    pub unit: UnitLabel,
    /// How many active members there are, for readers who see all of them.
    pub members: Option<i64>,
    /// How many active companies there are, for readers who see all of them.
    pub companies: Option<i64>,
    /// The first tab of the settings that the reader may open.
    pub settings: Option<&'static str>,
    /// The first tab of Access control that the reader may open.
    pub access: Option<&'static str>,
    /// What waits for the reader.
    pub waiting: Waiting,
    /// The reader's permissions.
    pub may: Permissions,
    /// Whether it is an individual's, with one business and one member.
    pub is_one: bool,
    /// When the organization will be deleted, if that is scheduled.
    pub deleted_on: Option<String>,
    /// The companies that the reader has pinned: name and path.
    pub pinned: Vec<(String, String)>,
    /// By when the reader has to set up a second factor, if they have none.
    pub second_factor_by: Option<String>,
    /// After how many seconds the page asks whether the session is about to end; `None` when only the instance limits it.
    pub asks_after: Option<i64>,
    /// The support session, shown above every page.
    pub support: Option<SupportBanner>,
}

/// What a support session shows above every page.
#[derive(Debug, Clone)]
pub struct SupportBanner {
    pub reason: String,
    /// The end, for machines.
    pub until: String,
    /// The time left, in words.
    pub left: String,
    pub consent_by: String,
}

/// The layout.
#[derive(Debug, Clone)]
pub struct Layout {
    /// `system`, `light` or `dark`.
    pub theme: &'static str,
    /// A message from the request before.
    pub flash: Option<Flash>,
    /// The account that is signed in.
    pub person: Option<LayoutUser>,
    /// How many pending invitations the account has.
    pub invitations: i64,
    /// The organization, on its pages.
    pub org: Option<OrgNav>,
    /// The organizations of the account, at most 50.
    pub switcher: Vec<SwitcherItem>,
    /// The page's entry in the navigation.
    pub section: &'static str,
    /// Times are shown in this time zone.
    pub zone: Zone,
    /// Days that people entered are shown in this one.
    pub org_zone: Zone,
}

impl Layout {
    /// A layout without an account.
    pub fn bare(cx: &Ctx) -> Self {
        Self {
            theme: cx.request.theme,
            flash: cx.flash.clone(),
            person: None,
            invitations: 0,
            org: None,
            switcher: Vec::new(),
            section: "",
            zone: Zone::UTC,
            org_zone: Zone::UTC,
        }
    }

    /// Whether a tab is shown. The open one always is.
    pub fn shows(&self, tab: &NavTab, open: &str) -> bool {
        tab.key == open || nav::is_for_one(tab) || !self.org.as_ref().is_some_and(|org| org.is_one)
    }

    /// The path of the search: in the organization, or over all of the account.
    pub fn search_path(&self) -> String {
        match &self.org {
            Some(org) => format!("/organizations/{}/search", org.slug),
            None => "/search".to_owned(),
        }
    }

    /// What the switcher finds.
    pub fn switcher_label(&self) -> String {
        match &self.org {
            Some(org) if org.may.view_company() => format!("Find an organization or {}", org.unit.one()),
            _ => "Find an organization".to_owned(),
        }
    }

    fn in_zones(self, zone: Zone, org_zone: Zone) -> Self {
        Self { zone, org_zone, ..self }
    }

    pub fn for_person(conn: &mut Conn, person: &CurrentUser, section: &'static str) -> Result<Self, AppError> {
        let zone = person.zone.unwrap_or_default();
        let mut layout = Self::bare(&person.cx).in_zones(zone, zone);
        layout.section = section;
        if person.cx.request.fragment {
            return Ok(layout);
        }
        layout.person = Some(LayoutUser::of(person));
        if person.verified {
            layout.invitations = queries::pending_invitations(conn, person.email.as_str(), person.cx.now)?;
        }
        let own = organizations_of(conn, person.id, person.cx.now, switcher::MOST)?;
        layout.switcher = switcher::items(own, section, None);
        Ok(layout)
    }

    pub fn for_member(conn: &mut Conn, actor: &Actor, section: &'static str) -> Result<Self, AppError> {
        let mut layout = Self::bare(&actor.cx).in_zones(actor.zone, actor.org_zone);
        layout.section = section;
        let around = Around::read(conn, actor)?;
        layout.person = Some(LayoutUser::of(&actor.person));
        if actor.person.verified {
            layout.invitations = around.invitations;
        }
        layout.switcher = switcher::items(around.organizations, section, Some(&actor.slug));
        // The number of members is as confidential as the members.
        let members = if actor.reach::<ViewMembers>() == Reach::Everywhere {
            Some(actor.role_counts(conn)?.active())
        } else {
            None
        };
        let companies = (actor.reach::<ViewCompany>() == Reach::Everywhere).then_some(actor.active_companies);
        let pinned = pin::visible(conn, actor, around.pinned)?.into_iter();
        layout.org = Some(OrgNav {
            pinned: pinned
                .map(|company| (company.name, actor.path(&format!("/companies/{}", company.slug))))
                .collect(),
            name: actor.organization_name.clone(),
            slug: actor.slug.clone(),
            role: match actor.support {
                Some(_) => "Support session".to_owned(),
                None => actor.role.label().to_owned(),
            },
            support: actor.support.as_ref().map(|support| SupportBanner {
                reason: support.reason.clone(),
                until: support.ends_at.iso(),
                left: support.ends_at.ahead(actor.cx.now, actor.zone),
                consent_by: support.consent_by.clone(),
            }),
            unit: actor.unit,
            members,
            companies,
            settings: nav::settings(actor.permissions).first().map(|tab| tab.key),
            access: nav::access(actor.permissions).first().map(|tab| tab.key),
            waiting: Waiting::of(conn, actor, &around.waiting)?,
            may: actor.permissions,
            is_one: actor.is_individual && actor.active_companies <= 1 && actor.role_counts(conn)?.members(None) <= 1,
            deleted_on: actor.delete_after.map(|day| day.date(actor.org_zone)),
            second_factor_by: second_factor_by(actor),
            asks_after: ending::asks_after(&actor.policy),
        });
        Ok(layout)
    }
}

/// While the grace period runs, for a member whom the rule will keep out.
fn second_factor_by(actor: &Actor) -> Option<String> {
    let policy = &actor.policy;
    let concerned = policy.two_factor.covers(actor.role.is_owner_or_admin()) && actor.support.is_none();
    let from = policy.two_factor_from.filter(|_| concerned)?;
    (!actor.person.facts.proofs.has_two_factors()).then(|| from.date(actor.zone))
}

/// The layout of a page for an account.
pub trait PageLayout {
    /// The layout; `section` is the page's entry in the navigation.
    fn layout(&self, conn: &mut Conn, section: &'static str) -> Result<Layout, AppError>;
}

impl PageLayout for Actor {
    /// A fragment has no layout: nothing is read for it.
    fn layout(&self, conn: &mut Conn, section: &'static str) -> Result<Layout, AppError> {
        if self.cx.request.fragment {
            Ok(Layout::bare(&self.cx).in_zones(self.zone, self.org_zone))
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
