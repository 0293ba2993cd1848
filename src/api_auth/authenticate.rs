//! From a key to an actor.

use actix_web::http::StatusCode;

use crate::app::Ctx;
use crate::auth::actor::{Actor, AuthScheme};
use crate::auth::current_user::CurrentUser;
use crate::authz::actor_kind::ActorKind;
use crate::authz::decision::KeyLimit;
use crate::authz::permission::PermissionId;
use crate::authz::scope::{RouteScope, Scopes};
use crate::common::error::AppError;
use crate::common::networks;
use crate::common::problem::Problem;
use crate::common::token::Token;
use crate::db::Conn;
use crate::models::api_key::holder;
use crate::models::api_key::holder::HolderRow;
use crate::models::api_key::state::{KeyRefusal, OwnerState};
use crate::models::api_key::touch::KeyTouch;
use crate::models::api_key::{ActingKey, ApiKey};
use crate::models::reader;
use crate::models::reader::SessionRow;

/// A key of a request.
pub struct KeyHolder {
    pub actor: Actor,
    pub scopes: Scopes,
}

/// What a key is worth.
pub enum Authentication {
    Accepted(Box<KeyHolder>, KeyTouch),
    Refused(KeyTouch),
    Unknown,
}

impl Authentication {
    pub fn of(conn: &mut Conn, cx: &Ctx, token: &Token) -> Result<Self, AppError> {
        let Some(row) = holder::find(conn, cx.now, token)? else {
            return Ok(Self::Unknown);
        };
        let key = &row.0;
        // Also for the log line of a refused request.
        let _ = cx.request.who.set((row.3.clone(), format!("key {}", key.id)));
        let owner = OwnerState {
            status: row.4.status,
            access_until: row.4.access_until,
            awaits_second_factor: row.2.awaits_second_factor(cx.now, &row.1, &row.4),
        };
        let refusal = key.refusal(owner, cx.now).or_else(|| {
            let allowed = networks::allow(&key.allowed_ips, &cx.request.ip);
            (!allowed).then_some(KeyRefusal::Address)
        });
        let touch = KeyTouch::of(key, refusal, cx.now);
        if refusal.is_some() {
            return Ok(Self::Refused(touch));
        }
        let scopes = key.scopes();
        let actor = actor(conn, cx, row, &scopes)?;
        Ok(Self::Accepted(Box::new(KeyHolder { actor, scopes }), touch))
    }
}

/// The owner, as far as the key reaches.
fn actor(conn: &mut Conn, cx: &Ctx, row: HolderRow, scopes: &Scopes) -> Result<Actor, AppError> {
    let (key, account, organization, slug, membership, facts, held) = row;
    let mut inputs = held.inputs(&facts, &organization);
    inputs.limit = Some(KeyLimit {
        permissions: scopes.permissions(),
        one_company: key.company.is_some(),
    });
    if let Some(company) = key.company {
        // The roles in other companies give nothing in this one.
        let role = reader::company_role(conn, cx.now, organization.id, membership.id, company)?;
        inputs.companies = role.into_iter().collect();
    }
    let mut actor = Actor::of(
        cx,
        CurrentUser::from_row(account, &SessionRow::none(cx.now), cx),
        organization,
        slug,
        &membership,
        inputs,
    );
    actor.kind = ActorKind::ApiKey;
    actor.scheme = AuthScheme::ApiKey(key.id);
    actor.key = Some(acting(key));
    Ok(actor)
}

fn acting(key: ApiKey) -> ActingKey {
    ActingKey {
        id: key.id,
        name: key.name,
        company: key.company,
    }
}

/// One answer for every key that does not work, so that who guesses or finds keys learns nothing. The console shows the reason.
pub fn invalid_key() -> AppError {
    Problem::new(
        "invalid-key",
        StatusCode::UNAUTHORIZED,
        "The API key doesn’t work",
        "It is unknown, revoked or expired, its owner lost access, or it can’t be used from this address. The list of keys in \
         Settings, Developers says why.",
    )
    .into()
}

impl KeyHolder {
    /// The actor, if the key has the scope of the route.
    pub fn scoped<S: RouteScope>(self) -> Result<Actor, AppError> {
        match S::SCOPE {
            Some(scope) if !self.scopes.has(scope) => Err(Problem::new(
                "missing-scope",
                StatusCode::FORBIDDEN,
                "The API key lacks a scope",
                format!("This request needs a key with the scope {scope}."),
            )
            .into()),
            _ => Ok(self.actor),
        }
    }

    /// The actor, if the key has the scope and its owner the permission.
    pub fn permitted<S: RouteScope>(self, conn: &mut Conn, permission: PermissionId) -> Result<Actor, AppError> {
        self.scoped::<S>()?.with(conn, permission)
    }
}
