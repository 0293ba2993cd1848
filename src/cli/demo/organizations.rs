//! The organizations of the demo, with their companies, members and invitations.

use serde_json::json;

use crate::audit::{Action, ActorRef, Event, Events};
use crate::authz::role::CompanyRole;
use crate::cli::demo::fixtures::{DemoInvitation, DemoOrganization};
use crate::cli::demo::timeline::{DAY, Timeline, account, minutes};
use crate::common::email::Email;
use crate::common::error::AppError;
use crate::common::id::{CompanyId, InvitationId};
use crate::common::slug::Slug;
use crate::common::time::{Span, Time};
use crate::common::zone::Zone;
use crate::db::Conn;
use crate::db::types::org_id::OrgId;
use crate::db::types::organization::{CompanyStatus, InvitationStatus};
use crate::models::company::{self, CompanyFilter, CompanyRename, CompanySort};
use crate::models::company_choice::{self, CompanyChoice};
use crate::models::invitation::{self, CompanyGrant, NewInvitation};
use crate::models::membership::add::NewMembership;
use crate::models::membership::{self, Origin};
use crate::models::organization::{self, NewOrganization};
use crate::models::{company_slug, new_company, user};
use crate::services::invitations;
use crate::services::invitations::email::InvitationSender;
use crate::services::organizations::create::{self, CreateOrganizationError};

type KnownCompany = (String, CompanyId);

impl Timeline {
    pub(super) fn build(&self, demo: &DemoOrganization) -> Result<(), AppError> {
        let (org, owner) = self.create(demo)?;
        let companies = self.add_companies(org, &owner, demo)?;
        self.add_members(org, &owner, &companies, demo)?;
        let mut invitations: Vec<&DemoInvitation> = demo.invitations.iter().collect();
        invitations.sort_by_key(|invited| std::cmp::Reverse(invited.minutes_ago));
        invitations
            .into_iter()
            .try_for_each(|invited| self.invite(org, &owner, &companies, invited))
    }

    fn create(&self, demo: &DemoOrganization) -> Result<(OrgId, ActorRef), AppError> {
        self.ago(45 * DAY, |cx, conn| {
            let owner = account(conn, demo.owner)?;
            let owner = user::by_id(conn, owner)?;
            let new = NewOrganization {
                name: demo.name.into(),
                slug: Slug::parse(demo.slug).map_err(AppError::internal)?,
                organization_type: demo.organization_type,
                unit: demo.unit,
                region: demo.region,
                domain: demo.domain.into(),
            };
            let (org, events) = create::create(conn, cx, owner.id, &new).map_err(|error| match error {
                CreateOrganizationError::Failed(error) => error,
                refused => AppError::internal(format!("{refused:?}")),
            })?;
            Ok(((org, owner.actor()), Some(owner.actor()), events))
        })
    }

    fn add_companies(
        &self,
        org: OrgId,
        owner: &ActorRef,
        demo: &DemoOrganization,
    ) -> Result<Vec<KnownCompany>, AppError> {
        let mut companies = Vec::new();
        for (at, name) in demo.companies.iter().enumerate() {
            companies.push(self.ago(44 * DAY - minutes(at), |cx, conn| {
                let slug = Slug::parse(&Slug::suggest(name)).map_err(AppError::internal)?;
                // An organization is created with one company, which becomes the first one here.
                let made = if at == 0 {
                    rename_first(conn, cx.now, org, name, &slug)?
                } else {
                    new_company::create(conn, org, cx.now, name, &slug)?
                };
                let id = made.ok_or_else(|| AppError::internal(format!("{slug} is twice in the demo")))?;
                let event = Event::new(Action::CompanyCreated, "company", id, *name)
                    .after(json!({ "name": name, "slug": slug.as_str() }));
                Ok((
                    (slug.to_string(), id),
                    Some(owner.clone()),
                    Events::organization(org, event),
                ))
            })?);
        }
        Ok(companies)
    }

    fn add_members(
        &self,
        org: OrgId,
        owner: &ActorRef,
        companies: &[KnownCompany],
        demo: &DemoOrganization,
    ) -> Result<(), AppError> {
        for (at, (email, role, assigned)) in demo.members.iter().enumerate() {
            self.ago((30 - minutes(at)) * DAY, |cx, conn| {
                let person = account(conn, email)?;
                let person = user::by_id(conn, person)?;
                let new = NewMembership {
                    role: *role,
                    access_until: None,
                    invited_by: Some(owner.id),
                    origin: Origin::Invite,
                    companies: pick(companies, assigned)?,
                };
                let id = membership::add(conn, cx, org, person.id, &new)?.ok_or(AppError::NotFound)?;
                let seen = self.today.now - Span::minutes(7 + 410 * minutes(at * at));
                membership::seen(conn, person.id, id, seen)?;
                let event = Event::new(Action::InvitationAccepted, "member", id, *email)
                    .after(json!({ "role": role.as_str() }));
                Ok(((), Some(person.actor()), Events::organization(org, event)))
            })?;
        }
        Ok(())
    }

