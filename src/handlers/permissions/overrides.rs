//! A member's overrides: permissions allowed or denied against their roles.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::auth::Gate;
use crate::auth::actor::Actor;
use crate::authz::decision::{AccessInputs, Overrides};
use crate::authz::explain::explain;
use crate::authz::permission::{ManageRoles, Permission, PermissionId, PermissionSet, ViewMembers};
use crate::common::error::AppError;
use crate::common::fields::Fields;
use crate::common::form::FormErrors;
use crate::common::id::MembershipId;
use crate::db::Conn;
use crate::handlers::permissions::labels;
use crate::handlers::permissions::person::PermissionSubject;
use crate::models::membership::record::Membership;
use crate::services::members::rules::{ActorRank, MemberTarget, may_override};
use crate::services::members::visible::visible;
use crate::services::overrides;
use crate::services::overrides::OverrideError;
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;
use crate::web::messages;

#[expect(clippy::struct_excessive_bools, reason = "each is shown on its own")]
struct OverrideCell {
    key: &'static str,
    label: String,
    by_role: bool,
    /// Whether an override has an effect.
    open: bool,
    /// `role`, `allow` or `deny`.
    chosen: &'static str,
    /// Whether the actor may allow it, and set it back to the role's default.
    may_allow: bool,
    may_release: bool,
    /// The current reach.
    result: String,
    can: bool,
}

struct OverrideSection {
    label: String,
    cells: Vec<OverrideCell>,
}

#[derive(Template)]
#[template(path = "permissions/overrides.html")]
struct OverridesPage {
    layout: Layout,
    profile: String,
    explain: String,
    person: Membership,
    role: String,
    /// The overrides as they were read.
    seen: String,
    sections: Vec<OverrideSection>,
    errors: FormErrors,
}

/// The member, if the actor may change their overrides.
fn subject(conn: &mut Conn, actor: &Actor, id: &str) -> Result<PermissionSubject, AppError> {
    let id = MembershipId::parse(id).ok_or(AppError::NotFound)?;
    let person = visible(conn, actor, ViewMembers::ID, id)?;
    if !may_override(&ActorRank::from(actor), &MemberTarget::from(&person)) {
        return Err(actor.refusal(conn, ManageRoles::ID)?);
    }
    PermissionSubject::of(conn, actor, person)
}

crate::page!(OverridesPage);

impl OverridesPage {
    fn load(
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
            let may_allow = overrides::rules::may_allow(&authority, permission) && open.has(permission);
            OverrideCell {
                key: permission.key(),
                label: labels::label(permission, actor.unit),
                by_role: bare.permissions().has(permission),
                open: open.has(permission),
                chosen: overrides::key(shown.effect(permission)),
                may_allow: may_allow || shown.effect(permission) == Some(true),
                may_release: stored.effect(permission) != Some(false)
                    || overrides::rules::may_allow(&authority, permission),
                result: labels::reach(result.reach, actor.unit),
                can: result.yes(),
            }
        };
        let unit = actor.unit;
        let sections = open
            .or(stored.allow)
            .or(stored.deny)
            .and(PermissionSet::AVAILABLE)
            .by_area()
            .into_iter()
            .map(|(area, permissions)| OverrideSection {
                label: labels::heading(area, unit),
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

type OverridesPath = web::Path<(String, String)>;

/// `GET /organizations/{slug}/members/{id}/overrides`
pub async fn edit(gate: Gate<ManageRoles>, path: OverridesPath) -> Result<HttpResponse, AppError> {
    let id = path.into_inner().1;
    gate.show(move |actor, conn| OverridesPage::load(conn, actor, &id, None, FormErrors::none()))
        .await
}

/// The overrides of the form. What it does not name stays as it is.
fn parse(form: &Fields, stored: Overrides) -> Result<Overrides, FormErrors> {
    let mut overrides = stored;
    let mut errors = FormErrors::none();
    for permission in PermissionSet::AVAILABLE.iter() {
        match form.get(permission.key()) {
            "" => {}
            "role" => overrides = overrides.set(permission, None),
            "allow" => overrides = overrides.set(permission, Some(true)),
            "deny" => overrides = overrides.set(permission, Some(false)),
            _ => errors.add(permission.key(), "Choose one of the options"),
        }
    }
    if errors.is_empty() { Ok(overrides) } else { Err(errors) }
}

/// `POST /organizations/{slug}/members/{id}/overrides`
pub async fn update(gate: Gate<ManageRoles>, path: OverridesPath, form: Fields) -> Result<HttpResponse, AppError> {
    let id = path.into_inner().1;
    // The form shows all overrides, so what it saw is what it starts from.
    let seen = Overrides::read(form.get("seen"));
    let wanted = match parse(&form, seen) {
        Ok(wanted) => wanted,
        Err(errors) => {
            return gate
                .refused(move |actor, conn| OverridesPage::load(conn, actor, &id, None, errors))
                .await;
        }
    };
    let of = id.clone();
    let saved = gate
        .try_write(move |actor, conn| {
            let PermissionSubject { person, inputs, .. } = subject(conn, actor, &of)?;
            if form.get("seen") != inputs.overrides.text() {
                return Err(OverrideError::Changed);
            }
            let events = overrides::save(conn, actor, &person, &inputs, wanted)?;
            let path = actor.path(&format!("/members/{}/overrides", person.id));
            Ok(((path, person.name), events))
        })
        .await;
    match saved {
        Ok((path, name)) => Ok(gate.done(format!("Overrides for {name} saved"), &path)),
        Err(OverrideError::Failed(error)) => Err(error),
        Err(error) => {
            // After a conflict the form starts again from the current state.
            let typed = Some(wanted).filter(|_| !matches!(error, OverrideError::Changed));
            gate.refused(move |actor, conn| OverridesPage::load(conn, actor, &id, typed, errors(actor, &error)))
                .await
        }
    }
}

fn errors(actor: &Actor, error: &OverrideError) -> FormErrors {
    let at = |permission: PermissionId| {
        let message = format!("{}: {}", labels::label(permission, actor.unit), message(error));
        FormErrors::one(permission.key(), message)
    };
    match error {
        OverrideError::Fixed(permission) | OverrideError::NotHeld(permission) => at(*permission),
        OverrideError::NotAllowed | OverrideError::Changed | OverrideError::Failed(_) => {
            FormErrors::one("overrides", message(error))
        }
    }
}

/// Why overrides were not changed, in words.
pub fn message(error: &OverrideError) -> &'static str {
    match error {
        OverrideError::NotAllowed => "You can’t change this member’s permissions",
        OverrideError::Fixed(_) => "Their roles don’t leave this permission open",
        OverrideError::NotHeld(_) => "You can only allow permissions that you have",
        OverrideError::Changed | OverrideError::Failed(_) => messages::CHANGED,
    }
}
