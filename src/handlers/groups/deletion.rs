//! Deleting a group. The dialog says what its members lose.

use actix_web::HttpResponse;
use askama::Template;

use crate::auth::Gate;
use crate::auth::actor::Actor;
use crate::authz::permission::ChangeRoles;
use crate::authz::role::Role;
use crate::common::error::AppError;
use crate::common::form::FormErrors;
use crate::db::Conn;
use crate::db::types::organization::UnitLabel;
use crate::handlers::groups::{GroupPath, changing, groups_path};
use crate::models::group as group_reads;
use crate::services::groups;
use crate::services::groups::{Group, GroupError, GroupGrant};
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;

#[derive(Template)]
#[template(path = "groups/deletion.html", blocks = ["dialog"])]
struct DeletionPage {
    layout: Layout,
    unit: UnitLabel,
    group: Group,
    grants: Vec<GroupGrant>,
    path: String,
    back: String,
    errors: FormErrors,
}

crate::page!(DeletionPage => as_dialog);

impl DeletionPage {
    fn load(conn: &mut Conn, actor: &Actor, id: &str, errors: FormErrors) -> Result<Self, AppError> {
        let group = changing(conn, actor, id)?;
        let back = actor.path(&format!("/access/groups/{}", group.id));
        Ok(Self {
            layout: actor.layout(conn, "access")?,
            unit: actor.unit,
            grants: group_reads::grants(conn, actor.organization, group.id)?,
            path: format!("{back}/deletion"),
            back,
            group,
            errors,
        })
    }

    fn question(&self) -> String {
        format!("Delete the group {}?", self.group.name)
    }

    /// "the role Editor and the assignments to 2 companies".
    fn lost(&self) -> String {
        let mut lost = Vec::new();
        if self.group.role != Role::Member {
            lost.push(format!("the role {}", self.group.role.label()));
        }
        match &self.grants[..] {
            [] => {}
            [one] => lost.push(format!("the assignment to {}", one.name)),
            many => lost.push(format!("the assignments to {} {}", many.len(), self.unit.many())),
        }
        if lost.is_empty() {
            "nothing".into()
        } else {
            lost.join(" and ")
        }
    }
}

/// `GET /organizations/{slug}/access/groups/{id}/deletion`
pub async fn new(gate: Gate<ChangeRoles>, path: GroupPath) -> Result<HttpResponse, AppError> {
    let (_, id) = path.into_inner();
    gate.show(move |actor, conn| DeletionPage::load(conn, actor, &id, FormErrors::none()))
        .await
}

/// `POST /organizations/{slug}/access/groups/{id}/deletion`
pub async fn create(gate: Gate<ChangeRoles>, path: GroupPath) -> Result<HttpResponse, AppError> {
    let (_, id) = path.into_inner();
    let group = id.clone();
    let deleted = gate
        .try_write(move |actor, conn| {
            let group = changing(conn, actor, &group)?;
            let events = groups::delete::delete(conn, actor, &group)?;
            Ok::<_, GroupError>((group.name, events))
        })
        .await;
    match deleted {
        Ok(name) => Ok(gate.done(format!("Group {name} deleted"), &groups_path(&gate))),
        Err(GroupError::Failed(error)) => Err(error),
        Err(error) => {
            let errors = FormErrors::one("deletion", error.message());
            gate.refused(move |actor, conn| DeletionPage::load(conn, actor, &id, errors))
                .await
        }
    }
}
