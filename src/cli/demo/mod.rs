//! The demo: a house with a past, in a folder of its own.

pub mod cast;
pub mod general;
pub mod links;
pub mod operator;
pub mod people;
pub mod permissions;
pub mod reviews;

use std::path::Path;

use diesel::RunQueryDsl;
use serde_json::json;

use crate::app::{App, Ctx};
use crate::audit::{Action, ActorRef, Event, Events};
use crate::auth::System;
use crate::authz::role::CompanyRole;
use crate::cli::demo::cast::{CAST, HOUSES, Invited, PASSWORD, Place};
use crate::cli::{Faults, one, run_with, say};
use crate::common::config::Config;
use crate::common::email::Email;
use crate::common::error::AppError;
use crate::common::id::{CompanyId, InvitationId, UserId};
use crate::common::slug::Slug;
use crate::common::time::{Clock, Span};
use crate::common::{log, password};
use crate::db::Conn;
use crate::db::types::org_id::OrgId;
use crate::db::types::organization::{CompanyStatus, InvitationStatus};
use crate::models::company_choice;
use crate::models::company_choice::CompanyChoice;
use crate::models::invitation;
use crate::models::invitation::{CompanyGrant, NewInvitation};
use crate::models::membership;
use crate::models::membership::Origin;
use crate::models::membership::add::NewMembership;
use crate::models::organization::NewOrganization;
use crate::models::user;
use crate::on_each;
use crate::server;
use crate::services::invitations;
use crate::services::invitations::email::InvitationSender;
use crate::services::organizations::create::{self, CreateOrganizationError};

const MARK: &str = "this-is-the-demo";

/// Makes a database of its own in `demo` below the data folder, serves it, and says who can sign in.
pub fn demo() -> Result<(), Faults> {
    log::start();
    let mut config = Config::load()?;
    config.data_dir = config.data_dir.join("demo");
    config.database_url = config.data_dir.join("demo.sqlite3").display().to_string();
    // Nothing of a demo leaves the machine.
    config.smtp_url = None;
    clear(&config.data_dir).map_err(one)?;
    let base_url = config.base_url.clone();
    let app = server::open(config, Clock::default()).map_err(one)?;
    furnish(&app).map_err(|error| one(error.to_string()))?;
    say(&format!(
        "\nThe demo is at {base_url}\n\nEverybody's password is {PASSWORD}\n"
    ));
    for (email, what) in cast::LOGINS {
        say(&format!("  {email:<34} {what}"));
    }
    say(
        "\nLetters become files in the mail folder beside the demo's database. Ctrl+C ends it; the next start begins anew.\n",
    );
    run_with(app)
}

/// Empties the folder of an earlier demo, and no other folder.
fn clear(dir: &Path) -> Result<(), String> {
    if dir.exists() {
        if !dir.join(MARK).exists() {
            return Err(format!(
                "{} exists and is not an earlier demo; move it away first",
                dir.display()
            ));
        }
        std::fs::remove_dir_all(dir).map_err(|error| format!("{} cannot be emptied: {error}", dir.display()))?;
    }
    server::make_data_dir(dir)?;
    std::fs::write(dir.join(MARK), "").map_err(|error| format!("{} cannot be written: {error}", dir.display()))
}

fn furnish(app: &App) -> Result<(), AppError> {
    let stage = Stage {
        door: System::command(app, "demo"),
        today: System::command(app, "demo").context(),
    };
    let hash = password::hash_now(PASSWORD)?;
    for (name, email) in CAST {
        stage.ago(60 * DAY, |cx, conn| {
            let email = Email::parse(email).map_err(AppError::internal)?;
            let added = crate::models::user::add(conn, cx, name, &email, &hash)?;
            let account = added.ok_or_else(|| AppError::internal(format!("{email} is twice in the cast")))?;
            let events = account
                .event(Action::SignedUp)
                .and(crate::services::accounts::verification::mark_verified(
                    conn, cx, &account,
                )?);
            Ok(((), Some(account.actor()), events))
        })?;
    }
    HOUSES.iter().try_for_each(|place| stage.build(place))?;
    // Each area adds its own past, in its own file.
    permissions::play(&stage)?;
    people::furnish(&stage)?;
    links::furnish(&stage)?;
    general::furnish(&stage)?;
    operator::play(&stage)?;
    reviews::play(&stage)?;
    stage.in_order_of_time()
}

const DAY: i64 = 24 * 60;

/// Where the past is played: each scene at its time, by its actor.
pub struct Stage {
    door: System,
    today: Ctx,
}

impl Stage {
    /// Plays a scene so many minutes ago.
    fn ago<T>(
        &self,
        minutes: i64,
        scene: impl FnOnce(&Ctx, &mut Conn) -> Result<(T, Option<ActorRef>, Events), AppError>,
    ) -> Result<T, AppError> {
        let cx = Ctx {
            now: self.today.now - Span::minutes(minutes),
            ..self.today.clone()
        };
        self.door.write_as(&cx, scene)
    }

