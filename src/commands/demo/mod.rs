//! The demo: a house with a past, in a folder of its own.

mod cast;

use std::path::Path;

use serde_json::{Value, json};

use self::cast::{CAST, HOUSES, Invited, PASSWORD, Place};
use super::{Faults, one, run_with, say};
use crate::gate::Backstage;
use crate::gate::context::{Context, House};
use crate::gate::db::Conn;
use crate::gate::deed::{Action, Deed, Deeds};
use crate::gate::invitation::{self, Offer};
use crate::gate::member::OrgId;
use crate::gate::membership::{self, Enrolment, Origin};
use crate::gate::organization::{self, CreateRefused, InvitationStatus, NewOrganization};
use crate::gate::session::Person;
use crate::ground::config::Config;
use crate::ground::email::Email;
use crate::ground::error::AppError;
use crate::ground::id::{CompanyId, UserId};
use crate::ground::slug::Slug;
use crate::ground::time::{Clock, Span, Time};
use crate::ground::{log, password};
use crate::post;
use crate::rooms::{accounts, companies};
use crate::server;

const MARK: &str = "this-is-the-demo";

/// Makes a database of its own in `demo` below the data folder, serves it, and says who can sign in.
///
/// # Errors
/// Why it could not.
pub fn demo() -> Result<(), Faults> {
    log::start();
    let mut config = Config::load()?;
    config.data_dir = config.data_dir.join("demo");
    config.database_url = config.data_dir.join("demo.sqlite3").display().to_string();
    // Nothing of a demo leaves the machine.
    config.smtp_url = None;
    clear(&config.data_dir).map_err(one)?;
    let base_url = config.base_url.clone();
    let house = server::open(config, Clock::default()).map_err(one)?;
    furnish(&house).map_err(|error| one(error.to_string()))?;
    say(&format!("\nThe demo is at {base_url}\n\nEverybody's password is {PASSWORD}\n"));
    for (email, what) in cast::LOGINS {
        say(&format!("  {email:<34} {what}"));
    }
    say("\nLetters become files in the mail folder beside the demo's database. Ctrl+C ends it; the next start begins anew.\n");
    run_with(house)
}

/// Empties the folder of an earlier demo, and no other folder.
fn clear(dir: &Path) -> Result<(), String> {
    if dir.exists() {
        if !dir.join(MARK).exists() {
            return Err(format!("{} exists and is not an earlier demo; move it away first", dir.display()));
        }
        std::fs::remove_dir_all(dir).map_err(|error| format!("{} cannot be emptied: {error}", dir.display()))?;
    }
    std::fs::create_dir_all(dir).and_then(|()| std::fs::write(dir.join(MARK), "")).map_err(|error| format!("{} cannot be made: {error}", dir.display()))
}

fn furnish(house: &House) -> Result<(), AppError> {
    let door = Backstage::of(house, "command: demo");
    let hash = password::hash_now(PASSWORD)?;
    door.write(|cx, conn| {
        let mut deeds = Vec::new();
        for (name, email) in CAST {
            let cx = at(cx, 60);
            let email = Email::parse(email).map_err(AppError::internal)?;
            let added = accounts::store::add(conn, &cx, name, &email, &hash)?;
            let account = added.ok_or_else(|| AppError::internal(format!("{email} is twice in the cast")))?;
            deeds.push(account.did(Action::SignedUp));
            deeds.push(accounts::store::prove(conn, &cx, &account)?);
        }
        Ok(((), Deeds::all(deeds)))
    })?;
    HOUSES.iter().try_for_each(|place| build(&door, place))
}

/// The same request, some days ago.
fn at(cx: &Context, days: i64) -> Context {
    Context { now: cx.now - Span::days(days), ..cx.clone() }
}

fn account(conn: &mut Conn, email: &str) -> Result<UserId, AppError> {
    let email = Email::parse(email).map_err(AppError::internal)?;
    let account = accounts::store::by_email(conn, &email)?;
    account.map(|account| account.id).ok_or_else(|| AppError::internal(format!("{email} is not in the cast")))
}

/// How long ago people were last here, in minutes, in the order of the cast.
const SEEN: [i64; 11] = [12, 125, 1_500, 2_900, 5_800, 1_450, 4_400, 15_800, 33_100, 8_700, 600];