    fn invite(
        &self,
        org: OrgId,
        owner: &ActorRef,
        companies: &[KnownCompany],
        invited: &DemoInvitation,
    ) -> Result<(), AppError> {
        let id = self.ago(invited.minutes_ago, |cx, conn| {
            let new = NewInvitation {
                email: Email::parse(invited.email).map_err(AppError::internal)?,
                first_name: invited.first_name.into(),
                last_name: invited.last_name.into(),
                role: invited.role,
                companies: grants(conn, org, &pick(companies, invited.companies)?)?,
                message: invited.message.into(),
                access_until: None,
                hands_over: false,
            };
            let profile = organization::profile(conn, org)?;
            let account = user::by_id(conn, owner.id)?;
            let sender = InvitationSender {
                zone: Zone::UTC,
                user: account.id,
                name: account.name,
                email: account.email,
                organization: profile.name,
                unit: profile.unit,
            };
            let events = invitations::create::save(conn, cx, org, &sender, vec![new])?;
            let made = invitation::find_pending(conn, org, invited.email)?.ok_or(AppError::NotFound)?;
            Ok((made.id, Some(owner.clone()), events))
        })?;
        let (action, actor) = match invited.status {
            InvitationStatus::Cancelled => (Action::InvitationCancelled, Some(owner.clone())),
            InvitationStatus::Expired => (Action::InvitationExpired, None),
            _ => return self.close(org, id, invited, None, None),
        };
        self.close(org, id, invited, Some(action), actor)
    }

    /// A day later the invitation has the status that the demo shows; an expired one took its seven days.
    fn close(
        &self,
        org: OrgId,
        id: InvitationId,
        invited: &DemoInvitation,
        action: Option<Action>,
        by: Option<ActorRef>,
    ) -> Result<(), AppError> {
        if invited.status == InvitationStatus::Pending {
            return Ok(());
        }
        let after = if invited.status == InvitationStatus::Expired {
            7 * DAY
        } else {
            DAY
        };
        self.ago(invited.minutes_ago - after, |cx, conn| {
            invitation::close(conn, cx, org, id, invited.status)?;
            let events =
                action.map(|action| Events::organization(org, Event::new(action, "invitation", id, invited.email)));
            Ok(((), by, events.unwrap_or_default()))
        })
    }
}

/// Renames the only company of an organization.
fn rename_first(
    conn: &mut Conn,
    now: Time,
    org: OrgId,
    name: &str,
    slug: &Slug,
) -> Result<Option<CompanyId>, AppError> {
    let all = CompanyFilter {
        own: None,
        status: None,
        words: Vec::new(),
        sort: CompanySort::Name,
    };
    let first = company::list(conn, org, &all, None, 1)?
        .pop()
        .ok_or(AppError::NotFound)?;
    let renamed = company::rename(conn, now, org, (first.id, &first.slug), name, slug)?;
    company_slug::release(conn, org, first.id)?;
    Ok(matches!(renamed, CompanyRename::Done).then_some(first.id))
}

fn pick(known: &[KnownCompany], wanted: &[(&str, CompanyRole)]) -> Result<Vec<(CompanyId, CompanyRole)>, AppError> {
    wanted
        .iter()
        .map(|(slug, role)| {
            let company = known.iter().find(|(known, _)| known == slug);
            company
                .map(|(_, id)| (*id, *role))
                .ok_or_else(|| AppError::internal(format!("{slug} is not in the demo")))
        })
        .collect()
}

fn grants(conn: &mut Conn, org: OrgId, companies: &[(CompanyId, CompanyRole)]) -> Result<Vec<CompanyGrant>, AppError> {
    let ids: Vec<CompanyId> = companies.iter().map(|(id, _)| *id).collect();
    let grant = |company: CompanyChoice| {
        let (_, role) = companies.iter().find(|(id, _)| *id == company.id)?;
        Some(CompanyGrant {
            company: company.id,
            name: company.name,
            status: CompanyStatus::Active,
            role: *role,
        })
    };
    let found = company_choice::among(conn, org, &ids)?;
    Ok(found.into_iter().filter_map(grant).collect())
}
