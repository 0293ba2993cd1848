//! What a route asks for, as data, and the check that its handler asks for the same.

use crate::api_auth::{ApiCompanyGate, ApiGate};
use crate::auth::{AcceptedAccounts, CompanyGate, Gate, OperatorGate, Public, SignedIn, Visitor};
use crate::authz::permission::{Permission, PermissionId};
use crate::authz::scope::{RouteScope, Scope};

/// What a route asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RouteAccess {
    /// Nothing, and no database.
    Public,
    /// Nothing.
    Visitor,
    /// An account.
    Account,
    /// An account with a verified email address.
    VerifiedAccount,
    /// An operator of this instance.
    Operator,
    /// A permission in the organization of the path.
    Organization(PermissionId),
    /// A permission in the company of the path.
    Company(PermissionId),
    /// A permission of the owner of an API key, and a scope of the key.
    Api(PermissionId, Option<Scope>),
    /// The same in the company of the path.
    ApiCompany(PermissionId, Option<Scope>),
}

impl RouteAccess {
    /// The permission, if someone who is signed in needs one.
    pub fn permission(self) -> Option<PermissionId> {
        match self {
            Self::Organization(permission) | Self::Company(permission) => Some(permission),
            _ => None,
        }
    }

    /// The permission and the scope that a key needs.
    pub fn api(self) -> Option<(PermissionId, Option<Scope>)> {
        match self {
            Self::Api(permission, scope) | Self::ApiCompany(permission, scope) => Some((permission, scope)),
            _ => None,
        }
    }
}

/// A gate: the first argument of every handler.
pub trait RouteGuard {
    /// What it asks for.
    const ACCESS: RouteAccess;
}

impl<P: Permission> RouteGuard for Gate<P> {
    const ACCESS: RouteAccess = RouteAccess::Organization(P::ID);
}

impl<P: Permission> RouteGuard for CompanyGate<P> {
    const ACCESS: RouteAccess = RouteAccess::Company(P::ID);
}

impl<P: Permission, S: RouteScope> RouteGuard for ApiGate<P, S> {
    const ACCESS: RouteAccess = RouteAccess::Api(P::ID, S::SCOPE);
}

impl<P: Permission, S: RouteScope> RouteGuard for ApiCompanyGate<P, S> {
    const ACCESS: RouteAccess = RouteAccess::ApiCompany(P::ID, S::SCOPE);
}

impl<W: AcceptedAccounts> RouteGuard for SignedIn<W> {
    const ACCESS: RouteAccess = if W::VERIFIED {
        RouteAccess::VerifiedAccount
    } else {
        RouteAccess::Account
    };
}

impl RouteGuard for OperatorGate {
    const ACCESS: RouteAccess = RouteAccess::Operator;
}

impl RouteGuard for Visitor {
    const ACCESS: RouteAccess = RouteAccess::Visitor;
}

impl RouteGuard for Public {
    const ACCESS: RouteAccess = RouteAccess::Public;
}

/// A handler whose first argument is the gate `G`.
pub trait GuardedBy<G: RouteGuard, Args> {}

impl<F: Fn(G) -> R, G: RouteGuard, R> GuardedBy<G, (G,)> for F {}
impl<F: Fn(G, A) -> R, G: RouteGuard, A, R> GuardedBy<G, (G, A)> for F {}
impl<F: Fn(G, A, B) -> R, G: RouteGuard, A, B, R> GuardedBy<G, (G, A, B)> for F {}
impl<F: Fn(G, A, B, C) -> R, G: RouteGuard, A, B, C, R> GuardedBy<G, (G, A, B, C)> for F {}
