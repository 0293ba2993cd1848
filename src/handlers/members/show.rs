//! One member, and what the actor may change. The forms of the page are in files of their own.

mod companies;
mod facts;
pub mod form;
mod groups;

use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use crate::auth::Gate;
use crate::auth::actor::Actor;
use crate::authz::permission::{AssignCompanies, Permission, RemoveMembers, ViewMembers};
use crate::authz::role::CompanyRole;
use crate::common::error::AppError;
use crate::common::fields::Fields;
use crate::common::form::FormErrors;
use crate::common::html::{html_with, part_with};
use crate::common::time::Time;
use crate::db::Conn;
use crate::db::types::MembershipStatus;
use crate::db::types::organization::UnitLabel;
use crate::handlers::members::show::companies::{CompanyOffer, MemberCompany};
use crate::handlers::members::show::facts::{MemberSecurity, SuspensionNote, inviter, overridden, recent};
use crate::handlers::members::show::form::MemberForm;
use crate::handlers::members::show::groups::{InheritedGroup, MemberGroups};
use crate::handlers::members::{MemberPath, visible};
use crate::models::company_choice::CompanyChoice;
use crate::models::membership::record::Membership;
use crate::services::assignments;
use crate::services::members::role;
use crate::services::members::role::Title;
use crate::services::members::rules;
use crate::services::members::rules::{ActorRank, MemberTarget};
use crate::web::history::ObjectHistory;
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;

/// What of the page a fragment request gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum MemberPart {
    /// The form.
    Editor,
    /// The table of assignments.
    Companies,
    /// The description of the chosen role.
    Hint,
}

#[expect(clippy::struct_excessive_bools, reason = "each is one thing the actor may do")]
#[derive(Template)]
#[template(path = "members/show.html", blocks = ["editor", "companies", "hint"])]
struct MemberPage {
    part: MemberPart,
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
    /// The value of the chosen role, and what it can do.
    role: String,
    hint: String,
    may_set_end: bool,
    access_until: String,
    seen_until: String,
    may_remove: bool,
    security: MemberSecurity,
    /// The number of overrides, for an actor who may change them.
    overrides: Option<String>,
    out: Option<SuspensionNote>,
    /// The effective role when a group gives it: "Editor by group Support".
    counts: Option<String>,
    groups: Vec<InheritedGroup>,
    today: String,
    member_companies: Vec<MemberCompany>,
    company_roles: &'static [CompanyRole],
    may_assign: bool,
    company_q: String,
    /// Whether the list of companies to add is open.
    opens: bool,
    offered: Vec<CompanyChoice>,
    more_offered: bool,
    history: Option<ObjectHistory>,
}

impl crate::common::html::Page for MemberPage {
    fn respond(self, status: StatusCode, fragment: bool) -> Result<HttpResponse, AppError> {
        match self.part {
            _ if !fragment => html_with(status, self),
            MemberPart::Editor => part_with(status, self.as_editor()),
            MemberPart::Companies => part_with(status, self.as_companies()),
            MemberPart::Hint => part_with(status, self.as_hint()),
        }
    }
}

/// The form again after it was refused. The answer replaces the form, not the dialog that would have shown the changes.
struct RefusedPage(MemberPage);

impl crate::common::html::Page for RefusedPage {
    fn respond(self, status: StatusCode, fragment: bool) -> Result<HttpResponse, AppError> {
        let mut answer = self.0.respond(status, fragment)?;
        let headers = answer.headers_mut();
        headers.insert(
            HeaderName::from_static("hx-retarget"),
            HeaderValue::from_static("#member"),
        );
        headers.insert(
            HeaderName::from_static("hx-reswap"),
            HeaderValue::from_static("outerHTML"),
        );
        Ok(answer)
    }
}

impl MemberPage {
    fn load(conn: &mut Conn, actor: &Actor, id: &str, form: MemberForm, errors: FormErrors) -> Result<Self, AppError> {
        let (organization, member) = (actor.organization, visible(conn, actor, id)?);
        let (rank, target) = (ActorRank::from(actor), MemberTarget::from(&member));
        let groups = MemberGroups::load(conn, actor, &member)?;
        let member_companies = companies::assignments_of(conn, actor, &member, &groups, &form)?;
        let offer = CompanyOffer::load(conn, actor, &member, &form.company_q, &member_companies)?;
        let title = Title::of(conn, organization, &member)?;
        let roles = other_roles(conn, actor, &target, &title)?;
        let role = form.role.clone().unwrap_or_else(|| title.value());
        let chosen = roles.iter().find(|each| each.value() == role).unwrap_or(&title);
        let may_remove = actor.permissions.has(RemoveMembers::ID) && rules::may_remove(&rank, &target);
        let out = if may_remove && member.status == MembershipStatus::Suspended {
            Some(SuspensionNote::load(conn, actor, &member)?)
        } else {
            None
        };
        let seen_until = member
            .access_until
            .map(|end| end.day(actor.org_zone))
            .unwrap_or_default();
        Ok(Self {
            part: form.part(),
            layout: actor.layout(conn, "members")?,
            path: actor.path(&format!("/members/{}", member.id)),
            members: actor.path("/members"),
            organization: actor.organization_name.clone(),
            unit: actor.unit,
            you: member.id == actor.id,
            invited_by: inviter(conn, &member)?,
            now: actor.cx.now,
            errors,
            hint: if member.id == actor.id {
                chosen.you_can(actor.unit.many())
            } else {
                chosen.can(actor.unit.many())
            },
            role,
            roles,
            title,
            may_set_end: rules::may_set_access_end(&rank, &target),
            access_until: form.access_until.clone().unwrap_or_else(|| seen_until.clone()),
            seen_until,
            may_remove,
            security: MemberSecurity::load(conn, actor, &member)?,
            overrides: rules::may_override(&rank, &target).then(|| overridden(&member)),
            out,
            counts: groups.effective_role(&member),
            groups: groups.inherited(actor),
            today: actor.cx.now.day(actor.org_zone),
            company_roles: assignments::grantable(actor.reach::<AssignCompanies>()),
            may_assign: !offer.companies.is_empty() || !form.company_q.is_empty(),
            opens: form.opens || !form.company_q.is_empty() || !form.add.is_empty(),
            company_q: form.company_q,
            offered: offer.companies,
            more_offered: offer.more,
            member_companies,
            history: recent(conn, actor, &member)?,
            person: member,
        })
    }

    fn ended(&self) -> bool {
        self.person.access_until.is_some_and(|end| end < self.now)
    }

    /// Whether the actor may change anything in the form.
    fn saves(&self) -> bool {
        let rows = || self.member_companies.iter().any(|company| company.may_change);
        !self.roles.is_empty() || self.may_set_end || self.may_assign || rows()
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

/// `GET /organizations/{slug}/members/{id}`
pub async fn show(gate: Gate<ViewMembers>, path: MemberPath, request: HttpRequest) -> Result<HttpResponse, AppError> {
    let (_, id) = path.into_inner();
    let form = MemberForm::of(&Fields::urlencoded(request.query_string()).unwrap_or_default());
    gate.show(move |actor, conn| MemberPage::load(conn, actor, &id, form, FormErrors::none()))
        .await
}

/// The page with what was entered, before anything is saved.
pub(super) async fn entered<P: Permission>(
    gate: &Gate<P>,
    id: String,
    form: MemberForm,
) -> Result<HttpResponse, AppError> {
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