fn build(door: &Backstage, place: &Place) -> Result<(), AppError> {
    let now = door.read(|cx, _| Ok(cx.now))?;
    let owner = door.read(|_, conn| account(conn, place.owner))?;
    let begin = now - Span::days(45);
    let org = door.write_as(owner, begin, |creator, conn| {
        let new = NewOrganization {
            name: place.name.into(),
            slug: Slug::parse(place.slug).map_err(AppError::internal)?,
            organization_type: place.organization_type,
            region: place.region,
            domain: place.domain.into(),
        };
        organization::create(conn, &creator.cx, creator, &new).map_err(|refused| match refused {
            CreateRefused::SlugTaken => AppError::internal("the demo's slug is taken"),
            CreateRefused::Failed(error) => error,
        })
    })?;
    let mut known = Vec::new();
    for (hours, name) in (1..).zip(place.companies) {
        let slug = Slug::parse(&Slug::suggest(name)).map_err(AppError::internal)?;
        let id = door.write_as(owner, begin + Span::hours(hours), |person, conn| {
            let (id, action, before) = match known.is_empty() {
                true => name_first(conn, org, name, &slug)?,
                false => (companies::store::create(conn, org, person.cx.now, name, &slug)?, Action::CompanyCreated, json!({})),
            };
            let id = id.ok_or_else(|| AppError::internal(format!("{slug} is twice in the demo")))?;
            let deed = Deed::new(action, "company", id, *name).before(before);
            Ok((id, Deeds::organization(org, deed.after(json!({ "name": name, "slug": slug.as_str() })))))
        })?;
        known.push((slug.to_string(), id));
    }
    for (hours, (email, role, assigned)) in (0..).zip(place.members) {
        let user = door.read(|_, conn| account(conn, email))?;
        door.write_as(user, now - Span::days(30) + Span::hours(7 * hours), |person, conn| {
            let enrolment = Enrolment { role: *role, access_until: None, invited_by: Some(owner), origin: Origin::Invite, companies: pick(&known, assigned)? };
            membership::enrol(conn, &person.cx, org, user, &enrolment)?;
            let deed = Deed::new(Action::InvitationAccepted, "member", user, *email).after(json!({ "role": role.as_str() }));
            Ok(((), Deeds::organization(org, deed)))
        })?;
    }
    // Who runs the place and the first of its admins invite by turns, the oldest invitation first.
    let helper = place.members.first().map_or(place.owner, |(email, ..)| email);
    let helper = door.read(|_, conn| account(conn, helper))?;
    let mut invitations: Vec<&Invited> = place.invitations.iter().collect();
    invitations.sort_by_key(|invited| std::cmp::Reverse(invited.days_ago));
    for (turn, invited) in invitations.into_iter().enumerate() {
        let inviter = if turn % 2 == 0 { owner } else { helper };
        let minutes = 40 + 95 * i64::try_from(turn).unwrap_or_default();
        let sent = now - Span::days(invited.days_ago) - Span::minutes(minutes);
        door.write_as(inviter, sent, |person, conn| Ok(((), invite(person, conn, org, &known, invited)?)))?;
    }
    let people = std::iter::once(&place.owner).chain(place.members.iter().map(|(email, ..)| email));
    for (email, minutes) in people.zip(SEEN.into_iter().cycle()) {
        door.write(|_, conn| {
            let user = account(conn, email)?;
            membership::seen(conn, org, user, now - Span::minutes(minutes))?;
            Ok(((), Deeds::none("nobody did it")))
        })?;
    }
    Ok(())
}

/// An organization begins with one company; it becomes the first of the demo's.
fn name_first(conn: &mut Conn, org: OrgId, name: &str, slug: &Slug) -> Result<(Option<CompanyId>, Action, Value), AppError> {
    let all = companies::store::Filter { own: None, status: None, words: Vec::new(), sort: companies::store::Sort::Name };
    let first = companies::store::list(conn, org, &all, None, 1)?.pop().ok_or(AppError::NotFound)?;
    let renamed = companies::store::rename(conn, org, first.id, name, slug)?;
    let id = matches!(renamed, companies::store::Renamed::Done).then_some(first.id);
    Ok((id, Action::CompanyEdited, json!({ "name": first.name })))
}

fn pick(known: &[(String, CompanyId)], wanted: &[(&str, crate::gate::role::CompanyRole)]) -> Result<Vec<(CompanyId, crate::gate::role::CompanyRole)>, AppError> {
    wanted
        .iter()
        .map(|(slug, role)| {
            let company = known.iter().find(|(known, _)| known == slug).ok_or_else(|| AppError::internal(format!("{slug} is not in the demo")))?;
            Ok((company.1, *role))
        })
        .collect()
}

fn invite(inviter: &Person, conn: &mut Conn, org: OrgId, known: &[(String, CompanyId)], invited: &Invited) -> Result<Deeds, AppError> {
    let offer = Offer {
        email: Email::parse(invited.email).map_err(AppError::internal)?,
        first_name: invited.first_name.into(),
        last_name: invited.last_name.into(),
        role: invited.role,
        companies: pick(known, invited.companies)?,
        message: invited.message.into(),
        access_until: None::<Time>,
        hands_over: false,
    };
    let Some((id, seed)) = invitation::create(conn, &inviter.cx, org, inviter.id, &offer)? else { return Ok(Deeds::none("it is there already")) };
    let found = invitation::find(conn, org, id)?.ok_or(AppError::NotFound)?;
    post::letter::invite(conn, &inviter.cx, &found, seed)?;
    if invited.status != InvitationStatus::Pending {
        let closed = Context { now: inviter.cx.now + Span::days(invited.days_ago.min(7)), ..inviter.cx.clone() };
        invitation::close(conn, &closed, org, id, invited.status)?;
    }
    Ok(Deeds::organization(org, Deed::new(Action::MemberInvited, "invitation", id, invited.email).after(json!({ "role": invited.role.as_str() }))))
}
