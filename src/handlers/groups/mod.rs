//! Groups: members who get a role and companies together.

pub mod create;
pub mod deletion;
pub mod edit;
pub mod form;
pub mod index;
pub mod members;
pub mod queries;
pub mod rules;
pub mod show;

use actix_web::web;

use crate::auth::Gate;
use crate::auth::actor::Actor;
use crate::authz::permission::Permission;
use crate::common::error::AppError;
use crate::db::Conn;
use crate::services::groups;
use crate::services::groups::Group;

/// Organization and group of the path.
pub type GroupPath = web::Path<(String, String)>;

/// A group of the path, for an actor who may change groups.
fn changing(conn: &mut Conn, actor: &Actor, id: &str) -> Result<Group, AppError> {
    let group = groups::find(conn, actor, id)?;
    check_permission(conn, actor)?;
    Ok(group)
}

fn check_permission(conn: &mut Conn, actor: &Actor) -> Result<(), AppError> {
    match groups::missing_permission(actor) {
        None => Ok(()),
        Some(permission) => Err(actor.refusal(conn, permission)?),
    }
}

/// The list of groups, from the path of any page of groups.
fn groups_path<P: Permission>(gate: &Gate<P>) -> String {
    first_segments(&gate.request().path, 4)
}

/// The page of the group, from the path of one of its forms.
fn group_path<P: Permission>(gate: &Gate<P>) -> String {
    first_segments(&gate.request().path, 5)
}

fn first_segments(path: &str, count: usize) -> String {
    path.split('/').take(count + 1).collect::<Vec<_>>().join("/")
}
