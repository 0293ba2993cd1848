//! What is switched on or off for one person, against what their roles give.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde_json::{Value, json};

use crate::audit::{Action, Event, Events};
use crate::auth::Gate;
use crate::auth::actor::Actor;
use crate::authz::area::Area;
use crate::authz::decision::{AccessInputs, Overrides};
use crate::authz::explain::explain;
use crate::authz::permission::{ManageRoles, Permission, PermissionId, PermissionSet, ViewMembers};
use crate::common::email::Email;
use crate::common::error::AppError;
use crate::common::fields::Fields;
use crate::common::form::FormErrors;
use crate::common::html::{html, refused, see_other};
use crate::common::id::MembershipId;
use crate::db::Conn;
use crate::handlers::permissions::person::Subject;
use crate::handlers::permissions::sheet::heading;
use crate::handlers::permissions::{rules, words};
use crate::mail::notice::Notice;
use crate::models::membership;
use crate::models::membership::Outcome;
use crate::models::membership::record::Membership;
use crate::services::members::ceiling::PermissionCeiling;
use crate::services::members::rules::{ActorRank, Target, may_override};
use crate::services::members::visible::visible;
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;
use crate::web::messages;

/// One cell of the table.
#[expect(clippy::struct_excessive_bools, reason = "each is one thing to show of it")]
struct Cell {
    key: &'static str,
    label: String,
    /// Whether the roles give it.
    by_role: bool,
    /// Whether the roles leave it open at all.
    open: bool,
    /// `role`, `allow` or `deny`.
    chosen: &'static str,
    /// Whether the reader may switch it on, and give it back.
    may_allow: bool,
    may_release: bool,
    /// What results now.
    result: String,
    can: bool,
}

/// An area with its cells.
struct Section {
    label: String,
    cells: Vec<Cell>,
}

#[derive(Template)]
#[template(path = "permissions/overrides.html")]
struct OverridesPage {
    layout: Layout,
    profile: String,
    explain: String,
    person: Membership,
    role: String,
    /// The switched cells as they were read.
    seen: String,
    sections: Vec<Section>,
    errors: FormErrors,
}

fn word(effect: Option<bool>) -> &'static str {
    match effect {
        None => "role",
        Some(true) => "allow",
        Some(false) => "deny",
    }
}

/// Who it is, if the reader may switch anything for them.
fn subject(conn: &mut Conn, actor: &Actor, id: &str) -> Result<Subject, AppError> {
    let id = MembershipId::parse(id).ok_or(AppError::NotFound)?;
    let person = visible(conn, actor, ViewMembers::ID, id)?;
    if !may_override(&ActorRank::from(actor), &Target::from(&person)) {
        return Err(actor.refusal(conn, ManageRoles::ID)?);
    }
    Subject::of(conn, actor, person)
}

impl OverridesPage {
    fn of(
        conn: &mut Conn,
        actor: &Actor,
        id: &str,
        typed: Option<Overrides>,
        errors: FormErrors,
    ) -> Result<Self, AppError> {
        let subject = subject(conn, actor, id)?;
        let authority = actor.authority();
        let stored = subject.inputs.overrides;
        let shown = typed.unwrap_or(stored);
        let bare = AccessInputs {
            overrides: Overrides::NONE,
            ..subject.inputs.clone()
        };
        let open = subject.inputs.open();
        let cell = |permission: PermissionId| {
            let result = explain(&subject.inputs, permission, None);
            let may_allow = rules::may_switch_on(&authority, permission) && open.has(permission);
            Cell {
                key: permission.key(),
                label: words::label(permission, actor.unit),
                by_role: bare.permissions().has(permission),
                open: open.has(permission),
                chosen: word(shown.effect(permission)),
                may_allow: may_allow || shown.effect(permission) == Some(true),
                may_release: stored.effect(permission) != Some(false) || rules::may_switch_on(&authority, permission),
                result: words::reach(result.reach, actor.unit),
                can: result.yes(),
            }
        };
        let unit = actor.unit;
        let sections = Area::split(open.or(stored.allow).or(stored.deny))
            .into_iter()
            .map(|(area, permissions)| Section {
                label: heading(area, unit),
                cells: permissions.into_iter().map(cell).collect(),
            })
            .collect();
        Ok(Self {
            layout: actor.layout(conn, "members")?,
            profile: actor.path(&format!("/members/{}", subject.person.id)),
            explain: actor.path(&format!("/access/explain?member={}", subject.person.id)),
            role: subject.about.title,
            seen: stored.text(),
            sections,
            errors,
            person: subject.person,
        })
    }
}

/// `GET /organizations/{slug}/members/{id}/overrides`
pub async fn edit(gate: Gate<ManageRoles>, place: web::Path<(String, String)>) -> Result<HttpResponse, AppError> {
    let id = place.into_inner().1;
    let page = gate
        .read(move |actor, conn| OverridesPage::of(conn, actor, &id, None, FormErrors::none()))
        .await?;
    html(page)
}

/// Why nothing was switched.
pub enum Stopped {
    /// The order of command.
    Rank,
    /// A cell that stays as it is.
    Cell(PermissionId, rules::Closed),
    /// Somebody else was faster.
    Changed,
}

