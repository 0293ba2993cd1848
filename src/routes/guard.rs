//! What a route asks for, as data, and the check that its handler asks for the same.

use crate::auth::{CompanyGate, Gate, OperatorGate, Public, SignedIn, Visitor, Who};
use crate::authz::permission::{Permission, PermissionId};

/// What a route asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
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
}

impl Access {
    /// The permission, if it is one.
    pub fn permission(self) -> Option<PermissionId> {
        match self {
            Self::Organization(permission) | Self::Company(permission) => Some(permission),
            _ => None,
        }
    }
}

/// A gate: the first argument of every handler.
pub trait Guard {
    /// What it asks for.
    const ACCESS: Access;
}

impl<P: Permission> Guard for Gate<P> {
    const ACCESS: Access = Access::Organization(P::ID);
}

impl<P: Permission> Guard for CompanyGate<P> {
    const ACCESS: Access = Access::Company(P::ID);
}

impl<W: Who> Guard for SignedIn<W> {
    const ACCESS: Access = if W::VERIFIED {
        Access::VerifiedAccount
    } else {
        Access::Account
    };
}

impl Guard for OperatorGate {
    const ACCESS: Access = Access::Operator;
}

impl Guard for Visitor {
    const ACCESS: Access = Access::Visitor;
}

impl Guard for Public {
    const ACCESS: Access = Access::Public;
}

/// A handler whose first argument is the gate `G`.
pub trait GuardedBy<G: Guard, Args> {}

impl<F: Fn(G) -> R, G: Guard, R> GuardedBy<G, (G,)> for F {}
impl<F: Fn(G, A) -> R, G: Guard, A, R> GuardedBy<G, (G, A)> for F {}
impl<F: Fn(G, A, B) -> R, G: Guard, A, B, R> GuardedBy<G, (G, A, B)> for F {}
impl<F: Fn(G, A, B, C) -> R, G: Guard, A, B, C, R> GuardedBy<G, (G, A, B, C)> for F {}