    /// Each area played its whole past after the one before: the logs become chains anew, by the times of their lines.
    fn in_order_of_time(&self) -> Result<(), AppError> {
        self.door.write(|_, conn| {
            for sql in [
                "DELETE FROM audit_heads",
                "UPDATE audit_events SET seq = 0, prev_hash = '', hash = ''",
            ] {
                on_each!(conn, c => diesel::sql_query(sql).execute(c))?;
            }
            Ok(((), Events::none("the same deeds in another order")))
        })
    }

    fn build(&self, place: &Place) -> Result<(), AppError> {
        let (org, owner) = self.ago(45 * DAY, |cx, conn| {
            let owner = account(conn, place.owner)?;
            let owner = user::by_id(conn, owner)?;
            let new = NewOrganization {
                name: place.name.into(),
                slug: Slug::parse(place.slug).map_err(AppError::internal)?,
                organization_type: place.organization_type,
                region: place.region,
                domain: place.domain.into(),
            };
            let (org, events) = create::create(conn, cx, owner.id, &new).map_err(|error| match error {
                CreateOrganizationError::Failed(error) => error,
                refused => AppError::internal(format!("{refused:?}")),
            })?;
            Ok(((org, owner.actor()), Some(owner.actor()), events))
        })?;
        let mut companies = Vec::new();
        for (at, name) in place.companies.iter().enumerate() {
            companies.push(self.ago(44 * DAY - minutes(at), |cx, conn| {
                let slug = Slug::parse(&Slug::suggest(name)).map_err(AppError::internal)?;
                // An organization begins with one company: it becomes the first one here.
                let made = if at == 0 {
                    rename_first(conn, org, name, &slug)?
                } else {
                    crate::models::new_company::create(conn, org, cx.now, name, &slug)?
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
        for (at, (email, role, assigned)) in place.members.iter().enumerate() {
            self.ago((30 - minutes(at)) * DAY, |cx, conn| {
                let person = account(conn, email)?;
                let person = user::by_id(conn, person)?;
                let enrolment = NewMembership {
                    role: *role,
                    access_until: None,
                    invited_by: Some(owner.id),
                    origin: Origin::Invite,
                    companies: pick(&companies, assigned)?,
                };
                let id = membership::add(conn, cx, org, person.id, &enrolment)?.ok_or(AppError::NotFound)?;
                let seen = self.today.now - Span::minutes(7 + 410 * minutes(at * at));
                membership::seen(conn, person.id, id, seen)?;
                let event = Event::new(Action::InvitationAccepted, "member", id, *email)
                    .after(json!({ "role": role.as_str() }));
                Ok(((), Some(person.actor()), Events::organization(org, event)))
            })?;
        }
        let mut letters: Vec<&Invited> = place.invitations.iter().collect();
        letters.sort_by_key(|invited| std::cmp::Reverse(invited.minutes_ago));
        letters
            .into_iter()
            .try_for_each(|invited| self.invite(org, &owner, &companies, invited))
    }

    fn invite(&self, org: OrgId, owner: &ActorRef, companies: &[Known], invited: &Invited) -> Result<(), AppError> {
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
            let profile = crate::models::organization::profile(conn, org)?;
            let inviter = user::by_id(conn, owner.id)?;
            let sender = InvitationSender {
                user: inviter.id,
                name: inviter.name,
                email: inviter.email,
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

    /// A day later the invitation is what the demo shows of it; an expired one took its seven days.
    fn close(
        &self,
        org: OrgId,
        id: InvitationId,
        invited: &Invited,
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

/// Gives the only company of an organization another name.
fn rename_first(conn: &mut Conn, org: OrgId, name: &str, slug: &Slug) -> Result<Option<CompanyId>, AppError> {
    let all = crate::models::company::CompanyFilter {
        own: None,
        status: None,
        words: Vec::new(),
        sort: crate::models::company::CompanySort::Name,
    };
    let first = crate::models::company::list(conn, org, &all, None, 1)?
        .pop()
        .ok_or(AppError::NotFound)?;
    let renamed = crate::models::company::rename(conn, org, first.id, name, slug)?;
    Ok(matches!(renamed, crate::models::company::CompanyRename::Done).then_some(first.id))
}

type Known = (String, CompanyId);

fn minutes(n: usize) -> i64 {
    i64::try_from(n).unwrap_or_default()
}

fn account(conn: &mut Conn, email: &str) -> Result<UserId, AppError> {
    let email = Email::parse(email).map_err(AppError::internal)?;
    let account = crate::models::user::by_email(conn, &email)?;
    account
        .map(|account| account.id)
        .ok_or_else(|| AppError::internal(format!("{email} is not in the cast")))
}

fn pick(known: &[Known], wanted: &[(&str, CompanyRole)]) -> Result<Vec<(CompanyId, CompanyRole)>, AppError> {
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
