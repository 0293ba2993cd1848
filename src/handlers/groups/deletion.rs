//! Deleting a group: what its members lose is said first.

use actix_web::HttpResponse;
use askama::Template;

use crate::audit::Events;
use crate::auth::Gate;
use crate::auth::actor::Actor;
use crate::authz::permission::ChangeRoles;
use crate::authz::role::Role;
use crate::common::error::AppError;
use crate::common::form::FormErrors;
use crate::common::html::{html, refused, see_other};
use crate::db::Conn;
use crate::db::types::organization::UnitLabel;
use crate::handlers::groups::changing;
use crate::handlers::groups::form::Place;
use crate::services::groups;
use crate::services::groups::{Grant, Group};
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;

#[derive(Template)]
#[template(path = "groups/deletion.html", blocks = ["dialog"])]
struct DeletionPage {
    layout: Layout,
    unit: UnitLabel,
    group: Group,
    grants: Vec<Grant>,
    path: String,
    back: String,
    errors: FormErrors,
}

impl DeletionPage {
    fn load(conn: &mut Conn, actor: &Actor, id: &str, errors: FormErrors) -> Result<Self, AppError> {
        let group = changing(conn, actor, id)?;
        let back = actor.path(&format!("/access/groups/{}", group.id));
        Ok(Self {
            layout: actor.layout(conn, "access")?,
            unit: actor.unit,
            grants: groups::grants(conn, actor.organization, group.id)?,
            path: format!("{back}/deletion"),
            back,
            group,
            errors,
        })
    }

    fn question(&self) -> String {
        format!("Delete the group {}?", self.group.name)
    }

    /// "the role Editor and the places in 2 companies".
    fn lost(&self) -> String {
        let mut lost = Vec::new();
        if self.group.role != Role::Member {
            lost.push(format!("the role {}", self.group.role.label()));
        }
        match &self.grants[..] {
            [] => {}
            [one] => lost.push(format!("the place in {}", one.name)),
            many => lost.push(format!("the places in {} {}", many.len(), self.unit.many())),
        }
        if lost.is_empty() {
            "nothing".into()
        } else {
            lost.join(" and ")
        }
    }
}

/// `GET /organizations/{slug}/access/groups/{id}/deletion`
pub async fn page(gate: Gate<ChangeRoles>, place: Place) -> Result<HttpResponse, AppError> {
    let (_, id) = place.into_inner();
    let page = gate
        .read(move |actor, conn| DeletionPage::load(conn, actor, &id, FormErrors::none()))
        .await?;
    if gate.fragment() {
        html(page.as_dialog())
    } else {
        html(page)
    }
}

/// `POST /organizations/{slug}/access/groups/{id}/deletion`
pub async fn delete(gate: Gate<ChangeRoles>, place: Place) -> Result<HttpResponse, AppError> {
    let (_, id) = place.into_inner();
    let of = id.clone();
    let done = gate
        .write(move |actor, conn| {
            let group = changing(conn, actor, &of)?;
            match groups::delete(conn, actor, &group)? {
                Ok(done) => Ok((Ok((done.word, actor.path("/access/groups"))), done.events)),
                Err(why) => Ok((Err(why.sentence()), Events::none("a rule refused"))),
            }
        })
        .await?;
    match done {
        Ok((word, path)) => {
            gate.tell("success", word);
            Ok(see_other(gate.fragment(), &path))
        }
        Err(sentence) => {
            let errors = FormErrors::one("deletion", sentence);
            let page = gate
                .read(move |actor, conn| DeletionPage::load(conn, actor, &id, errors))
                .await?;
            if gate.fragment() {
                refused(page.as_dialog())
            } else {
                refused(page)
            }
        }
    }
}