/// Switches cells for somebody, tells them, and says what was done.
pub fn switch(
    conn: &mut Conn,
    actor: &Actor,
    person: &Membership,
    inputs: &AccessInputs,
    after: Overrides,
) -> Result<Result<Events, Stopped>, AppError> {
    if !may_override(&ActorRank::from(actor), &Target::from(person)) {
        return Ok(Err(Stopped::Rank));
    }
    let before = inputs.overrides;
    if let Err((permission, why)) = rules::overrides(&actor.authority(), inputs.open(), before, after) {
        return Ok(Err(Stopped::Cell(permission, why)));
    }
    let differs = PermissionSet::ALL
        .iter()
        .filter(|permission| before.effect(*permission) != after.effect(*permission));
    let differs = PermissionSet::of(differs);
    if differs.is_empty() {
        return Ok(Ok(Events::none("nothing was switched")));
    }
    let bounds = PermissionCeiling::of(conn, actor, person.id)?;
    if membership::set_overrides(conn, actor.organization, person, after)? != Outcome::Done {
        return Ok(Err(Stopped::Changed));
    }
    bounds.check(conn, actor, person.id)?;
    tell(conn, actor, person, differs, after)?;
    let of = |cells: Overrides| {
        let each = differs
            .iter()
            .map(|permission| (permission.key().to_owned(), json!(word(cells.effect(permission)))));
        Value::Object(each.collect())
    };
    let event = Event::new(Action::OverridesChanged, "member", person.id, &person.name)
        .before(of(before))
        .after(of(after));
    Ok(Ok(actor.event(event)))
}

fn tell(
    conn: &mut Conn,
    actor: &Actor,
    person: &Membership,
    differs: PermissionSet,
    after: Overrides,
) -> Result<(), AppError> {
    let list = |effect: Option<bool>| {
        let of = differs.iter().filter(|permission| after.effect(*permission) == effect);
        of.map(|permission| words::label(permission, actor.unit))
            .collect::<Vec<_>>()
            .join(", ")
    };
    let said = [
        ("Switched on for you", Some(true)),
        ("Switched off for you", Some(false)),
        ("As your role says again", None),
    ];
    let mut paragraphs = vec![format!(
        "{} changed what you can do in {}. It counts at once.",
        actor.person.name, actor.organization_name
    )];
    paragraphs.extend(
        said.into_iter()
            .map(|(words, effect)| (words, list(effect)))
            .filter(|(_, permissions)| !permissions.is_empty())
            .map(|(words, permissions)| format!("{words}: {permissions}.")),
    );
    let notice = Notice {
        kind: "overrides_changed",
        to_name: person.name.clone(),
        to: Email::stored(person.email.clone()),
        sender: actor.organization_name.clone(),
        subject: format!("What you can do in {} has changed", actor.organization_name),
        paragraphs,
        button: Some(("See what you can do", actor.path("/access/mine"))),
        foot: String::new(),
        seed: None,
    };
    notice.send(conn, &actor.cx)?;
    Ok(())
}

/// The cells as the form has them; what it does not name stays as it is.
fn typed(form: &Fields, stored: Overrides) -> Result<Overrides, FormErrors> {
    let mut cells = stored;
    let mut errors = FormErrors::none();
    for permission in PermissionId::all() {
        match form.get(permission.key()) {
            "" => {}
            "role" => cells = cells.set(permission, None),
            "allow" => cells = cells.set(permission, Some(true)),
            "deny" => cells = cells.set(permission, Some(false)),
            _ => errors.add(permission.key(), "Choose one of the three"),
        }
    }
    if errors.is_empty() { Ok(cells) } else { Err(errors) }
}

/// `POST /organizations/{slug}/members/{id}/overrides`
pub async fn save(
    gate: Gate<ManageRoles>,
    place: web::Path<(String, String)>,
    form: Fields,
) -> Result<HttpResponse, AppError> {
    let id = place.into_inner().1;
    let of = id.clone();
    let done = gate
        .write(move |actor, conn| {
            let Subject { person, inputs, .. } = subject(conn, actor, &of)?;
            let stored = inputs.overrides;
            if form.get("seen") != stored.text() {
                let why = FormErrors::one("overrides", messages::CHANGED);
                return Ok((Err((None, why)), Events::none("somebody was faster")));
            }
            let wanted = match typed(&form, stored) {
                Ok(cells) => cells,
                Err(errors) => return Ok((Err((None, errors)), Events::none("it cannot be read"))),
            };
            match switch(conn, actor, &person, &inputs, wanted)? {
                Ok(events) => Ok((
                    Ok((actor.path(&format!("/members/{}", person.id)), person.name)),
                    events,
                )),
                Err(Stopped::Rank) => Err(actor.refusal(conn, ManageRoles::ID)?),
                Err(Stopped::Cell(permission, why)) => {
                    let errors = FormErrors::one(
                        permission.key(),
                        format!("{}: {}", words::label(permission, actor.unit), why.sentence()),
                    );
                    Ok((Err((Some(wanted), errors)), Events::none("a rule refused")))
                }
                Err(Stopped::Changed) => {
                    let why = FormErrors::one("overrides", messages::CHANGED);
                    Ok((Err((None, why)), Events::none("somebody was faster")))
                }
            }
        })
        .await?;
    match done {
        Ok((path, name)) => {
            gate.tell("success", format!("Saved what is switched for {name}"));
            Ok(see_other(gate.fragment(), &format!("{path}/overrides")))
        }
        Err((wanted, errors)) => {
            let page = gate
                .read(move |actor, conn| OverridesPage::of(conn, actor, &id, wanted, errors))
                .await?;
            refused(page)
        }
    }
}
