//! Deleted companies that can be restored.

use std::collections::HashMap;

use actix_web::HttpResponse;
use askama::Template;

use crate::auth::Gate;
use crate::auth::actor::Actor;
use crate::authz::permission::DeleteCompanies;
use crate::common::error::AppError;
use crate::db::Conn;
use crate::db::types::organization::UnitLabel;
use crate::models::{deleted_company, member_names};
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;

/// The most that are listed.
const LISTED: i64 = 200;

struct DeletedRow {
    name: String,
    slug: String,
    people: i64,
    /// When and by whom it was deleted.
    deleted: (String, String),
    by: String,
    /// Until when it can be restored.
    until: (String, String),
    restoring: String,
}

#[derive(Template)]
#[template(path = "companies/deleted.html")]
struct DeletedPage {
    layout: Layout,
    list: String,
    unit: UnitLabel,
    read_only: bool,
    rows: Vec<DeletedRow>,
}

crate::page!(DeletedPage);

/// `GET /organizations/{slug}/companies/deleted`
pub async fn index(gate: Gate<DeleteCompanies>) -> Result<HttpResponse, AppError> {
    gate.show(load).await
}

fn load(actor: &Actor, conn: &mut Conn) -> Result<DeletedPage, AppError> {
    let org = actor.organization;
    let found = deleted_company::list(conn, org, LISTED)?;
    let ids: Vec<_> = found.iter().map(|company| company.id).collect();
    let people: HashMap<_, _> = deleted_company::people(conn, org, &ids)?.into_iter().collect();
    let names = member_names::names(conn, org, found.iter().map(|company| company.deleted_by).collect())?;
    let rows = found.into_iter().map(|company| DeletedRow {
        people: people.get(&company.id).copied().unwrap_or_default(),
        deleted: (company.deleted_at.iso(), company.deleted_at.date(actor.zone)),
        by: names.get(&company.deleted_by).cloned().unwrap_or_default(),
        until: (company.delete_after.iso(), company.delete_after.date(actor.org_zone)),
        restoring: actor.path(&format!("/companies/deleted/{}/restoration", company.id)),
        name: company.name,
        slug: company.slug,
    });
    Ok(DeletedPage {
        rows: rows.collect(),
        layout: actor.layout(conn, "companies")?,
        list: actor.path("/companies"),
        unit: actor.unit,
        read_only: actor.delete_after.is_some(),
    })
}
