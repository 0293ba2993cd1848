//! One member, and what the actor may change. The forms of the page are in files of their own.

mod companies;
mod groups;

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::auth::Gate;
use crate::auth::actor::Actor;
use crate::authz::permission::{AssignCompanies, Permission, RemoveMembers, ViewMembers};
use crate::authz::role::CompanyRole;
use crate::common::error::AppError;
use crate::common::form::FormErrors;
use crate::common::time::Time;
use crate::db::Conn;
use crate::db::types::MembershipStatus;
use crate::db::types::organization::UnitLabel;
use crate::handlers::members::queries;
use crate::handlers::members::show::companies::{CompanyOffer, MemberCompany};
use crate::handlers::members::show::groups::{InheritedGroup, MemberGroups};
use crate::handlers::members::{MemberPath, visible};
use crate::models::company_choice::CompanyChoice;
use crate::models::member_names;
use crate::models::membership::record::Membership;
use crate::services::assignments;
use crate::services::members::role;
use crate::services::members::role::Title;
use crate::services::members::rules;
use crate::services::members::rules::{ActorRank, MemberTarget};
use crate::web::history;
use crate::web::history::ObjectHistory;
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;

/// Why a member has no access, for an actor who can restore it.
struct SuspensionNote {
    title: String,
    text: String,
}

#[expect(clippy::struct_excessive_bools, reason = "each is one thing the actor may do")]
#[derive(Template)]
#[template(path = "members/show.html", blocks = ["companies"])]
struct MemberPage {
    layout: Layout,
    path: String,
    members: String,
    organization: String,
    unit: UnitLabel,
    person: Membership,
    you: bool,
    invited_by: Option<String>,
    now: Time,
    errors: FormErrors,
    title: Title,
    roles: Vec<Title>,
    role: String,
    may_set_end: bool,
    access_until: String,
    may_remove: bool,
    may_override: bool,
    out: Option<SuspensionNote>,
    /// The effective role when a group gives it: "Editor by group Support".
    counts: Option<String>,
    groups: Vec<InheritedGroup>,
    today: String,
    member_companies: Vec<MemberCompany>,
    company_roles: &'static [CompanyRole],
    may_assign: bool,
    company_q: String,
    offered: Vec<CompanyChoice>,
    more_offered: bool,
    history: Option<ObjectHistory>,
}

crate::page!(MemberPage => as_companies);

/// The page again after a refused form: status 422, always whole.
struct RefusedPage(MemberPage);

impl crate::common::html::Page for RefusedPage {
    fn respond(self, status: actix_web::http::StatusCode, _fragment: bool) -> Result<HttpResponse, AppError> {
        crate::common::html::html_with(status, self.0)
    }
}

/// What was entered, to be shown again.
#[derive(Debug, Clone, Default)]
pub struct MemberForm {
    pub role: Option<String>,
    pub access_until: Option<String>,
    pub company_q: String,
}

