//! What is switched on or off for one person, against what their roles give.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde_json::{Value, json};

use crate::audit::{Action, Deed, Deeds};
use crate::auth::Gate;
use crate::auth::actor::Member;
use crate::authz::area::Area;
use crate::authz::decision::{Cells, Grounds};
use crate::authz::explain::explain;
use crate::authz::permission::{ManageRoles, Permission, Right, RightSet, ViewMembers};
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
use crate::models::membership::record::Standing;
use crate::services::members::ceiling::Before;
use crate::services::members::rules::{Actor, Refused, Target, may_override};
use crate::services::members::visible::visible;
use crate::web::layout::Shell;

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
#[template(path = "rights/overrides.html")]
struct OverridesPage {
    shell: Shell,
    profile: String,
    explain: String,
    person: Standing,
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
fn subject(conn: &mut Conn, member: &Member, id: &str) -> Result<Subject, AppError> {
    let id = MembershipId::parse(id).ok_or(AppError::NotFound)?;
    let person = visible(conn, member, ViewMembers::RIGHT, id)?;
    if !may_override(&Actor::from(member), &Target::from(&person)) {
        return Err(member.refusal(conn, ManageRoles::RIGHT)?);
    }
    Subject::of(conn, member, person)
}

impl OverridesPage {
    fn of(
        conn: &mut Conn,
        member: &Member,
        id: &str,
        typed: Option<Cells>,
        errors: FormErrors,
    ) -> Result<Self, AppError> {
        let subject = subject(conn, member, id)?;
        let authority = member.authority();
        let stored = subject.grounds.overrides;
        let shown = typed.unwrap_or(stored);
        let bare = Grounds {
            overrides: Cells::NONE,
            ..subject.grounds.clone()
        };
        let open = subject.grounds.open();
        let cell = |right: Right| {
            let result = explain(&subject.grounds, right, None);
            let may_allow = rules::may_switch_on(&authority, right) && open.has(right);
            Cell {
                key: right.key(),
                label: words::label(right, member.unit),
                by_role: bare.rights().has(right),
                open: open.has(right),
                chosen: word(shown.effect(right)),
                may_allow: may_allow || shown.effect(right) == Some(true),
                may_release: stored.effect(right) != Some(false) || rules::may_switch_on(&authority, right),
                result: words::reach(result.reach, member.unit),
                can: result.yes(),
            }
        };
        let unit = member.unit;
        let sections = Area::split(open.or(stored.allow).or(stored.deny))
            .into_iter()
            .map(|(area, rights)| Section {
                label: heading(area, unit),
                cells: rights.into_iter().map(cell).collect(),
            })
            .collect();
        Ok(Self {
            shell: member.shell(conn, "members")?,
            profile: member.path(&format!("/members/{}", subject.person.id)),
            explain: member.path(&format!("/access/explain?member={}", subject.person.id)),
            role: subject.about.title,
            seen: stored.text(),
            sections,
            errors,
            person: subject.person,
        })
    }
}

/// `GET /organizations/{slug}/members/{id}/overrides`
///
/// # Errors
/// What the gate or the order of command refuses.
pub async fn edit(gate: Gate<ManageRoles>, place: web::Path<(String, String)>) -> Result<HttpResponse, AppError> {
    let id = place.into_inner().1;
    let page = gate
        .read(move |member, conn| OverridesPage::of(conn, member, &id, None, FormErrors::none()))
        .await?;
    html(page)
}

/// Why nothing was switched.
pub enum Stopped {
    /// The order of command.
    Rank,
    /// A cell that stays as it is.
    Cell(Right, rules::Closed),
    /// Somebody else was faster.
    Changed,
}

/// Switches cells for somebody, tells them, and says what was done.
///
/// # Errors
/// The refusal of who would hand out a right that is not theirs; the inner error says why nothing was changed.
pub fn switch(
    conn: &mut Conn,
    member: &Member,
    person: &Standing,
    grounds: &Grounds,
    after: Cells,
) -> Result<Result<Deeds, Stopped>, AppError> {
    if !may_override(&Actor::from(member), &Target::from(person)) {
        return Ok(Err(Stopped::Rank));
    }
    let before = grounds.overrides;
    if let Err((right, why)) = rules::overrides(&member.authority(), grounds.open(), before, after) {
        return Ok(Err(Stopped::Cell(right, why)));
    }
    let differs = RightSet::ALL
        .iter()
        .filter(|right| before.effect(*right) != after.effect(*right));
    let differs = RightSet::of(differs);
    if differs.is_empty() {
        return Ok(Ok(Deeds::none("nothing was switched")));
    }
    let bounds = Before::of(conn, member, person.id)?;
    if membership::set_overrides(conn, member.organization, person, after)? != Outcome::Done {
        return Ok(Err(Stopped::Changed));
    }
    bounds.check(conn, member, person.id)?;
    tell(conn, member, person, differs, after)?;
    let of = |cells: Cells| {
        let each = differs
            .iter()
            .map(|right| (right.key().to_owned(), json!(word(cells.effect(right)))));
        Value::Object(each.collect())
    };
    let deed = Deed::new(Action::OverridesChanged, "member", person.id, &person.name)
        .before(of(before))
        .after(of(after));
    Ok(Ok(member.did(deed)))
}

fn tell(conn: &mut Conn, member: &Member, person: &Standing, differs: RightSet, after: Cells) -> Result<(), AppError> {
    let list = |effect: Option<bool>| {
        let of = differs.iter().filter(|right| after.effect(*right) == effect);
        of.map(|right| words::label(right, member.unit))
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
        member.person.name, member.organization_name
    )];
    paragraphs.extend(
        said.into_iter()
            .map(|(words, effect)| (words, list(effect)))
            .filter(|(_, rights)| !rights.is_empty())
            .map(|(words, rights)| format!("{words}: {rights}.")),
    );
    let notice = Notice {
        kind: "overrides_changed",
        to_name: person.name.clone(),
        to: Email::stored(person.email.clone()),
        sender: member.organization_name.clone(),
        subject: format!("What you can do in {} has changed", member.organization_name),
        paragraphs,
        button: Some(("See what you can do", member.path("/access/mine"))),
        foot: String::new(),
        seed: None,
    };
    notice.send(conn, &member.cx)?;
    Ok(())
}

/// The cells as the form has them; what it does not name stays as it is.
fn typed(form: &Fields, stored: Cells) -> Result<Cells, FormErrors> {
    let mut cells = stored;
    let mut errors = FormErrors::none();
    for right in Right::all() {
        match form.get(right.key()) {
            "" => {}
            "role" => cells = cells.set(right, None),
            "allow" => cells = cells.set(right, Some(true)),
            "deny" => cells = cells.set(right, Some(false)),
            _ => errors.add(right.key(), "Choose one of the three"),
        }
    }
    if errors.is_empty() { Ok(cells) } else { Err(errors) }
}

/// `POST /organizations/{slug}/members/{id}/overrides`
///
/// # Errors
/// What the gate or the order of command refuses.
pub async fn save(
    gate: Gate<ManageRoles>,
    place: web::Path<(String, String)>,
    form: Fields,
) -> Result<HttpResponse, AppError> {
    let id = place.into_inner().1;
    let of = id.clone();
    let done = gate
        .write(move |member, conn| {
            let Subject { person, grounds, .. } = subject(conn, member, &of)?;
            let stored = grounds.overrides;
            if form.get("seen") != stored.text() {
                let why = FormErrors::one("overrides", Refused::Changed.sentence());
                return Ok((Err((None, why)), Deeds::none("somebody was faster")));
            }
            let wanted = match typed(&form, stored) {
                Ok(cells) => cells,
                Err(errors) => return Ok((Err((None, errors)), Deeds::none("it cannot be read"))),
            };
            match switch(conn, member, &person, &grounds, wanted)? {
                Ok(deeds) => Ok((
                    Ok((member.path(&format!("/members/{}", person.id)), person.name)),
                    deeds,
                )),
                Err(Stopped::Rank) => Err(member.refusal(conn, ManageRoles::RIGHT)?),
                Err(Stopped::Cell(right, why)) => {
                    let errors = FormErrors::one(
                        right.key(),
                        format!("{}: {}", words::label(right, member.unit), why.sentence()),
                    );
                    Ok((Err((Some(wanted), errors)), Deeds::none("a rule refused")))
                }
                Err(Stopped::Changed) => {
                    let why = FormErrors::one("overrides", Refused::Changed.sentence());
                    Ok((Err((None, why)), Deeds::none("somebody was faster")))
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
                .read(move |member, conn| OverridesPage::of(conn, member, &id, wanted, errors))
                .await?;
            refused(page)
        }
    }
}