impl MemberPage {
    fn load(conn: &mut Conn, actor: &Actor, id: &str, form: MemberForm, errors: FormErrors) -> Result<Self, AppError> {
        let organization = actor.organization;
        let member = visible(conn, actor, id)?;
        let (rank, target) = (ActorRank::from(actor), MemberTarget::from(&member));
        let invited_by = match &member.invited_by {
            Some(by) => member_names::user_names(conn, std::slice::from_ref(by))?.remove(by),
            None => None,
        };
        let groups = MemberGroups::load(conn, actor, &member)?;
        let member_companies = companies::assignments_of(conn, actor, &member, &groups)?;
        let offer = CompanyOffer::load(conn, actor, &member, &form.company_q)?;
        let title = Title::of(conn, organization, &member)?;
        let may_remove = actor.permissions.has(RemoveMembers::ID) && rules::may_remove(&rank, &target);
        let out = if may_remove && member.status == MembershipStatus::Suspended {
            Some(SuspensionNote::load(conn, actor, &member)?)
        } else {
            None
        };
        let day = |end: Option<Time>| end.map(|end| end.day(actor.org_zone)).unwrap_or_default();
        Ok(Self {
            layout: actor.layout(conn, "members")?,
            path: actor.path(&format!("/members/{}", member.id)),
            members: actor.path("/members"),
            organization: actor.organization_name.clone(),
            unit: actor.unit,
            you: member.id == actor.id,
            invited_by,
            now: actor.cx.now,
            errors,
            role: form.role.unwrap_or_else(|| title.value()),
            roles: other_roles(conn, actor, &target, &title)?,
            title,
            may_set_end: rules::may_set_access_end(&rank, &target),
            access_until: form.access_until.unwrap_or_else(|| day(member.access_until)),
            may_remove,
            may_override: rules::may_override(&rank, &target),
            out,
            counts: groups.effective_role(&member),
            groups: groups.inherited(actor),
            today: actor.cx.now.day(actor.org_zone),
            member_companies,
            company_roles: assignments::grantable(actor.reach::<AssignCompanies>()),
            may_assign: !offer.companies.is_empty() || !form.company_q.is_empty(),
            company_q: form.company_q,
            offered: offer.companies,
            more_offered: offer.more,
            history: history::history(conn, actor, "member", member.id)?,
            person: member,
        })
    }

    fn ended(&self) -> bool {
        self.person.access_until.is_some_and(|end| end < self.now)
    }

    /// Whether the actor may change when an assignment ends.
    fn sets_ends(&self) -> bool {
        let mut companies = self.member_companies.iter();
        companies.any(|company| company.may_change && !company.archived())
    }

    fn suspended(&self) -> bool {
        self.person.status == MembershipStatus::Suspended
    }

    fn removal(&self) -> String {
        format!("{}/removal", self.path)
    }

    fn suspension(&self) -> String {
        format!("{}/suspension", self.path)
    }
}

/// The roles to choose from; none when only the current one could be chosen.
fn other_roles(conn: &mut Conn, actor: &Actor, target: &MemberTarget, current: &Title) -> Result<Vec<Title>, AppError> {
    let roles = role::offered(conn, actor, target)?;
    Ok(if roles == [current.clone()] { Vec::new() } else { roles })
}

impl SuspensionNote {
    fn load(conn: &mut Conn, actor: &Actor, member: &Membership) -> Result<Self, AppError> {
        let known = queries::suspension(conn, actor.organization, member.id)?;
        let when = known.at.map(|at| at.full(actor.zone)).unwrap_or_default();
        let Some(by) = known.by else {
            return Ok(Self {
                title: "Access has ended".into(),
                text: format!("Since {when}. Change or remove the end date to restore access."),
            });
        };
        let by = member_names::user_names(conn, std::slice::from_ref(&by))?.remove(&by);
        Ok(Self {
            title: by.map_or_else(|| "Suspended".into(), |by| format!("Suspended by {by}")),
            text: if known.reason.is_empty() {
                format!("On {when}, without a reason.")
            } else {
                format!("On {when}: {}", known.reason)
            },
        })
    }
}

/// Which companies to offer for an assignment.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct CompanySearchQuery {
    company_q: String,
}

/// `GET /organizations/{slug}/members/{id}`
pub async fn show(
    gate: Gate<ViewMembers>,
    path: MemberPath,
    query: web::Query<CompanySearchQuery>,
) -> Result<HttpResponse, AppError> {
    let form = MemberForm {
        company_q: query.into_inner().company_q,
        ..MemberForm::default()
    };
    let (_, id) = path.into_inner();
    gate.show(move |actor, conn| MemberPage::load(conn, actor, &id, form, FormErrors::none()))
        .await
}

/// The page again after one of its forms was refused.
pub(super) async fn refused<P: Permission>(
    gate: &Gate<P>,
    id: String,
    form: MemberForm,
    errors: FormErrors,
) -> Result<HttpResponse, AppError> {
    gate.refused(move |actor, conn| Ok(RefusedPage(MemberPage::load(conn, actor, &id, form, errors)?)))
        .await
}
